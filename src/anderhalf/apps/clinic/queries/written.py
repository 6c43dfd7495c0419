"""What a text says of a danger that nothing in the record says: the eye of the patient's danger, asked for the text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from anderhalf.apps.people.models import Patient
from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals.listed import mentions_of, with_texts
from anderhalf.core.decisions.facts import FactValue, FactValues
from anderhalf.core.pathway.mentions import Mention, doubtful_with, to_ask
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.pairs import facts_of_list
from anderhalf.presentation.written import question_about

from ..errors import WrittenDanger
from ..models import Episode
from .advice import pathway_of
from .beside import widest
from .danger import look, place_of
from .listed import history_of, running_codes


def described_by(episode: Episode, *, at: datetime) -> Pathway:
    """The pathway of which the dictionary describes whatever a text about this patient may mention."""
    on = timezone.localdate(at)
    return widest(episode, pathway_of(episode, on=on), on=on)


def written_to_ask(
    patient: Patient,
    network: str,
    mentions: Collection[Mention],
    *,
    at: datetime,
    typed: FactValues,
    unconfirmed: Mapping[str, Sequence[FactValue]],
    codes: Collection[str] = (),
    settled: Collection[str] = (),
) -> tuple[Mention, ...]:
    """The mentions that would be a danger, of somebody who is looked after. ``unconfirmed`` holds them among what else
    nobody confirmed; ``codes`` are the drugs (ATC) that are started or used by the same form: angio-oedema that a text
    tells of is a danger because of the ACE inhibitor beside it. ``settled`` are the facts of which somebody said that
    they are not so now. The caller checked access."""
    place = place_of(patient.pk, network, at=at) if mentions else None
    if place is None:
        return ()
    taken = {name for pathway in place.pathways for name in facts_of_list(pathway, codes)}
    typed = {**dict.fromkeys(taken, FactValue(True, timezone.localdate(at), "medication")), **typed}
    sentences, on = [text for one in mentions for text in one.sentences], timezone.localdate(at)
    running = running_codes(history_of(patient.pk, on=on), at=at)
    listed = {name for pathway in place.pathways for name in facts_of_list(pathway, running)}
    known = {**dict.fromkeys(listed, FactValue(True, on, "medication")), **typed}
    readings = dict(unconfirmed)  # a drug named in the same sentence may be in use
    for pathway in place.pathways:
        readings = with_texts(pathway, sentences, known, readings, network=network, on=on, settled=settled)
    return to_ask(mentions, look(patient, place, at=at, typed=typed, unconfirmed=readings)[0])


def check_written(
    episode: Episode,
    texts: Collection[str],
    observations: Sequence[NewObservation],
    *,
    at: datetime,
    moment: datetime,
    not_now: Collection[str],
    before: Collection[str] = (),
    codes: Collection[str] = (),
) -> tuple[Mention, ...]:
    """The mentions of the texts that somebody said are not so now (``not_now``, their keys), to be kept.

    Raises ``WrittenDanger`` when another mention would be a danger if it is so at ``moment``. What ``before``, the
    earlier text, said in the same words was asked then. ``codes``: see `written_to_ask`.
    """
    on = timezone.localdate(moment)
    pathway = described_by(episode, at=at)
    dictionary, mentions = pathway.dictionary, mentions_of(pathway, texts, network=episode.network_id, on=on)
    earlier = mentions_of(pathway, before, network=episode.network_id, on=on)
    settled = {*not_now, *(one.key for one in earlier)}
    waiting = [one for one in mentions if one.key not in settled]
    typed = {one.fact: FactValue(one.value, timezone.localdate(one.at), "form") for one in observations}
    asked = written_to_ask(
        episode.patient, episode.network_id, waiting, at=at, typed=typed,
        unconfirmed=doubtful_with(waiting, {}, on=on), codes=codes,
        settled={one.fact for one in mentions if one.key in not_now},
    )  # fmt: skip
    if asked:
        raise WrittenDanger(" ".join(question_about(one, dictionary[one.fact]) for one in asked))
    return tuple(one for one in mentions if one.key in not_now)
