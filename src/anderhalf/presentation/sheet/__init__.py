"""The referral decision on two A4s that hang side by side: vector PDF, SVG or PNG, from the chart of the tables.

The first asks whether it is urgent, the second where to. ``sheet.typ`` draws them; what they say comes in as JSON
strings, so nothing that somebody wrote in a table is ever read as markup. The fonts are those that Typst carries with
it: the same page on every machine. The letter size of a page is the largest with which all of it fits, and never
smaller than can be read on paper.

``layout.py`` chooses what stands where, ``measure.py`` knows how wide a text is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import qrcode
import qrcode.image.svg
import typst

from anderhalf.core.pathway.flowchart.chart import Chart, Step

from .layout import lanes_of
from .words import WORDS

Format = Literal["pdf", "svg", "png"]

TEMPLATE = Path(__file__).with_name("sheet.typ")
SIZES = tuple(tenths / 10 for tenths in range(140, 64, -1))
"""Letter sizes in points, from large to small. Nothing on the sheet is smaller than the last."""
PIXELS_PER_INCH = 160


class DoesNotFit(ValueError):
    """The tables hold more than an A4 can show in a readable letter size."""


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
def draw_sheet(chart: Chart, head: Letterhead, *, format: Format) -> tuple[bytes, ...]:
    """One ``pdf`` with both pages, or an ``svg`` or ``png`` of each.

    Raises :class:`DoesNotFit` when an A4 is too small for one of them.
    """
    pages = _fitted(chart, head)
    made = _compile(pages, head, format)
    if format != "pdf" and len(made) != len(pages):
        raise DoesNotFit(f"{chart.pathway} takes {len(made)} pages")
    return made


@lru_cache(maxsize=12)
def _fitted(chart: Chart, head: Letterhead) -> tuple[Mapping[str, Any], ...]:
    """The content of every page, each in the largest letter with which it stands on one A4."""
    return tuple(_largest(chart, at, head) for at in range(len(chart.pages)))


def _largest(chart: Chart, at: int, head: Letterhead) -> Mapping[str, Any]:
    low, high = 0, len(SIZES)
    fits: Mapping[str, Any] = {}
    while low < high:
        middle = (low + high) // 2
        content = _content(chart, at, head, SIZES[middle])
        if len(_compile([content], head, "svg")) == 1:
            high, fits = middle, content
        else:
            low = middle + 1
    if not fits:
        raise DoesNotFit(
            f"page {at + 1} of {chart.pathway} does not fit on an A4 in a letter of {SIZES[-1]} points"
        )
    return fits


def _compile(pages: Sequence[Mapping[str, Any]], head: Letterhead, format: Format) -> tuple[bytes, ...]:
    """The files that Typst makes of these pages: one PDF, or a drawing per sheet of paper."""
    inputs = {"pages": json.dumps(pages, ensure_ascii=True), "qr": _qr(head.url)}
    if head.logo:
        inputs["logo"] = head.logo
    more: dict[str, Any] = {"ppi": PIXELS_PER_INCH} if format == "png" else {}
    made: bytes | list[bytes] = typst.compile(
        _template(),
        format=format,
        root=str(TEMPLATE.parent),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        # The same tables give the same file, whenever it is made.
        timestamp=max(0, (head.valid_from - date(1970, 1, 1)).days * 86400),
        **more,
    )
    return tuple(made) if isinstance(made, list) else (made,)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _qr(url: str) -> str:
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(url)
    out = io.BytesIO()
    code.make_image(image_factory=qrcode.image.svg.SvgPathImage).save(out)
    return out.getvalue().decode()


def _arrow(chart: Chart, at: int, step: Step) -> str:
    """What leads from a step to the next, also when that stands on the next page; nothing after the last."""
    words = WORDS[chart.language]
    if step is chart.steps[-1]:
        return ""
    said = words["none_of_these"].format(what=step.onward) if step.onward else words["to_other_lines"]
    return f"{said} → {words['next_page'].format(page=at + 2)}" if step is chart.pages[at].steps[-1] else said


def _content(chart: Chart, at: int, head: Letterhead, size: float) -> dict[str, Any]:
    """What a page reads: its data, laid out for a letter of `size` points."""
    words, page = WORDS[chart.language], chart.pages[at]
    plain = page.to_dict()
    for step, drawn in zip(page.steps, plain["steps"], strict=True):
        drawn["lanes"] = lanes_of(step, size, chart.language)
        drawn["note"] = words["in_order"] if step.ordered else words["for_referrals"]
        drawn["arrow"] = _arrow(chart, at, step)
    for group in plain["freshness"]:
        group["label"] = words["days"].format(days=group["days"])
    day = head.valid_from
    valid = f"{day:%d-%m-%Y}"
    return {
        "page": plain,
        "size": size,
        "language": chart.language,
        "title": f"{chart.pathway}: {words[f'title_{at + 1}']}",
        "document": words["document"].format(pathway=chart.pathway),
        "beside": words[f"beside_{at + 1}"],
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
