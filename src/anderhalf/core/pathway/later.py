"""Which drug that a text names is only planned: another one stops first, and this one comes after it.

"Lisinopril stopt per 1-1, dan candesartan" names two drugs of which one is used today. Where the drug needs a time
without the other (`washout_hours` in facts.toml: an ARNI after an ACE inhibitor), the plan must name such a gap: "stop
enalapril, over 2 dagen Entresto" does, "morgen" does not.
"""

from __future__ import annotations

import re

from anderhalf.core.pathway.elsewhere import DAYS_OF, MONTH_NAME, NUMBER_OF, NUMBER_WORD
from anderhalf.core.pathway.phrases import WORD_END, WORD_START

_MONTH = rf"(?:{MONTH_NAME})"
_ON_A_DAY = (
    rf"(?:\d{{1,2}}\s*[-/]\s*\d{{1,2}}(?:\s*[-/]\s*\d{{2,4}})?|(?:\d{{1,2}}\s+|begin\s+|half\s+|eind\s+)?{_MONTH}|"
    r"(?:aanstaande\s+|volgende\s+|next\s+)?(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|monday|"
    r"tuesday|wednesday|thursday|friday)|(?:volgende|komende|next)\s+(?:week|maand|month))"
)
_ARROW = r"(?:->|=>|→)"
_STOPS = re.compile(
    WORD_START
    + r"(?:(?:stopt?|stoppen|gestopt|staakt?|staken|gestaakt|afbouwen|afgebouwd|uitsluipen|stops?|stopped)"
    rf"(?!\s+(?:niet|not)){WORD_END}|bouwt\s+(?:\w+\s+){{0,3}}?af{WORD_END}"
    rf"|(?:tot(?:\s+en\s+met)?|t/m|until)\s+{_ON_A_DAY})|{_ARROW}",
    re.IGNORECASE,
)
_GAP = rf"({NUMBER_WORD})\s*(uur|uren|u|dagen|dag|weken|week|hours?|days?|weeks?)"
_FILLER = (
    r"(?:start(?:en)?|begint|beginnen|komt|krijgt|neemt|wordt|gaan|gaat|over|op|met|naar|in|de|het|een|er|pas|dan|"
    r"daarna|patient|pt|hij|zij|ze|opstarten|the|with|to|on|then)"
)
_THEN = re.compile(
    WORD_START
    + rf"(?:(?:dan|daarna|vervolgens|waarna|aansluitend|then|afterwards)|(?:per|vanaf|from)\s+{_ON_A_DAY})\s+"
    rf"(?:{_FILLER}\s+){{0,4}}$",
    re.IGNORECASE,
)
_FROM_A_DAY = re.compile(
    rf"\s*(?:\d+(?:[.,/]\d+)*\s*(?:mg)?\s+)?(?:per|vanaf|from)\s+{_ON_A_DAY}", re.IGNORECASE
)
_GAPS = (
    re.compile(
        WORD_START
        + rf"(?:over|na|after|in)\s+(?:minstens\s+|minimaal\s+|at\s+least\s+)?{_GAP},?\s+(?:{_FILLER}\s+){{0,4}}$",
        re.IGNORECASE,
    ),
    re.compile(
        WORD_START
        + rf"{_GAP}\s+(?:later|daarna|erna|nadien|wachten|pauze|afterwards),?\s+(?:{_FILLER}\s+){{0,4}}$",
        re.IGNORECASE,
    ),
)
"""Between the stop and the drug."""
_GAPS_BEHIND = (
    re.compile(rf"\s*(?:over|na|after|in)\s+(?:minstens\s+|minimaal\s+|at\s+least\s+)?{_GAP}{WORD_END}", re.IGNORECASE),
    re.compile(rf"\s*{_GAP}\s+(?:later|daarna|erna|nadien|afterwards){WORD_END}", re.IGNORECASE),
)  # fmt: skip
_BOTH = re.compile(
    WORD_START + r"(?:erbij|ernaast|naast|samen|beide|allebei|tegelijk\w*|both|together)" + WORD_END,
    re.IGNORECASE,
)
_SOON = re.compile(
    WORD_START + r"(?:nu|vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|gisteren|eergisteren|morgen|direct|meteen|"
    r"now|today|tonight|yesterday|tomorrow)" + WORD_END, re.IGNORECASE,
)  # fmt: skip


def is_planned(before: str, after: str, *, washout_hours: int | None = None) -> bool:
    """Whether the sentence of which these are the halves around a drug says that it comes after another has stopped,
    with at least `washout_hours` between when it needs them."""
    stops = list(_STOPS.finditer(before))
    if not stops or _BOTH.search(before) or _BOTH.search(after):
        return False
    between = before[stops[-1].end() :]
    gap = _gap(between, after)
    if washout_hours is not None:
        return gap is not None and gap >= washout_hours
    if gap is not None or _SOON.search(before) or _SOON.search(after):
        return gap is not None
    arrow = re.fullmatch(_ARROW, stops[-1][0]) is not None and not between.strip()
    return arrow or _THEN.search(between) is not None or _FROM_A_DAY.match(after) is not None


def _gap(between: str, after: str) -> int | None:
    """The hours that are named between the stop and the drug."""
    found = next((one for each in _GAPS if (one := each.search(between))), None) or next(
        (one for each in _GAPS_BEHIND if (one := each.match(after))), None
    )
    if found is None:
        return None
    number, unit = found[1].lower(), found[2].lower()
    count = NUMBER_OF.get(number) or int(number)
    return count if unit[0] in "uh" else count * DAYS_OF[unit[:2]] * 24
