"""Where everything stands on the sheet: lanes side by side, boxes below each other, columns inside a box.

Nothing is left out and nothing is said in other words: only places and widths are chosen here. Boxes keep their order
(most urgent first, down a lane and then to the next), so do the rules inside a box. Heights and
widths are reckoned in em of the letter; whether the page really holds it is tried by drawing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from math import inf
from typing import Any

from anderhalf.core.pathway.flowchart.chart import Box, Item, Step

from .measure import NEVER, lines
from .words import WORDS

MILLIMETRE = 72 / 25.4
"""In points."""
PAGE, WAY, LANE_GAP, COLUMN_GAP, EDGE = 287.0, 3.6, 2.0, 2.4, 2.8
"""Millimetres across: the page, the way down, between lanes, between columns, beside the text of a box."""
BOX_ROOM = 5.4
"""Millimetres down that a box takes besides its text, with the space below it."""
NUMBER = 1.9
"""Em that the number of a rule takes."""
LEADING, ITEM_GAP, HEADING_GAP = 0.31, 0.4, 0.95
"""Em between the lines of one text, between rules, and around a heading."""
SMALLEST, SMALL, TITLE = 6.5, 0.86, 1.12
"""The smallest letter in points; the size of small text and of a box's title beside the letter of the sheet."""
NARROWEST = 12
"""No lane is narrower than so many hundredths of the page."""
HUNDREDTHS = 1
"""Widths of lanes are tried in steps of so many hundredths."""
USUAL = (16.0, 22.0, 28.0, 36.0, 48.0)
"""Widths in em of a column for which it is worked out what is best said above its rules."""
MIDDLE = 8.0
"""Points of the letter in which that is worked out: the size hardly matters for it."""
NARROWEST_COLUMN = 14.0
"""Em; a narrower column breaks every line."""
COLUMN_WORTH = 1.2
"""So many em must one more column save: one column reads better."""
COLUMNS = (1, 2, 3)
"""In so many columns the rules of one box may stand."""
SLACK = 0.2
"""So many lines a step may be higher when that keeps the lines of care apart."""
APART = 40.0
"""What it is worth that one lane holds one line of care, in squared lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Items of one context that stand together in a column, below what they share (`above`).

    `always`: nothing is shared, and that is said, or they would seem to stand under the conditions before them.
    """

    above: tuple[str, ...]
    always: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """One box as drawn. `common` holds for all of it; `columns` are read one after the other."""

    common: tuple[str, ...]
    columns: tuple[tuple[Part, ...], ...]
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The letter that the sheet is drawn in: points and language."""

    size: float
    language: str

    def em(self, millimetres: float) -> float:
        """A length on paper in em of this letter."""
        return millimetres * MILLIMETRE / self.size

    @property
    def small(self) -> float:
        """Small text, in em."""
        return max(SMALLEST / self.size, SMALL)

    def lane(self, share: int) -> float:
        """The width in em of a lane of so many hundredths."""
        whole = self.em(PAGE - WAY + LANE_GAP) - 0.72
        return whole * share / 100 - self.em(LANE_GAP)


def lanes_of(step: Step, size: float, language: str) -> list[dict[str, Any]]:
    """Lanes of a step for a letter of `size` points: `share` in hundredths of the page, and `boxes`.

    A box is its place in the step (`at`), what all of it shares (`common`) and its `columns`: lists of parts, each
    with the conditions `above` it and the places of its `items` as (context, item).
    """
    letter = Letter(size=size, language=language)
    lanes = _lanes(step.boxes, letter)
    drawn = []
    for first, after, share in lanes:
        boxes = []
        for at in range(first, after):
            laid = _laid(step.boxes[at], share, letter)
            boxes.append(
                {
                    "at": at,
                    "common": laid.common,
                    "columns": [[asdict(part) for part in column] for column in laid.columns],
                }
            )
        drawn.append({"share": share, "boxes": boxes})
    return drawn


def _lanes(boxes: Sequence[Box], letter: Letter) -> list[tuple[int, int, int]]:
    """(first box, box after the last, share): the lowest step, then the most even one that keeps lines apart."""
    count, whole = len(boxes), 100 // HUNDREDTHS
    cuts = _cuts(boxes, letter)

    @cache
    def lowest(first: int, left: int) -> float:
        if first == count:
            return 0.0
        return min(
            (max(high, lowest(after, left - wide)) for after, wide, high in cuts(first, left)),
            default=inf,
        )

    limit = lowest(0, whole) + SLACK

    @cache
    def best(first: int, left: int) -> tuple[float, tuple[tuple[int, int, int], ...]]:
        if first == count:
            return 0.0, ()
        options: list[tuple[float, tuple[tuple[int, int, int], ...]]] = [(inf, ())]
        for after, wide, high in cuts(first, left):
            if high <= limit:
                cost, rest = best(after, left - wide)
                mixed = len({box.tone for box in boxes[first:after]}) > 1
                options.append(
                    (cost + high * high + APART * mixed, ((first, after, wide * HUNDREDTHS), *rest))
                )
        return min(options)

    return list(best(0, whole)[1])


def _cuts(boxes: Sequence[Box], letter: Letter) -> Callable[[int, int], Iterator[tuple[int, int, float]]]:
    """For a first box and a width that is left: every lane that can start there, as (box after, width, height)."""
    whole, narrowest = 100 // HUNDREDTHS, NARROWEST // HUNDREDTHS
    heights = [
        [0.0] * narrowest + [_laid(box, at * HUNDREDTHS, letter).height for at in range(narrowest, whole + 1)]
        for box in boxes
    ]

    def cuts(first: int, left: int) -> Iterator[tuple[int, int, float]]:
        for after in range(first + 1, len(boxes) + 1):
            # The last lane takes all that is left.
            least = left if after == len(boxes) else narrowest
            for wide in range(max(least, narrowest), left + 1 - narrowest * (after < len(boxes))):
                yield after, wide, sum(heights[at][wide] for at in range(first, after))

    return cuts


@lru_cache(maxsize=8192)
def _laid(box: Box, share: int, letter: Letter) -> Laid:
    """The box in the number of columns that makes it lowest, in a lane of so many hundredths."""
    inside = letter.lane(share) - letter.em(EDGE)
    common = _common(box)
    head = letter.em(BOX_ROOM) - LEADING
    head += TITLE * lines(f"{box.title} · {box.term}", inside / TITLE, bold=True)
    if box.action:
        head += lines(box.action, inside)
    if common:
        # "en" stands in bold: it counts a little wider than it is.
        head += LEADING + lines(_all_of([WORDS[letter.language]["only_if"], *common], letter), inside)
    options = []
    for columns in COLUMNS:
        each = (inside - letter.em(COLUMN_GAP) * (columns - 1)) / columns
        if columns > 1 and each < NARROWEST_COLUMN:
            break
        usual = min(USUAL, key=lambda one: abs(one - each))
        parts, high = _split(_said_once(box, common, usual, letter.language), each, columns, letter)
        options.append((head + high + COLUMN_WORTH * (columns - 1), head + high, parts))
    _cost, height, parts = min(options, key=lambda one: one[:2])
    return Laid(common=common, columns=parts, height=height)


def _common(box: Box) -> tuple[str, ...]:
    """What every rule of a box asks, said once at its top; not when a rule would then have nothing of its own."""
    asked = [
        (*context.conditions, *rule.conditions)
        for context in box.contexts
        for item in context.items
        for rule in item.rules
    ]
    every = tuple(one for one in asked[0] if all(one in other for other in asked))
    return every if len(asked) > 1 and all(len(one) > len(every) for one in asked) else ()


@lru_cache(maxsize=1024)
def _said_once(box: Box, common: tuple[str, ...], across: float, language: str) -> tuple[Part, ...]:
    """The rules of a box in order, in runs: what all rules of a run ask stands once above it, the rest in each.

    The runs are those that take the fewest lines in a column `across` em wide. Tasks stay below what the chart put
    above them.
    """
    if any(item.lead for context in box.contexts for item in context.items):
        return tuple(
            Part(
                above=_without(context.conditions, common),
                always=at > 0 and not _without(context.conditions, common),
                items=tuple(_item_without(item, common) for item in context.items),
            )
            for at, context in enumerate(box.contexts)
        )
    letter = Letter(size=MIDDLE, language=language)
    rules = [
        (
            _without((*context.conditions, *rule.conditions), common),
            _without(context.conditions, common),
            rule,
        )
        for context in box.contexts
        for item in context.items
        for rule in item.rules
    ]

    def run(first: int, after: int, above: tuple[str, ...]) -> Part:
        items = tuple(
            Item(lead="", rules=(replace(rule, conditions=_without(asked, above)),))
            for asked, _shared, rule in rules[first:after]
        )
        return Part(above=above, always=first > 0 and not above, items=items)

    best: list[tuple[float, tuple[Part, ...]]] = [(0.0, ())]
    for after in range(1, len(rules) + 1):
        options = []
        for first in range(after):
            asked = [one for one, _shared, _rule in rules[first:after]]
            every = tuple(one for one in asked[0] if all(one in other for other in asked))
            for above in {every if len(asked) > 1 else rules[first][1], ()}:
                part = run(first, after, above)
                cost, before = best[first]
                options.append((cost + _part_height(part, across, letter), len(before), (*before, part)))
        cost, _runs, parts = min(options, key=lambda one: one[:2])
        best.append((cost, parts))
    return best[-1][1]


def _item_without(item: Item, said: tuple[str, ...]) -> Item:
    rules = tuple(replace(rule, conditions=_without(rule.conditions, said)) for rule in item.rules)
    return replace(item, rules=rules)


def _without(conditions: Sequence[str], said: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in conditions if one not in said)


def _split(
    parts: tuple[Part, ...], across: float, columns: int, letter: Letter
) -> tuple[tuple[tuple[Part, ...], ...], float]:
    """The items over the columns, in order, so that the highest column is as low as can be; and its height."""
    units = [(part, item, _item_height(item, across, letter)) for part in parts for item in part.items]
    over = {id(part): _heading_height(part, across, letter) for part in parts}

    def fill(limit: float) -> list[list[tuple[Part, Item]]] | None:
        made: list[list[tuple[Part, Item]]] = [[]]
        high = 0.0
        for part, item, takes in units:
            new = not made[-1] or made[-1][-1][0] is not part
            if made[-1] and high + takes + (over[id(part)] if new else 0.0) > limit:
                made.append([])
                high, new = 0.0, True
            high += takes + (over[id(part)] if new else 0.0)
            if high > limit or len(made) > columns:
                return None
            made[-1].append((part, item))
        return made

    most = sum(takes for _c, _i, takes in units) + sum(over.values())
    if columns == 1:
        # Always an answer, also for a word that is too wide: nothing may be left out.
        limit, made = most, [[(part, item) for part, item, _takes in units]]
    else:
        limit, made = most / columns, None
        while made is None and limit <= most < NEVER:
            made = fill(limit)
            limit += 0.0 if made else 0.5
    if made is None or len(made) < columns:
        return (), inf
    laid = tuple(
        tuple(replace(part, items=tuple(item for _p, item in group)) for part, group in _runs(column))
        for column in made
    )
    return laid, limit


def _runs(column: Sequence[tuple[Part, Item]]) -> Iterator[tuple[Part, list[tuple[Part, Item]]]]:
    for _key, group in groupby(column, key=lambda one: id(one[0])):
        found = list(group)
        yield found[0][0], found


def _all_of(conditions: Sequence[str], letter: Letter) -> str:
    return f" {WORDS[letter.language]['conjunction']} ".join(conditions)


def _heading_height(part: Part, across: float, letter: Letter) -> float:
    if not part.above and not part.always:
        return 0.0
    said = lines(" · ".join(part.above), across / letter.small, bold=True)
    return HEADING_GAP - ITEM_GAP + (said - LEADING) * letter.small


def _part_height(part: Part, across: float, letter: Letter) -> float:
    return _heading_height(part, across, letter) + sum(
        _item_height(one, across, letter) for one in part.items
    )


def _item_height(item: Item, across: float, letter: Letter) -> float:
    if item.lead:
        words = WORDS[letter.language]
        said = f" {words['alternative']} ".join(
            f"{_all_of(rule.conditions, letter)}° {rule.id}\u00a0xx" for rule in item.rules
        )
        taken = lines(f"xxx {item.lead} {words['when']} {said}", across)
    else:
        rule = item.rules[0]
        said = _all_of(rule.conditions, letter) or WORDS[letter.language]["no_more"]
        taken = lines(f"{said}° {rule.id}\u00a0xx", across - NUMBER)
    return taken - LEADING + ITEM_GAP
