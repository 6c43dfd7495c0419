"""The form and the uploaded record ask the same eye as everything else: the same facts give the same rules."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.danger import EXCLUSION, look_for_danger
from tests.support.titration import pathway

from .conftest import form_data
from .test_upload import bundle, observation, upload

pytestmark = pytest.mark.django_db

CODES = {
    "systolic_bp": ("8480-6", "mm[Hg]"), "heart_rate": ("8867-4", "/min"), "potassium": ("2823-3", "mmol/L"),
    "sodium": ("2951-2", "mmol/L"), "haemoglobin": ("59260-0", "mmol/L"),
}  # fmt: skip
ENDS = {
    "systolic_bp": (66, 69, 70, 76, 89, 90, 99, 120, 180, 219, 220, 228),
    "heart_rate": (29, 30, 38, 39, 40, 60, 95, 110, 150, 151, 185),
    "potassium": ("2.4", "2.7", "2.8", "4.5", "6.0", "6.1", "6.8"),
    "sodium": (119, 124, 125, 140, 155, 156), "haemoglobin": ("3.9", "4.9", "5.0", "8.5"),
}  # fmt: skip
"""Values on and beside every limit, at both ends of each fact that a record of elsewhere holds."""
BORN = date(1948, 3, 14)


def examples(number: int, seed: int) -> list[dict[str, str]]:
    """Some facts each, the same ones in every run."""
    draw = random.Random(seed)
    return [
        {name: str(draw.choice(ENDS[name])) for name in sorted(draw.sample(sorted(ENDS), draw.randint(1, 4)))}
        for _ in range(number)
    ]


def by_the_eye(facts: dict[str, str], *, on: date, confirmed: bool) -> set[str]:
    """The rules that the eye names; what is unusual counts as a doubt until it is confirmed."""
    chosen = pathway("heart_failure")
    known, doubtful = {}, {}
    for name, text in facts.items():
        value = FactValue(Decimal(text), on)
        if not confirmed and chosen.dictionary.validate(name, value.value).unusual:
            doubtful[name] = [value]
        else:
            known[name] = value
    danger = look_for_danger([chosen], known, on=on, birth_date=BORN, doubtful=doubtful, tables=(EXCLUSION,))
    return {sign.rule for sign in danger.signs}


def named(page: str) -> set[str]:
    """The rules that stand in the red panel."""
    panels = re.findall(r'<section class="red-alert[^>]*>.*?</section>', page, flags=re.S)
    return set(re.findall(r"EX-\d\d", " ".join(panels)))


def confirmations(facts: dict[str, str]) -> dict[str, str]:
    return {f"c_{name}": "on" for name in facts}


def test_the_form_names_every_danger_that_the_eye_sees(people, a_patient):
    client, on = people.client("poh"), timezone.localdate()
    for facts in examples(14, seed=1):
        for confirmed in (True, False):
            more = confirmations(facts) if confirmed else {}
            data = form_data(facts, patient=str(a_patient.pk), intent="titration", **more)
            page = client.post(reverse("referrals:route"), data).content.decode()
            assert named(page) == by_the_eye(facts, on=on, confirmed=confirmed), (facts, confirmed)


def test_an_uploaded_record_names_every_danger_that_the_eye_sees(people):
    client, on = people.client("poh"), timezone.localdate()
    for facts in examples(12, seed=2):
        rows = [
            observation(CODES[name][0], float(text), CODES[name][1], on.isoformat())
            for name, text in facts.items()
        ]
        answer = upload(client, bundle(*rows))
        assert answer.status_code == 302, facts
        page = client.get(answer.url).content.decode()
        assert named(page) == by_the_eye(facts, on=on, confirmed=False), facts


def test_adding_a_danger_never_removes_one_and_hiding_others_never_hides_it(people, a_patient):
    client = people.client("poh")

    def rules(facts: dict[str, str]) -> set[str]:
        data = form_data(facts, patient=str(a_patient.pk), **confirmations(facts))
        return named(client.post(reverse("referrals:route"), data).content.decode())

    for facts, more in zip(examples(6, seed=3), examples(6, seed=4), strict=True):
        asked = rules(facts)
        assert asked <= rules({**more, **facts})
        for name, text in facts.items():
            assert rules({name: text}) <= asked
