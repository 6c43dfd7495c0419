"""The drugs that a referral brings: those of the record, and those that its text lists, by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import drug_names_on, pathways_on
from anderhalf.apps.record import queries as record
from anderhalf.content.drugs import codes_in, labels_by_code, name_words
from anderhalf.core.decisions.facts import FactValue, FactValues, Freshness, freshness
from anderhalf.core.pathway.interactions import Interaction
from anderhalf.core.pathway.mentions import Mention, mentions_in
from anderhalf.core.pathway.model import Labels, Pathway
from anderhalf.core.pathway.no_longer import NOT_USED, tells_of_change, without_replaced
from anderhalf.core.pathway.pairs import facts_of_list, pairs_on_list

_IN_THE_PAST = re.compile(
    r"\b(?:niet verdragen|niet te verdragen|intoleran\w*|eerder|voorheen|vroeger|not tolerated|previously)\b",
    re.IGNORECASE,
)
"""A line with one of these agrees with who answered that the drug is not used."""
_BEFORE_IT = re.compile(
    r"\((?![^()]*(?:verdragen|intoleran|tolerated))[^()]*\b(?:eerder|voorheen|vroeger|previously)\b[^()]*\)?",
    re.IGNORECASE,
)
"""What is said of the drug before: "ramipril (eerder lisinopril)" is about ramipril of now."""
_IN_HOSPITAL = re.compile(
    r"\bi\.?\s?v\.?(?!\w)|\bintraven|\bontwaterd met\b|\btijdens (?:de )?opname\b|\bduring admission\b",
    re.IGNORECASE,
)
_AT_HOME = re.compile(
    r"\b(?:oraal|orale|per os|p\.?o\.?|tablet\w*|thuis|daarna|vervolgens|oral|home)\b", re.IGNORECASE
)
_IN_A_YEAR = re.compile(r"\bin ((?:19|20)\d\d)\b", re.IGNORECASE)
"""Of a letter, not of a list: "angio-oedeem in 2019 op enalapril" tells of then, "sinds 2019" of now."""
_LINES = re.compile(r"[\n;]|,(?!\d)|\s+en\s+(?=(?:dan|daarna|vervolgens)\s)")
_SENTENCES = re.compile(r"[;\n]+|\.(?=\s|$)")
_BESIDE = re.compile(r"\s[/+&]\s")
_HOW = re.compile(
    r"mg|mcg|ug|µg|g|gr|gram|ml|ie|dd|x|keer|maal|times|per|dag|dagen|day|daags|dagelijks|daily|week|weken|weeks|maand|"
    r"maanden|month|s|ochtends|morgens|middags|avonds|nachts|ochtend|middag|avond|nacht|morning|evening|night|voor|na|"
    r"bij|met|de|het|eten|ontbijt|slapen|zo|nodig|zn|as|needed|om|in|a|tablets?|tabletten|capsules?|stuks|"
    r"sinds|since|vanaf|from|op|on|gestart|started"
)
"""Words that say how much, how often and since when; a piece of nothing else names no drug."""
_WHY = re.compile(r"(?<=[\w.]) *\([^()]*\)")
"""Of a piece that begins with a number, so with a dose: "10 mg 1 dd (start volgens protocol)"."""


NO_WASHOUTS: Mapping[str, int] = MappingProxyType({})


def lines_of(text: str) -> list[str]:
    """The list as it was written, one drug a line; a line of several drugs is split at its commas and semicolons."""
    return [part.strip() for part in _LINES.split(text) if part.strip()]


def washouts_of(pathways: Iterable[Pathway]) -> dict[str, int]:
    """ATC prefix -> the hours for which a drug must be kept from what it replaces."""
    return {
        prefix: entry.washout_hours
        for pathway in pathways
        for name, entry in pathway.dictionary.entries.items()
        if entry.washout_hours is not None
        for prefix in pathway.listed_facts.get(name, ())
    }


def drugs_in_list(
    text: str, names: Mapping[str, str], *, every: bool = False, washouts: Mapping[str, int] = NO_WASHOUTS
) -> list[tuple[str, tuple[str, ...]]]:
    """The lines that name a drug in use, with its ATC codes; with ``every`` also those that name none known here. A
    drug that is planned after another has stopped is in use when the gap is less than its ``washouts`` ask for."""

    def is_drug(word: str) -> bool:
        return bool(codes_in(word, names))

    def washout_of(word: str) -> int | None:
        codes = codes_in(word, names) if washouts else ()
        return next(
            (hours for code in codes for start, hours in washouts.items() if code.startswith(start)), None
        )

    in_use = lines_of(without_replaced(text, is_drug, washout_of))
    lines = [
        (line, codes_in(used, names))
        for line, used in zip(lines_of(text), in_use, strict=True)
        if not NOT_USED.search(line) and any(letter.isalpha() for letter in line)
    ]
    return lines if every else [one for one in lines if one[1]]


def in_doubt(text: str, names: Mapping[str, str], washouts: Mapping[str, int]) -> tuple[str, tuple[str, ...]]:
    """A list without its sentences that tell of a change and still name two drugs as in use, and those sentences: that
    both are used now is asked, not taken for certain."""
    doubted = tuple(
        one.strip()
        for one in _SENTENCES.split(text)
        if tells_of_change(one)
        and len({code for _line, codes in drugs_in_list(one, names, washouts=washouts) for code in codes}) > 1
    )
    for one in doubted:
        text = text.replace(one, "", 1)
    return text, doubted


def is_of_admission(line: str, text: str) -> bool:
    """Whether a line of a list tells what was given in hospital ("ontwaterd met furosemide i.v.") and the list says
    nothing of how it went on."""
    return _IN_HOSPITAL.search(line) is not None and _AT_HOME.search(text) is None


def codes_of(network: str, *, listed: str, patient: UUID | None, at: datetime) -> frozenset[str]:
    """The ATC codes of what is used, by the record and by what the referral lists."""
    names = drug_names_on(network, on=timezone.localdate(at))
    washouts = washouts_of(pathways_on(network, on=timezone.localdate(at))) if listed else NO_WASHOUTS
    listed, _doubted = in_doubt(listed, names, washouts)
    codes = {code for _line, named in drugs_in_list(listed, names, washouts=washouts) for code in named}
    if patient is not None:
        for row in record.current_medication(patient, at=at):
            codes |= {row.atc} if row.atc else set(codes_in(row.drug_name, names))
    return frozenset(codes)


def unknown_in(network: str, listed: str, *, at: datetime) -> str:
    """The drugs of a typed list that no name list knows, as they were written: they take no part in any check."""
    names = drug_names_on(network, on=timezone.localdate(at))
    found: dict[str, str] = {}
    for line in lines_of(listed):
        if NOT_USED.search(line) or line.endswith(":"):
            continue
        for piece in _BESIDE.split(_WHY.sub("", line) if line[0].isdigit() else line):
            words = [word for word in name_words(piece).split() if not any(sign.isdigit() for sign in word)]
            if any(not _HOW.fullmatch(word) for word in words) and not codes_in(piece, names):
                found.setdefault(" ".join(words), piece.strip(" -*•\t"))
    return ", ".join(found.values())


def with_list(
    pathway: Pathway,
    codes: Collection[str],
    facts: FactValues,
    doubtful: Mapping[str, Sequence[FactValue]],
    *,
    on: date,
    settled: Collection[str] = (),
) -> tuple[dict[str, FactValue], dict[str, Sequence[FactValue]]]:
    """The facts and the doubtful readings with what the list says is used: a drug on it answers the question that
    nobody answered, and a "no" beside it is in doubt, unless somebody was asked (``settled``)."""
    known, readings = dict(facts), dict(doubtful)
    for name in facts_of_list(pathway, codes):
        used = FactValue(True, on, "medication")
        answered = known.get(name)
        if answered is None:
            known[name] = used
        elif answered.value is False and name not in settled:
            readings[name] = (*readings.get(name, ()), used)
    return known, readings


def with_texts(
    pathway: Pathway,
    texts: Sequence[str],
    known: FactValues,
    readings: Mapping[str, Sequence[FactValue]],
    *,
    network: str,
    on: date,
    settled: Collection[str] = (),
    listed: str = "",
) -> dict[str, Sequence[FactValue]]:
    """The doubtful readings with the drugs that a free text names: whether they are used is not said there, so each
    counts for danger only. Beside a "no" too, unless somebody was asked which of the two is right (``settled``). So do
    the sentences of the list (``listed``) that tell of a change."""
    names = drug_names_on(network, on=on)
    washouts = washouts_of([pathway])
    doubted = in_doubt(listed, names, washouts)[1]
    lines = [
        one
        for text in (*texts, *doubted)
        for one in drugs_in_list(text, names, washouts=washouts)
        if not _of_then(one[0], on=on)
    ]
    named = facts_of_list(pathway, {code for _line, codes in lines for code in codes})
    against = facts_of_list(pathway, {code for line, codes in lines for code in codes if _of_now(line)})
    found = dict(readings)
    for name in named:
        said = known.get(name) if _is_answered(pathway, name, known, on=on) else None
        if name in settled or any(one.value is True for one in found.get(name, ())):
            continue
        if said is None or (said.value is False and name in against):
            found[name] = (*found.get(name, ()), FactValue(True, on, "form"))
    return found


def _of_then(line: str, *, on: date) -> bool:
    years = [int(year) for year in _IN_A_YEAR.findall(line)]
    return bool(years) and max(years) < on.year


def _of_now(line: str) -> bool:
    return _IN_THE_PAST.search(_BEFORE_IT.sub("", line)) is None


def _is_answered(pathway: Pathway, name: str, known: FactValues, *, on: date) -> bool:
    """Whether there is an answer of now; one that is too old is none."""
    return freshness(pathway.dictionary[name], known.get(name), on=on) is Freshness.KNOWN


def drugs_named(
    pathway: Pathway,
    texts: Iterable[str],
    *,
    network: str,
    on: date,
    denied: Collection[str] = (),
    listed: str = "",
    past: bool = False,
    names: Mapping[str, str] | None = None,
) -> tuple[Mention, ...]:
    """The drugs that texts name as in use, as questions beside what the texts say of signs: on every road a drug in
    words is asked about like a sign in words, when it would be a danger with what is known.

    ``denied`` are facts that the same form answers "no": somebody has to say which of the two is right. ``listed`` is
    the one text that lists what is used; that is certain, so only what is denied is asked. With ``past`` a line that
    may be about earlier counts for what nobody answered. ``names``: those of the network, for who has them already.
    """
    names = drug_names_on(network, on=on) if names is None else names
    washouts = washouts_of([pathway])
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    certain, doubted = in_doubt(listed, names, washouts)
    each = [(certain if text == listed else text, bool(listed) and text == listed) for text in texts]
    for text, of_list in [*each, *((one, False) for one in doubted)]:
        for line, codes in drugs_in_list(text, names, washouts=washouts):
            if not of_list and _of_then(line, on=on):
                continue
            for name in facts_of_list(pathway, codes):
                if name not in denied if of_list else not (_of_now(line) or (past and name not in denied)):
                    continue
                words, lines = found.setdefault(name, ({}, {}))
                words |= dict.fromkeys(_words_of(line, name, pathway, names))
                lines[line] = None
    return tuple(
        Mention(fact=name, value=True, words=tuple(words), sentences=tuple(lines), denied=name in denied)
        for name, (words, lines) in sorted(found.items())
    )


def _words_of(line: str, fact: str, pathway: Pathway, names: Mapping[str, str]) -> list[str]:
    """The words of a line that name a drug of this fact, as they were written: one, or two or three together."""
    words = re.findall(r"[^\W\d_][\w-]*", line)
    for many in (1, 2, 3):
        pieces = [" ".join(words[at : at + many]) for at in range(len(words) - many + 1)]
        found = [one for one in pieces if fact in facts_of_list(pathway, codes_in(one, names))]
        if found:
            return found
    return [line]


def mentions_of(pathway: Pathway, texts: Collection[str], *, network: str, on: date) -> tuple[Mention, ...]:
    """Everything that texts say of a danger: signs and numbers in words, and drugs."""
    return (*mentions_in(pathway.dictionary, texts), *drugs_named(pathway, texts, network=network, on=on))


def pairs_of(
    network: str, codes: Collection[str], *, facts: FactValues, at: datetime
) -> tuple[Interaction, ...]:
    """The drugs that do not go together, by all pathways of the network."""
    on = timezone.localdate(at)
    return pairs_on_list(
        pathways_on(network, on=on), codes, facts, names=names_by_code(network, codes, on=on)
    )


def names_by_code(network: str, codes: Collection[str], *, on: date) -> dict[str, Labels]:
    """How the drugs of these codes are called here."""
    return labels_by_code(pathways_on(network, on=on), codes)


def called_by_fact(pathway: Pathway, names: Mapping[str, Labels]) -> dict[str, list[Labels]]:
    """Fact about drugs -> the names of the drugs, given by code, for which it counts."""
    found: dict[str, list[Labels]] = {}
    for code, name in sorted(names.items(), key=lambda one: one[0]):
        for fact in facts_of_list(pathway, (code,)):
            found.setdefault(fact, []).append(name)
    return found
