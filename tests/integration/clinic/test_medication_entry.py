"""What is typed as medication: a dose that cannot be is refused, a number that can be read in two ways too."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic import actions, queries
from anderhalf.apps.clinic.actions.medication import agree
from anderhalf.apps.clinic.errors import MedicationRefused, WrittenDanger
from anderhalf.apps.people.access import Right
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import MedicationAgreement, Observation
from tests.spec.cases.test_free_text import asked
from tests.support.people import submission

from .page_care import form_of
from .test_register import Care
from .titration_care import value_of


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(clinic, at):
    return Care(clinic, at).well()


def post(care, at, drug, dose, times, *, kind="start", name="", **more):
    row = {"kind": kind, "drug": drug, "name": name, "dose": dose, "times": times, "reason": "" if kind == "reported" else "proef"}  # fmt: skip
    data = form_of(care.episode, at, **{f"med_0_{part}": one for part, one in row.items()}, **more)
    return care.clinic.people.client("vs").post(reverse("clinic:encounter_new", args=[care.episode.pk]), data)


def stored(care):
    return care.agreed() + list(MedicationAgreement.objects.filter(drug="bisoprolol").exclude(reason="HFrEF"))


@pytest.mark.parametrize(
    ("drug", "dose", "times", "says"),
    [
        ("bisoprolol", "10", "10", "het maximum is 10 mg per dag"),
        ("bisoprolol", "500", "1", "het maximum is 10 mg per dag"),
        ("spironolactone", "250", "1", "het maximum is 50 mg per dag"),
        ("digoxin", "250", "4", "het maximum is 250 µg per dag"),
        ("apixaban", "50", "2", "het maximum is 10 mg per dag"),
        ("combination_C09BX02", "7", "1", "het maximum is 2 tablet per dag"),
        ("digoxin", "0,25", "1", "0,25 µg kan niet: bedoelt u 250 µg (0,25 mg)?"),
        ("bisoprolol", "0,1", "1", "de laagste dosis van het zorgpad is 1,25 mg"),
        ("furosemide", "1.000", "1", "op twee manieren te lezen. Schrijf 1000 of 1."),
        ("furosemide", "1,000", "1", "op twee manieren te lezen"),
        ("bisoprolol", "1.250", "1", "op twee manieren te lezen. Schrijf 1250 of 1,25."),
        ("captopril", "12,500", "1", "op twee manieren te lezen"),
        ("bisoprolol", "\uff11\uff10", "1", "getal groter dan 0"),
        ("furosemide", "0,00001", "1", "decimalen"),
        ("furosemide", "0,0001", "1", "decimalen"),
        ("furosemide", "0", "1", "getal groter dan 0"),
        ("furosemide", ">20", "1", "getal groter dan 0"),
    ],
)
@pytest.mark.parametrize("kind", ["start", "change", "reported"])
def test_a_dose_that_cannot_be_is_refused_whatever_is_ticked(
    care, at, kind, drug, dose, times, says, af_runs
):
    ticked = {"sure_med_0_dose": f"{dose} mg {times} dd"}
    response = post(care, at, drug, dose, times, kind=kind, **ticked)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not stored(care)


@pytest.fixture
def af_runs(care):
    """Atrial fibrillation: the anticoagulants of the second pathway can be chosen."""
    items = [record.NewObservation(fact="rhythm", value=value_of("rhythm", "af"), at=care.at)]
    record.record_observations(
        by=care.vs, at=care.at, patient=care.patient, items=items, under=Right.WRITE_CLINICAL
    )


@pytest.mark.parametrize(
    ("drug", "dose", "times", "asks", "confirm"),
    [
        ("bisoprolol", "10", "2", "20 mg per dag is hoger dan het maximum", "10 mg 2 dd"),
        ("bisoprolol", "20", "1", "20 mg per dag is hoger dan het maximum", "20 mg 1 dd"),
        ("enalapril", "40", "1", "Hoger dan de hoogste dosis", "40 mg 1 dd"),
        ("apixaban", "10", "2", "hoger dan het maximum", "10 mg 2 dd"),
        ("apixaban", "3", "2", "geen dosis van dit middel (2,5 mg 2 dd, 5 mg 2 dd)", "3 mg 2 dd"),
        ("apixaban", "5", "1", "geen dosis van dit middel", "5 mg 1 dd"),
    ],
)
def test_an_unusual_day_is_asked_and_another_number_is_asked_again(
    care, at, drug, dose, times, asks, confirm, af_runs
):
    asked = post(care, at, drug, dose, times, kind="change")
    assert asked.status_code == 422
    assert asks in asked.content.decode() and f'value="{confirm}"' in asked.content.decode()
    assert post(care, at, drug, dose, "3", kind="change", sure_med_0_dose=confirm).status_code == 422
    why = {
        "med_0_despite": "zo begonnen in het ziekenhuis"
    }  # a start above the starting dose is asked besides
    assert post(care, at, drug, dose, times, kind="change", sure_med_0_dose=confirm, **why).status_code == 302
    assert [one.dose for one in stored(care)] == [Decimal(dose)]


@pytest.mark.parametrize(
    ("drug", "dose", "times"),
    [("carvedilol", "3,125", "2"), ("eplerenone", "25", "1"), ("digoxin", "62,5", "1"), ("apixaban", "2,5", "2"),
     ("sacubitril_valsartan", "200", "2"), ("furosemide", "40", "2"), ("metoprolol_succinate", "12.5", "1")],
)  # fmt: skip
def test_a_dose_of_the_pathway_is_not_asked(care, at, drug, dose, times, af_runs):
    # That a card would not start it now is another question, which the reason answers.
    assert (
        post(care, at, drug, dose, times, med_0_despite="besproken in de teambespreking").status_code == 302
    )
    assert [one.dose for one in stored(care)] == [Decimal(dose.replace(",", "."))]


def test_another_drug_that_the_pathway_knows_by_name_has_its_maximum_and_its_unit(care, at):
    refused = post(care, at, "other", "500", "1", name="Emcor")
    assert refused.status_code == 422 and "het maximum is 10 mg per dag" in refused.content.decode()
    refused = post(care, at, "other", "0,25", "1", name="Lanoxin")
    assert refused.status_code == 422 and "bedoelt u 250 µg" in refused.content.decode()


@pytest.mark.parametrize(
    ("dose", "times", "says"),
    [("10", "10", "het maximum is 10 mg per dag"), ("1.250", "1", "op twee manieren te lezen"),
     ("0,0001", "1", "decimalen"), ("\uff15", "1", "getal groter dan 0"), ("500", "1", "het maximum is 10 mg")],
)  # fmt: skip
def test_a_correction_is_held_against_the_same(care, at, dose, times, says):
    row = MedicationAgreement.objects.get(drug="bisoprolol")
    address = reverse("clinic:medication_correct", args=[row.pk])
    better = {"what": "correct", "dose": dose, "times": times, "from_on": timezone.localdate(row.from_at).isoformat(),
              "because": "verschreven"}  # fmt: skip
    client = care.clinic.people.client("vs")
    response = client.post(address, {**better, "submission": submission()})
    assert response.status_code == 422 and says in response.content.decode()
    asked = client.post(address, {**better, "dose": "20", "times": "1", "submission": submission()})
    assert asked.status_code == 422 and 'name="sure_dose" value="20 mg 1 dd"' in asked.content.decode()
    sure = {**better, "dose": "20", "times": "1", "sure_dose": "20 mg 1 dd", "submission": submission(),
            "despite": "cardioloog wil het zo"}  # fmt: skip
    assert client.post(address, sure).status_code == 302


def test_the_reason_of_a_correction_is_read_for_danger(care):
    row = MedicationAgreement.objects.get(drug="bisoprolol")
    address = reverse("clinic:medication_correct", args=[row.pk])
    given = {"what": "error", "because": "Nooit genomen; heeft nu pijn op de borst."}
    client = care.clinic.people.client("vs")
    page = client.post(address, given | {"submission": submission()})
    questions = asked(page)
    assert page.status_code == 422 and questions and 'href="tel:112"' in page.content.decode()
    row.refresh_from_db()
    assert row.status == "final"
    answered = given | dict.fromkeys(questions, "no") | {"submission": submission()}
    assert client.post(address, answered).status_code == 302
    row.refresh_from_db()
    assert row.status == "entered_in_error"


def test_no_correction_passes_it_by(care, at):
    row = MedicationAgreement.objects.get(drug="bisoprolol")
    with pytest.raises(WrittenDanger):
        actions.correct_agreement(
            by=care.clinic.people.viewer("vs"), at=at, agreement=row, better=None, because="Pijn op de borst."
        )


# ---- another drug, by name ----


def listed(care, at, *names):
    """Typed as "another drug" that is used already, in the contact form."""
    for name in names:
        assert post(care, at, "other", "", "", kind="reported", name=name).status_code == 302


def whys(care):
    found = queries.proposals(care.vs, care.episode, at=timezone.localtime())
    return {card.drug_class: card.why for card in found.cards}, found.problems


@pytest.mark.parametrize(
    ("name", "drug_class", "says"),
    [
        ("naproxen 2x500", "ace_inhibitor", "NSAID"),
        ("Aleve", "ace_inhibitor", "NSAID"),
        ("trimethoprim 300", "ace_inhibitor", "trimethoprim"),
        ("Lithiumcarbonaat", "ace_inhibitor", "lithium"),
        ("kaliumchloride 3x600", "ace_inhibitor", "kalium"),
        ("verapamil 240", "beta_blocker", "verapamil"),
        ("Isoptin SR 240", "beta_blocker", "verapamil"),
    ],
)
def test_another_drug_by_name_counts_like_one_with_a_code(care, at, name, drug_class, says):
    before, _problems = whys(care)
    record.record_observations(
        by=care.vs, at=at, patient=care.patient, under=Right.WRITE_CLINICAL,
        items=[record.NewObservation(fact=fact, value=False, at=at) for fact in ("nsaid", "diltiazem_or_verapamil")],
    )  # fmt: skip
    listed(care, at, name)
    after, problems = whys(care)
    assert says in after[drug_class] and says not in before[drug_class]
    assert not any("Niet beoordeeld" in one for one in problems)


def test_a_row_that_was_typed_before_names_were_read_counts_too(care, at):
    record.agree_medication(
        by=care.vs, at=at, patient=care.patient, kind="reported", drug="naproxen", drug_name="naproxen",
        reason="proef", from_at=at, under=Right.WRITE_CLINICAL,
    )  # fmt: skip
    found, problems = whys(care)
    assert "NSAID" in found["ace_inhibitor"] and not any("Niet beoordeeld" in one for one in problems)


def test_what_nobody_knows_is_named(care, at):
    listed(care, at, "toverdrank", "enalapril hydrochloorthiazide")
    _whys, problems = whys(care)
    assert any("Niet beoordeeld: " in one and "toverdrank" in one and "enalapril" in one for one in problems)
    assert post(care, at, "other", "", "", kind="stop", name="toverdrank").status_code == 302
    assert not any("toverdrank" in one for one in whys(care)[1])


def test_the_level_of_digoxin_is_entered_where_it_is_asked(care, at):
    """Who uses digoxin has a field for the level, on the day of the blood; nobody else is asked."""
    address = reverse("clinic:encounter_new", args=[care.episode.pk])
    client = care.clinic.people.client("vs")
    assert "f_digoxin_level" not in client.get(address).content.decode()
    assert post(care, at, "digoxin", "125", "1", kind="reported").status_code == 302
    assert "f_digoxin_level" in client.get(address).content.decode()
    drawn = timezone.localdate(at) - timedelta(days=1)
    data = form_of(care.episode, at, f_digoxin_level="2,3", laboratory_on=drawn.isoformat())
    asked = client.post(address, data)
    assert asked.status_code == 422 and 'name="sure_digoxin_level"' in asked.content.decode()
    assert "EX-100" in asked.content.decode(), "what to do if it is right stands above the question"
    assert client.post(address, {**data, "sure_digoxin_level": "2,3"}).status_code == 302
    row = Observation.objects.get(fact="digoxin_level")
    assert (row.number, timezone.localdate(row.at)) == (Decimal("2.3"), drawn)


def several(care, at, *rows):
    """One contact with several rows of medication: (kind, drug, name, dose, times)."""
    data = {}
    for place, row in enumerate(rows):
        for part, one in zip(("kind", "drug", "name", "dose", "times"), row, strict=True):
            data[f"med_{place}_{part}"] = one
        data[f"med_{place}_reason"] = "overstap"
        data |= {
            f"med_{place}_despite": "besproken",
            f"med_{place}_agreed_with": "dr. Bos",
        }  # not past the 36 hours
        if row[0] == "stop":
            data[f"med_{place}_stop_reason"] = "switch_to_arni"
    data = form_of(care.episode, at, **data)
    return care.clinic.people.client("vs").post(reverse("clinic:encounter_new", args=[care.episode.pk]), data)


@pytest.mark.parametrize("order", [1, -1])
def test_arni_is_not_started_on_the_day_on_which_the_ace_inhibitor_ends(care, at, order):
    """F10: 36 hours between them."""
    care.uses("enalapril", 10, 2) if hasattr(care, "uses") else post(
        care, at, "enalapril", "10", "2", kind="reported"
    )
    rows = [("stop", "enalapril", "", "", ""), ("start", "sacubitril_valsartan", "", "24", "2")][::order]
    response = several(care, at, *rows)
    assert response.status_code == 422
    assert "36 uur na de laatste inname" in response.content.decode()
    assert not MedicationAgreement.objects.filter(drug="sacubitril_valsartan").exists()


def test_what_is_stopped_by_its_trade_name_is_what_was_chosen_by_its_name(care, at, af_runs):
    post(care, at, "apixaban", "5", "2", kind="reported")
    response = post(care, at, "other", "", "", kind="stop", name="Eliquis", med_0_stop_reason="side_effect")
    assert response.status_code == 302, response.content.decode()[:2000]
    ended = MedicationAgreement.objects.filter(kind="stop").get()
    assert (ended.drug, ended.atc) == ("apixaban", "B01AF02")


def test_the_action_itself_refuses_a_dose_that_cannot_be(care, at):
    """Whatever road it comes by: 500 mg of bisoprolol."""
    with pytest.raises(MedicationRefused, match="het maximum is 10 mg per dag"):
        agree(
            care.episode, by=care.clinic.vs, at=at, kind="start", drug="bisoprolol", drug_name="bisoprolol", reason="proef",
            from_at=at, under=Right.WRITE_CLINICAL, dose=Decimal(500), dose_unit="mg", times_per_day=1, atc="C07AB07",
        )  # fmt: skip
    assert not stored(care)


def test_common_drugs_that_are_known_are_not_told_as_not_judged(care, at):
    post(care, at, "other", "40", "1", kind="reported", name="Atorvastatine")
    post(care, at, "other", "40", "1", kind="reported", name="Middelonbekend")
    problems = " ".join(queries.proposals(care.clinic.vs, care.episode, at=timezone.localtime()).problems)
    assert "Middelonbekend" in problems and "Atorvastatine" not in problems


def test_two_drugs_of_no_class_here_are_held_against_each_other(care, at):
    """Sildenafil beside a nitrate, while no class of the protocol is used."""
    post(care, at, "other", "30", "1", kind="reported", name="isosorbidemononitraat")
    post(care, at, "other", "50", "1", kind="reported", name="sildenafil")
    problems = queries.proposals(care.clinic.vs, care.episode, at=timezone.localtime()).problems
    assert any("nitraat naast een PDE5-remmer" in one for one in problems), problems


@pytest.mark.parametrize(("name", "says"), [("clopidogrel", "plaatjesremmer"), ("diclofenac", "NSAID")])
def test_what_makes_bleeding_likelier_stands_beside_the_dose_of_the_anticoagulant(
    care, at, af_runs, name, says
):
    post(care, at, "apixaban", "5", "2", kind="reported")
    post(care, at, "other", "75", "1", kind="reported", name=name)
    now = timezone.localtime()
    (second,) = [one for one in queries.beside(care.clinic.vs, care.episode, at=now) if one.runs]
    told = [pair.why["nl"] for pair in second.interactions if pair.severity == "attention"]
    assert any(says in one for one in told)
    page = care.clinic.people.client("vs").get(reverse("clinic:chart", args=[care.episode.patient_id]))
    assert f"Gebruikt ook een {says}" in page.content.decode()
