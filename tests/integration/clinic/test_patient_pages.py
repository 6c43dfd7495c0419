"""What a patient reads: numbers to press on every page, plain questions, and a blood pressure as people say it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.clinic.home_words import LABELS
from anderhalf.apps.people.access import Right
from anderhalf.apps.people.models import User
from anderhalf.apps.record import actions as record
from anderhalf.apps.record.models import Observation, Task
from tests.spec.cases.care import Care
from tests.support.people import submission


@pytest.fixture
def at():
    """Pages read the real clock, so here everything happens now."""
    return timezone.localtime()


@pytest.fixture
def care(people, at) -> Care:
    """A patient in care who has an account."""
    care = Care.begin(people, at)
    care.patient.user = User.objects.create(username="p.patient")
    care.patient.save(update_fields=["user"])
    return care


@pytest.fixture
def patient(care, client):
    """Their browser."""
    client.force_login(care.patient.user)
    return client


def pages(care):
    """Every page that a patient opens."""
    about = [care.patient.pk]
    return [
        reverse("people:my_record"), reverse("clinic:plan", args=about), reverse("people:log", args=about),
        reverse("clinic:home_measurement", args=about), reverse("people:consents", args=about),
        reverse("people:patient_details", args=about),
    ]  # fmt: skip


def typed(care, at, **given):
    """A home measurement as it is posted."""
    fields = {f"f_{name}": value for name, value in given.items()}
    return {"submission": submission(), "measured_on": at.date().isoformat(), **fields}


def test_the_numbers_stand_on_every_page_also_when_nothing_is_wrong(care, patient):
    centre = care.episode.centre
    assert centre.key
    for address in pages(care):
        page = patient.get(address).content.decode()
        assert 'class="call-bar"' in page and 'href="tel:112"' in page, address
        assert page.count('href="tel:') >= 2, f"{address}: and somebody of the centre or the practice"
    assert 'class="call-bar"' not in care.people.client("vs").get(reverse("home")).content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_form_asks_in_plain_words(care, patient, language):
    patient.cookies["anderhalf_language"] = language
    page = patient.get(reverse("clinic:home_measurement", args=[care.patient.pk])).content.decode()
    assert ("Bent u flauwgevallen?" if language == "nl" else "Did you faint?") in page
    for word in ("Syncope", "(syncope)", "Wegraking", "bovendruk", "Hartfrequentie", "uitdroging"):
        assert word not in page, word


@pytest.mark.parametrize("field", ["systolic_bp", "diastolic_bp"])
@pytest.mark.parametrize("text", ["120/80", "120 / 80", "120/ 80"])
def test_a_blood_pressure_may_be_typed_as_people_say_it(care, patient, at, field, text):
    answer = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]), typed(care, at, **{field: text})
    )
    assert answer.status_code == 302
    stored = {row.fact: row.number for row in Observation.objects.filter(patient=care.patient)}
    assert stored["systolic_bp"] == 120 and stored["diastolic_bp"] == 80


def test_two_numbers_that_contradict_the_other_field_are_asked_about(care, patient, at):
    address = reverse("clinic:home_measurement", args=[care.patient.pk])
    answer = patient.post(address, typed(care, at, systolic_bp="120/80", diastolic_bp="95"))
    assert answer.status_code == 422 and not Observation.objects.filter(fact="systolic_bp").exists()


@pytest.mark.parametrize(
    ("field", "hint"),
    [("systolic_bp", "bijvoorbeeld 145"), ("weight", "bijvoorbeeld 110,5"), ("heart_rate", "bijvoorbeeld")],
)
def test_the_hint_fits_the_field(care, patient, at, field, hint):
    page = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]), typed(care, at, **{field: "goed"})
    ).content.decode()
    assert hint in page and "8900" not in page
    assert "Bloeddruk, bovendruk" not in page, "the name stands beside it in plain words"


def test_a_danger_typed_as_two_numbers_is_seen(care, patient, at):
    page = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]), typed(care, at, systolic_bp="66/40")
    ).content.decode()
    assert 'id="gevaar"' in page and care.tasks()


def test_saved_and_not_saved_never_stand_on_one_page_without_saying_which(care, patient, at):
    address = reverse("clinic:home_measurement", args=[care.patient.pk])
    patient.post(address, typed(care, at, chest_pain_at_rest="true"))
    page = patient.post(address, typed(care, at, weight="tachtig")).content.decode()
    assert "Uw meting is bewaard" not in page
    assert "Wat u eerder invulde, is bewaard. Wat u nu invult, nog niet." in page


def test_the_own_page_tells_how_to_take_a_drug_not_why_professionals_agreed_it(care, patient, at):
    record.agree_medication(
        by=care.vs, at=at, patient=care.patient.pk, kind="start", drug="bisoprolol", drug_name="bisoprolol",
        atc="C07AB07", reason="HFrEF volgens BB-12", from_at=at - timedelta(days=1), under=Right.WRITE_CLINICAL,
        dose=5, dose_unit="mg", times_per_day=1, instructions="Neem 1 keer per dag 1 tablet.",
    )  # fmt: skip
    page = patient.get(reverse("people:my_record")).content.decode()
    assert "BB-12" not in page and "Neem 1 keer per dag 1 tablet." in page


def test_plain_words_are_short():
    for name, label in LABELS.items():
        assert len(str(label).split()) <= 18, name


@pytest.mark.parametrize(
    ("typed_as", "meant"),
    [("75,4 kg", "75.4"), ("75 kg", "75"), ("75,4kg", "75.4"), ("75.4 KG", "75.4"), ("165 lb", "74.8427")],
)
def test_the_unit_of_the_field_may_stand_behind_the_number(care, patient, at, typed_as, meant):
    answer = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]), typed(care, at, weight=typed_as)
    )
    assert answer.status_code == 302
    assert Observation.objects.get(fact="weight").number == Decimal(meant)


@pytest.mark.parametrize("typed_as", ["12 stone", "75 kg extra", "kg"])
def test_another_unit_is_not_taken_for_the_fields_own(care, patient, at, typed_as):
    answer = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]), typed(care, at, weight=typed_as)
    )
    assert answer.status_code == 422 and not Observation.objects.filter(fact="weight").exists()


def test_only_what_is_possible_is_offered_and_no_box_is_named_that_is_not_there(care, patient, at):
    care.home({"weight": "78"}, at=at - timedelta(days=2))
    page = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]), typed(care, at, weight="82.400")
    ).content.decode()
    assert "Bedoelt u 82,4? Schrijf dan 82,4." in page and "82400" not in page
    assert (
        'id="gevaar"' in page and "Kruis dat hieronder aan" not in page and 'name="sure_weight"' not in page
    )


def test_two_numbers_that_are_swapped_are_said_to_be(care, patient, at):
    page = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]),
        typed(care, at, systolic_bp="60", diastolic_bp="100"),
    ).content.decode()
    assert "100 is niet lager dan het hoogste getal van uw bloeddruk, 60. Verwisseld?" in page
    assert "bovendruk" not in page.split('id="gevaar"')[1].split("</form>")[0], "plain words"
    assert 'name="sure_' not in page, "no box: no yes makes it right"
    assert 'id="gevaar"' in page, "and until then it counts as it may be"


def test_who_does_not_want_to_live_reads_113_whatever_else_is_wrong(care, patient, at):
    page = patient.post(
        reverse("clinic:home_measurement", args=[care.patient.pk]),
        typed(care, at, bleeding="true", suicidal_thoughts="true"),
        follow=True,
    ).content.decode()
    alarm = page.split('id="gevaar"')[1].split("</section>")[0]
    assert 'href="tel:113"' in alarm and 'href="tel:112"' in alarm


def uses(care, at, drug, name, atc, *, kind="start", **more):
    record.agree_medication(
        by=care.vs, at=at, patient=care.patient.pk, kind=kind, drug=drug, drug_name=name, atc=atc, reason="afspraak",
        from_at=at - timedelta(days=1), under=Right.WRITE_CLINICAL, dose=10, dose_unit="mg", times_per_day=1, **more,
    )  # fmt: skip


def test_on_a_sick_day_the_drugs_are_named_that_this_patient_uses_and_no_other(care, patient, at):
    plan = reverse("clinic:plan", args=[care.patient.pk])
    page = patient.get(plan).content.decode()
    assert "en droogt u uit? Bel het centrum." in page and "dan niet in" not in page
    uses(care, at, "dapagliflozin", "dapagliflozine", "A10BK01")
    uses(care, at, "bisoprolol", "bisoprolol", "C07AB07")
    page = patient.get(plan).content.decode()
    assert "Neem dapagliflozine dan niet in, en bel het centrum." in page
    uses(care, at, "spironolactone", "spironolacton", "C03DA01")
    page = patient.get(plan).content.decode()
    assert "Neem dapagliflozine en spironolacton dan niet in" in page and "eplerenon" not in page
    patient.cookies["anderhalf_language"] = "en"
    assert "do not take dapagliflozin and spironolactone, and call." in patient.get(plan).content.decode()


@pytest.mark.parametrize(
    ("given", "asked"),
    [({"weight": "750"}, ["75,0 kg"]), ({"systolic_bp": "12", "diastolic_bp": "8"}, ["120 mmHg", "80 mmHg"])],
)
def test_a_slip_of_the_decimal_point_is_asked_and_makes_no_alarm(care, patient, at, given, asked):
    address = reverse("clinic:home_measurement", args=[care.patient.pk])
    page = patient.post(address, typed(care, at, **given)).content.decode()
    for value in asked:
        assert f"Bedoelt u {value}?" in page
    for wrong in ("ponden", "(lb)", "kPa", "340", "90,1", "Klopt dit?"):
        assert wrong not in page, wrong
    assert not Task.objects.filter(patient=care.patient).exists()


def test_a_slip_that_would_be_a_danger_still_makes_an_alarm(care, patient, at):
    address = reverse("clinic:home_measurement", args=[care.patient.pk])
    page = patient.post(address, typed(care, at, systolic_bp="7")).content.decode()
    assert "Bedoelt u 70 mmHg?" in page and Task.objects.filter(patient=care.patient).exists()
