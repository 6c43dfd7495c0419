"""What a long transaction does once at its end: chain the log's lines, hand out printed letters, look relations up."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.db import transaction

from anderhalf.apps.audit.actions import written_together
from anderhalf.apps.audit.models import AuditLine
from anderhalf.apps.audit.queries import verify_chain
from anderhalf.apps.letters import actions
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.letters.pdf import printed_meanwhile
from anderhalf.apps.people import actions as people_actions
from anderhalf.apps.people.access import Right, can_access, care_relations_remembered
from anderhalf.apps.people.models import CareRelation

pytestmark = pytest.mark.django_db


def test_lines_written_together_are_one_whole_chain_in_order_of_time(cared_for, people, at):
    before = AuditLine.objects.count()
    vs = people.viewer("vs")
    with transaction.atomic(), written_together():
        letter = actions.draft_letter(by=vs, at=at + timedelta(hours=2), episode=cared_for.pk, kind="interim")
        actions.edit_letter(
            by=vs, at=at + timedelta(hours=1), letter=letter.pk, texts={"diagnosis": "anders"}
        )
        assert AuditLine.objects.count() == before, "nothing is written before the end"
    added = list(AuditLine.objects.order_by("number")[before:])
    assert {line.event for line in added} == {"letters:letter_drafted", "letters:letter_edited"}
    assert [line.at for line in added] == sorted(line.at for line in added)
    assert verify_chain().whole


def test_an_error_within_leaves_no_line_and_no_change(cared_for, people, at):
    lines, letters = AuditLine.objects.count(), Letter.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic(), written_together():
        actions.draft_letter(by=people.viewer("vs"), at=at, episode=cared_for.pk, kind="interim")
        raise RuntimeError("stop")
    assert (AuditLine.objects.count(), Letter.objects.count()) == (lines, letters)


def test_a_letter_printed_meanwhile_is_the_one_printed_at_once(cared_for, people, at):
    vs = people.viewer("vs")
    with transaction.atomic(), printed_meanwhile():
        letter = actions.draft_letter(by=vs, at=at, episode=cared_for.pk, kind="interim")
        actions.sign_and_deliver(by=vs, at=at, letter=letter.pk)
    stored = Letter.objects.get(pk=letter.pk)
    assert bytes(stored.pdf).startswith(b"%PDF")
    assert hashlib.sha256(bytes(stored.pdf)).hexdigest() == stored.pdf_sha256
    line = AuditLine.objects.get(event="letters:letter_signed", object_id=str(letter.pk))
    assert line.detail["sha256"] == stored.pdf_sha256


def test_remembered_relations_notice_that_one_ended(cared_for, people, at):
    vs = people.viewer("vs")

    def may() -> bool:
        return can_access(vs, Right.WRITE_CLINICAL, patient=cared_for.patient_id, at=at)

    with care_relations_remembered():
        assert may()
        people_actions.end_care_relation(
            by=vs,
            at=at - timedelta(seconds=1),
            patient=cared_for.patient_id,
            organisation=cared_for.centre_id,
            kind=CareRelation.Kind.UNDER_CARE,
        )
        assert not may()
