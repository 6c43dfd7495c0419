"""A finding of the record that forbids drugs stands wherever the register does: nobody reads "none known" beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.letters import actions
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record

pytestmark = pytest.mark.django_db

ANGIO = "Angio-oedeem doorgemaakt: geen ACE-remmer, ARB en ARNI"
FORBIDDING = {
    "angioedema_history": ANGIO,
    "av_block": "AV-blok",
    "ketoacidosis_history": "Ketoacidose doorgemaakt",
    "asthma": "Astma",
}


def found(clinic_care, episode, at, *, value: bool, names=FORBIDDING) -> None:
    record.record_observations(
        by=clinic_care.vs, at=at, patient=episode.patient_id, under=Right.WRITE_CLINICAL,
        items=[record.NewObservation(fact=name, value=value, at=at) for name in names],
    )  # fmt: skip


def asks(clinic_care, episode, at) -> None:
    clinic.ask_tolerances(by=clinic_care.vs, at=at, episode=episode.pk)


@pytest.mark.parametrize("asked_first", [True, False])
def test_it_stands_in_header_register_and_letter_whatever_was_pressed_first(
    clinic, people, cared_for, asked_first
):
    at = timezone.now() - timedelta(minutes=5)
    steps = [lambda: asks(clinic, cared_for, at), lambda: found(clinic, cared_for, at, value=True)]
    for step in steps if asked_first else steps[::-1]:
        step()
    letter = actions.draft_letter(by=clinic.vs, at=timezone.now(), episode=cared_for.pk, kind="return")
    told = next(s["text"] for s in letter.sections if "Allergieën en wat niet" in s["text"])
    vs, gp = people.client("vs"), people.client("gp")
    pages = [
        vs.get(reverse("clinic:tolerances", args=[cared_for.patient_id])).content.decode(),
        vs.get(reverse("clinic:chart", args=[cared_for.patient_id])).content.decode(),
        gp.get(reverse("people:alerts", args=[cared_for.patient_id])).content.decode(),
    ]
    for text in (told, *pages):
        assert all(words in text for words in FORBIDDING.values())
        assert "geen bekend" not in text and "Geen contra-indicaties of intoleranties" not in text
        assert "Geen allergieën" not in text
    assert "verder geen" in pages[0], "what the button says is true too"


@pytest.mark.parametrize("kind", ["interim", "return", "forward", "end"])
def test_every_kind_of_letter_tells_it(clinic, people, cared_for, kind):
    found(clinic, cared_for, timezone.now() - timedelta(minutes=5), value=True)
    letter = actions.draft_letter(by=clinic.vs, at=timezone.now(), episode=cared_for.pk, kind=kind)
    (told,) = [s["text"] for s in letter.sections if "Allergieën en wat niet" in s["text"]]
    assert all(words in told for words in FORBIDDING.values())


def test_what_was_denied_or_corrected_stands_there_no_longer(clinic, people, cared_for):
    at = timezone.now() - timedelta(minutes=9)
    found(clinic, cared_for, at, value=True)
    found(clinic, cared_for, at + timedelta(minutes=5), value=False)
    asks(clinic, cared_for, timezone.now())
    text = people.client("vs").get(reverse("clinic:tolerances", args=[cared_for.patient_id])).content.decode()
    assert "Geen contra-indicaties of intoleranties" in text and ANGIO not in text
    assert "geen bekend, nagevraagd" in text
