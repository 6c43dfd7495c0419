"""What a text of the referral names as in use is no "no" in titration: it is asked, until somebody settles it."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import AdviceChanged, AdviceRefused
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.clinic.views.beside import panel
from anderhalf.apps.letters.composing.compose import compose
from anderhalf.apps.network.queries import agreement_on
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import current_medication
from anderhalf.apps.referrals import actions as referrals
from anderhalf.core.pathway.mentions import Mention
from anderhalf.core.pathway.titration import replay
from anderhalf.core.pathway.titration.population import decide
from tests.integration.clinic.both_care import CODES, FOUND
from tests.integration.clinic.titration_care import WELL, value_of

pytestmark = pytest.mark.django_db
WORDS = "Ontwaterd met furosemide i.v., bètablokker en ACE-remmer op startdosis."
TYPED = "metoprolol 50 mg, enalapril 5 mg"


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


class Care:
    """A patient who was referred with these texts, accepted, measured well and asked about what is not borne."""

    def __init__(self, clinic, at, *, listed="", facts=WELL, form=None, not_now=(), **texts):
        self.clinic, self.vs, self.at = clinic, clinic.vs, at
        content = referrals.Content(
            **{"intent": "titration", "reason": "Hartfalen, graag zien.", "treatment_so_far": listed, **texts}
        )
        sent = referrals.send(
            by=clinic.people.viewer("gp"), at=at - timedelta(days=5), patient=clinic.people.patient().pk,
            content=content, chosen_line="intermediate", because="kent de patiënt", not_now=not_now,
            items=self._items(at - timedelta(days=5), form or {}),
        )  # fmt: skip
        referrals.accept(by=clinic.vs, at=at - timedelta(days=4), referral=sent.pk, because="past hier")
        self.episode = Episode.objects.select_related("patient", "centre", "referral").get(referral=sent)
        self.measure(**facts)
        actions.ask_tolerances(by=clinic.vs, at=at - timedelta(minutes=10), episode=self.episode.pk)

    @staticmethod
    def _items(moment, facts):
        return [
            record.NewObservation(
                fact=name, at=moment,
                value=raw if isinstance(raw, bool) or name in CODES else value_of(name, raw),
            )
            for name, raw in facts.items()
        ]  # fmt: skip

    def measure(self, **facts):
        moment = self.at - timedelta(minutes=30)
        record.record_observations(
            by=self.vs, at=moment, patient=self.episode.patient_id, items=self._items(moment, facts),
            under=Right.WRITE_CLINICAL,
        )  # fmt: skip

    def writes(self, drug, atc, drug_class="", *, kind="reported", dose=None):
        record.agree_medication(
            by=self.vs, at=self.at - timedelta(minutes=5), patient=self.episode.patient_id, kind=kind, drug=drug,
            drug_name=drug, atc=atc, drug_class=drug_class, reason="nagevraagd", under=Right.WRITE_CLINICAL,
            from_at=self.at - timedelta(minutes=5), stop_reason="unknown" if kind == "stop" else "",
            dose=dose and Decimal(dose), dose_unit="mg", times_per_day=1 if dose else None,
        )  # fmt: skip

    def card(self, drug_class, *, language="nl"):
        with translation.override(language):
            page = queries.proposals(self.vs, self.episode, at=self.at)
            return next(one for one in page.cards if one.drug_class == drug_class)

    def kind(self, drug_class):
        return self.card(drug_class).kind

    def chooses(self, drug_class, choice="accepted", **more):
        basis = more.pop("basis", None) or self.card(drug_class).basis
        return actions.choose_advice(
            by=self.vs, at=self.at, episode=self.episode.pk, drug_class=drug_class, choice=choice, basis=basis, **more
        )  # fmt: skip

    def not_used(self, drug_class):
        actions.record_not_used(by=self.vs, at=self.at, episode=self.episode.pk, drug_class=drug_class)

    def in_use(self):
        return current_medication(self.episode.patient_id, at=self.at)

    def page(self, language="nl"):
        browser = self.clinic.people.client("vs", language=language)
        address = reverse("clinic:proposals", args=[self.episode.patient_id])
        return re.sub(r"\s+", " ", browser.get(address).content.decode())


@pytest.fixture
def care(clinic, at):
    def begin(listed="", **more):
        return Care(clinic, at, listed=listed, **more)

    return begin


# ---- the card ----


@pytest.mark.parametrize("listed", [WORDS, TYPED, "Bisoprolol en ramipril, beide op startdosis"])
def test_what_the_list_names_is_not_started(care, listed):
    patient = care(listed)
    assert (patient.kind("beta_blocker"), patient.kind("ace_inhibitor")) == ("needs_data", "needs_data")
    assert patient.kind("sglt2_inhibitor") == "start", "what no text names is proposed as ever"


@pytest.mark.parametrize(
    "listed", ["", "Nog geen.", "Furosemide 40 mg 1 dd gestart.", "geen bètablokker of ACE-remmer"]
)
def test_what_no_text_names_is_started(care, listed):
    assert care(listed).kind("beta_blocker") == "start"


@pytest.mark.parametrize("name", ["reason", "further_information", "proposal"])
def test_every_text_of_the_referral_counts(care, name):
    patient = care(**{name: "Hartfalen. Gebruikt een betablokker en een MRA."})
    assert (patient.kind("beta_blocker"), patient.kind("mra")) == ("needs_data", "needs_data")
    assert patient.kind("ace_inhibitor") == "start"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", ("De verwijzing noemt “bètablokker”", "leg vast dat de patiënt dit niet gebruikt")),
        ("en", ("The referral names “bètablokker”", "record that the patient does not use it")),
    ],
)
def test_the_card_says_what_the_text_says_and_asks(care, language, said):
    card = care(WORDS).card("beta_blocker", language=language)
    assert all(words in card.why for words in said)
    assert card.missing and not card.steps


@pytest.mark.parametrize("listed", ["RAS-remmer nog niet op streefdosis", "RAAS-remmer"])
def test_a_system_without_a_class_starts_none_of_its_classes(care, listed):
    assert care(listed).kind("ace_inhibitor") == "needs_data"


def test_one_drug_on_two_lines_of_which_one_tells_of_the_admission(care):
    patient = care("Ontwaterd met furosemide i.v. en bumetanide", facts={**WELL, "congestion": True})
    assert patient.kind("loop_diuretic") == "needs_data"


def test_what_the_referrer_answered_not_to_be_so_now_is_not_asked_again(care):
    said = Mention(fact="beta_blocker", value=True, words=("bètablokker",), sentences=("bètablokker",))
    patient = care(WORDS, not_now=(said,))
    assert (patient.kind("beta_blocker"), patient.kind("ace_inhibitor")) == ("start", "needs_data")


def test_a_no_of_the_form_beside_the_words_is_no_answer(care):
    patient = care(WORDS, form={"beta_blocker": False})
    assert patient.kind("beta_blocker") == "needs_data"


# ---- what comes first ----


def test_a_contraindication_comes_first_when_the_named_drug_may_be_in_use(care):
    """A beta-blocker with AV block: what would be stopped is said, not hidden behind a question."""
    card = care(WORDS, facts={**WELL, "av_block": True}).card("beta_blocker")
    assert card.kind == "stop"
    assert "AV-blok" in card.why and "“bètablokker”" in card.why


def test_a_high_potassium_stops_the_named_ace_inhibitor(care):
    assert care(WORDS, facts={**WELL, "potassium": "6.2"}).kind("ace_inhibitor") in (
        "stop",
        "pause",
        "decrease",
    )


def test_another_class_waits_for_what_would_hold_it_back(care):
    """An ARB beside an ACE inhibitor that is perhaps in use is no start."""
    patient = care("ACE-remmer op startdosis", facts=WELL)
    actions.remember_tolerance(
        by=patient.vs, at=patient.at, episode=patient.episode.pk, kind="intolerance", drug_class="ace_inhibitor",
        reason="hoest",
    )  # fmt: skip
    assert patient.kind("arb") != "start"


# ---- the action ----


def test_the_action_refuses_the_start_of_another_page(care, at):
    """Pressed on a page from before the words were read, or made up: nothing becomes active."""
    patient = care("")
    basis = patient.card("beta_blocker").basis
    referral = patient.episode.referral
    referral.treatment_so_far = WORDS
    referral.save()
    with pytest.raises(AdviceChanged):
        patient.chooses("beta_blocker", basis=basis)
    with pytest.raises(AdviceRefused, match="bètablokker"):
        patient.chooses("beta_blocker")
    assert not MedicationAgreement.objects.filter(patient=patient.episode.patient_id).exists()


@pytest.mark.parametrize("listed", [WORDS, TYPED])
def test_two_presses_on_the_page_make_nothing_active(care, listed):
    patient = care(listed)
    page = patient.page()
    assert "De verwijzing noemt" in page and "Gebruikt niet: bètablokker" in page
    forms = re.findall(r'<form method="post" action="[^"]*/voorstel/[^"]*">.*?</form>', page)
    of_class = [one for one in forms if 'value="beta_blocker"' in one or 'value="ace_inhibitor"' in one]
    assert of_class and not any('value="accepted"' in one for one in of_class)
    browser = patient.clinic.people.client("vs")
    for key in ("beta_blocker", "ace_inhibitor"):
        browser.post(
            reverse("clinic:advice_choose", args=[patient.episode.pk]),
            {"drug_class": key, "basis": patient.card(key).basis, "choice": "accepted"},
        )
    assert patient.in_use() == []


# ---- settling it ----


def test_one_press_records_that_it_is_not_used_and_opens_the_proposal(care):
    patient = care(WORDS)
    browser = patient.clinic.people.client("vs")
    answer = browser.post(
        reverse("clinic:not_used", args=[patient.episode.pk]), {"drug_class": "beta_blocker"}, follow=True
    )
    assert answer.status_code == 200 and "Vastgelegd" in answer.content.decode()
    row = Observation.objects.get(patient=patient.episode.patient_id, fact="beta_blocker")
    assert row.flag is False
    patient.at = timezone.localtime()
    assert (patient.kind("beta_blocker"), patient.kind("ace_inhibitor")) == ("start", "needs_data")
    patient.chooses("beta_blocker")
    assert [one.drug for one in patient.in_use()] == ["bisoprolol"]


def test_a_named_drug_that_is_not_used_is_told_no_longer(care):
    patient = care(TYPED)
    patient.not_used("beta_blocker")
    assert patient.kind("beta_blocker") == "start"
    assert patient.kind("ace_inhibitor") == "needs_data"
    lines = queries.brought_by_referral(patient.episode, at=patient.at)
    assert lines == ["enalapril 5 mg"]


@pytest.mark.parametrize(("kind", "then"), [("reported", "start"), ("stop", "start")])
def test_a_row_of_the_list_settles_it(care, kind, then):
    patient = care(WORDS)
    dose = "2.5" if kind == "reported" else None
    patient.writes("bisoprolol", "C07AB07", "beta_blocker", kind=kind, dose=dose)
    card = patient.card("beta_blocker")
    assert card.kind == (then if kind == "stop" else card.kind) and not card.named
    assert card.kind != "needs_data"
    assert patient.kind("ace_inhibitor") == "needs_data"


def test_what_nobody_asked_about_can_not_be_recorded_as_not_used(care):
    patient = care(WORDS)
    patient.writes("bisoprolol", "C07AB07", "beta_blocker", dose="2.5")
    for key in ("beta_blocker", "sglt2_inhibitor", "made_up"):
        with pytest.raises(AdviceRefused):
            patient.not_used(key)


def test_the_whole_centre_and_a_stored_advice_say_the_same(care):
    from anderhalf.apps.clinic.queries.proposals import advice_about
    from anderhalf.apps.record.models import StoredDecision
    from anderhalf.core.pathway.titration import store

    patient = care(WORDS)
    protocol, seen, advice = advice_about(patient.episode, at=patient.at)
    quick = decide(protocol, seen, on=patient.at.date(), at=patient.at)
    assert {one.drug_class: one.kind for one in advice.proposals} == {
        key: one.kind for key, one in quick.items()
    }
    assert replay(protocol, store(protocol, seen, on=patient.at.date(), at=patient.at)) == ()
    patient.chooses("beta_blocker", "declined", reason="eerst navragen")
    kept = StoredDecision.objects.get(patient=patient.episode.patient_id, table="titration")
    assert kept.decision["patient"]["named"]


# ---- atrial fibrillation ----

AF = {
    **FOUND,
    "anticoagulant_drug": "none",
    "heart_failure_known": True,
    "hypertension": True,
    "diabetes": True,
}


def anticoagulation(patient):
    (found,) = queries.beside(patient.vs, patient.episode, at=patient.at)
    shown = panel(found, on=patient.at.date())
    return next(one for one in shown.cards if one.table == "anticoagulation")


@pytest.mark.parametrize(
    "text", ["Gebruikt apixaban.", "NOAC via de cardioloog", "acenocoumarol via de trombosedienst"]
)
@pytest.mark.parametrize("where", ["listed", "reason"])
def test_an_anticoagulant_in_words_is_not_started(care, text, where):
    """Beside a "none" that came with the referral."""
    patient = care(**{where: text}, facts={}, form=AF)
    card = anticoagulation(patient)
    assert card.starts == [] and card.card.kind != "start"


def test_what_nobody_names_is_started(care):
    patient = care("bisoprolol 2,5 mg", facts=AF)
    assert anticoagulation(patient).card.kind == "start"


def test_one_press_says_that_no_anticoagulant_is_used(care):
    patient = care(reason="Hartfalen en boezemfibrilleren, NOAC via de cardioloog", facts={}, form=AF)
    assert "“NOAC”" in " ".join(anticoagulation(patient).notes)
    patient.not_used("anticoagulant")
    assert anticoagulation(patient).card.kind == "start"


# ---- the letter ----


@pytest.mark.parametrize("kind", ["interim", "return"])
def test_a_letter_says_that_the_list_of_the_referral_was_not_taken_over(care, kind):
    patient = care(WORDS)
    agreement = agreement_on(patient.vs.network, on=patient.at.date())
    if kind not in agreement.letters:
        pytest.skip("no such letter")
    letter = compose(patient.episode, agreement=agreement, kind=kind, at=patient.at)
    whole = "\n".join(str(one["text"]) for one in letter.sections)
    assert "nog niet overgenomen" in whole and "bètablokker en ACE-remmer op startdosis" in whole
    assert "Zie de medicatie hierboven" not in whole


def test_a_letter_about_a_settled_list_is_silent_about_it(care):
    patient = care("bètablokker op startdosis")
    patient.writes("bisoprolol", "C07AB07", "beta_blocker", dose="2.5")
    agreement = agreement_on(patient.vs.network, on=patient.at.date())
    kind = next(iter(agreement.letters))
    letter = compose(patient.episode, agreement=agreement, kind=kind, at=patient.at)
    assert "overgenomen" not in "\n".join(str(one["text"]) for one in letter.sections)
