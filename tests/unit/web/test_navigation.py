"""The rail: each role sees its own rooms, once, with one of them current."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from anderhalf.apps.people.roles import Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.web.navigation import NETWORK, WORK, rail


def labels(role: str, path: str = "/") -> list[str]:
    with translation.override("nl"):
        return [entry.label for group in rail(Viewer(role=role), {}, path) for entry in group.entries]


@pytest.mark.parametrize("place", [*WORK, *NETWORK], ids=lambda place: place.url_name)
def test_every_place_has_an_address(place):
    assert reverse(place.url_name).startswith("/")


def test_a_gp_refers_and_a_specialist_nurse_triages():
    assert labels(Role.GP)[:4] == ["Verwijzen", "Verwijzingen", "Opsporen", "Patiënten"]
    assert labels(Role.VS)[:3] == ["Vandaag", "Triage", "Verwijzingen"]
    assert "Triage" not in labels(Role.GP)


@pytest.mark.parametrize("role", [Role.PROJECT_LEADER, Role.INSURER, Role.ADMINISTRATOR, Role.BILLING])
def test_who_sees_no_patients_has_no_way_to_them(role):
    assert "Patiënten" not in labels(role)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_somewhere_to_go(role):
    assert labels(role)


@pytest.mark.parametrize("role", list(Role))
def test_keys_and_places_are_not_given_twice(role):
    entries = [entry for group in rail(Viewer(role=role), {}, "/") for entry in group.entries]
    keys = [entry.key for entry in entries if entry.key]
    assert len(keys) == len(set(keys))
    assert len({entry.name for entry in entries}) == len(entries)


def test_counts_are_shown_with_what_they_mean():
    with translation.override("nl"):
        entries = [e for g in rail(Viewer(role=Role.VS), {"referrals:triage": 4}, "/") for e in g.entries]
    triage = next(entry for entry in entries if entry.name == "referrals:triage")
    assert (triage.count, triage.attention, triage.count_label) == (4, True, "wacht op u")


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/triage/", "referrals:triage"),
        ("/verwijzingen/0d0a/", "referrals:list"),
        ("/dossier/0d0a/", "people:patients"),
        ("/stijl/", None),
    ],
)
def test_one_place_is_current(path, current):
    entries = [e for g in rail(Viewer(role=Role.VS), {}, path) for e in g.entries]
    assert [entry.name for entry in entries if entry.current] == ([current] if current else [])


def test_nobody_sees_nothing():
    assert rail(Viewer(), {}, "/") == []
