"""The numbers to press beside a danger: one order and one set of names for every page, list and card."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number, and whose it is (empty: it says so itself)."""

    phone: str
    name: str = ""


def to_press(
    *, call_112: bool, cardiologist: str, out_of_hours: str = "", centre: str = ""
) -> tuple[Number, ...]:
    """Whom to call, the most urgent first; who has no number in the agreement is left out."""
    found = [
        Number("112" if call_112 else ""),
        Number(cardiologist, _("dienstdoende cardioloog")),
        Number(out_of_hours, _("huisartsenpost")),
        Number(centre, _("het centrum")),
    ]
    return tuple(one for one in found if one.phone)
