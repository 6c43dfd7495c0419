"""From a changed threshold to a new version: warned of the gap, fixed, rehearsed, signed by two, and then it answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.network import queries
from anderhalf.apps.network.models import ContentVersion, Draft
from anderhalf.apps.network.queries.drafts import base_of
from anderhalf.apps.record.actions import store_decision
from anderhalf.apps.record.models import StoredDecision
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.decisions.replay import ReplayDiffers, check_replays
from anderhalf.core.pathway.referral import route_referral
from tests.support.drafting import sent, text

pytestmark = pytest.mark.django_db
NETWORK, PATHWAY = "voorbeeldstreek", "heart_failure"
SUSPECTED = {
    "question": "diagnosis",
    "referred_from": "first",
    "heart_failure_known": False,
    "new_angina": False,
    "correctable_cause_suspected": False,
    "specific_cause_suspected": False,
    "heart_rate": Decimal(80),
    "rate_slowing_drug": False,
    "nyha": "II",
    "rhythm": "sinus",
    "orthopnoea": False,
    "ecg_result": "normal",
    "bmi": Decimal(27),
    "chest_pain_at_rest": False,
    "dyspnoea_at_rest": False,
    "hypoperfusion": False,
    "syncope": False,
    "oxygen_saturation": Decimal(96),
    "potassium": Decimal("4.4"),
    "systolic_bp": Decimal(134),
    "abrupt_deterioration": False,
    "age": Decimal(77),
    "sex": "male",
    "pregnant": False,
    "advanced_hf_sign": False,
    "natriuretic_lowering_drug": False,
}


@pytest.fixture(autouse=True)
def the_clock(monkeypatch, at):
    """Requests happen at the moment of the test's people."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


def facts(nt_probnp, on: date):
    return {
        name: FactValue(value, on) for name, value in {**SUSPECTED, "nt_probnp": Decimal(nt_probnp)}.items()
    }


def decide(people, at, nt_probnp):
    """A referral of somebody with this NT-proBNP, decided and stored as the service does."""
    viewer, on = people.viewer("gp"), at.date()
    patient = people.patient()
    pathway = queries.pathway_on(NETWORK, PATHWAY, on=on)
    referral = uuid4()
    for table in ("exclusion", "referral", "to_do"):
        decision = evaluate(pathway.tables[table], facts(nt_probnp, on), on=on)
        row = store_decision(
            by=viewer, at=at, patient=patient.pk, pathway=PATHWAY, table=table, version=pathway.version,
            content_hash=pathway.hash, status=decision.status, decision=decision.to_dict(), referral=referral,
        )  # fmt: skip
        if table == "referral":
            stored = row
    return stored


def begin(client):
    response = client.post(
        reverse("network:drafts"),
        {
            "pathway": PATHWAY,
            "title": "Grens voor NT-proBNP naar 150 ng/l",
            "because": "Minder echo's zonder opbrengst.",
        },
    )
    assert response.status_code == 302, response.content.decode()[:2000]
    return Draft.objects.get(pk=response.url.rstrip("/").rpartition("/")[2])


def save(client, draft, table="referral", op="", **cells):
    data = {**sent(draft, table, **cells), "op": op}
    response = client.post(reverse("network:draft_table", args=[draft.pk, table]), data, follow=True)
    draft.refresh_from_db()
    return response


def submit(client, draft, day):
    return client.post(
        reverse("network:draft_submit", args=[draft.pk]),
        {"valid_from": f"{day:%d-%m-%Y}", "because": "De grens van 150 is met elkaar besproken."},
        follow=True,
    )


def sign(client, draft):
    draft.refresh_from_db()
    return client.post(
        reverse("network:draft_approve", args=[draft.pk]), {"version": draft.version}, follow=True
    )


RF_26 = {
    "RF_26__nt_probnp": ">=150",
    "RF_26__why_nl": "Vermoeden van hartfalen met NT-proBNP vanaf 150 ng/l: echo en diagnose.",
    "RF_26__why_en": "Suspected heart failure with NT-proBNP from 150 ng/l: echo and diagnosis.",
}
RF_27 = {
    "RF_27__nt_probnp": "<150",
    "RF_27__why_nl": "ECG normaal en NT-proBNP onder 150 ng/l: hartfalen is onwaarschijnlijk.",
    "RF_27__why_en": "ECG normal and NT-proBNP below 150 ng/l: heart failure is unlikely.",
}
RF_28 = {
    "RF_28__nt_probnp": "<150",
    "RF_28__why_nl": "NT-proBNP onder 150 ng/l bij een BMI vanaf 35: bij blijvend vermoeden toch een echo.",
    "RF_28__why_en": "NT-proBNP below 150 ng/l with a BMI from 35: an echo if suspicion persists.",
}
RF_45 = {
    "RF_45__nt_probnp": "<150",
    "RF_45__why_nl": "NT-proBNP onder 150 ng/l bij een middel dat de waarde verlaagt: toch een echo.",
    "RF_45__why_en": "NT-proBNP below 150 ng/l while on a drug that lowers it: an echo after all.",
}
"""A changed limit with the words that go with it; on RF-45 too, or whoever uses such a drug stays without an echo."""


def changed_and_fixed(client, draft):
    save(client, draft, **RF_26, **RF_27, **RF_28, **RF_45)


def test_edit_warn_fix_rehearse_sign_answer_replay(people, at):
    old = decide(people, at - timedelta(days=40), 140)
    decide(people, at - timedelta(days=30), 100)
    decide(people, at - timedelta(days=20), 400)
    author, cardiologist, gp = people.client("vs"), people.client("cardiologist"), people.client("gp")
    draft = begin(author)

    # a changed threshold opens a gap, and the page shows for whom
    page = text(save(author, draft, RF_26__nt_probnp=">=150"))
    assert "Gat" in page
    assert "NT-proBNP 125 tot 150" in page
    assert "Voorbeeldpatiënt" in page
    assert draft.checks["errors"] > 0
    refused = text(submit(author, draft, at.date()))
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert "fouten in de tabellen" in refused

    # fixed: no gap any more
    save(author, draft, **RF_26)
    save(author, draft, **RF_27)
    save(author, draft, **RF_28)
    page = text(save(author, draft, **RF_45))
    assert draft.checks["errors"] == 0
    assert "Geen gaten, overlap of tegenspraak" in page

    # compared rule by rule
    page = text(author.get(reverse("network:draft", args=[draft.pk])))
    assert page.count("beslist anders") == 4
    assert "125 ng/l of meer" in page
    assert "150 ng/l of meer" in page

    # rehearsed: the one with 140 would stay with the GP
    page = text(author.get(reverse("network:draft_rehearsal", args=[draft.pk, "referral"])))
    assert "Zou veranderen" in page
    link = next(part for part in page.split('"') if part.startswith("?van=") and _moves(part))
    page = text(
        author.get(
            reverse("network:draft_rehearsal", args=[draft.pk, "referral"]) + link.replace("&amp;", "&")
        )
    )
    assert "RF-26 → RF-27" in page
    assert "140 ng/l" in page
    assert "Proefpersoon" not in page

    # nobody signs their own change
    assert "ondertekenen" in text(submit(author, draft, at.date()))
    refused = text(sign(author, draft))
    assert "U schreef deze wijziging zelf" in refused
    assert draft.approvals.count() == 0

    # one signature is not enough, the second publishes
    sign(cardiologist, draft)
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert queries.pathway_on(NETWORK, PATHWAY, on=at.date()).version == "1.0.0"
    page = text(sign(gp, draft))
    draft.refresh_from_db()
    assert draft.state == "published", page[:3000]
    assert "versie 1.1.0" in page

    # a new referral is answered by the new version, the old one replays with the old
    running = queries.pathway_on(NETWORK, PATHWAY, on=at.date())
    assert (running.version, queries.agreement_on(NETWORK, on=at.date()).version) == ("1.1.0", "1.1.0")
    assert route_referral(running, facts(140, at.date()), on=at.date()).line == "first"
    stored = Decision.from_dict(StoredDecision.objects.get(pk=old.pk).decision)
    before = queries.pathway_of_decision(NETWORK, key=PATHWAY, version=old.version, on=stored.on)
    check_replays(stored, before.tables["referral"])
    assert stored.value("line") == "intermediate"
    with pytest.raises(ReplayDiffers):
        check_replays(stored, running.tables["referral"])
    new = decide(people, at, 140)
    assert new.version == "1.1.0"
    assert Decision.from_dict(new.decision).value("line") == "first"


def _moves(link: str) -> bool:
    before, after = (part.split("=")[1].split("#")[0] for part in link[1:].replace("&amp;", "&").split("&"))
    return before != after


@pytest.fixture
def submitted(people, at):
    """A sound change, submitted by the nurse specialist."""
    author = people.client("vs")
    draft = begin(author)
    changed_and_fixed(author, draft)
    submit(author, draft, at.date())
    draft.refresh_from_db()
    assert draft.state == "submitted"
    return draft


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
    first = base_of(draft).tables["stable"].rules[0].id.replace("-", "_")
    return {f"{first}__why_nl": "Dit staat er nu anders, met dezelfde betekenis."}


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
