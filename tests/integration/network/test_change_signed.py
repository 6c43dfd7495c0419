"""Signing a changed agreement: by whom, when not, and what is published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.network import queries
from anderhalf.apps.network.models import ContentVersion
from anderhalf.apps.network.queries.drafts import base_of
from tests.support.drafting import sent, text

from . import change
from .change import NETWORK, PATHWAY, begin, changed_and_fixed, decide, save, sign, submit

submitted = change.submitted
the_clock = change.the_clock


pytestmark = pytest.mark.django_db


def test_two_people_of_one_partner_are_not_enough(people, at, submitted):
    for role in ("cardiologist", "internist"):
        sign(people.client(role), submitted)
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    assert submitted.approvals.count() == 2
    sign(people.client("pa"), submitted)
    submitted.refresh_from_db()
    assert submitted.state == "published"


def test_nobody_signs_twice(people, submitted):
    client = people.client("cardiologist")
    sign(client, submitted)
    assert "al ondertekend" in text(sign(client, submitted))
    assert submitted.approvals.count() == 1


@pytest.mark.parametrize("role", ["poh", "project_leader", "insurer", "patient", "district_nurse", "billing"])
def test_who_may_not_sign_is_refused(people, submitted, role):
    response = people.client(role).post(
        reverse("network:draft_approve", args=[submitted.pk]), {"version": submitted.version}
    )
    assert response.status_code == 403
    assert submitted.approvals.count() == 0


def test_who_may_not_write_sees_no_drafts(people, submitted):
    for role in ("poh", "patient", "insurer", "billing"):
        client = people.client(role)
        assert client.get(reverse("network:drafts")).status_code == 403
        assert client.get(reverse("network:draft", args=[submitted.pk])).status_code == 403
        assert (
            client.get(reverse("network:draft_rehearsal", args=[submitted.pk, "referral"])).status_code == 403
        )
    assert people.client("project_leader").get(reverse("network:drafts")).status_code == 200


def test_a_submitted_draft_cannot_be_changed(people, submitted):
    before = dict(submitted.files)
    data = sent(submitted, RF_26__nt_probnp=">=999")
    response = people.client("vs").post(reverse("network:draft_table", args=[submitted.pk, "referral"]), data)
    submitted.refresh_from_db()
    assert response.status_code == 409
    assert submitted.files == before


def test_taken_back_the_signatures_fall_away(people, submitted):
    sign(people.client("cardiologist"), submitted)
    people.client("vs").post(reverse("network:draft_take_back", args=[submitted.pk]))
    submitted.refresh_from_db()
    assert submitted.state == "draft"
    assert submitted.approvals.count() == 0


def test_what_was_read_is_what_is_signed(people, at, submitted):
    """A signature on a page that is older than the draft is refused."""
    read = submitted.version
    author = people.client("vs")
    author.post(reverse("network:draft_take_back", args=[submitted.pk]))
    submit(author, submitted, at.date())
    people.client("cardiologist").post(
        reverse("network:draft_approve", args=[submitted.pk]), {"version": read}
    )
    assert submitted.approvals.count() == 0


def test_rejected_with_a_reason_that_the_author_reads(people, submitted):
    client = people.client("gp")
    client.post(reverse("network:draft_reject", args=[submitted.pk]), {"because": "kort"})
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    client.post(
        reverse("network:draft_reject", args=[submitted.pk]), {"because": "De huisartsen willen 125 houden."}
    )
    submitted.refresh_from_db()
    assert submitted.state == "rejected"
    assert "De huisartsen willen 125 houden." in text(
        people.client("vs").get(reverse("network:draft", args=[submitted.pk]))
    )


def test_only_the_author_changes_a_draft(people, at):
    draft = begin(people.client("vs"))
    data = sent(draft, RF_26__nt_probnp=">=150")
    response = people.client("cardiologist").post(
        reverse("network:draft_table", args=[draft.pk, "referral"]), data
    )
    draft.refresh_from_db()
    assert response.status_code == 409
    assert draft.files == {}


def test_saving_over_another_window_is_refused_and_keeps_what_was_typed(people, at):
    client = people.client("vs")
    draft = begin(client)
    stale = sent(draft, RF_26__nt_probnp=">=175")
    save(client, draft, RF_26__nt_probnp=">=150")
    response = client.post(reverse("network:draft_table", args=[draft.pk, "referral"]), stale)
    assert response.status_code == 409
    page = text(response)
    assert "in een ander venster bewaard" in page
    assert "&gt;=175" in page
    draft.refresh_from_db()
    assert "150" in draft.files["referral.csv"]
    assert "175" not in draft.files["referral.csv"]


@pytest.mark.parametrize("days", [-1, -400])
def test_a_version_never_begins_in_the_past(people, at, days):
    client = people.client("vs")
    draft = begin(client)
    changed_and_fixed(client, draft)
    assert "vanaf vandaag" in text(submit(client, draft, at.date() + timedelta(days=days)))
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_later_day_changes_nothing_until_then(people, at, submitted):
    author = people.client("vs")
    author.post(reverse("network:draft_take_back", args=[submitted.pk]))
    day = at.date() + timedelta(days=20)
    submit(author, submitted, day)
    for role in ("cardiologist", "gp"):
        sign(people.client(role), submitted)
    submitted.refresh_from_db()
    assert submitted.state == "published"
    assert queries.pathway_on(NETWORK, PATHWAY, on=day - timedelta(days=1)).version == "1.0.0"
    assert queries.pathway_on(NETWORK, PATHWAY, on=day).version == "1.1.0"


def test_of_two_drafts_the_second_is_carried_over_first(people, at, submitted, monkeypatch):
    second = people.client("pa")
    draft = begin(second)
    save(second, draft, "stable", **_a_wording(draft))
    for role in ("cardiologist", "gp"):
        sign(people.client(role), submitted)
    assert "nieuwere versie" in text(submit(second, draft, at.date()))
    # of two versions from one day the one that was published last answers
    monkeypatch.setattr("django.utils.timezone.now", lambda: at + timedelta(minutes=5))
    second.post(reverse("network:draft_renew", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.base.version == "1.1.0"
    submit(second, draft, at.date())
    for role in ("cardiologist", "gp"):
        sign(people.client(role), draft)
    draft.refresh_from_db()
    assert draft.state == "published"
    running = queries.pathway_on(NETWORK, PATHWAY, on=at.date())
    assert running.version == "1.2.0"
    assert "<150" in running.files["referral.csv"]


def _a_wording(draft):
    """Of a rule whose text names no limit: one that does must go on naming it."""
    rules = base_of(draft).tables["stable"].rules
    plain = next(rule.id for rule in rules if not any(sign.isdigit() for sign in rule.why["nl"]))
    return {f"{plain.replace('-', '_')}__why_nl": "Dit staat er nu anders, met dezelfde betekenis."}


def test_two_drafts_of_the_same_table_do_not_overwrite_each_other(people, at, submitted):
    second = people.client("pa")
    draft = begin(second)
    save(second, draft, RF_23__nt_probnp=">=3000")
    for role in ("cardiologist", "gp"):
        sign(people.client(role), submitted)
    second.post(reverse("network:draft_renew", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.base.version == "1.0.0"


def test_a_published_version_says_who_signed_for_whom(people, at, submitted):
    for role in ("cardiologist", "gp"):
        sign(people.client(role), submitted)
    submitted.refresh_from_db()
    version = ContentVersion.objects.get(kind="agreement", version="1.1.0")
    signed = {
        (one.organisation.key, one.professional.full_name)
        for one in version.approvals.select_related("organisation", "professional")
    }
    assert {key for key, _name in signed} == {"ziekenhuis", "huisartsengroep"}
    assert submitted.agreement == version
    assert "1.1.0" in version.files["CHANGELOG.md"]
    assert "RF-26 (changed)" in submitted.published.files["CHANGELOG.md"]
    # what was there stays to the letter
    old = ContentVersion.objects.get(kind="pathway", key="heart_failure", version="1.0.0")
    untouched = set(old.files) - {"pathway.toml", "CHANGELOG.md", "referral.csv"}
    assert all(old.files[name] == submitted.published.files[name] for name in untouched)


def test_every_step_has_its_audit_line(people, submitted):
    for role in ("cardiologist", "gp"):
        sign(people.client(role), submitted)
    events = list(AuditLine.objects.filter(object_type="draft").values_list("event", flat=True))
    for event in ("draft_started", "draft_saved", "draft_submitted", "draft_signed", "draft_published"):
        assert f"network:{event}" in events


def test_the_project_leader_sees_no_cases_and_no_small_counts(people, at, submitted):
    decide(people, at - timedelta(days=40), 140)
    for _n in range(12):
        decide(people, at - timedelta(days=30), 400)
    address = reverse("network:draft_rehearsal", args=[submitted.pk, "referral"])
    page = text(people.client("project_leader").get(address + "?van=0&naar=0"))
    assert "&lt; 10" in page
    assert "± 10" in page
    assert ">13<" not in page
    assert ">12<" not in page
    assert "geval 1" not in page
    assert 'href="?van=' not in page
    assert "Zou veranderen" not in page
    assert "Zou veranderen" in text(people.client("gp").get(address))
