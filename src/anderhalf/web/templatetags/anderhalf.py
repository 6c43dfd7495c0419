"""Template filters and tags of the design system; the work is in ``web/formatting.py``."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.http import QueryDict
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from anderhalf.apps.people.roles import Role
from anderhalf.presentation import formatting, wording
from anderhalf.presentation.fields import labelled_in_row
from anderhalf.presentation.kept_reasons import shown_reason
from anderhalf.presentation.language import language
from anderhalf.presentation.sources import shown_source

register = template.Library()


@register.filter
def error_label(field: BoundField) -> str:
    """The name of a field in the list of errors, with the row it stands in: ``Medicatie, regel 2: dosis``."""
    return labelled_in_row(field.field, str(field.label))


@register.filter
def nl_date(value: date | datetime | None) -> str:
    """``14-03-1948``, or ``14 Mar 1948`` for English readers."""
    return formatting.format_date(value, language=language())


@register.filter
def nl_datetime(value: datetime | None) -> str:
    """``14-03-2025 14:32`` on the clock of Amsterdam."""
    return formatting.format_datetime(value, language=language())


@register.filter
def nl_number(value: Any, decimals: int | None = None) -> str:
    """``4,8``; text that is no number is shown as it is."""
    try:
        return formatting.format_number(_number(value), decimals, language=language())
    except InvalidOperation:
        return str(value)


@register.filter
def ended(text: Any) -> str:
    """A text as a sentence: one full stop behind it, also when it had one."""
    return wording.ended(str(text))


@register.filter
def breakable(text: Any) -> str:
    """A long compound that may break between its parts, and nowhere else."""
    return wording.breakable(str(text))


@register.filter
def unit(value: Any, unit_label: str) -> str:
    """Number and unit on one line: ``{{ value|unit:"mmol/l" }}``."""
    try:
        return formatting.with_unit(_number(value), unit_label or "", language=language())
    except InvalidOperation:
        return f"{value}{formatting.NBSP}{unit_label}" if unit_label else str(value)


@register.filter
def euro(value: Any) -> str:
    """``€ 1.240,50``."""
    return formatting.euro(_number(value), language=language())


@register.filter
def age(birth_date: date | None, on: date | None = None) -> str:
    """``77 jaar`` today, or on the date given."""
    if birth_date is None or birth_date == "":
        return formatting.NOTHING
    return formatting.age_text(birth_date, on or timezone.localdate())


@register.filter
def masked_bsn(bsn: str | None) -> str:
    """``•••••0511``."""
    return formatting.masked_bsn(bsn)


@register.filter
def ago(value: date | datetime | None) -> str:
    """ "3 dagen geleden"."""
    return formatting.ago(value, timezone.now())


@register.filter
def reason(text: str) -> str:
    """A stored reason: of the service in the reader's language, of a person as it was typed."""
    return shown_reason(text)


@register.filter
def source(text: str, english: str = "") -> SafeString:
    """A source: the service's own words in the reader's language, a title as it is, marked as Dutch; or as the
    agreement gives it in ``english``."""
    return shown_source(text, english)


@register.filter
def percent(share: Any, decimals: int = 0) -> str:
    """A share between 0 and 1 as ``42%``."""
    return formatting.percent(_number(share), decimals, language=language())


@register.simple_tag
def percent_interval(share: Any, low: Any = None, high: Any = None, decimals: int = 0) -> str:
    """``42% (35–50%)``."""
    return formatting.percent_interval(
        _number(share), _number(low), _number(high), decimals, language=language()
    )


@register.filter
def item(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """``mapping[key]``, or nothing when it is not there."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def in_words(values: Any) -> str:
    """A list as "a, b en c"; text as it is."""
    if isinstance(values, str):
        return values
    return formatting.in_words([str(value) for value in values or ()])


@register.filter
def role_name(role: str) -> str:
    """The name of a role in the reader's language."""
    return str(Role(role).label)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """True for a single tick box, which has its label behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_date(value: object) -> bool:
    """True for a date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)


@register.simple_tag
def widget(field: BoundField, **attributes: Any) -> SafeString:
    """The bare control of a field with extra attributes (``data_x`` becomes ``data-x``)."""
    attrs = {name.replace("_", "-"): value for name, value in attributes.items() if value not in ("", None)}
    return field.as_widget(attrs=attrs)


@register.simple_tag(takes_context=True)
def sort_link(context: Context, name: str) -> dict[str, str]:
    """Where a click on a column heading leads, and how the list is sorted now.

    Gives ``url`` (a query string with the page number dropped), ``state`` (``ascending``, ``descending`` or
    ``none``, as ``aria-sort`` wants it).
    """
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    current = query.get("sort", "")
    state = {name: "ascending", f"-{name}": "descending"}.get(current, "none")
    query["sort"] = f"-{name}" if state == "ascending" else name
    query.pop("page", None)
    return {"url": "?" + query.urlencode(), "state": state}


@register.simple_tag(takes_context=True)
def page_link(context: Context, number: int) -> str:
    """The query string of another page of the same list, filters kept."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query["page"] = str(number)
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def this_window(context: Context) -> dict[str, str]:
    """Tells one opened page from another, and when it was opened: two windows on one draft are seen by it."""
    request = context.get("request")
    opened = getattr(request, "now", None) or timezone.now()
    return {"key": secrets.token_urlsafe(9), "opened": opened.isoformat()}


@register.simple_tag
def waiting_bar(days: int, norm: int | None) -> dict[str, Any]:
    """Numbers for the waiting-time bar (as text, with a dot): widths in per cent of the bar and the tone.

    The bar runs to half as far again as the norm, so the mark of the norm always has room on both sides.
    """
    days = int(days)
    if not norm:
        return {"fill": 0, "norm": 0, "tone": "", "has_norm": False, "over": 0}
    span = float(norm) * 1.5
    over = days - int(norm)
    tone = "danger" if over > 0 else ""  # coloured only past the norm that was agreed
    return {
        "fill": f"{min(days / span, 1) * 100:.1f}",
        "norm": f"{100 / 1.5:.1f}",
        "tone": tone,
        "has_norm": True,
        "over": max(over, 0),
    }


def _number(value: Any) -> Decimal | int | float | None:
    if value is None or value == "":
        return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    return Decimal(str(value).replace(",", "."))
