"""Whether a patient can be sent back within a limit at which the letter asks to refer again."""

from __future__ import annotations

from collections.abc import Iterator

from anderhalf.content.faults import ContentFault
from anderhalf.core.decisions.facts import Value
from anderhalf.core.decisions.feel import UnaryTest, format_literal
from anderhalf.core.decisions.model import DecisionTable, Rule
from anderhalf.core.decisions.regions import regions_of
from anderhalf.core.pathway.going_back import ADVICE, RETURN, STABLE
from anderhalf.core.pathway.model import Pathway


def return_faults(pathway: Pathway) -> Iterator[ContentFault]:
    """The limits of `refer_again` within which a rule of ``stable`` would still say "may go back".

    A limit is closed when a rule above it answers something else for it, whatever the other facts are (or on the same
    cells of them).
    """
    table = pathway.tables.get(STABLE)
    if table is None:
        return
    file = pathway.table_files[STABLE]
    for entry in pathway.follow_up.refer_again:
        for name, limit in entry.limits.items():
            if name not in table.facts:
                message = f"refer again {entry.id!r} names {name}, which no rule of this table looks at"
                yield ContentFault(file, 0, name, message)
                continue
            for rule, value in _open(table, name, limit):
                message = (
                    f"rule {rule.id} says that a patient may go back with {name} = {format_literal(value)}, "
                    f"and refer again {entry.id!r} of followup.toml sends that patient here"
                )
                yield ContentFault(file, 0, name, message)


def _open(table: DecisionTable, name: str, limit: UnaryTest) -> Iterator[tuple[Rule, Value]]:
    """Per rule that returns a value of the limit that it accepts and no rule above it takes."""
    tests = [limit, *(rule.cells[name] for rule in table.rules)]
    inside = [
        region.example
        for region in regions_of(table.facts[name], tests)
        if region.example is not None and limit.matches(region.example)
    ]
    for place, rule in enumerate(table.rules):
        if rule.outputs.get(ADVICE) != RETURN:
            continue
        for value in inside:
            if rule.cells[name].matches(value) and not any(
                _takes(above, rule, name, value) for above in table.rules[:place]
            ):
                yield rule, value
                break


def _takes(above: Rule, rule: Rule, name: str, value: Value) -> bool:
    others = (other for other in above.cells if other != name)
    return (
        above.outputs.get(ADVICE) != RETURN
        and above.cells[name].matches(value) is True
        and not above.cells[name].any
        and all(above.cells[other].any or above.cells[other] == rule.cells[other] for other in others)
    )
