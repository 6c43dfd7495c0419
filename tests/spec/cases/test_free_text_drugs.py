"""Drugs in a free text are asked about on every road, with what is known: a forbidden pair, a drug with a condition."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic.actions import EncounterText
from anderhalf.apps.clinic.errors import WrittenDanger as InCare
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.errors import WrittenDanger
from anderhalf.apps.referrals.models import Message, Referral
from anderhalf.apps.supervision import actions as supervision
from tests.integration.referrals.conftest import ORDINARY, observations
from tests.spec.cases.care import Care
from tests.spec.cases.test_free_text import Letter, asked
from tests.spec.cases.test_free_text_in_care import Contact, corrects
from tests.spec.cases.test_free_text_meeting import Road
from tests.support.people import submission

pytestmark = pytest.mark.django_db

PAIRS = [
    ("Gebruikt enalapril en Entresto samen.", {"ace_inhibitor", "arni"}),
    ("Acenocoumarol en co-trimoxazol sinds gisteren.", {"vka", "raises_inr"}),
    ("Slikt bisoprolol en verapamil.", {"beta_blocker", "diltiazem_or_verapamil"}),
    ("Apixaban en acenocoumarol allebei in gebruik.", {"apixaban", "vka"}),
    ("Gebruikt acenocoumarol en Eliquis.", {"apixaban", "vka"}),
    ("Start Entresto naast de enalapril.", {"ace_inhibitor", "arni"}),
    ("Patiënt gebruikt enalapril en Entresto samen; zo laten.", {"ace_inhibitor", "arni"}),
    ("Ernstige mitralisstenose; gebruikt apixaban.", {"mitral_stenosis", "apixaban"}),
    ("Hemodialyse en rivaroxaban.", {"dialysis", "rivaroxaban"}),
]
BLACK = ("Zwarte ontlasting, op Eliquis.", {"bleeding"})
SILENT = "Gebruikt enalapril en bisoprolol, gaat goed."
FIELDS = ["complaints", "examination", "ecg_findings", "echo_findings", "conclusion", "plan"]


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    return Care.begin(people, at)


@pytest.fixture
def sent(people, at):
    """A referral of the GP that waits for triage."""
    return referrals.send(
        by=people.viewer("gp"), at=at, patient=people.patient().pk, items=observations(ORDINARY, at),
        content=referrals.Content(intent="advice", reason="Graag advies."),
    )  # fmt: skip


# ---- in care ----


def uses(care, name, atc):
    record.agree_medication(
        by=care.vs, at=care.at, kind="start", drug=name, drug_name=name, atc=atc, drug_class="", dose=Decimal(5),
        dose_unit="mg", times_per_day=Decimal(1), from_at=care.at, reason="bekend", patient=care.patient.pk,
        under=Right.WRITE_CLINICAL,
    )  # fmt: skip


@pytest.mark.parametrize(("text", "facts"), [*PAIRS, BLACK])
def test_a_contact_asks_about_drugs_in_every_field(care, text, facts):
    for field in FIELDS[:1] if (text, facts) == BLACK else ("complaints", "echo_findings"):
        contact = Contact(care)
        page = contact.posts(**{field: text})
        assert page.status_code == 422 and contact.saved is None
        assert len(asked(page)) == len(facts), field
    assert "In de tekst staat" in page.content.decode() and care.tasks()
    contact.posts(**{field: text}, **dict.fromkeys(asked(page), "yes"))
    assert {row.fact for row in Observation.objects.filter(encounter=contact.saved.pk)} == facts
    assert care.danger()


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_contact_is_read_together_with_the_others(care, field):
    other = "plan" if field != "plan" else "complaints"
    contact = Contact(care)
    page = contact.posts(kind="phone", **{field: "Gebruikt enalapril.", other: "Ook Entresto gestart."})
    assert page.status_code == 422 and len(asked(page)) == 2 and contact.saved is None


def test_with_a_drug_of_the_list(care):
    uses(care, "bisoprolol", "C07AB07")
    contact = Contact(care)
    page = contact.posts(complaints="Slikt sinds kort verapamil van de internist.")
    assert page.status_code == 422 and len(asked(page)) == 1
    contact.posts(
        complaints="Slikt sinds kort verapamil van de internist.", **dict.fromkeys(asked(page), "no")
    )
    assert contact.saved is not None and not care.tasks() and not care.danger()


def test_angio_oedema_in_words_beside_a_drug_of_the_list(care):
    uses(care, "perindopril", "C09AA04")
    contact = Contact(care)
    page = contact.posts(complaints="Blijkt allergisch voor perindopril: angio-oedeem in 2018.")
    assert page.status_code == 422 and asked(page)


def test_a_contact_that_answers_no_is_kept(care):
    contact = Contact(care)
    text = PAIRS[0][0]
    page = contact.posts(complaints=text)
    contact.posts(complaints=text, **dict.fromkeys(asked(page), "no"))
    assert contact.saved is not None and not care.danger() and not care.tasks()


@pytest.mark.parametrize("field", FIELDS)
def test_an_ordinary_contact_is_silent(care, field):
    contact = Contact(care)
    contact.posts(**{field: SILENT})
    assert contact.saved is not None and not care.tasks()


@pytest.mark.parametrize("road", ["question", "decision", "task", "drop", "cancel", "plan"])
@pytest.mark.parametrize(("text", "count"), [(PAIRS[0][0], 2), (PAIRS[2][0], 2), (SILENT, 0)])
def test_the_meeting_the_plan_and_a_cancelling(people, care, at, road, text, count):
    found = Road(care, people, at, road)
    page = found.posts(text)
    if count:
        assert page.status_code == 422 and len(asked(page)) == count and not found.done
        assert found.posts(text, **dict.fromkeys(asked(page), "no")).status_code == 302
    else:
        assert page.status_code == 302


def test_a_correction_asks_about_the_new_words_only(care):
    contact = Contact(care)
    contact.posts(complaints=SILENT)
    page = corrects(contact, complaints=SILENT, conclusion=PAIRS[0][0])
    assert page.status_code == 422 and len(asked(page)) == 2 and contact.saved.version == 1
    corrects(contact, complaints=SILENT, conclusion=PAIRS[0][0], **dict.fromkeys(asked(page), "no"))
    assert contact.saved.version == 2
    corrects(contact, complaints=SILENT, conclusion=PAIRS[0][0], plan="Zo door.")
    assert contact.saved.version == 3


@pytest.mark.parametrize(("text", "facts"), PAIRS)
def test_the_actions_in_care_refuse(people, care, at, text, facts):
    with pytest.raises(InCare):
        clinic.record_encounter(by=care.vs, at=at, episode=care.episode.pk, text=EncounterText(plan=text))
    with pytest.raises(InCare):
        supervision.add_case(by=care.vs, at=at, episode=care.episode.pk, question=text)


# ---- about a referral ----

STEPS = {
    "message": ("gp", "text", {}),
    "message by the centre": ("vs", "text", {}),
    "withdraw": ("gp", "because", {}),
    "redirect": ("vs", "because", {"line": "second"}),
    "ask": ("vs", "question", {}),
    "answer": ("vs", "answer", {}),
    "supplement": ("gp", "text", {}),
}


class Step:
    """The text of one step, posted as its page posts it."""

    def __init__(self, people, sent, at, road):
        self.people, self.sent = people, sent
        role, self.field, self.fixed = STEPS[road]
        self.client, self.name = people.client(role), road.partition(" ")[0]
        if road == "supplement":
            referrals.ask_more(
                by=people.viewer("vs"), at=at, referral=sent.pk, question="Wat gebruikt de patiënt?"
            )
        self.before = self.state

    @property
    def state(self):
        found = Referral.objects.get(pk=self.sent.pk)
        return found.status, Message.objects.filter(referral=found).count()

    def posts(self, text, **more):
        version = Referral.objects.get(pk=self.sent.pk).version
        data = {self.field: text, "version": version, "submission": submission(), **self.fixed, **more}
        return self.client.post(reverse(f"referrals:{self.name}", args=[self.sent.pk]), data, follow=True)


VERAPAMIL = ("Geef verapamil naast bisoprolol.", {"beta_blocker", "diltiazem_or_verapamil"})
OF_STEPS = [
    *(("message", *one) for one in (*PAIRS, BLACK, VERAPAMIL)),
    *((road, *one) for road in STEPS if road != "message" for one in (PAIRS[5], PAIRS[7], VERAPAMIL)),
]


@pytest.mark.parametrize(("road", "text", "facts"), OF_STEPS)
def test_a_step_asks_about_drugs(people, sent, at, road, text, facts):
    step = Step(people, sent, at, road)
    page = step.posts(text)
    assert page.status_code == 422 and len(asked(page)) == len(facts) and step.state == step.before
    assert "In de tekst staat" in page.content.decode()
    assert "ingelezen dossier" not in page.content.decode()
    page = step.posts(text, **dict.fromkeys(asked(page), "no"))
    assert step.state != step.before


@pytest.mark.parametrize("road", STEPS)
def test_an_ordinary_step_is_silent(people, sent, at, road):
    step = Step(people, sent, at, road)
    step.posts(SILENT)
    assert step.state != step.before


def test_a_step_that_is_so_is_a_danger(people, sent, at):
    step = Step(people, sent, at, "message")
    page = step.posts(PAIRS[0][0])
    step.posts(PAIRS[0][0], **dict.fromkeys(asked(page), "yes"))
    found = Referral.objects.get(pk=sent.pk)
    assert found.danger is not None and step.state != step.before


def test_the_actions_about_a_referral_refuse(people, sent, at):
    for text, _facts in PAIRS:
        with pytest.raises(WrittenDanger):
            referrals.post_message(by=people.viewer("gp"), at=at, referral=sent.pk, text=text)


# ---- the letter itself ----


@pytest.mark.parametrize(("text", "facts"), PAIRS)
def test_the_letter_asks_yes_or_no(people, text, facts):
    letter = Letter(people)
    page = letter.sends(reason=text)
    html = page.content.decode()
    assert page.status_code == 422 and len(asked(page)) == len(facts) and letter.sent is None
    assert "In de tekst staat" in html and "ingelezen dossier" not in html
    letter.sends(reason=text, **dict.fromkeys(asked(page), "no"))
    assert letter.sent is not None


NO = ("ace_inhibitor", "arb", "arni", "ace_inhibitor_or_arni", "doac", "vka", "two_anticoagulants", "dialysis",
      "anticoagulant", "contraindicated_in_hf", "contraindicated_in_reduced_lvef", "raises_inr", "beta_blocker",
      "diltiazem_or_verapamil", "ras_inhibitor_or_mra", "mitral_stenosis")  # fmt: skip


@pytest.mark.parametrize(("text", "facts"), PAIRS)
def test_the_letter_asks_although_every_question_was_answered_no(people, text, facts):
    letter = Letter(people, **dict.fromkeys(NO, False))
    page = letter.sends(reason=text)
    html = page.content.decode()
    assert page.status_code == 422 and len(asked(page)) == len(facts) and letter.sent is None
    assert "In de tekst staat" in html and "ingelezen dossier" not in html
    page = letter.sends(reason=text, **dict.fromkeys(asked(page), "yes"))
    assert letter.sent is None and "ingelezen dossier" not in page.content.decode()
    letter.sends(reason=text, **dict.fromkeys(asked(page), "no"))
    assert letter.sent is not None


def test_an_ordinary_letter_is_silent(people):
    letter = Letter(people)
    letter.sends(reason=SILENT)
    assert letter.sent is not None
