"""A drug of the typed list that no name list knows is said: it takes no part in any check."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anderhalf.apps.referrals.models import Referral
from tests.spec.cases.test_referral import KNOWN, Desk

pytestmark = pytest.mark.django_db

SAID = "Niet herkend op de lijst:"


def unknown_on(page: str) -> str:
    """What the page says of it, up to the full stop; empty when it says nothing."""
    return page.partition(SAID)[2].partition(". Controleer zelf.")[0].strip()


@pytest.mark.parametrize(
    ("listed", "unknown"),
    [
        ("metoprolol 50 mg 1dd\n- rode pilletjes\nmetporool 50", "rode pilletjes, metporool 50"),
        ("sildenafil 50 / ISMN 60", "ISMN 60"),
        ("sacubitril / valsartan 24/26 mg 2dd", ""),
        ("metoprolol 50 mg, 1x per dag, 's avonds\nramipril 5 mg 1 / dag\n- 2,5\n* ", ""),
        ("rode pilletjes gestopt\ngeen witte pil\nbisoprolol 2,5", ""),
        ("Huidige medicatie:\nbisoprolol 2,5", ""),
        ("spiro 25; diclofenac 50", "spiro 25"),
        ("rode pilletjes, Rode pilletjes", "rode pilletjes"),
        ("- bisoprolol 1,25 mg 1 dd, sinds 30-09-2026", ""),
        ("- Bisoprolol: gestart op 30-09-2026, 1,25 mg 1 dd (start volgens protocol)", ""),
        ("bisoprolol 2,5 (en rode pilletjes), rode pil (volgens protocol)", "rode pil (volgens protocol)"),
    ],
)
def test_a_name_that_is_not_known_is_said_before_and_after_sending(people, listed, unknown):
    desk = Desk(people)
    assert unknown_on(desk.says(KNOWN, intent="titration", treatment_so_far=listed)) == unknown
    call = {"called_with": "dr. A. Jansen", "called_agreed": "Vandaag gezien."}
    found = desk.sends(KNOWN, intent="titration", treatment_so_far=listed, **call)
    page = people.client("vs").get(reverse("referrals:referral", args=[found.pk])).content.decode()
    assert unknown_on(page) == unknown


def test_it_is_said_beside_an_emergency_too(people):
    said = Desk(people).says(
        {**KNOWN, "potassium": "6.8"}, treatment_so_far="rode pilletjes", c_potassium="on"
    )
    assert "Er wordt niets verstuurd" in said and unknown_on(said) == "rode pilletjes"
    assert not Referral.objects.exists()


def test_the_field_that_is_read_asks_for_the_list_and_no_other_does(people):
    client = people.client("poh")
    patient = people.patient()
    form = client.get(f"{reverse('referrals:new')}?patient={patient.pk}").context["content_form"]
    listed = form.fields["treatment_so_far"]
    assert listed.label == "Medicatielijst" and "één middel per regel" in str(listed.help_text)
    others = [
        f"{one.label} {one.help_text}" for name, one in form.fields.items() if name != "treatment_so_far"
    ]
    assert not [text for text in others if "medica" in text.lower()]
    found = Desk(people).sends(KNOWN, intent="titration", treatment_so_far="bisoprolol 2,5 mg")
    page = people.client("vs").get(reverse("referrals:referral", args=[found.pk])).content.decode()
    assert "<h3>Medicatielijst</h3><p>bisoprolol 2,5 mg</p>" in page
