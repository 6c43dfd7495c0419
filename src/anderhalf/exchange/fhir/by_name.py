"""What a measurement without a known code would be by its name, and what a report says in words: for danger only.

A laboratory's own code means nothing here, "Kalium" does. A name is no code, so nothing is taken over: somebody is
asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache

from anderhalf.core.decisions.facts import FactType, Value
from anderhalf.core.pathway.facts import Entry, FactDictionary
from anderhalf.exchange.fhir.bundle import OpenedRecord, Resource
from anderhalf.exchange.fhir.dates import clinical_date
from anderhalf.exchange.fhir.dictionary import CodeIndex
from anderhalf.exchange.fhir.problems import Unusable
from anderhalf.exchange.fhir.record import ReportText, Unread
from anderhalf.exchange.fhir.tree import Node
from anderhalf.exchange.fhir.values import read_value
from anderhalf.exchange.fhir.whose import is_about_patient

SHORT = 3
"""A name of fewer letters ("K", "Hb") must be all that stands there."""
_BESIDE = frozenset(
    ["serum", "plasma", "bloed", "blood", "in", "van", "het", "of", "the", "s", "p", "b", "se", "pl", "capillair",
     "veneus", "arterieel", "venous", "arterial", "poc", "lab", "spoed", "nuchter", "fasting", "level", "spiegel",
     "waarde", "gehalte", "bepaling"]
)  # fmt: skip
"""Words beside a name that make it nothing else."""
_ELSE = re.compile(
    r"\b(?:urine|urin|portie|liquor|csf|feces|faeces|ontlasting|stool|drain\w*|ascites|pleura\w*|dialysaat|dialysate|punctaat|"
    r"streef\w*|doel\w*|target|goal|verschil|delta|ratio|clearance|klaring|excretie|excretion)\b"
)
"""Words that make it the result of something else, or no result."""
_NUMBER_PLACE = re.compile(r"[#~*|/…,]+")
_TAKEN_BACK = frozenset({"entered-in-error", "cancelled"})


def readings_by_name(
    record: OpenedRecord, resource: Resource, *, index: CodeIndex, on: date, born: date | None
) -> Mapping[str, Value]:
    """Per fact whose name a measurement carries, and whose unit fits, what it would be; nothing of somebody else."""
    found: dict[str, Value] = {}
    with suppress(Unusable):
        if not is_about_patient(record, resource):
            return {}
        for part in (resource.node, *resource.node.children("component")):
            for name in _named(part, index.dictionary):
                with suppress(Unusable):
                    read = read_value(part, index.facts[name], index=index, on=on, born=born)
                    found.setdefault(name, read.value)
    return found


def report_text(
    record: OpenedRecord, resource: Resource, *, on: date, born: date | None
) -> Iterator[ReportText]:
    """What a report or a measurement says in words: a conclusion, a remark, a result that is a sentence."""
    node = resource.node
    with suppress(Unusable):
        if node.text("status") in _TAKEN_BACK or not is_about_patient(record, resource):
            return
        texts = [node.text("conclusion"), node.text("valueString")]
        texts += [note.text("text") for note in node.children("note")]
        try:
            when = clinical_date(node, "effectiveDateTime", "effectivePeriod", "issued", on=on, born=born)
        except Unusable:
            when = None
        for text in texts:
            if text and text.strip():
                yield ReportText(
                    label=node.wording("code"), text=text.strip(), on=when.on if when is not None else None
                )


def latest_per_code(unread: Iterable[Unread]) -> tuple[Unread, ...]:
    """Each unknown code once, with its newest result, the newest first."""
    newest: dict[tuple[str, str, str], Unread] = {}
    for one in sorted(unread, key=lambda item: item.on or date.min, reverse=True):
        newest.setdefault((one.code.system, one.code.code, "" if one.code.code else one.label), one)
    return tuple(newest.values())


def _named(part: Node, dictionary: FactDictionary) -> list[str]:
    """The facts of which the name stands in the text or in a display of the code."""
    concept = part.child("code")
    if concept is None:
        return []
    texts = [concept.text("text") or "", *(coding.display for coding in concept.own_codings())]
    found: dict[str, None] = {}
    for words in (_words(text) for text in texts):
        if not words or _ELSE.search(words):
            continue
        bare = " ".join(word for word in words.split() if word not in _BESIDE)
        for name, fact in _names(dictionary):
            if name in (words, bare) or (len(name) >= SHORT and f" {name} " in f" {words} "):
                found[fact] = None
    return list(found)


@lru_cache(maxsize=16)
def _names(dictionary: FactDictionary) -> tuple[tuple[str, str], ...]:
    """Every name of a number of the dictionary, with the fact."""
    return tuple(
        (name, fact)
        for fact, entry in dictionary.entries.items()
        if entry.fact.type is FactType.NUMBER
        for name in _names_of(entry)
    )


def _names_of(entry: Entry) -> frozenset[str]:
    given = [str(label).partition("(")[0] for label in entry.fact.label.values()]
    given += [
        _NUMBER_PLACE.sub(" ", words) for every in entry.words.values() for words in every if "…" not in words
    ]
    return frozenset(name for one in given if (name := _words(one)))


def _words(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(one for one in apart if not unicodedata.combining(one))))
