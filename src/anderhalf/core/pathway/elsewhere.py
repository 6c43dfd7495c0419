"""Words of a sign that are not about this patient, or not about now: somebody of the family, a year long past.

Careful with family: whoever telephones calls the patient "mijn moeder", so a relative counts as somebody else only
where nobody else speaks in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

_START, _END = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_BESIDE = (
    r"broer|zus|zuster|zwager|schoonzus|neef|nicht|buurman|buurvrouw|collega|kleinzoon|kleindochter|kleinkind|zoon|"
    r"dochter|brother|sister|cousin|nephew|niece|neighbour|neighbor|colleague|son|daughter"
)
_ABOVE = (
    r"opa|oma|vader|moeder|ouders|oom|tante|schoonvader|schoonmoeder|schoonouders|man|vrouw|echtgenoot|echtgenote|"
    r"partner|vriend|vriendin|father|mother|uncle|aunt|grandfather|grandmother|husband|wife"
)
"""Who may be the patient when a child or grandchild speaks: somebody else only as "haar moeder", or when it is said."""
_RELATIVE = re.compile(_START + rf"(?:{_BESIDE}|{_ABOVE})" + _END)
_SPEAKS = re.compile(
    _START
    + r"(?:belt|belde|gebeld|zegt|zei|vertelt|vertelde|meldt|meldde|appt|mailt|schrijft|vraagt|mijn|m'n|onze|"
    r"calls|called|says|said|reports|reported|tells|my|our)" + _END
)
DAYS_OF = {"da": 1, "we": 7, "ma": 30, "mo": 30, "ja": 365, "ye": 365}
"""The beginning of a unit of time -> how many days it has at least: in doubt the shorter time."""
_NUMBERS = (
    "een one", "twee two", "drie three", "vier four", "vijf five", "zes six", "zeven seven", "acht eight",
    "negen nine", "tien ten", "elf eleven", "twaalf twelve",
)  # fmt: skip
NUMBER_OF = {word: value for value, words in enumerate(_NUMBERS, 1) for word in words.split()}
NUMBER_WORD = rf"(?:\d{{1,3}}|{'|'.join(NUMBER_OF)})"
MONTH_NAME = (
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|january|february|"
    r"march|may|june|july|august|october|jan|feb|mrt|apr|aug|sept?|okt|nov|dec"
)
_DURATION = re.compile(
    _START + rf"(?P<number>{NUMBER_WORD})(?:\s*(?:-|a|tot|of|to|or)\s*{NUMBER_WORD})?[\s\-]+"
    r"(?P<unit>dag|dagen|day|days|week|weken|weeks|maand|maanden|month|months|jaar|jaren|year|years)" + _END
)
_BETWEEN = (
    r"\s+(?:(?:ook|zelf|eens|ooit|vaak|soms|vorig|vorige|jaar|week|gisteren|een|ongeveer|ruim|bijna|pas|net|also|once|a|"
    rf"last|year|about|{NUMBER_WORD})\s+){{0,3}}"
    r"(?:(?:een\s+|zijn\s+|haar\s+|an?\s+)?(?:icd|s-icd|crt-d|pacemaker|stent|stents|omleiding|bypass|infarct|hartinfarct)\s+"
    r"(?:gekregen\s+)?(?:na|wegens|vanwege|om|door|met|bij|en|after|for|and)\s+(?:een\s+|an?\s+)?)?"
)
_SUBJECT = re.compile(
    _START + rf"(?:(?:zijn|haar|diens|his|her)\s+(?:{_BESIDE}|{_ABOVE})|{_BESIDE})"
    r"\s+(?:is|was|heeft|had|kreeg|krijgt|viel|has|got|bekend\s+met)" + _BETWEEN + "$"
)
_FAMILY = re.compile(
    _START + r"(?:familieanamnese|familie-anamnese|fam\.?\s?anamnese|family\s+history)" + _END
)
_NOT_SELF = re.compile(_START + r"(?:zelf\s+(?:niet|geen|nooit)|(?:himself|herself)\s+not)" + _END)
_DIED = re.compile(_START + r"(?:overleden|overleed|gestorven|stierf|died|dead)" + _END)

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTHS = (
    "jan",
    "feb",
    "maart mrt mar",
    "apr",
    "mei may",
    "jun",
    "jul",
    "aug",
    "sep",
    "okt oct",
    "nov",
    "dec",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_MONTH = rf"(?P<month>\d{{1,2}}|(?:{'|'.join(_MONTH_OF)})[a-z]*\.?)"
_DAY = r"(?P<day>\d{1,2})"
_DATE = rf"(?:(?:{_DAY}[-/ ])?{_MONTH}[-/ ])?" + _YEAR
_YEAR_AFTER = re.compile(
    r"\s*(?:(?:in|op|anno|dd|d\.d\.|gehad|doorgemaakt|eci|e\.c\.i\.|on)\s+){0,3}\(?" + _DATE + _END
)
_LAST_TIME = re.compile(
    r"[^,;:()]{0,40},\s*(?:de\s+|voor\s+het\s+)?(?:laatste?|last)\s+(?:keer|maal|episode|aanval|time|one)"
    r"(?:\s+(?:was|dateert\s+van))?\s+(?:in\s+)?" + _DATE + _END
)
_FORMERLY = re.compile(
    _START
    + r"(?:voorheen|vroeger|verleden|voorgeschiedenis|vg|ooit|wel\s+eens|previously|formerly|past)"
    + _END
)
"""Without such a word "flauwgevallen, laatste keer 2020" may say when it was before."""
_DAY_AFTER = re.compile(
    rf"\s*(?:(?:op|dd|d\.d\.|on)\s+)?\(?{_DAY}[-/ ]{_MONTH}(?![-/]?\d)" + _END
)  # fmt: skip
_YEAR_BEFORE = re.compile(
    r"(?:^|,)\s*(?:(?:in|op|on)\s+)?" + _DATE +
    r"\s*:?\s+(?:(?:is|was|heeft|had|kreeg|hij|zij|ze|een|eenmalig|ook|1x|a|an|status|na|"
    r"(?:met|op|in|van)\s+(?:de|het|een|zijn|haar)(?:\s+\w+)?)\s+){0,4}$"
)  # fmt: skip
_YEARS = re.compile(_START + _YEAR + _END)
_WELL = r"(?:klachtenvrij|stabiel|hersteld|rustig|geen\s+klachten|zonder\s+klachten)"
NOW = re.compile(
    _START + rf"(?:nu(?!\s+(?:weer\s+)?{_WELL})|vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht|gisteren|"
    rf"eergisteren|sinds|weer(?!\s+(?:{_WELL}|thuis))|opnieuw|recent|afgelopen|toenemend|heden|tot|now|today|yesterday|"
    r"since|again|recently|tonight)" + _END
)  # fmt: skip


_RESOLVED = re.compile(
    _START + r"(?:sindsdien|daarna|nadien|since\s+then)\s+(?:[a-z]+\s+){0,2}?(?:klachtenvrij|geen|nooit|niet|never|no)"
    + _END
)  # fmt: skip
"""Behind a sign of some year: "in 2014 een schok, daarna nooit meer"."""


def of_another(text: str, before: str, after: str) -> bool:
    """Whether the sign is said of a relative: `text` all that stands before it, `before` and `after` its sentence."""
    if _FAMILY.search(before):
        return True
    relative = _RELATIVE.search(before)
    if relative is not None and (_NOT_SELF.search(after) or _DIED.search(after) or _DIED.search(before)):
        return True
    subject = _SUBJECT.search(before)
    if subject is None:
        return False
    earlier = text[: len(text) - len(before) + subject.start()]
    return not _RELATIVE.search(earlier) and not _SPEAKS.search(text)


_STRAIN = re.compile(
    _START
    + r"(?:inspanning|inspannen|fietsen|traplopen|lopen|wandelen|trap|trappen|tuinieren|sporten|sport|tillen|"
    r"stofzuigen|heuvel|exertion|exercise|walking|cycling|climbing|stairs)" + _END
)
_PAIN_OR_BREATH = re.compile(r"pijn|druk|borst|beklem|benauwd|kortademig|dyspn|pain|chest|tight|breath")
_GOES = re.compile(
    _START
    + r"(?:zakt|zakken|verdwijnt|verdween|weg|over|trekt\s+weg|verbetert|herstelt|afwezig|stopt|goes|settles|"
    r"resolves|relieved|gone)\s+(?:(?!niet|not)\w+\s+){0,2}?(?:in|bij|na|door|with|at|by|after)\s+rust|(?:settles|resolves|goes|gone|"
    r"relieved)\s+(?:(?!not)\w+\s+){0,2}?(?:at|with|by|on|after)\s+rest" + _END
)
_WORSE = re.compile(
    _START
    + r"(?:ook|nu|sinds|vandaag|vanochtend|vanmorgen|vannacht|gisteren|nieuw|nieuwe|toenemend|toenemende|toename|"
    r"vaker|erger|steeds|eerder|langer|rust|rest|minimale|geringe|niet|new|since|today|worse|worsening|more|now|also|not)"
    + _END
)


def goes_at_rest(words: str, before: str, after: str) -> bool:
    """Whether pain or breathlessness comes with exertion and is said to go at rest, and nothing says that it is new or
    more: "pijn op de borst bij fietsen, zakt in rust"."""
    goes = _GOES.search(after)
    if goes is None or _PAIN_OR_BREATH.search(words) is None:
        return False
    rest = f"{before} {after[: goes.start()]} {after[goes.end() :]}"
    return _STRAIN.search(rest) is not None and _WORSE.search(f"{words} {rest}") is None


def longer_ago(sentence: str, start: int, end: int, *, days: int) -> bool:
    """Whether the time that the words between `start` and `end` give, with the number before them, is more than `days`:
    "7 maanden geleden". Of "4 tot 6 weken" the first counts."""
    return any(each > days for each in _durations(sentence, start, end))


def _durations(sentence: str, start: int, end: int) -> Iterator[int]:
    for found in _DURATION.finditer(sentence):
        if found.end() > start and found.start() < end:
            number = found["number"]
            yield (NUMBER_OF.get(number) or int(number)) * DAYS_OF[found["unit"][:2]]


LONG_AGO = timedelta(days=92)
"""What ended longer ago than this, by the day, month or year beside it, is not of now; in doubt it is asked."""


def ended(before: str, after: str) -> date | None:
    """The last day on which the sign can have been, when a year stands beside it and nothing of its sentence is of now:
    20-12-2025 is that day, 12-2025 the last of the month, 2025 the last of the year."""
    found = _YEAR_AFTER.match(after) or _YEAR_BEFORE.search(before)
    if found is None and _FORMERLY.search(before):
        found = _LAST_TIME.match(after)
    if NOW.search(after) or NOW.search(before):
        return None
    if found is None:
        resolved = _RESOLVED.search(after)
        years = _years_in(f"{before} {after[: resolved.start()]}") if resolved is not None else []
        return date(max(years), 12, 31) if years else None
    year = max(_years_in(f"{found['year']} {after}"))
    month = month_of(found["month"])
    if year != int(found["year"]) or month is None:
        return date(year, 12, 31)
    if (exact := _on(year, month, found["day"])) is not None:
        return exact
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


_PAST = re.compile(
    _START + r"(?:(?:19|20)\d\d|geleden|ago|ooit|vroeger|voorheen|destijds|eerder|eerdere|doorgemaakt|"
    r"voorgeschiedenis|vg|allergi[a-z]*|overgevoelig[a-z]*|intoleran[a-z]*|ever|previously|history|once)" + _END
)  # fmt: skip
_PERHAPS_PAST = re.compile(_START + r"(?:gehad|kreeg|had|bleek|werd|was|opname|opgenomen|got|were)" + _END)


def is_past(sentence: str) -> bool:
    """Whether a sentence may tell of something of before, whatever it says of now."""
    perhaps = _PERHAPS_PAST.search(sentence) is not None and NOW.search(sentence) is None
    return perhaps or _PAST.search(sentence) is not None


def _years_in(text: str) -> list[int]:
    return [int(one["year"]) for one in _YEARS.finditer(text)]


def day_and_month(after: str) -> tuple[int, int] | None:
    """The day and month that stand behind the words without a year."""
    found = _DAY_AFTER.match(after)
    month = None if found is None else month_of(found["month"])
    if found is None or month is None or _on(2000, month, found["day"]) is None:
        return None
    return int(found["day"]), month


_IN_A_MONTH = re.compile(
    _START + r"(?:in|begin|half|eind|sinds|vanaf)\s+(?P<month>januari|februari|maart|april|mei|juni|juli|augustus|"
    r"september|oktober|november|december)(?!\s*(?:19|20)\d\d)" + _END
)  # fmt: skip


def in_a_month(sentence: str) -> int | None:
    """The month without a year of which a sentence tells: "in mei omgezet"."""
    found = {month_of(one["month"]) for one in _IN_A_MONTH.finditer(sentence)}
    return found.pop() if len(found) == 1 else None


def end_of_month(month: int, *, on: date) -> date:
    """The last day of that month that has been; of a month that is not over, `on`."""
    year = on.year if month <= on.month else on.year - 1
    after = date(year + month // 12, month % 12 + 1, 1)
    return min(after - timedelta(days=1), on)


def last_time(day: int, month: int, *, on: date) -> date:
    """The most recent such day that is not in the future: 20 December, written in January, was last year."""
    years = (on.year - back for back in range(9))
    return next(one for year in years if (one := _on(year, month, str(day))) is not None and one <= on)


def month_of(written: str | None) -> int | None:
    """The number of a month, by its figures or the beginning of its name."""
    if not written:
        return None
    if written.isdigit():
        return int(written) if 1 <= int(written) <= 12 else None
    return next(number for name, number in _MONTH_OF.items() if written.startswith(name))


def _on(year: int, month: int, day: str | None) -> date | None:
    try:
        return date(year, month, int(day)) if day else None
    except ValueError:
        return None
