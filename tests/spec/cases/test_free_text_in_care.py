"""Free text in care is never silent: consult, telephone note, and the correction of a contact's words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.actions import EncounterText
from anderhalf.apps.clinic.errors import WrittenDanger
from anderhalf.apps.clinic.models import Encounter
from anderhalf.apps.record.models import Observation
from anderhalf.apps.record.queries import value_of
from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import asked
from tests.support.people import submission

CONSULT = "Sinds gisteren pijn op de borst in rust en vannacht flauwgevallen op de wc. Zwarte ontlasting."
TELEPHONE = "Dochter belt: kan niet meer plat liggen, blauwe lippen, zegt dat hij niet meer wil leven."


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


class Contact:
    """The form of one contact, posted as the page posts it."""

    def __init__(self, care):
        self.care, self.key = care, submission()
        self.client = care.people.client("vs")

    def posts(self, kind="visit", **more):
        self.care.episode.refresh_from_db()
        form = {
            "submission": self.key, "version": self.care.episode.version, "happened_on": self.care.at.date().isoformat(),
            "kind": kind, "next_contact_on": (self.care.at.date() + timedelta(days=13)).isoformat(), **more,
        }  # fmt: skip
        return self.client.post(
            reverse("clinic:encounter_new", args=[self.care.episode.pk]), form, follow=True
        )

    @property
    def saved(self):
        return Encounter.objects.filter(patient=self.care.patient).first()


@pytest.mark.parametrize(("kind", "name", "text", "facts"), [
    ("visit", "complaints", CONSULT, {"chest_pain_at_rest", "syncope", "bleeding"}),
    ("phone", "complaints", TELEPHONE, {"dyspnoea_at_rest", "hypoperfusion", "suicidal_thoughts"}),
    ("visit", "conclusion", "Saturatie thuis 82%.", {"oxygen_saturation"}),
    ("visit", "plan", "Net flauwgevallen, kijkt het aan.", {"syncope"}),
    ("visit", "examination", "RR 62/40.", {"systolic_bp"}),
    ("visit", "ecg_findings", "Pijn op de borst tijdens ECG.", {"chest_pain_at_rest"}),
    ("visit", "echo_findings", "Raakte weg tijdens echo.", {"syncope"}),
    ("phone", "complaints", "Is weggevallen in de keuken, pijn op de bost.", {"syncope", "chest_pain_at_rest"}),
    ("phone", "complaints", "Meerdere schokken van de ICD.", {"icd_shock"}),
])  # fmt: skip
def test_a_contact_asks_what_its_text_says(care, kind, name, text, facts):
    contact = Contact(care)
    page = contact.posts(kind, **{name: text})
    html = page.content.decode()
    assert page.status_code == 422 and contact.saved is None
    assert len(asked(page)) == len(facts)
    assert 'href="tel:112"' in html.partition("data-error-summary")[0], "the number stands before the errors"
    tasks = care.tasks()
    assert {task.rank for task in tasks} == {0}, "who walks away finds it again"
    page = contact.posts(kind, **{name: text}, **dict.fromkeys(asked(page), "yes"))
    assert contact.saved is not None and "Bel nu 112 of de SEH" in page.content.decode()
    assert {row.fact for row in Observation.objects.filter(encounter=contact.saved.pk)} == facts
    assert care.actions()[0] == "call_112" and care.tasks()[0].rank == 0
    for page in ("proposals", "chart"):
        html = contact.client.get(reverse(f"clinic:{page}", args=[care.patient.pk])).content.decode()
        assert "Nu geen stap en niets te bespreken" not in html and 'id="gevaar"' in html


@pytest.mark.parametrize(("text", "facts"), [(CONSULT, 3), ("Saturatie thuis 82%.", 0)])
def test_what_is_not_so_now_is_kept_and_ends_the_task(care, text, facts):
    contact = Contact(care)
    questions = asked(contact.posts(complaints=text))
    assert care.tasks()
    contact.posts(complaints=text, **dict.fromkeys(questions, "no"))
    rows = Observation.objects.filter(encounter=contact.saved.pk)
    assert [value_of(row) for row in rows] == [False] * facts
    assert not care.tasks() and not care.danger()


@pytest.mark.parametrize("text", [
    "Geen pijn op de borst, niet flauwgevallen. Graag titratie.",
    "Voelt zich goed. RR 124/70, pols 66, sat 97%. Bij pijn op de borst of flauwvallen direct bellen.",
])  # fmt: skip
def test_an_ordinary_contact_asks_nothing(care, text):
    contact = Contact(care)
    contact.posts(complaints=text)
    assert contact.saved is not None and not care.tasks()


def test_what_a_field_says_already_is_not_asked(care):
    contact = Contact(care)
    contact.posts(complaints="Net flauwgevallen.", f_syncope="true")
    assert contact.saved is not None and care.actions()[0] == "call_112"


def test_the_action_stores_no_text_that_nobody_was_asked_about(care):
    text = EncounterText(complaints="Net flauwgevallen.")
    with pytest.raises(WrittenDanger):
        actions.record_encounter(by=care.vs, at=care.at, episode=care.episode.pk, text=text)
    assert not Encounter.objects.filter(patient=care.patient).exists()


def corrects(contact, **more):
    found = contact.saved
    form = {"submission": submission(), "version": found.version, "because": "aanvulling", **more}
    return contact.client.post(reverse("clinic:encounter_correct", args=[found.pk]), form, follow=True)


def test_corrected_words_are_asked_and_only_the_new_ones(care):
    contact = Contact(care)
    old = "Vorige week flauwgevallen."
    contact.posts(complaints=old, **dict.fromkeys(asked(contact.posts(complaints=old)), "no"))
    new = {"complaints": old, "conclusion": "Nu pijn op de borst."}
    page = corrects(contact, **new)
    assert page.status_code == 422 and len(asked(page)) == 1 and contact.saved.version == 1
    assert 'href="tel:112"' in page.content.decode().partition("data-error-summary")[0]
    assert [task.rank for task in care.tasks()] == [0]
    page = corrects(contact, **new, **dict.fromkeys(asked(page), "yes"))
    assert contact.saved.version == 2 and care.actions() == ["call_112"]


@pytest.mark.parametrize(
    "text", ["Syncope 20-12-2025.", "Op 20 december flauwgevallen.", "Flauwgevallen op 20-12."]
)
def test_a_contact_in_january_hears_what_was_in_december(people, text):
    january = datetime(2026, 1, 5, 10, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
    care = Care.begin(people, january)
    with pytest.raises(WrittenDanger, match=r"lauw|yncope"):
        actions.record_encounter(
            by=care.vs, at=january, episode=care.episode.pk, kind="visit", text=EncounterText(complaints=text)
        )
