"""An informal carer measures along, and does not read what the patient answers for themselves and who treats them."""

from __future__ import annotations

from datetime import date

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.people.models import Carer, User
from tests.spec.cases.care import Care
from tests.support.people import TOTP_SECRET


@pytest.fixture
def care(people) -> Care:
    """Now, by the real clock, as the pages read it; with a daughter who looks along."""
    found = Care.begin(people, timezone.localtime())
    user = people._users["carer", False] = User.objects.create(username="dochter")
    TOTP.activate(user, TOTP_SECRET)
    Carer.objects.create(
        user=user,
        patient=found.patient,
        family_name="Naaste",
        relation="dochter",
        allowed_from=date(2024, 1, 1),
    )
    return found


@pytest.mark.parametrize("address", ["own", "form"])
def test_thoughts_of_suicide_are_told_to_who_treats_and_not_to_who_looks_along(care, address):
    care.typed_at_home(suicidal_thoughts=True, bleeding=True)
    where = (
        reverse("people:my_record")
        if address == "own"
        else reverse("clinic:home_measurement", args=[care.patient.pk])
    )
    told = care.people.client("patient").get(where).content.decode()
    along = care.people.client("carer").get(where, follow=True).content.decode()
    assert 'id="gevaar"' in told and 'id="gevaar"' in along, "the bleeding is told to both"
    panel = along.partition('id="gevaar"')[2].split("</section>")[0]
    assert "zelfdoding" not in panel and "niet meer leven" not in panel and "113" not in panel
    assert "113" in told
    assert {"EX-51", "EX-52"} <= {rule for task in care.tasks() for rule in task.rules}


def test_the_list_of_earlier_answers_leaves_it_out_for_who_looks_along(care):
    care.typed_at_home(suicidal_thoughts=True, weight="80")
    where = reverse("clinic:home_measurement", args=[care.patient.pk])
    told, along = (care.people.client(role).get(where).content.decode() for role in ("patient", "carer"))
    earlier = told.count("niet meer leven")
    assert earlier > along.count("niet meer leven") >= 1  # the question itself stays
    assert 'id="gevaar"' in told and 'id="gevaar"' not in along
