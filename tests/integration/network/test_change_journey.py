"""From a changed threshold to a new version: warned of the gap, fixed, rehearsed, signed by two, and then it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from anderhalf.apps.network import queries
from anderhalf.apps.record.models import StoredDecision
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.replay import ReplayDiffers, check_replays
from anderhalf.core.pathway.referral import route_referral
from tests.support.drafting import text

from . import change
from .change import NETWORK, PATHWAY, RF_26, RF_27, RF_28, RF_45, begin, decide, facts, save, sign, submit

submitted = change.submitted
the_clock = change.the_clock


pytestmark = pytest.mark.django_db


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
