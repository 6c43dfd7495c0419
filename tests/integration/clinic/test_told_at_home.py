"""What a patient reads at home on a Sunday: who can be called now, and what was typed before and nobody dealt with."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from tests.spec.cases.care import Care
from tests.support.people import submission

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2025, 11, 16, 13, 26, tzinfo=ZoneInfo("Europe/Amsterdam"))
POST, CENTRE = 'href="tel:099-9990090"', 'href="tel:099-9990011"'
NO_COMPLAINTS = dict.fromkeys(
    ("pressure_symptoms", "stroke_signs", "chest_pain_at_rest", "dyspnoea_at_rest"), False
)
VERY_HIGH = {"systolic_bp": "224", "diastolic_bp": "118", **NO_COMPLAINTS}


@pytest.fixture
def clock(monkeypatch):
    """The clock of the pages; it can be put forward."""
    now = {"at": SUNDAY}
    monkeypatch.setattr(timezone, "now", lambda: now["at"])
    return now


@pytest.fixture
def care(people, clock) -> Care:
    people.at = SUNDAY
    return Care.begin(people, SUNDAY)


def alarm(page) -> str:
    """The panel above all else, as it was sent."""
    return page.content.decode().partition('id="gevaar"')[2].partition("</section>")[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def own_pages(care, *, role="patient", language="nl"):
    browser = care.people.client(role, language=language)
    about = [care.patient.pk]
    addresses = [
        reverse("people:my_record"), reverse("clinic:plan", args=about),
        reverse("clinic:home_measurement", args=about),
    ]  # fmt: skip
    return [browser.get(address) for address in addresses]


def test_while_the_centre_is_closed_the_post_is_called_first(care):
    said = alarm(care.typed_at_home(sure=True, **VERY_HIGH))
    assert "Bel nu de huisartsenpost" in said and "224" in said
    assert re.findall(r'class="(call[ a-z]*)" href="tel:([\d-]+)"', said) == [
        ("call", "099-9990090"), ("call second", "099-9990011"),
    ], said  # fmt: skip
    assert "open vanaf 17-11-2025 08:00" in words(said)
    for page in own_pages(care):
        bar = page.content.decode().partition('class="call-bar"')[2].partition("</section>")[0]
        assert bar.index(POST) < bar.index(CENTRE), "and so in the numbers on every page"
    team = words(alarm(care.people.client("vs").get(reverse("clinic:danger", args=[care.patient.pk]))))
    assert "Overleg vandaag, uiterlijk morgen" in team and "overleg vandaag nog" in team
    assert "kan tot dan wachten" not in team


def test_the_team_reads_the_same_of_a_value_that_nobody_confirmed(care):
    care.typed_at_home(**VERY_HIGH)
    team = words(alarm(care.people.client("vs").get(reverse("clinic:danger", args=[care.patient.pk]))))
    assert "overleg vandaag nog" in team and "kan tot dan wachten" not in team
    assert "eerstvolgende werkdag" not in team


def test_a_complaint_that_is_answered_no_a_minute_later_stays_said_until_somebody_dealt_with_it(care, clock):
    care.typed_at_home(chest_pain_at_rest=True)
    clock["at"] = SUNDAY + timedelta(minutes=1)
    answer = care.typed_at_home(chest_pain_at_rest=False)
    for page in (answer, *own_pages(care)):
        said = alarm(page)
        assert 'href="tel:112"' in said and "Bel 112, tenzij u hierover al met iemand sprak" in said
        assert "U meldde op 16-11-2025 13:26: Hebt u pijn op de borst als u stilzit? Ja" in words(said)
    english = words(alarm(own_pages(care, language="en")[0]))
    assert "You reported on" in english and "unless you already spoke to somebody" in english, english
    (task,) = care.tasks()
    actions.answer_danger(
        by=care.vs, at=clock["at"], patient=care.patient.pk, bases=[task.basis], steps=["called_112"],
        called="meldkamer", called_at=clock["at"],
    )  # fmt: skip
    assert not any(alarm(page) for page in own_pages(care))


def test_it_is_said_on_the_next_day_too(care, clock):
    care.typed_at_home(chest_pain_at_rest=True)
    clock["at"] = SUNDAY + timedelta(days=1)
    for page in own_pages(care):
        assert "Bel 112, tenzij" in alarm(page) and "16-11-2025 13:26" in words(alarm(page))


def test_a_value_that_was_typed_and_never_confirmed_is_said_on_the_next_page(care, clock):
    assert "Klopt dit?" in alarm(care.typed_at_home(**VERY_HIGH))
    clock["at"] = SUNDAY + timedelta(minutes=20)
    for page in own_pages(care):
        said = alarm(page)
        assert POST in said and said.index(POST) < said.index(CENTRE)
        assert "Klopt dit?" in said and "Bel de huisartsenpost, tenzij" in said
        assert "224 mmHg (nog niet bevestigd)" in words(said).replace("\xa0", " "), words(said)
        assert "is bewaard" not in said, "it was not"


def test_with_a_very_high_pressure_nobody_stops_tablets_by_the_page_alone(care):
    for drug, name, atc, drug_class in (
        ("enalapril", "enalapril", "C09AA02", "ace_inhibitor"),
        ("spironolactone", "spironolacton", "C03DA01", "mra"),
        ("dapagliflozin", "dapagliflozine", "A10BK01", "sglt2_inhibitor"),
    ):
        record.agree_medication(
            by=care.vs, at=care.at, kind="start", drug=drug, drug_name=name, atc=atc, drug_class=drug_class,
            dose=Decimal(10), dose_unit="mg", times_per_day=Decimal(1), from_at=care.at, reason="bekend",
            patient=care.patient.pk, under=Right.WRITE_CLINICAL,
        )  # fmt: skip
    page = care.typed_at_home(sure=True, acute_illness=True, **VERY_HIGH)
    said = words(alarm(page))
    assert "Stop niet zelf met enalapril, spironolacton en dapagliflozine." in said, said
    assert "Vraag eerst aan de huisartsenpost of u dit nu moet innemen." in said
    whole = words(page.content.decode())
    assert "niet in." not in whole and "dan niet in" not in whole, "nowhere on the page"


def test_saved_is_said_once(care):
    browser, about = care.people.client("patient"), [care.patient.pk]
    form = reverse("clinic:home_measurement", args=about)
    given = {f"f_{name}": str(raw).lower() for name, raw in VERY_HIGH.items()}
    given |= {f"sure_{name}": raw for name, raw in VERY_HIGH.items() if isinstance(raw, str)}
    sent = {"submission": submission(), "measured_on": SUNDAY.date().isoformat(), **given}
    assert "Uw meting is bewaard." in alarm(browser.post(form, sent, follow=True))
    for address in (form, reverse("clinic:plan", args=about), reverse("people:my_record")):
        page = browser.get(address)
        assert alarm(page) and "is bewaard" not in page.content.decode(), address


def test_a_milder_value_that_is_typed_at_home_does_not_take_the_place_of_the_danger(care, clock):
    care.typed_at_home(sure=True, **VERY_HIGH)
    clock["at"] = SUNDAY + timedelta(minutes=5)
    answer = care.typed_at_home(sure=True, systolic_bp="190", diastolic_bp="100", **NO_COMPLAINTS)
    said = words(alarm(answer)).replace("\xa0", " ")
    assert "Bel de huisartsenpost, tenzij" in said and "224 mmHg" in said and "190 mmHg" in said, said
    team = alarm(care.people.client("vs").get(reverse("clinic:danger", args=[care.patient.pk])))
    assert "224" in team and "190" in team and "overleg vandaag nog" in words(team)
    clock["at"] = SUNDAY + timedelta(hours=1)
    care.contact({"systolic_bp": "150", "diastolic_bp": "90"}, at=clock["at"])
    assert not care.tasks(), "a professional measured anew"
