"""The referral decision on one A4: vector PDF, SVG or PNG, from the chart that follows from the tables.

The page is ``sheet.typ``; what it says comes in as JSON strings, so nothing that somebody wrote in a table is ever
read as markup. The fonts are those that Typst carries with it: the same page on every machine. The letter size is
the largest with which everything fits on the one page, and never smaller than can be read on paper.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import qrcode
import qrcode.image.svg
import typst

from anderhalf.core.pathway.flowchart.chart import Box, Chart, Step

from .words import WORDS

Format = Literal["pdf", "svg", "png"]

TEMPLATE = Path(__file__).with_name("sheet.typ")
SIZES = tuple(tenths / 10 for tenths in range(90, 64, -1))
"""Letter sizes in points, from large to small. Nothing on the sheet is smaller than the last."""
PIXELS_PER_INCH = 160
NARROWEST = 12
"""No lane is narrower than so many hundredths of the page."""
CHARACTERS_ACROSS = 215
"""About so many characters stand on one line across the page."""


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
    inputs = {"data": json.dumps(_content(chart, head), ensure_ascii=True), "qr": _qr(head.url)}
    if head.logo:
        inputs["logo"] = head.logo
    size = _fitting_size(inputs)
    if size is None:
        raise DoesNotFit(f"{chart.pathway} does not fit on one A4 in a letter of {SIZES[-1]} points")
    made = _compile(inputs, size, head.valid_from, format)
    if not isinstance(made, bytes):
        raise DoesNotFit(f"{chart.pathway} takes {len(made)} pages")
    return made


def _fitting_size(inputs: Mapping[str, str]) -> float | None:
    """The largest of the letter sizes with which everything stands on one page; None when none does."""
    low, high = 0, len(SIZES)
    while low < high:
        middle = (low + high) // 2
        if isinstance(_compile(inputs, SIZES[middle], date.min, "svg"), bytes):
            high = middle
        else:
            low = middle + 1
    return SIZES[low] if low < len(SIZES) else None


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


def _content(chart: Chart, head: Letterhead) -> dict[str, Any]:
    words = WORDS[chart.language]
    plain = chart.to_dict()
    for step, drawn in zip(chart.steps, plain["steps"], strict=True):
        drawn["lanes"] = lanes_of(step)
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
            "otherwise": words["otherwise"],
            "always": words["always"],
            "when": words["when"],
            "alternative": words["alternative"],
            "legend-title": words["legend_title"],
            "legend": words["legend"],
            "stale": words["stale"],
            "made": words["made"].format(pathway=head.pathway_version, hash=head.content_hash[:12]),
        },
    }


def lanes_of(step: Step) -> list[dict[str, Any]]:
    """How the boxes of a step stand side by side: boxes of one line of care share a lane, when that helps.

    The width is shared so that the highest lane is as low as can be, by an estimate of the lines that each takes.
    """
    numbered = list(enumerate(step.boxes))
    together = [list(group) for _tone, group in groupby(numbered, key=lambda one: one[1].tone)]
    if len(together) < 3 or len(together) == len(numbered):
        together = [[one] for one in numbered]
    lanes = [[box for _at, box in lane] for lane in together]
    return [
        {"boxes": [at for at, _box in lane], "share": share}
        for lane, share in zip(together, _shares(lanes), strict=True)
    ]


def _shares(lanes: Sequence[Sequence[Box]]) -> list[int]:
    """Widths in hundredths of the page: a hundredth moves between two lanes as long as that lowers the whole."""
    shares = [100 // len(lanes)] * len(lanes)

    def height(widths: Sequence[int]) -> tuple[float, float]:
        heights = [_height(lane, width) for lane, width in zip(lanes, widths, strict=True)]
        return max(heights), sum(one * one for one in heights)

    lowest = height(shares)
    while True:
        tried = []
        for giver in range(len(lanes)):
            for taker in range(len(lanes)):
                for hundredths in (1, 3, 6, 10, 15):
                    moved = list(shares)
                    moved[giver] -= hundredths
                    moved[taker] += hundredths
                    if giver != taker and moved[giver] >= NARROWEST:
                        tried.append((height(moved), moved))
        best = min(tried, default=(lowest, shares))
        if best[0] >= lowest:
            return shares
        lowest, shares = best


def _height(lane: Sequence[Box], width: int) -> float:
    """About how many lines a lane takes in a width."""
    across = CHARACTERS_ACROSS * width / 100

    def lines(characters: int, beside: int) -> int:
        return max(1, -(-characters // max(10, round(across) - beside)))

    high = 0.0
    for box in lane:
        high += 1.6 + lines(len(box.title) + len(box.term) + 3, 8) + bool(box.action)
        for context in box.contexts:
            if context.conditions:
                high += 0.2 + lines(sum(len(one) + 3 for one in context.conditions), 6)
            for item in context.items:
                said = sum(len(one) + 4 for rule in item.rules for one in rule.conditions)
                if item.lead:
                    high += lines(len(item.lead) + 6 + said + 9 * len(item.rules), 8)
                else:
                    high += lines(said, 20)
    return high
