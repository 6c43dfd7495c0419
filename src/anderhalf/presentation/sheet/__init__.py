"""The referral decision on one A4: vector PDF, SVG or PNG, from the chart that follows from the tables.

The page is ``sheet.typ``; what it says comes in as JSON strings, so nothing that somebody wrote in a table is ever
read as markup. The fonts are those that Typst carries with it: the same page on every machine. The letter size is
the largest with which everything fits on the one page, and never smaller than can be read on paper.

``layout.py`` chooses what stands where, ``measure.py`` knows how wide a text is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import qrcode
import qrcode.image.svg
import typst

from anderhalf.core.pathway.flowchart.chart import Chart

from .layout import lanes_of
from .words import WORDS

Format = Literal["pdf", "svg", "png"]

TEMPLATE = Path(__file__).with_name("sheet.typ")
SIZES = tuple(tenths / 10 for tenths in range(105, 64, -1))
"""Letter sizes in points, from large to small. Nothing on the sheet is smaller than the last."""
PIXELS_PER_INCH = 160


class DoesNotFit(ValueError):
    """The tables hold more than one A4 can show in a readable letter size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number on the sheet; ``urgent`` ones come first and in bold."""

    name: str
    phone: str
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Whose sheet it is: the network, its version and validity, whom to call, where the live page is.

    ``logo`` is the text of an SVG; without one the sheet carries the mark of Anderhalf.
    """

    network: str
    version: str
    valid_from: date
    pathway_version: str
    content_hash: str
    phones: tuple[Phone, ...]
    url: str
    logo: str = ""


@lru_cache(maxsize=24)
def draw_sheet(chart: Chart, head: Letterhead, *, format: Format) -> bytes:
    """The sheet as ``pdf``, ``svg`` or ``png``; raises :class:`DoesNotFit` when one A4 is too small."""
    size, inputs = _fitted(chart, head)
    if size is None:
        raise DoesNotFit(f"{chart.pathway} does not fit on one A4 in a letter of {SIZES[-1]} points")
    made = _compile(inputs, size, head.valid_from, format)
    if not isinstance(made, bytes):
        raise DoesNotFit(f"{chart.pathway} takes {len(made)} pages")
    return made


def _inputs(chart: Chart, head: Letterhead, size: float) -> dict[str, str]:
    """What the page reads: its data, laid out for a letter of `size` points, and its pictures."""
    inputs = {"data": json.dumps(_content(chart, head, size), ensure_ascii=True), "qr": _qr(head.url)}
    return {**inputs, "logo": head.logo} if head.logo else inputs


@lru_cache(maxsize=12)
def _fitted(chart: Chart, head: Letterhead) -> tuple[float | None, Mapping[str, str]]:
    """The largest letter size with which everything stands on one page, and that page; no size when none does."""
    low, high = 0, len(SIZES)
    fits: Mapping[str, str] = {}
    while low < high:
        middle = (low + high) // 2
        inputs = _inputs(chart, head, SIZES[middle])
        if isinstance(_compile(inputs, SIZES[middle], date.min, "svg"), bytes):
            high, fits = middle, inputs
        else:
            low = middle + 1
    return (SIZES[low] if low < len(SIZES) else None), fits


def _compile(inputs: Mapping[str, str], size: float, day: date, format: Format) -> bytes | list[bytes]:
    more: dict[str, Any] = {"ppi": PIXELS_PER_INCH} if format == "png" else {}
    made: bytes | list[bytes] = typst.compile(
        _template(),
        format=format,
        root=str(TEMPLATE.parent),
        ignore_system_fonts=True,
        sys_inputs={**inputs, "size": f"{size:.1f}"},
        # The same tables give the same file, whenever it is made.
        timestamp=max(0, (day - date(1970, 1, 1)).days * 86400),
        **more,
    )
    if format == "pdf" or not isinstance(made, list):
        return made
    return made[0] if len(made) == 1 else made


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _qr(url: str) -> str:
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    out = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathImage).save(out)
    return out.getvalue().decode()


def _content(chart: Chart, head: Letterhead, size: float) -> dict[str, Any]:
    words = WORDS[chart.language]
    plain = chart.to_dict()
    for step, drawn in zip(chart.steps, plain["steps"], strict=True):
        drawn["lanes"] = lanes_of(step, size, chart.language)
        drawn["note"] = words["in_order"] if step.ordered else words["for_referrals"]
        drawn["arrow"] = (
            words["none_of_these"].format(what=step.onward) if step.onward else words["to_other_lines"]
        )
    for group in plain["freshness"]:
        group["label"] = words["days"].format(days=group["days"])
    day = head.valid_from
    valid = f"{day:%d-%m-%Y}"
    return {
        "chart": plain,
        "title": words["title"].format(pathway=chart.pathway),
        "network": head.network,
        "date": [day.year, day.month, day.day],
        "logo": bool(head.logo),
        "phones": [
            {"name": one.name, "phone": one.phone, "urgent": one.urgent}
            for one in sorted(head.phones, key=lambda one: not one.urgent)
        ],
        "words": {
            "version": words["version"].format(version=head.version),
            "valid": words["valid"].format(day=valid),
            "live": words["live"],
            "conjunction": words["conjunction"],
            "only-if": words["only_if"],
            "otherwise": words["otherwise"],
            "no-more": words["no_more"],
            "always": words["always"],
            "when": words["when"],
            "alternative": words["alternative"],
            "legend-title": words["legend_title"],
            "legend": words["legend"],
            "stale": words["stale"],
            "made": words["made"].format(pathway=head.pathway_version, hash=head.content_hash[:12]),
        },
    }
