"""What the texts of a referral name as in use, until somebody settles it in the medication list.

The list of a referral in words ("bètablokker en ACE-remmer op startdosis") and its other texts make no row of the
medication list. Who reads only the list would take what they name for not used; here it is unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from anderhalf.apps.network.queries import drug_names_on, pathways_on
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.record.models import Observation as ObservationRow
from anderhalf.apps.record.queries import COUNTS
from anderhalf.apps.referrals.listed import drugs_named, is_of_admission, lines_of
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.core.pathway.mentions import Mention, mentions_in
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.named import Names, named_in
from anderhalf.core.pathway.no_longer import NOT_USED
from anderhalf.core.pathway.titration import NamedUse, Protocol
from anderhalf.core.pathway.titration.history import RAS

from ..models import Episode

TEXTS = ("treatment_so_far", "reason", "further_information", "proposal")
_RAS_WORD = re.compile(r"(?<!\w)RAA?S.?(?:remm?er|blokk?er|inhibit|blocker)\w*", re.IGNORECASE)
"""Of the classes of one system, without saying which."""
_WITHOUT = re.compile(r"\b(?:geen|zonder|nooit|niet|no|not|without|never)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Told:
    """The texts of one referral."""

    patient: UUID
    network: str
    sent_at: datetime
    texts: tuple[str, ...]
    settled: frozenset[str]
    """The facts of which the referrer was asked and answered that it is not so now."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """One fact that a text names as in use."""

    words: tuple[str, ...]
    sent_at: datetime
    then: bool
    """It was given in hospital, or the words fit more than one class."""


def told_of(patients: Collection[UUID]) -> list[Told]:
    """The texts of the referrals of care that goes on, with the one that each follows, in one query."""
    fields = [*TEXTS, *(f"follows__{name}" for name in TEXTS)]
    rows = Episode.objects.filter(patient__in=list(patients), ended_at__isnull=True).values_list(
        "patient_id", "network_id", "referral__sent_at", "referral__routing", *(f"referral__{one}" for one in fields)
    )  # fmt: skip
    return [
        Told(
            patient=patient, network=network, sent_at=sent_at, settled=_settled(routing),
            texts=tuple(dict.fromkeys(text for text in texts if text and text.strip())),
        )
        for patient, network, sent_at, routing, *texts in rows
    ]  # fmt: skip


def _settled(routing: Mapping[str, Any] | None) -> frozenset[str]:
    said = ((routing or {}).get("not_now") or {}).get("said") or []
    return frozenset(one["fact"] for one in said if "fact" in one)


def named_facts(
    told: Told, pathway: Pathway, facts: Collection[str], *, on: date, names: Mapping[str, str] | None = None
) -> dict[str, Naming]:
    """The facts about drugs in use that these texts name, with the words; without what the referrer denied. ``names``
    are those of the drugs of the network, for who has them already."""
    found: dict[str, list[Mention]] = defaultdict(list)
    written = mentions_in(_only(pathway.dictionary, frozenset(facts)), told.texts)
    drugs = drugs_named(pathway, told.texts, network=told.network, on=on, names=names)
    for one in (*written, *drugs):
        if one.fact in facts and one.value is True and one.fact not in told.settled:
            found[one.fact].append(one)
    return {name: _naming(mentions, told) for name, mentions in found.items()}


def _naming(mentions: Iterable[Mention], told: Told) -> Naming:
    words, home = {}, False
    for one in mentions:
        words |= dict.fromkeys(one.words)
        home = home or any(
            not _in_hospital(word, sentence) for sentence in one.sentences for word in one.words
        )
    return Naming(words=tuple(words), sent_at=told.sent_at, then=not home)


def _in_hospital(word: str, sentence: str) -> bool:
    lines = [line for line in lines_of(sentence) if word in line]
    return bool(lines) and all(is_of_admission(line, sentence) for line in lines)


def class_words(line: str, pathway: Pathway) -> set[str]:
    """The facts about drugs that a line of a list names by the words of the dictionary, without a drug."""
    drugs = frozenset(name for name in pathway.listed_facts if name in pathway.dictionary)
    return {one.fact for one in mentions_in(_only(pathway.dictionary, drugs), [line]) if one.value is True}


@lru_cache(maxsize=32)
def _only(dictionary: FactDictionary, facts: frozenset[str]) -> FactDictionary:
    """The dictionary with no more than these facts: the rest of its words is not looked for."""
    return FactDictionary({name: dictionary.entry(name) for name in facts if name in dictionary})


# ---- classes of titration ----


def named_uses(
    told: Iterable[Told],
    protocol: Protocol,
    rows: Mapping[UUID, Collection[MedicationAgreement]],
    *,
    on: date,
) -> dict[UUID, tuple[NamedUse, ...]]:
    """Per patient the classes that a text names as in use and that nobody settled: by a row of the medication list
    (used or stopped; ``rows`` without those that a referral told), or by a later answer that it is not used."""
    found: dict[UUID, dict[str, Naming]] = defaultdict(dict)
    of_network: dict[str, tuple[Pathway | None, Mapping[str, str]]] = {}
    for one in told:
        if one.network not in of_network:
            pathway = _pathway_with(protocol, one.network, on=on)
            of_network[one.network] = pathway, drug_names_on(one.network, on=on)
        pathway, names = of_network[one.network]
        for key, naming in (_classes(one, pathway, protocol, names, on=on) if pathway else {}).items():
            found[one.patient].setdefault(key, naming)
    no = denied(found, {key for every in found.values() for key in every})
    uses = {}
    for patient, every in found.items():
        held = {key for row in rows.get(patient, ()) for key in _classes_of(row, protocol)}
        open_ = {
            key: naming
            for key, naming in every.items()
            if key not in held and not denied_since(no, patient, key, naming.sent_at)
        }
        unclear = len([key for key in RAS if key in open_]) > 1
        uses[patient] = tuple(
            NamedUse(
                drug_class=key, words=open_[key].words, atc=_any_code(key, protocol),
                then=open_[key].then or (unclear and key in RAS),
            )
            for key in sorted(open_)
        )  # fmt: skip
    return uses


def denied(patients: Collection[UUID], facts: Collection[str]) -> dict[tuple[UUID, str], datetime]:
    """When it was last answered that something is not used, in one query; none when nothing is asked."""
    if not patients or not facts:
        return {}
    rows = ObservationRow.objects.filter(
        patient__in=list(patients), fact__in=list(facts), status__in=COUNTS
    ).order_by("at", "recorded_at")
    newest = {(patient, fact): (flag, at) for patient, fact, flag, at in rows.values_list(
        "patient_id", "fact", "flag", "recorded_at"
    )}  # fmt: skip
    return {key: at for key, (flag, at) in newest.items() if flag is False}


def denied_since(no: Mapping[tuple[UUID, str], datetime], patient: UUID, key: str, sent_at: datetime) -> bool:
    """Whether it was answered after the text was sent; a "no" of the form beside it is no answer to it."""
    at = no.get((patient, key))
    return at is not None and at > sent_at


def _classes(
    told: Told, pathway: Pathway, protocol: Protocol, names: Mapping[str, str], *, on: date
) -> dict[str, Naming]:
    keys = {key for key in protocol.drug_class if key in protocol.facts and key in pathway.dictionary}
    found = named_facts(told, pathway, keys, on=on, names=names)
    without = [key for key in keys if not pathway.dictionary.entry(key).words and key not in told.settled]
    for key, words in _loosely(told.texts, protocol.names, without).items():
        found.setdefault(key, Naming(words=words, sent_at=told.sent_at, then=True))
    if not any(key in found for key in RAS):
        words = tuple(match[0] for text in told.texts for match in _RAS_WORD.finditer(text))
        if words:
            found |= {key: Naming(words=words, sent_at=told.sent_at, then=True) for key in RAS if key in keys}
    return found


def _loosely(texts: Iterable[str], names: Names, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Classes without words of their own in the dictionary, by the names of the protocol."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for text in texts:
        for line in lines_of(text):
            if NOT_USED.search(line) or _WITHOUT.search(line):
                continue
            for word in re.findall(r"[^\W\d_][\w-]+", line):
                for one in named_in(word, [names]):
                    if one.drug_class in keys and not one.drug:
                        found[one.drug_class][word] = None
    return {key: tuple(words) for key, words in found.items()}


def _classes_of(row: MedicationAgreement, protocol: Protocol) -> tuple[str, ...]:
    known = protocol.drugs.get(row.drug)
    of_code = protocol.classes_of_atc(row.atc) if row.atc else ()
    return (*of_code, *((row.drug_class,) if row.drug_class else ()), *((known.drug_class,) if known else ()))


def _any_code(drug_class: str, protocol: Protocol) -> str:
    if prefixes := protocol.class_prefixes.get(drug_class):
        return prefixes[0]
    return next((drug.atc for drug in protocol.drugs.values() if drug.drug_class == drug_class), "")


def _pathway_with(protocol: Protocol, network: str, *, on: date) -> Pathway | None:
    """The pathway of this protocol: its dictionary knows how the classes are written."""
    classes = set(protocol.drug_class)
    every = pathways_on(network, on=on)
    return max(every, key=lambda one: len(classes & set(one.dictionary.entries)), default=None)
