"""What a form says of the register is seen by the eye before it is sent, exactly as afterwards."""

from __future__ import annotations

import random

import pytest
from django.urls import reverse

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.referrals import actions
from anderhalf.apps.referrals.danger import Call
from anderhalf.apps.referrals.errors import DoubtNeedsCall
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.routing import route_patient
from anderhalf.apps.referrals.steps import Allergy
from anderhalf.core.pathway.danger import EXCLUSION
from tests.support.people import submission

from .conftest import ORDINARY, form_data, observations
from .test_allergies import ANGIO, about
from .test_upload import bundle, upload

pytestmark = pytest.mark.django_db
ACE = {**ORDINARY, "heart_failure_known": True, "ace_inhibitor": True}
TYPED = {"allergies_asked": "known", "allergy_0_what": "ramipril", "allergy_0_reaction": "angioedema"}
IN_WORDS = {
    "allergies_asked": "known",
    "allergy_0_what": "ramipril, dikke tong",
    "allergy_0_reaction": "other",
}
CALL = Call(with_whom="dr. De Vries", agreed="ACE-remmer vandaag gestopt")


def answer(client, patient, facts, **more):
    posted = form_data(facts, patient=str(patient.pk), submission=submission(), **more)
    return client.post(reverse("referrals:route"), posted).content.decode()


@pytest.mark.parametrize("rows", [TYPED, IN_WORDS])
def test_angio_oedema_typed_beside_an_ace_inhibitor_is_seen_on_the_form(people, a_patient, rows):
    client = people.client("gp")
    assert "Angio-oedeem doorgemaakt en een ACE-remmer" not in answer(client, a_patient, ACE)
    page = answer(client, a_patient, ACE, **rows)
    assert "Angio-oedeem doorgemaakt en een ACE-remmer" in page and "binnen 4 weken" not in page
    posted = form_data(ACE, patient=str(a_patient.pk), submission=submission(), **rows)
    assert client.post(reverse("referrals:send"), posted).status_code == 422 and not Referral.objects.exists()
    called = {"called_with": CALL.with_whom, "called_agreed": CALL.agreed, "chosen_line": "intermediate",
              "because": "zo afgesproken"}  # fmt: skip
    assert client.post(reverse("referrals:send"), {**posted, **called}).status_code == 302
    assert Referral.objects.get().called_with == CALL.with_whom


def test_angio_oedema_of_a_file_is_seen_when_the_form_opens(people, a_patient):
    client = people.client("gp")
    opened = upload(client, bundle(ANGIO, **about(a_patient))).url
    client.get(opened)
    page = client.get(opened).content.decode()
    assert 'value="Enalapril"' in page
    rows = {"allergies_asked": "known", "allergy_0_what": "Enalapril", "allergy_0_reaction": "angioedema"}
    assert "Angio-oedeem doorgemaakt en een ACE-remmer" in answer(client, a_patient, ACE, **rows)


def test_who_is_not_registered_yet_is_seen_too(people):
    posted = form_data(ACE, concept="7d3c9d0e-0a51-4f5b-9a41-8f6a1a2f9c11", submission=submission(), **TYPED)
    page = people.client("gp").post(reverse("referrals:route"), posted).content.decode()
    assert "Angio-oedeem doorgemaakt en een ACE-remmer" in page


def test_what_the_register_held_before_counts_and_no_on_the_form_does_not_hide_it(
    people, a_patient, content, at
):
    people_actions.register_allergy(
        by=people.viewer("gp"), at=at, patient=a_patient.pk, substance="ramipril", reaction="angioedema"
    )
    for facts in (ACE, {**ACE, "angioedema_history": False}):
        with pytest.raises(DoubtNeedsCall):
            actions.send(
                by=people.viewer("gp"), at=at, patient=a_patient.pk, content=content,
                items=observations(facts, at),
            )  # fmt: skip


OPTIONS = {
    "heart_failure_known": [True, False], "ace_inhibitor": [True, False, None], "arb": [True, False, None],
    "arni": [False, None], "mra": [True, None], "beta_blocker": [True, None], "pregnant": [None, None, True],
    "angioedema_history": [True, False, None, None], "potassium": ["4.4", "6.2", "2.7", "3.0"],
    "heart_rate": [72, 36, 48], "systolic_bp": [120, 84], "digoxin": [True, None], "qtc": [None, 520],
    "av_block": [None, None, True], "diltiazem_or_verapamil": [None, True],
}  # fmt: skip
ENTRIES = [
    Allergy(substance="ramipril", reaction="angioedema"), Allergy(substance="losartan", reaction="angioedema"),
    Allergy(substance="noten", reaction="angioedema"), Allergy(substance="Enalapril: dikke tong"),
    Allergy(substance="Enalapril", atc="C09AA02", reaction="angioedema", imported=True),
    Allergy(substance="penicilline", reaction="rash"), Allergy(substance="lisinopril", reaction="cough"),
]  # fmt: skip


def drawn(seed):
    draw = random.Random(seed)
    facts = {name: value for name, values in OPTIONS.items() if (value := draw.choice(values)) is not None}
    known = draw.sample(ENTRIES, draw.choice([0, 0, 1]))
    return {**ORDINARY, **facts}, draw.sample(ENTRIES, draw.choice([0, 1, 1, 2])), known


def said(signs):
    return {(one.rule, one.certain) for one in signs if one.table == EXCLUSION}


@pytest.mark.parametrize("seed", range(20))
def test_the_eye_before_sending_equals_the_eye_after(people, a_patient, content, at, seed):
    facts, entries, known = drawn(seed)
    gp = people.viewer("gp")
    for one in known:
        people_actions.register_allergy(
            by=gp, at=at, patient=a_patient.pk, substance=one.substance, reaction=one.reaction
        )
    items = observations(facts, at)
    before = route_patient(
        by=gp, at=at, patient=a_patient.pk, intent="diagnosis", direction="from_first_line", items=items,
        allergies=entries,
    )  # fmt: skip
    actions.send(
        by=gp, at=at, patient=a_patient.pk, content=content, items=items, allergies=entries, call=CALL,
        chosen_line="intermediate", because="zo afgesproken", allergies_asked=bool(entries),
    )  # fmt: skip
    place = clinic.place_of(a_patient.pk, a_patient.network_id, at=at)
    danger, _seen = clinic.look(a_patient, place, at=at)
    assert said(before.danger.signs) == said(danger.signs)
