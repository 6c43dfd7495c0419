"""What was asked about the words of a message, and what was answered, kept for both sides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from django.utils import timezone

from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.pathway.mentions import Mention
from anderhalf.presentation.language import in_each_language
from anderhalf.presentation.written import answer_label, question_about

from .listed import mentions_of
from .models import Referral
from .routing import pathway_to_refer


def asked_about(
    found: Referral, text: str, *, at: datetime, items: Sequence[NewObservation], not_now: Collection[Mention]
) -> list[dict[str, dict[str, str]]]:
    """What was asked about the words of a text, and what was answered, for both sides to read beside it."""
    if not items and not not_now:
        return []
    on = timezone.localdate(at)
    pathway = pathway_to_refer(found.network_id, found.pathway, on=on)
    dictionary = pathway.dictionary
    given = {(one.fact, str(one.value)) for one in items}
    yes = [
        one
        for one in mentions_of(pathway, (text,), network=found.network_id, on=on)
        if (one.fact, str(one.value)) in given
    ]
    return [
        {
            "asked": in_each_language(partial(question_about, one, dictionary[one.fact])),
            "answer": in_each_language(partial(answer_label, one, dictionary[one.fact], yes=is_so)),
        }
        for mentions, is_so in ((yes, True), (not_now, False))
        for one in mentions
        if one.fact in dictionary
    ]
