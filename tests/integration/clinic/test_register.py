"""What a patient can't have: from wherever it comes it stands in the register, the banner shows it, nothing starts it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.errors import QuestionFirst, RegisterForbids
from anderhalf.apps.clinic.models import Episode
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.access import AccessDenied, Right
from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.people.queries import banner_of, register_of
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.referrals import actions as referrals
from anderhalf.core.pathway.named import Named

from .titration_care import WELL, value_of

RAS = ("ace_inhibitor", "arb", "arni")
UP = {"start", "increase", "switch"}
STEP = {"kind": "start", "reason": "HFrEF", "dose": Decimal("2.5"), "dose_unit": "mg", "times_per_day": 2}
ENALAPRIL = {"drug": "enalapril", "drug_name": "enalapril", "atc": "C09AA02", "drug_class": "ace_inhibitor"}


class Care:
    """A patient in care on bisoprolol at target, the rest normal, every class asked about: an ACE inhibitor is started."""

    def __init__(self, clinic, at, episode=None):
        self.clinic, self.at, self.vs = clinic, at, clinic.vs
        self.episode = episode or clinic.episode()
        self.patient = self.episode.patient_id

    def well(self):
        items = [
            record.NewObservation(fact=name, value=value_of(name, raw), at=self.at - timedelta(minutes=30))
            for name, raw in WELL.items()
        ]
        about = {"by": self.vs, "at": self.at - timedelta(minutes=20)}
        record.record_observations(**about, patient=self.patient, items=items, under=Right.WRITE_CLINICAL)
        record.agree_medication(
            **about, patient=self.patient, kind="start", drug="bisoprolol", drug_name="bisoprolol", atc="C07AB07",
            reason="HFrEF", from_at=self.at - timedelta(days=90), under=Right.WRITE_CLINICAL, dose=Decimal(10),
            dose_unit="mg", times_per_day=1,
        )  # fmt: skip
        actions.ask_tolerances(**about, episode=self.episode.pk)
        return self

    def agreed(self):
        """What was agreed since, beside the bisoprolol."""
        return list(MedicationAgreement.objects.exclude(drug="bisoprolol").order_by("recorded_at"))

    def card(self, key="ace_inhibitor"):
        found = queries.proposals(self.vs, self.episode, at=self.at)
        return next(one for one in found.cards if one.drug_class == key)

    def kinds(self, classes=RAS):
        return {key: self.card(key).kind for key in classes}

    def accept(self, card, **more):
        return actions.choose_advice(
            by=more.pop("by", self.vs), at=self.at, episode=self.episode.pk, drug_class=card.drug_class,
            choice="accepted", basis=card.basis, **more,
        )  # fmt: skip

    def note(self, text, *, by=None, **more):
        return people_actions.register_allergy(
            by=by or self.vs, at=self.at - timedelta(minutes=5), patient=self.patient, substance=text, **more
        )

    def banner(self, role="vs"):
        return banner_of(self.clinic.people.viewer(role), self.episode.patient, self.at).register

    def consult(self, *, by=None, **step):
        return actions.record_encounter(
            by=by or self.vs, at=self.at, episode=self.episode.pk,
            medication=[actions.MedicationStep(**{**STEP, **ENALAPRIL, **step})],
        )  # fmt: skip


@pytest.fixture
def care(clinic, at):
    return Care(clinic, at).well()


def test_without_an_entry_enalapril_is_started_by_one_press(care):
    assert (care.card().kind, care.card().forbidden, care.card().doubts) == ("start", (), ())
    care.accept(care.card())
    assert [row.drug for row in care.agreed()] == ["enalapril"]


@pytest.mark.parametrize(
    "text", ["Enalapril: angio-oedeem 2019", "enelapril, dikke tong", "ACE-remmer: angioedeem"]
)
@pytest.mark.parametrize("role", ["vs", "gp"])
def test_angio_oedema_typed_as_free_text_holds_up_every_ras_inhibitor_until_it_is_judged(care, text, role):
    entry = care.note(text, by=care.clinic.people.viewer(role))
    assert entry.to_judge and care.banner().to_judge == [entry]
    for key in RAS:
        card = care.card(key)
        assert card.kind not in UP, key
        assert card.doubts == (entry.words,), key
    assert care.card("mra").kind == "start"
    actions.judge_tolerance(
        by=care.vs,
        at=care.at,
        allergy=entry.pk,
        about=[Named("ace_inhibitor", "enalapril")],
        reaction="angioedema",
    )
    assert care.kinds() == dict.fromkeys(RAS, "not_indicated")
    assert not care.banner().to_judge


def test_an_entry_after_asked_none_reopens_only_its_own_class(care):
    entry = care.note("spironolacton niet verdragen")
    assert care.card("mra").kind not in UP and care.card("mra").doubts == (entry.words,)
    assert (care.card("ace_inhibitor").kind, care.card("sglt2_inhibitor").kind) == ("start", "start")


def test_what_is_about_another_drug_holds_up_nothing(care):
    care.note("Penicilline: anafylaxie")
    assert care.card().kind == "start"
    assert [one.words for one in care.banner().entries] == ["Penicilline: anafylaxie"]


def test_a_coded_entry_forbids_at_once_also_when_nobody_asked_for_the_rest(clinic, at):
    care = Care(clinic, at)
    assert care.banner().state == "not_asked"
    actions.remember_tolerance(
        by=care.vs, at=at, episode=care.episode.pk, kind="allergy", drug_class="ace_inhibitor", drug="enalapril",
        reaction="angioedema", reason="2019, opname",
    )  # fmt: skip
    assert care.kinds() == dict.fromkeys(RAS, "not_indicated")
    assert care.card("beta_blocker").kind == "needs_data"
    assert not queries.proposals(care.vs, care.episode, at=at).tolerances_asked


def test_a_press_that_was_prepared_before_the_entry_is_refused(care):
    """The card of before, posted after somebody noted the angio-oedema."""
    shown = care.card()
    care.note("Enalapril: angio-oedeem")
    with pytest.raises(Exception, match=r"Sinds dit voorstel|register"):
        care.accept(shown)
    assert not care.agreed()


@pytest.mark.parametrize("reaction", ["angioedema", ""])
def test_the_start_itself_is_refused_whatever_the_engine_says(care, monkeypatch, reaction):
    """A second barrier: an engine that forgets the register still starts nothing."""
    from anderhalf.apps.clinic.titration import gather

    care.note("Enalapril", reaction=reaction)
    real = gather.forbidden_of
    monkeypatch.setattr(
        gather,
        "forbidden_of",
        lambda register, protocol: real(type(register)(every_class=register.every_class), protocol),
    )
    card = care.card()
    assert (card.kind, card.never) == ("start", reaction == "angioedema")
    with pytest.raises(RegisterForbids):
        care.accept(card)
    with pytest.raises(RegisterForbids):
        care.accept(card, despite="cardioloog akkoord", by=care.clinic.people.viewer("hf_nurse"))
    if reaction == "angioedema":
        with pytest.raises(RegisterForbids):
            care.accept(card, despite="cardioloog akkoord")
        assert not care.agreed()
    else:
        care.accept(card, despite="cardioloog akkoord")
        assert care.agreed()[0].reason.startswith("cardioloog akkoord (ondanks: Enalapril)")


@pytest.mark.parametrize(
    "drug",
    [
        {},
        {"drug": "ramipril", "drug_name": "ramipril", "atc": "C09AA05"},
        {"drug": "ramipril 2,5", "drug_name": "Ramipril 2,5", "atc": "", "drug_class": ""},
        {"drug": "combination_C09BA02", "drug_name": "enalapril met hydrochloorthiazide", "atc": "C09BA02"},
        {"drug": "sacubitril_valsartan", "drug_name": "sacubitril/valsartan", "atc": "C09DX04", "drug_class": "arni"},
        {"kind": "change"},
    ],
)  # fmt: skip
def test_medication_typed_in_the_consult_asks_a_prescriber_for_the_reason(care, drug):
    care.note("Enalapril: angio-oedeem 2019")
    with pytest.raises(QuestionFirst, match="Enalapril: angio-oedeem 2019"):
        care.consult(**drug)
    with pytest.raises(QuestionFirst):
        care.consult(**drug, by=care.clinic.people.viewer("hf_nurse"), despite="moet toch")
    assert not care.agreed()
    care.consult(**drug, despite="was een vergissing in 2019, allergoloog akkoord", agreed_with="dr. Bos")
    assert "ondanks: Enalapril: angio-oedeem 2019" in care.agreed()[0].reason


def test_what_is_used_already_stopped_or_lowered_is_never_refused(care):
    care.consult(kind="reported", dose=Decimal(10))
    care.note("Enalapril: angio-oedeem 2019")
    care.consult(kind="change", dose=Decimal(5))
    care.consult(kind="stop", dose=None, times_per_day=None)
    assert len(care.agreed()) == 3
    with pytest.raises(QuestionFirst):
        care.consult(kind="start")


def test_a_drug_that_no_pathway_knows_is_recognised_by_its_name(care):
    care.note("Amoxicilline: huiduitslag")
    with pytest.raises(QuestionFirst):
        care.consult(drug="amoxicilline", drug_name="Amoxicilline", atc="", drug_class="")


def test_rejected_means_nothing_stands_in_the_way_and_it_stays_readable(care):
    entry = care.note("Enalapril: angio-oedeem", by=care.clinic.people.viewer("gp"))
    with pytest.raises(AccessDenied):
        people_actions.reject_allergy(
            by=care.clinic.people.viewer("gp"), at=care.at, allergy=entry.pk, because="vergissing"
        )
    actions.reject_tolerance(by=care.vs, at=care.at, allergy=entry.pk, because="andere patiënt")
    assert care.card().kind == "start" and care.banner().state == "past"
    entry.refresh_from_db()
    assert [change.what for change in entry.changes.all()] == ["registered", "refuted"]


def test_confirming_a_text_about_two_drugs_forbids_both(care):
    entry = care.note("lisinopril en eplerenon: angio-oedeem")
    about = [Named("ace_inhibitor", "lisinopril"), Named("mra", "eplerenone")]
    actions.judge_tolerance(by=care.vs, at=care.at, allergy=entry.pk, about=about, reaction="angioedema")
    assert {care.card(key).kind for key in ("ace_inhibitor", "mra")} == {"not_indicated"}
    assert AllergyIntolerance.objects.filter(verification="confirmed").count() == 2


def test_confirmed_to_be_about_no_drug_of_the_pathway_holds_up_nothing(care):
    entry = care.note("angio-oedeem na wespensteek")
    assert care.card().kind not in UP
    actions.judge_tolerance(by=care.vs, at=care.at, allergy=entry.pk, about=[])
    assert care.card().kind == "start"


def test_ended_or_entered_in_error_counts_no_longer(care):
    first, second = care.note("Enalapril: hoest"), care.note("Ramipril: hoest")
    assert care.card().kind not in UP
    actions.end_tolerance(by=care.vs, at=care.at, allergy=first.pk, because="verwisseld")
    assert care.card().kind not in UP
    actions.end_tolerance(by=care.vs, at=care.at, allergy=second.pk, because="andere patiënt", in_error=True)
    assert care.card().kind == "start"


# ---- the referral ----


def test_a_referral_fills_the_register_at_sending_and_the_centre_confirms(clinic, at):
    patient = clinic.people.patient()
    gp = clinic.people.viewer("gp")
    assert banner_of(gp, patient, at).register.state == "not_asked"
    sent = referrals.send(
        by=gp, at=at - timedelta(days=5), patient=patient.pk,
        content=referrals.Content(intent="titration", reason="Hartfalen, graag instellen."),
        chosen_line="intermediate", because="kent de patiënt goed",
        allergies=[referrals.Allergy(substance="Enalapril", reaction="angioedema")], allergies_asked=True,
    )  # fmt: skip
    for role in ("gp", "vs"):
        found = banner_of(clinic.people.viewer(role), patient, at).register
        assert [(one.words, one.to_judge, one.origin) for one in found.entries] == [
            ("Enalapril: angio-oedeem", True, "referral")
        ]
    referrals.accept(by=clinic.vs, at=at - timedelta(days=4), referral=sent.pk, because="past")
    care = Care(clinic, at, Episode.objects.select_related("patient", "centre").get(referral=sent)).well()
    assert not UP & set(care.kinds().values())
    assert care.card("mra").kind == "start"


@pytest.mark.parametrize("role", ["gp", "cardiologist"])
def test_asked_and_none_is_another_answer_than_not_asked(clinic, at, role):
    patient = clinic.people.patient()
    by = clinic.people.viewer(role)
    referrals.send(
        by=by, at=at - timedelta(days=5), patient=patient.pk, chosen_line="intermediate", because="past",
        content=referrals.Content(intent="titration", reason="Hartfalen."), allergies_asked=True,
        direction="from_second_line" if role == "cardiologist" else "from_first_line",
    )  # fmt: skip
    found = register_of(patient.pk)
    assert (found.state, found.every_class) == ("none", None)


def test_a_practice_can_not_say_that_the_centre_asked_every_class(clinic, at):
    patient = clinic.people.patient()
    with pytest.raises(AccessDenied):
        people_actions.ask_allergies(
            by=clinic.people.viewer("gp"), at=at, patient=patient.pk, every_class=True
        )


# ---- an uploaded record ----


def test_the_file_of_a_record_fills_the_referral_with_what_it_says(people, at):
    from anderhalf.apps.referrals.routing import pathway_to_read, pathways_to_refer
    from anderhalf.exchange.fhir.reading import read_record
    from anderhalf.exchange.prefill import imported_record

    pathway = pathway_to_read(people.network.pk, on=at.date())
    every = pathways_to_refer(people.network.pk, on=at.date())
    bundle = {
        "resourceType": "Bundle", "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p"}},
            {"resource": {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p"},
                          "type": "allergy", "onsetDateTime": "2019-05-03",
                          "code": {"text": "Enalapril", "coding": [{"system": "http://www.whocc.no/atc", "code": "C09AA02"}]},
                          "reaction": [{"manifestation": [{"text": "angio-oedeem", "coding": [
                              {"system": "http://snomed.info/sct", "code": "41291007"}]}]}]}},
        ],
    }  # fmt: skip
    reading = read_record(json.dumps(bundle).encode(), dictionary=pathway.dictionary, on=at.date())
    found = imported_record(reading, pathway=pathway, pathways=every, file_name="x.json", read_at=at)
    (one,) = found.allergies
    assert (one.substance, one.reaction, one.atc, one.text, str(one.since)) == (
        "Enalapril", "angioedema", "C09AA02", "angio-oedeem", "2019-05-03",
    )  # fmt: skip
    assert type(found).from_dict(json.loads(json.dumps(found.to_dict()))).allergies == found.allergies


@pytest.mark.parametrize(
    ("said", "reaction"),
    [("angio-oedeem", "angioedema"), ("Dikke tong na twee dagen", "angioedema"), ("onwel", "")],
)
def test_a_reaction_in_words_alone_fills_the_field_of_the_reaction(people, at, said, reaction):
    from anderhalf.apps.referrals.routing import pathway_to_read, pathways_to_refer
    from anderhalf.exchange.fhir.reading import read_record
    from anderhalf.exchange.prefill import imported_record

    pathway = pathway_to_read(people.network.pk, on=at.date())
    every = pathways_to_refer(people.network.pk, on=at.date())
    allergy = {
        "resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/p"}, "code": {"text": "Enalapril"},
        "reaction": [{"manifestation": [{"text": said}]}],
    }  # fmt: skip
    entries = [{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": allergy}]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    reading = read_record(json.dumps(bundle).encode(), dictionary=pathway.dictionary, on=at.date())
    (one,) = imported_record(
        reading, pathway=pathway, pathways=every, file_name="x.json", read_at=at
    ).allergies
    assert (one.reaction, one.text) == (reaction, said)
