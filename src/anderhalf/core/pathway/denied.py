"""What is no mention of a sign: denied in its own clause, feared, or an instruction for later.

In doubt nothing is denied: a question too many costs a press.
"""

from __future__ import annotations

import re

from anderhalf.core.pathway.phrases import WORD_END, WORD_START

_STOPS = (
    r"maar|wel|echter|doch|toch|sinds|nu|net|heeft|had|kreeg|krijgt|nieuw|nieuwe|daarna|toen|vervolgens|alleen|"
    r"twijfel|verbetering|verschil|effect|uitgesloten|wegens|vanwege|door|bij|met|but|since|only|because|with"
)
_WHO = r"(?:(?:hij|zij|ze|ik|er|mevrouw|meneer|patient|pt)\s+)?"
_NOT_AFTER = re.compile(
    r"\s*(?:[:=]\s*(?:nee|neg|negatief|geen|afwezig|niet|no|none|absent)" + WORD_END + r"|\(-\)|-(?=\s*(?:[,)]|$))"
    r"|(?:nee|neg|negatief|afwezig|ontkend|denied|absent)" + WORD_END +
    r"|(?:wordt|werd|is|was)\s+(?:ontkend|afwezig|uitgesloten)" + WORD_END +
    r"|ontkent\s+(?:hij|zij|ze|mevrouw|meneer|patient|pt)" + WORD_END +
    r"|(?:heeft|had|is|was|heb|ben)\s+" + _WHO + r"niet(?:\s+(?:meer|gehad|geweest))*\s*(?=[,)]|(?:en|of|maar)\s|$))"
)  # fmt: skip
_ADVICE_BEFORE = re.compile(
    WORD_START + r"(?:bij|als|indien|wanneer|mocht|mochten|zodra|in geval van|if|in case of)\s+"
    r"(?:[a-z]+(?:,?\s+[a-z]+){0,4}\s+(?:of|or|en)\s+)?"
    r"(?:(?:u|een|de|het|toename|toenemende|verergering|van|nieuwe|erge|ergere|hevige|acute|meer|weer|opnieuw|klachten|"
    r"zoals|you|have)\s+)*$"
)
_ADVICE_AFTER = re.compile(
    WORD_START
    + r"(?:bel|bellen|belt|contact|melden|meldt|meld|komen|terugkomen|call|112(?!\s+(?:is\s+)?ge))"
    + WORD_END
)
_ADVICE_FIRST = re.compile(
    WORD_START + r"(?:(?:bel|belt|bellen|neemt?\s+contact\s+op|contact\s+opnemen|call)"
    r"(?:\s+(?:dan|direct|meteen|altijd|ons|de|huisarts|poli|hap|spoed|999|112|immediately|if)){0,4}"
    r"|(?:alarmsymptomen|alarmsignalen|alarmtekenen|rode\s+vlaggen|red\s+flags)\s+(?:\w+\s+){0,2}"
    r"(?:besproken|uitgelegd|doorgenomen|meegegeven|discussed|explained)\s*(?::|\()"
    r"|(?:vangnet|vangnetadvies|safety\s?net)\s*:)\s*"
)
"""An instruction that stands before what it is about: "bel 112 bij pijn op de borst", "alarmsymptomen besproken: …"."""
_AFRAID = re.compile(
    WORD_START + r"(?:bang|angst|vrees|afraid|fear)\s+(?:voor|om|dat|of)\s+(?:[a-z]+\s+){0,2}$"
)


_AND_YET = re.compile(
    r"\s*(?:meer|gehad)?\s*,?\s*(?:maar\s+)?(?:nu|vannacht|vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|gisteren|"
    r"eergisteren|vorige\s+(?:week|nacht)|afgelopen\s+\w+|sinds\s+\w+|deze\s+week|laatste\s+\w+|de\s+laatste\s+\w+)\s+"
    r"(?:\w+\s+)?wel(?:\s*(?:[,)]|$)|\s+(?:een\s+(?:uur|half|kwartier|minuut|keer|paar|poos\w*|tijd\w*|aantal)|\d|in\s+rust|"
    r"gehad|weer|even|kort|lang|heftig|hevig|erg|fors|bij|tijdens|twee|drie|enkele|meerdere|ook|toen|steeds|vaak)"
    + WORD_END
    + r")"
)
"""Behind a sign that is denied of another time: "geen pijn op de borst meer, vannacht wel een uur lang". "Geen pijn op
de borst, nu wel moe" is about something else."""
_WHAT_TO_DO = re.compile(
    WORD_START
    + r"(?:wat\s+(?:te\s+doen|(?:hij|zij|ze|ik|men|je|u|patient|mevrouw|meneer)\s+(?:dan\s+)?(?:moet|kan|moeten)"
    r"\s+doen)|hoe\s+te\s+handelen|(?:wanneer|wie)\s+(?:te\s+)?bellen|what\s+to\s+do)\s+(?:bij|als|in\s+geval\s+van|if|in)\s+"
    r"(?:(?:een|er|eventuele|nieuwe|acute|of|en)\s+)*$"
)
"""A question or an instruction about later: "wil uitleg over wat te doen bij pijn op de borst"."""


_EXPLAINED = re.compile(
    WORD_START + r"(?:uitleg|voorlichting|informatie|instructies?|advies|gewezen|gewaarschuwd|besproken|explained|"
    r"warned)\s+(?:\w+\s+){0,2}?(?:(?:over|op|voor|about|of)\s+)(?:(?:het|de|een|risico|risico's|kans|gevaar|op|van|symptomen|"
    r"tekenen|mogelijke?|the|risk|of)\s+)*$|"
    + WORD_START + r"(?:risico|kans|gevaar|risk)\s+(?:op|van|of)\s+$"
)  # fmt: skip


_NEVER_SAID = re.compile(
    WORD_START + r"(?:nooit|niet|never|not)\s+(?:(?:hardop|zo|tegen\s+\w+)\s+)?"
    r"(?:gezegd|aangegeven|geuit|genoemd|gemeld|verteld|laten\s+blijken|said|told|expressed)\s+(?:dat|om|that)\s+"
    r"(?:\w+\s+){0,3}$"
)
"""Before words that nobody said: "heeft nooit gezegd dat het voor hem niet meer hoeft"."""


def is_explained(before: str) -> bool:
    """Whether something was explained that may come, not told that it was."""
    return _EXPLAINED.search(before) is not None


def is_denied(before: str, after: str) -> bool:
    """Whether the words between these two halves of a sentence are negated, feared, or an instruction for later."""
    if _AND_YET.match(after):
        return False
    if _NOT_AFTER.match(after):
        return True
    if _AFRAID.search(before) or _NEVER_SAID.search(before) or _is_advice(before, after):
        return True
    return _negated_before(before, after)


def _is_advice(before: str, after: str) -> bool:
    """Whether it is said what to do when the sign comes: later, so not now."""
    first = _ADVICE_FIRST.search(before)
    if first is not None and not _STOP_ADVICE.search(f"{before[first.end() :]} | {after}"):
        listed = first[0].rstrip().endswith((":", "("))
        if listed or _ADVICE_BEFORE.search(before[first.end() :]):
            return True
    if _WHAT_TO_DO.search(before) and not _STOP_ADVICE.search(after):
        return True
    return _ADVICE_BEFORE.search(before) is not None and _ADVICE_AFTER.search(after) is not None


_STOP_ADVICE = re.compile(
    WORD_START
    + r"(?:maar|wel|echter|nu|sinds|heeft|had|kreeg|krijgt|vandaag|vanochtend|vanmorgen|vannacht|gisteren|"
    r"but|now|since|has|today|yesterday)" + WORD_END
)
_NEGATION = re.compile(
    WORD_START
    + r"(?P<word>geen|zonder|ontkent|ontkende|nooit|niet|no|not|without|denies|denied|never)"
    + WORD_END
)
_DIRECTLY = frozenset({"niet", "nooit", "not", "never"})
_WEAK = re.compile(
    r"\s+(?:bekend\s+met\s+)?(?:(?:eerdere|meer|echt|weer|nog|ooit|recent|opnieuw|gehad|of|een|again|been|a)\s+){0,2}"
)
_OR = re.compile(
    r"\s+(?:meer\s+)?(?:weg|flauw|buiten|be|ge|ver|op|uit|out|onder)\w+(?:,\s+\w+)?\s+(?:of|noch|or|nor)\s+"
)
"""Between "nooit" and what it denies too: "nooit weggeraakt of flauwgevallen"."""
_STOP = re.compile(WORD_START + "(?:" + _STOPS + ")" + WORD_END)
_ALTERNATIVE = re.compile(WORD_START + r"(?:of|noch|or|nor)" + WORD_END)
_LIST = re.compile(
    r"(?:\s+(?:van\s+(?:de\s+)?volgende|of\s+the\s+following|alarmsymptomen|alarmsignalen|alarmtekenen|rode\s+vlaggen|"
    r"red\s+flags))?(?:\s+(?:klachten|symptomen|symptoms))?(?:\s+(?:van|zoals|als|like))?\s*:"
)
"""Behind a negation: all that follows is denied, commas or not. "Geen koorts: pijn op de borst" is no such list."""
_FAR = 8
"""Words between a negation and what it still negates: "geen klachten van duizeligheid of pijn op de borst"."""


def _negated_before(before: str, after: str) -> bool:
    for found in reversed(list(_NEGATION.finditer(before))):
        between = before[found.end() :]
        listed = _LIST.match(between)
        if listed is not None and not _STOP.search(between[listed.end() :]):
            return True
        if found["word"] in _DIRECTLY:
            if _WEAK.fullmatch(between) or _OR.fullmatch(between):
                return True
            continue
        if ":" in between or _STOP.search(between) or len(between.split()) > _FAR:
            continue
        comma = between.find(",")
        if comma < 0:
            return True
        # "geen koorts, pijn op de borst of benauwdheid" is one denied list; without "of" the comma begins something new
        rest = between[comma:] + " " + after.split(",", maxsplit=1)[0]
        listed = _ALTERNATIVE.search(rest)
        if listed is not None and not _STOP.search(rest[: listed.start()]):
            return True
    return False
