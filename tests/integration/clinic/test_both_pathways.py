"""Heart failure and atrial fibrillation in one patient: one record, one chart, each fact asked once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import AdviceChanged, AdviceRefused
from anderhalf.apps.clinic.models import AdviceChoice
from anderhalf.apps.clinic.queries.anticoagulant_dose import parse_dose
from anderhalf.apps.clinic.queries.due_dates import months_later
from anderhalf.apps.people.access import AccessDenied
from anderhalf.apps.supervision.models import CaseDiscussion

from . import both_care
from .both_care import AF, FOUND

both = both_care.both


def test_unknown_is_asked_and_no_is_silent(both):
    assert both.shown().unknown and not both.shown().cards
    both.measure(rhythm="sinus")
    assert both.shown().unknown  # known before is still not asked
    both.measure(atrial_fibrillation=False)
    assert not both.shown().unknown and not both.shown().runs
    both.measure(atrial_fibrillation=True, when=both.at - timedelta(minutes=5))
    assert both.shown().runs


def test_what_heart_failure_knows_is_not_asked_again(both):
    """Pulse, weight, creatinine and the medication list are read where they are."""
    both.measure(**FOUND)
    both.uses("bisoprolol", "5", 1, "C07AB07")
    both.uses("apixaban", "5", 2, "B01AF02")
    shown = both.shown()
    assert shown.missing == []
    facts = both.found().facts
    assert facts["beta_blocker"].value is True and facts["rate_slowing_drug"].value is True
    assert facts["anticoagulant_drug"].value == "apixaban"
    assert [one["label"] for one in shown.scores] == ["CHA₂DS₂-VA", "HAS-BLED", "Klaring"]
    assert both.card("anticoagulant_dose").card.title == "Apixaban: 5 mg 2 dd (gewone dosis)"
    assert not shown.asked_for  # all in order
    assert both.card("stable").card.rule == "AS-06"


@pytest.mark.parametrize(
    ("dose", "times", "face"),
    [("5", 2, "keep"), ("2.5", 2, "raise"), ("5", 3, "lower"), (None, None, "keep")],
)
def test_the_dose_on_the_list_is_laid_beside_the_dose_of_the_rules(both, dose, times, face):
    both.measure(**FOUND)
    both.uses("apixaban", dose, times, "B01AF02", kind="start" if dose else "reported")
    card = both.card("anticoagulant_dose")
    assert card.card.kind == face and card.asks is (face != "keep")
    assert bool(card.notes) is not (dose == "5" and times == 2)


def test_recommended_and_not_taken_is_a_step_and_unknown_is_a_question(both):
    both.measure(**FOUND)
    card = both.card("anticoagulation")
    assert card.card.kind == "info" and "niet vastgelegd" in card.notes[0]
    both.measure(anticoagulant_drug="none", when=both.at - timedelta(minutes=5))
    card = both.card("anticoagulation")
    assert card.card.kind == "start" and card.asks
    both.measure(mechanical_valve=True, when=both.at - timedelta(minutes=4))
    both.uses("apixaban", "5", 2, "B01AF02")
    assert both.card("anticoagulation").card.kind == "stop"
    assert both.card("anticoagulant_dose").card.kind == "stop"


def test_an_alarm_comes_first(both):
    both.measure(**{**FOUND, "syncope": True})
    shown = both.shown()
    assert (shown.cards[0].table, shown.cards[0].card.kind) == ("exclusion", "danger")


def test_a_stopped_drug_is_not_used_and_a_drug_never_listed_is_unknown(both):
    both.measure(**FOUND)
    assert "beta_blocker" not in both.found().facts
    both.uses("bisoprolol", "5", 1, "C07AB07", days=40)
    both.uses("bisoprolol", None, None, "C07AB07", kind="stop", days=10)
    assert both.found().facts["beta_blocker"].value is False


def test_monitoring_counts_from_the_last_creatinine(both):
    both.measure(**FOUND)
    both.uses("apixaban", "5", 2, "B01AF02")
    card = both.card("anticoagulant_monitoring")
    assert not card.asks and "volgende op" in card.card.title


def test_following_and_not_following_are_kept_and_replayed(both, clinic):
    both.measure(**{**FOUND, "heart_rate": "44"})
    both.uses("bisoprolol", "5", 1, "C07AB07")
    both.uses("apixaban", "2.5", 2, "B01AF02")
    rate, dose = both.card("rate_control"), both.card("anticoagulant_dose")
    given = {"by": both.vs, "at": both.at, "episode": both.episode.pk, "pathway": AF}
    with pytest.raises(AdviceRefused):
        actions.choose_beside(**given, table="rate_control", choice="declined", basis=rate.basis)
    with pytest.raises(AdviceChanged):
        actions.choose_beside(**given, table="rate_control", choice="accepted", basis=dose.basis)
    key = str(uuid4())
    row = actions.choose_beside(
        **given, table="rate_control", choice="accepted", basis=rate.basis, submission=key
    )
    again = actions.choose_beside(
        **given, table="rate_control", choice="accepted", basis=rate.basis, submission=key
    )
    assert row == again and AdviceChoice.objects.count() == 1
    actions.choose_beside(
        **given, table="anticoagulant_dose", choice="declined", basis=dose.basis, reason="na bloeding"
    )
    for one in AdviceChoice.objects.all():
        assert queries.replay_choice(both.vs, one.pk, at=both.at) == ()
    lines = queries.choice_lines(queries.choices_of(both.vs, both.episode.patient_id, at=both.at), None)
    assert all(line["title"].startswith("Atriumfibrilleren: ") for line in lines)
    assert set(AuditLine.objects.filter(event__startswith="clinic:advice_").values_list("event", flat=True)) >= {
        "clinic:advice_accepted", "clinic:advice_declined",
    }  # fmt: skip


def test_what_must_be_discussed_goes_to_the_agenda(both):
    both.measure(**{**FOUND, "frailty": "frail"})
    both.uses("acenocoumarol", "1", 1, "B01AA07")
    card = both.card("anticoagulation")
    assert card.card.rule == "AC-04" and card.asks
    actions.choose_beside(
        by=both.vs, at=both.at, episode=both.episode.pk, pathway=AF, table="anticoagulation", choice="accepted",
        basis=card.basis,
    )  # fmt: skip
    assert CaseDiscussion.objects.filter(episode=both.episode, rule=f"{AF}:AC-04").exists()


def test_who_may_not_see_the_record_gets_nothing(both, people):
    with pytest.raises(AccessDenied):
        queries.beside(people.viewer("project_leader"), both.episode, at=both.at)
    both.measure(**FOUND)
    card = both.card("anticoagulation")
    with pytest.raises(AccessDenied):
        actions.choose_beside(
            by=people.viewer("gp"), at=both.at, episode=both.episode.pk, pathway=AF, table="anticoagulation",
            choice="accepted", basis=card.basis,
        )  # fmt: skip


def test_the_pages_show_both_and_the_form_asks_what_is_new(both, people, monkeypatch):
    from django.urls import reverse

    monkeypatch.setattr("django.utils.timezone.now", lambda: both.at)
    client = people.client("vs")
    form = reverse("clinic:encounter_new", args=[both.episode.pk])
    assert "f_mehra" not in client.get(form).content.decode()
    both.measure(**FOUND)
    both.uses("apixaban", "2.5", 2, "B01AF02")
    for name in ("chart", "proposals"):
        page = client.get(reverse(f"clinic:{name}", args=[both.episode.patient_id])).content.decode()
        assert "Apixaban: 5 mg 2 dd" in page and "2,5 mg 2 dd" in page
    page = client.get(form).content.decode()
    assert page.count('name="f_heart_rate"') == 1 and 'name="f_mehra"' in page
    assert 'name="f_beta_blocker"' in page, "nobody knows yet, so it is asked"
    assert 'value="apixaban"' in page and 'name="f_anticoagulant_drug"' not in page
    both.uses("bisoprolol", "5", 1, "C07AB07")
    assert 'name="f_beta_blocker"' not in client.get(form).content.decode(), "the list says so"


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("2.5 mg 2x", (Decimal("2.5"), 2)),
        ("60 mg 1x", (Decimal(60), 1)),
        ("INR 2.0-3.0", None),
        ("none", None),
    ],
)
def test_the_dose_of_a_rule_is_read(text, dose):
    assert parse_dose(text) == dose


def test_months_are_calendar_months(at):
    from datetime import date

    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2026, 11, 21), 6) == date(2027, 5, 21)
