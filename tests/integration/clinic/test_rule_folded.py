"""People read sentences: the id of a rule, its source and its version stand in the fold "Waarom", in both languages."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from django.utils import timezone

from anderhalf.apps.referrals.models import Referral
from tests.integration.referrals.test_danger import CALL, LOW
from tests.integration.referrals.test_pages import post
from tests.spec.cases.care import Care

pytestmark = pytest.mark.django_db
RULE = re.compile(r"\b[A-Z]{2,5}-\d{1,3}\b|\b[a-z]+(?:_[a-z0-9]+)+\b")


class Visible(HTMLParser):
    """The text of a page, that of its folds apart."""

    VOID = {"meta", "link", "input", "br", "img", "use", "hr"}

    def __init__(self):
        super().__init__()
        self.path, self.read, self.folded = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.path.append(tag)

    def handle_endtag(self, tag):
        while self.path and self.path.pop() != tag:
            pass

    def handle_data(self, data):
        if {"script", "style"} & set(self.path):
            return
        folded = "details" in self.path and "summary" not in self.path
        (self.folded if folded else self.read).append(data)


def parts(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    page = Visible()
    page.feed(response.content.decode())
    return " ".join(" ".join(page.read).split()), " ".join(" ".join(page.folded).split())


@pytest.fixture
def care(people):
    begun = Care.begin(people, timezone.localtime())
    begun.contact({"potassium": "5.8", "weight": 82})
    return begun


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("name", "role", "about"),
    [
        ("home", "vs", False),
        ("home", "gp", False),
        ("clinic:today", "vs", False),
        ("clinic:due", "vs", False),
        ("clinic:danger", "vs", True),
        ("clinic:chart", "vs", True),
        ("clinic:proposals", "vs", True),
        ("clinic:plan", "gp", True),
    ],
)
def test_no_rule_is_read_outside_its_fold(care, name, role, about, language):
    client = care.people.client(role, language=language)
    read, folded = parts(client, name, *([care.patient.pk] if about else []))
    assert not RULE.findall(read.replace("COVID-19", "")), read
    if name != "home":
        assert RULE.search(folded), "and it can be looked up"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nor_at_a_referral(people, a_patient, language):
    post(people.client("poh"), LOW, patient=a_patient, c_systolic_bp="on", chosen_line="intermediate",
         because="Na overleg.", **CALL)  # fmt: skip
    found = Referral.objects.get()
    for role in ("vs", "poh"):
        read, folded = parts(people.client(role, language=language), "referrals:referral", found.pk)
        assert not RULE.findall(read), read
        assert re.search(r"\bEX-\d+", folded)
