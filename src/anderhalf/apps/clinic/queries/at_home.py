"""Dangers that were measured or answered at home: which those are, in whose words, and which are still open.

What is typed at home ends nothing: a complaint that is answered "no" a minute later, and a value that was typed and
never confirmed, stay said to who typed them until somebody wrote down what was done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import override

from anderhalf.apps.record.models import Task
from anderhalf.apps.record.queries import danger_tasks
from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import language

from ..home_words import AT_HOME, addressing_carer, for_reader
from .danger import says_as_much
from .evidence import SeenSign
from .words import value_lines

PLAIN = (*AT_HOME, "target_weight")
"""What is said back to who measures at home."""
ILL = "acute_illness"


@dataclass(frozen=True, kw_only=True)
class Reported:
    """An open danger as it was typed at home."""

    task: Task
    lines: tuple[str, ...]
    facts: frozenset[str]


def of_home(seen: SeenSign, pathways: Iterable[Pathway]) -> bool:
    """Whether a danger is about what was measured or answered at home, beside at most the drugs that somebody uses:
    who is ill and uses an MRA says so at home. What the laboratory measured is told by the centre."""
    groups = {name: fact.group for one in pathways for name, fact in one.facts.items()}
    beside = seen.measured - set(PLAIN)
    return bool(seen.measured & set(PLAIN)) and all(groups.get(name) == "medication" for name in beside)


def told_at_home(seen: SeenSign, pathways: Iterable[Pathway]) -> dict[str, dict[str, str]]:
    """The values of such a danger in plain words, by language and fact; nothing of another one. Without their day:
    what keeps it knows the moment."""
    every = tuple(pathways)
    if not of_home(seen, every):
        return {}
    values: dict[str, list[tuple[str, FactValue]]] = {}
    for name, one in seen.values:
        if name in PLAIN:
            values.setdefault(name, []).append((name, FactValue(one.value)))
    found = {}
    for spoken in ("nl", "en"):
        with override(spoken), addressing_carer(False):
            found[spoken] = {
                name: ", ".join(value_lines(given, every, plainly=True)) for name, given in values.items()
            }
    return found


def still_reported(patient: UUID, *, hidden: Collection[str], said: Iterable[SeenSign]) -> list[Reported]:
    """What was typed at home and is open still, the most urgent first; without what is ``said`` already and no
    milder, and without what rests on a fact that is ``hidden`` from the reader. The caller checked access."""
    found, signs = [], tuple(said)
    for task in danger_tasks(patient):
        lines: Mapping[str, str] = task.told_at_home.get(language()) or task.told_at_home.get("nl") or {}
        if lines and not says_as_much(signs, task) and not lines.keys() & set(hidden):
            said_now = tuple(for_reader(name, line) for name, line in lines.items())
            found.append(Reported(task=task, lines=said_now, facts=frozenset(lines)))
    return found
