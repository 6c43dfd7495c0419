"""How values look to a reader: Dutch first, English when the reader chose English.

Pure functions: the moment "now" and the language come in as arguments. The template filters in
``templatetags/anderhalf.py`` are thin wrappers around these.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

from anderhalf.core.decisions.ranges import Range

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOTHING = "–"
NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
MINUS = "\u2212"
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DUTCH_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")

Number = Decimal | int | float


def format_date(value: date | datetime | None, *, language: str = "nl") -> str:
    """``14-03-1948`` in Dutch, ``14 Mar 1948`` in English; a datetime is first taken to Amsterdam."""
    if value is None or value == "":
        return NOTHING
    day = local(value)
    if language.startswith("en"):
        return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day:02d}-{day.month:02d}-{day.year}"


def format_datetime(value: datetime | None, *, language: str = "nl") -> str:
    """``14-03-2025 14:32`` on the clock of Amsterdam."""
    if value is None or value == "":
        return NOTHING
    moment = local(value)
    clock = f" {moment.hour:02d}:{moment.minute:02d}" if isinstance(moment, datetime) else ""
    return format_date(moment, language=language) + clock


def format_month(value: date, *, language: str = "nl") -> str:
    """``mei 2025`` for the axis of a chart."""
    months = ENGLISH_MONTHS if language.startswith("en") else DUTCH_MONTHS
    return f"{months[value.month - 1]} {value.year}"


def format_number(value: Number | Range | None, decimals: int | None = None, *, language: str = "nl") -> str:
    """``4,8`` in Dutch, ``4.8`` in English; from five digits on grouped in threes by a narrow space.

    Without ``decimals`` a Decimal keeps its own, and a float loses its trailing zeroes. A dot is never used
    for thousands: ``1.240`` would read as 1.24 to somebody who works in two languages. A range of which one end is
    known is written with its sign, and never rounded: ``> 90``, ``< 0,5``.
    """
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Range):
        ends = "–".join(format_number(end, language=language) for end in value.ends)
        return f"{value.comparator}{NBSP}{ends}" if value.comparator else ends
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if not number.is_finite():
        return NOTHING
    if decimals is not None:
        number = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(number):f}"
    if isinstance(value, float) and decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _, fraction = text.partition(".")
    if len(whole) > 4:
        whole = f"{int(whole):,}".replace(",", NARROW_NBSP)
    separator = "." if language.startswith("en") else ","
    sign = MINUS if number < 0 and text.strip("0.") else ""
    return sign + whole + (separator + fraction if fraction else "")


def with_unit(
    value: Number | Range | None, unit: str, decimals: int | None = None, *, language: str = "nl"
) -> str:
    """The number and its unit, kept on one line: ``4,8 mmol/l``; percentages without a space."""
    text = format_number(value, decimals, language=language)
    if text == NOTHING or not unit:
        return text
    return text + ("" if unit == "%" else NBSP) + unit


def euro(value: Number | None, *, language: str = "nl", decimals: int = 2) -> str:
    """``€ 1.240,50``; money is the one place where Dutch readers expect a dot for thousands."""
    if value is None or value == "":
        return NOTHING
    number = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(number):,.{decimals}f}"
    if not language.startswith("en"):
        text = text.translate(str.maketrans(",.", ".,"))
    return f"€{NBSP}{MINUS if number < 0 else ''}{text}"


def percent(share: Number | None, decimals: int = 0, *, language: str = "nl") -> str:
    """A share between 0 and 1 as ``42%``."""
    if share is None or share == "":
        return NOTHING
    return format_number(Decimal(str(share)) * 100, decimals, language=language) + "%"


def percent_interval(
    share: Number | None, low: Number | None, high: Number | None, decimals: int = 0, *, language: str = "nl"
) -> str:
    """A share with its interval: ``42% (35–50%)``; the share alone when there is no interval."""
    text = percent(share, decimals, language=language)
    if text == NOTHING or low is None or high is None:
        return text
    lowest = percent(low, decimals, language=language).rstrip("%")
    return f"{text} ({lowest}–{percent(high, decimals, language=language)})"


def age_on(birth_date: date, on: date) -> int:
    """Whole years; somebody born on 29 February has a birthday on 1 March in other years."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def masked_bsn(bsn: str | None) -> str:
    """All but the last four digits covered: ``•••••0511``."""
    digits = "".join(character for character in str(bsn or "") if character.isdigit())
    return "•" * max(len(digits) - 4, 0) + digits[-4:] if len(digits) > 4 else NOTHING


def ago_parts(value: date | datetime, now: datetime) -> tuple[str, int]:
    """The unit and the count that describe how long ago ``value`` was; a negative count lies ahead.

    Whole days on the calendar of Amsterdam: under 14 days in days, under 70 days in weeks, under two years
    in months, then years. The steps meet without a hole (7 days stays "7 days"; 14 days is "2 weeks").
    """
    then, today = local(value), local(now)
    if isinstance(then, datetime) and isinstance(today, datetime) and then.date() == today.date():
        minutes = int((today - then).total_seconds() / 60)
        if abs(minutes) < 60:
            return "minutes", minutes
        return "hours", int(minutes / 60)
    then_day = then.date() if isinstance(then, datetime) else then
    today_day = today.date() if isinstance(today, datetime) else today
    days = (today_day - then_day).days
    sign, size = (1, days) if days >= 0 else (-1, -days)
    if size < 14:
        return "days", days
    if size < 70:
        return "weeks", sign * (size // 7)
    earlier, later = sorted((then_day, today_day))
    months = (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)
    if months < 24:
        return "months", sign * months
    return "years", sign * (months // 12)


def ago(value: date | datetime | None, now: datetime) -> str:
    """In the reader's words: "vandaag", "gisteren", "3 dagen geleden", "over 2 weken"."""
    if value is None or value == "":
        return NOTHING
    unit, count = ago_parts(value, now)
    if unit == "days" and -1 <= count <= 1:
        return {0: gettext("vandaag"), 1: gettext("gisteren"), -1: gettext("morgen")}[count]
    if unit == "minutes" and count == 0:
        return gettext("zojuist")
    size = abs(count)
    texts = {
        "minutes": ngettext("%(n)d minuut", "%(n)d minuten", size),
        "hours": ngettext("%(n)d uur", "%(n)d uur", size),
        "days": ngettext("%(n)d dag", "%(n)d dagen", size),
        "weeks": ngettext("%(n)d week", "%(n)d weken", size),
        "months": ngettext("%(n)d maand", "%(n)d maanden", size),
        "years": ngettext("%(n)d jaar", "%(n)d jaar", size),
    }
    span = texts[unit] % {"n": size}
    pattern = gettext("%(span)s geleden") if count > 0 else gettext("over %(span)s")
    return pattern % {"span": span}


def age_text(birth_date: date, on: date) -> str:
    """``77 jaar``."""
    years = age_on(birth_date, on)
    return ngettext("%(n)d jaar", "%(n)d jaar", years) % {"n": years}


def person_name(
    *,
    initials: str,
    last_name: str,
    prefix: str = "",
    partner_name: str = "",
    partner_prefix: str = "",
    order: str = "own",
    salutation: str = "",
) -> str:
    """A Dutch name as it is written: ``mw. A. de Vries-Jansen``.

    ``order`` says which surname comes first: ``own``, ``partner``, ``partner-own`` or ``own-partner``
    (the NEN 1878 / Dutch BRP name usages). Prefixes ("de", "van der") keep their own place and case.
    """
    own = f"{prefix} {last_name}".strip()
    partner = f"{partner_prefix} {partner_name}".strip()
    if not partner or order == "own":
        surname = own
    elif order == "partner":
        surname = partner
    elif order == "partner-own":
        surname = f"{partner}-{own}"
    else:
        surname = f"{own}-{partner}"
    return " ".join(part for part in (salutation, initials, surname) if part)


def sort_name(*, initials: str, last_name: str, prefix: str = "") -> str:
    """As in an index: ``Vries, A. de`` (Dutch lists sort past the prefix)."""
    tail = " ".join(part for part in (initials, prefix) if part)
    return f"{last_name}, {tail}" if tail else last_name


def in_words(parts: list[str]) -> str:
    """``a, b en c``."""
    if len(parts) < 2:
        return "".join(parts)
    return gettext("%(first)s en %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def local(value: date | datetime) -> date | datetime:
    """An aware datetime on the clock of Amsterdam; everything else unchanged."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(AMSTERDAM)
    return value
