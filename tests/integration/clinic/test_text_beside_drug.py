"""A text of the consult that tells of angio-oedema is read beside the drug that the same consult starts."""

from __future__ import annotations

import pytest

from anderhalf.apps.clinic import actions
from anderhalf.apps.clinic.actions import EncounterText, MedicationStep
from anderhalf.apps.clinic.errors import WrittenDanger
from anderhalf.apps.clinic.models import Encounter
from anderhalf.apps.record.models import MedicationAgreement, Observation
from tests.spec.cases.test_free_text import asked

from .test_choice_in_consult import care, consult  # noqa: F401

pytestmark = pytest.mark.django_db

THEN = "Angio-oedeem gehad op lisinopril in 2020."


@pytest.fixture(autouse=True)
def _uses_no_ace_inhibitor(consult):  # noqa: F811
    MedicationAgreement.objects.filter(patient=consult.care.episode.patient_id).delete()


def starts(drug: str, dose: str) -> dict[str, str]:
    row = {"kind": "start", "drug": drug, "dose": dose, "times": "2", "reason": "hartfalen"}
    return {f"med_0_{part}": text for part, text in row.items()}


@pytest.mark.parametrize(
    "said", [THEN, "had vroeger angioedeem van lisinopril. Nu goed.", "Quincke-oedeem 2011"]
)
def test_angio_oedema_of_the_text_is_asked_before_an_ace_inhibitor_is_started(consult, said):  # noqa: F811
    given = {"complaints": said, **starts("enalapril", "2,5")}
    page, _told = consult(**given)
    questions = asked(page)
    assert page.status_code == 422 and questions and not Encounter.objects.exists()
    page, _told = consult(**given, **dict.fromkeys(questions, "yes"))
    assert page.status_code == 422 and "Angio-oedeem in de voorgeschiedenis" in page.content.decode()
    assert not MedicationAgreement.objects.filter(drug="enalapril").exists()
    page, _told = consult(**given, **dict.fromkeys(questions, "no"))
    assert page.status_code == 302 and MedicationAgreement.objects.filter(drug="enalapril").exists()
    assert Observation.objects.get(fact="angioedema_history").flag is False


def test_without_such_a_drug_what_was_ever_so_is_asked_once_and_kept(consult):  # noqa: F811
    page, _told = consult(complaints=THEN)
    questions = asked(page)
    assert page.status_code == 422 and questions and "ook lang geleden" in page.content.decode()
    page, _told = consult(complaints=THEN, **dict.fromkeys(questions, "yes"))
    assert page.status_code == 302 and Observation.objects.get(fact="angioedema_history").flag is True
    page, _told = consult(complaints=f"{THEN} Nu goed.")
    assert page.status_code == 302 and not asked(page)


def test_no_action_passes_it_by(consult):  # noqa: F811
    care_of = consult.care
    step = MedicationStep(
        kind="start", drug="enalapril", drug_name="enalapril", reason="hartfalen", atc="C09AA02",
        drug_class="ace_inhibitor", dose=2, dose_unit="mg", times_per_day=2,
    )  # fmt: skip
    with pytest.raises(WrittenDanger):
        actions.record_encounter(
            by=care_of.vs, at=care_of.at, episode=care_of.episode.pk, text=EncounterText(complaints=THEN), medication=[step]
        )  # fmt: skip
    assert not Encounter.objects.exists()
