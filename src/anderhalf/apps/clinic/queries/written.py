"""What a text says of a danger that nothing in the record says: the eye of the patient's danger, asked for the text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.models import Patient
from anderhalf.apps.record.actions import NewObservation
from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.pathway.mentions import Mention, doubtful_with, mentions_in, to_ask
from anderhalf.presentation.written import question_about

from ..errors import WrittenDanger
from ..models import Episode
from .advice import pathway_of
from .beside import widest
from .danger import look, place_of


def written_to_ask(
    patient: Patient,
    network: str,
    mentions: Collection[Mention],
    *,
    at: datetime,
    typed: FactValues,
    unconfirmed: Mapping[str, Sequence[FactValue]],
) -> tuple[Mention, ...]:
    """The mentions that would be a danger, of somebody who is looked after. ``unconfirmed`` holds them among what else
    nobody confirmed. The caller checked access."""
    place = place_of(patient.pk, network, at=at) if mentions else None
    if place is None:
        return ()
    return to_ask(mentions, look(patient, place, at=at, typed=typed, unconfirmed=unconfirmed)[0])


def check_written(
    episode: Episode,
    texts: Collection[str],
    observations: Sequence[NewObservation],
    *,
    at: datetime,
    moment: datetime,
    not_now: Collection[str],
    before: Collection[str] = (),
) -> tuple[Mention, ...]:
    """The mentions of the texts that somebody said are not so now (``not_now``, their keys), to be kept.

    Raises ``WrittenDanger`` when another mention would be a danger if it is so at ``moment``. What ``before``, the
    earlier text, said in the same words was asked then.
    """
    on = timezone.localdate(moment)
    dictionary = widest(
        episode, pathway_of(episode, on=timezone.localdate(at)), on=timezone.localdate(at)
    ).dictionary
    mentions = mentions_in(dictionary, texts)
    settled = {*not_now, *(one.key for one in mentions_in(dictionary, before))}
    waiting = [one for one in mentions if one.key not in settled]
    typed = {one.fact: FactValue(one.value, timezone.localdate(one.at), "form") for one in observations}
    asked = written_to_ask(
        episode.patient, episode.network_id, waiting, at=at, typed=typed,
        unconfirmed=doubtful_with(waiting, {}, on=on),
    )  # fmt: skip
    if asked:
        raise WrittenDanger(" ".join(question_about(one) for one in asked))
    return tuple(one for one in mentions if one.key in not_now)
