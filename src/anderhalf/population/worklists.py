"""From decisions to lists that a practice can work through: one row per patient, with why and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from anderhalf.core.decisions.facts import FactType, possible_part
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.policy import Status
from anderhalf.core.pathway.danger import EXCLUSION
from anderhalf.core.pathway.referral import REFERRAL
from anderhalf.population.criteria import Criteria
from anderhalf.population.decide import Decided
from anderhalf.population.encoding import ABOVE, decode_number
from anderhalf.population.routing import Route, Routes, route_all

INTERMEDIATE, SECOND, EMERGENCY, RETURN = "intermediate", "second", "emergency", "return"
"""Codes of the pathway's outputs that lists are made of."""
STABLE, POSSIBLE, TREATMENT, KNOWN = "stable", "possible", "treatment", "heart_failure_known"
LISTS: Mapping[str, tuple[str, ...]] = {
    "urgent": ("patient", "line", "urgency", "certain", "rules", "why", "missing"),
    "refer": ("patient", "certain", "line", "urgency", "rules", "why", "missing"),
    "second_line": ("patient", "line", "urgency", "rules", "why"),
    "return": ("patient", "rules", "why"),
    "possible": ("patient", "reasons", "rules", "why", "line", "urgency", "certain", "missing"),
    "treatment": ("patient", "lacking", "rules", "why"),
    "undecided": ("patient", "question", "missing"),
}
Bools = npt.NDArray[np.bool_]


def list_schema(name: str) -> pa.Schema:
    """The columns of a worklist."""
    return pa.schema([(column, pa.bool_() if column == "certain" else pa.string()) for column in LISTS[name]])


@dataclass(frozen=True)
class Found:
    """The worklists of some patients, and the figures for the summary."""

    lists: Mapping[str, pa.Table]
    counts: Mapping[str, int]
    missing: Mapping[str, int]
    """Known patients per fact for lack of which a question stays open."""


class _Maker:
    def __init__(
        self,
        criteria: Criteria,
        decided: Mapping[str, Decided],
        facts: pa.Table,
        patients: pa.Array,
        lang: str,
    ) -> None:
        self.criteria = criteria
        self.decided = decided
        self.facts = facts
        self.patients = patients
        self.lang = lang
        self.routes: Routes = route_all(decided[EXCLUSION], decided[REFERRAL])
        self.known = facts.column(KNOWN).fill_null(False).to_numpy(zero_copy_only=False).astype(bool)
        self.possible = self._fires(POSSIBLE)
        self.missing: Counter[str] = Counter()

    def make(self) -> Found:
        asked = self.known | self.possible
        routes = self.routes
        urgent = asked & routes.where(lambda route: route.excluded)
        intermediate = routes.where(
            lambda route: (route.line or route.line_so_far) == INTERMEDIATE and not route.excluded
        )
        second = self.known & routes.where(lambda route: route.line == SECOND and not route.excluded)
        lists = {
            "urgent": self._routed(urgent, "urgent"),
            "refer": self._routed(self.known & intermediate, "refer"),
            "second_line": self._routed(second, "second_line"),
            # Who must not wait is stable by no table: that one does not look at drugs and rare results.
            "return": self._answered(
                STABLE, self.known & self._outcome(STABLE, "advice", RETURN) & ~urgent, "return"
            ),
            "possible": self._possible(),
            "treatment": self._answered(
                TREATMENT, self.known & self._fires(TREATMENT), "treatment", lacking="lacking"
            ),
            "undecided": self._undecided(),
        }
        counts = {name: table.num_rows for name, table in lists.items()}
        counts |= {
            "patients": len(self.patients),
            "known": int(self.known.sum()),
            "known_unsure": self.facts.column(KNOWN).null_count,
            "refer_certain": int((self.known & routes.where(lambda route: route.line == INTERMEDIATE)).sum()),
        }
        return Found(lists, counts, dict(self.missing))

    def _fires(self, table: str) -> Bools:
        if table not in self.decided:
            return np.zeros(len(self.patients), dtype=bool)
        decided = self.decided[table]
        return decided.per_row([bool(answer.decisive) for answer in decided.answers], dtype=bool)

    def _outcome(self, table: str, output: str, value: str) -> Bools:
        decided = self.decided[table]
        return decided.per_row([found == value for found in decided.output(output)], dtype=bool)

    def _routed(self, chosen: Bools, name: str) -> pa.Table:
        rows = np.flatnonzero(chosen)
        columns = self._route_columns(rows)
        return self._table(name, {"patient": self.patients.take(pa.array(rows)), **columns})

    def _route_columns(self, rows: npt.NDArray[np.int64]) -> dict[str, pa.Array]:
        place = self.routes.place[rows]

        def spread(text: Callable[[Route], str | None]) -> pa.Array:
            return pa.array([text(route) for route in self.routes.routes], pa.string()).take(pa.array(place))

        certain = pa.array([route.status.value == "decided" for route in self.routes.routes]).take(
            pa.array(place)
        )
        return {
            "certain": certain,
            "line": spread(lambda route: route.line or route.line_so_far),
            "urgency": spread(lambda route: route.urgency or route.urgency_so_far),
            "rules": spread(lambda route: " ".join(rule.id for rule in route.rules)),
            "why": spread(lambda route: " ".join(rule.why.get(self.lang, "") for rule in route.rules)),
            "missing": self._route_missing(rows),
        }

    def _route_missing(self, rows: npt.NDArray[np.int64]) -> pa.Array:
        """What has to be known first, over both tables, each fact once."""
        place = self.routes.place[rows]
        parts = []
        for table in (EXCLUSION, REFERRAL):
            asks = np.array([table in route.asks for route in self.routes.routes], dtype=bool)[place]
            parts.append((self.decided[table].table, self._open(table, rows) & asks[:, None]))
        return self._names(parts)

    def _open(self, table: str, rows: npt.NDArray[np.int64]) -> Bools:
        """Per row and input of a table: is it missing, or not precise enough, for a rule that blocks the answer?"""
        decided = self.decided[table]
        inputs = decided.table.inputs
        masks = [decided.asked_facts(at) for at in range(len(decided.pairs))]
        asked = np.array(
            [[mask >> place & 1 for place in range(len(inputs))] for mask in masks], dtype=bool
        ).reshape(len(masks), len(inputs))
        absent = np.empty((len(rows), len(inputs)), dtype=bool)
        taken = self.facts.select([fact.name for fact in inputs]).take(pa.array(rows))
        for place, fact in enumerate(inputs):
            absent[:, place] = taken.column(fact.name).is_null().to_numpy(zero_copy_only=False)
        found: Bools = asked[decided.place[rows]] & absent
        for place, fact in enumerate(inputs):
            if fact.type is FactType.NUMBER:
                column = taken.column(fact.name).fill_null(0).to_numpy()
                for row in np.flatnonzero(column >= ABOVE):
                    blocking = decided.answers[decided.place[rows[row]]].blocking
                    found[row, place] = _leaves_open(
                        decided.table, fact.name, int(column[row]), tuple(blocking)
                    )
        return found

    def _names(self, parts: Sequence[tuple[DecisionTable, Bools]]) -> pa.Array:
        """Per row the labels of the facts, between semicolons; worked out once per distinct combination."""
        facts = [fact for table, _ in parts for fact in table.inputs]
        matrix = np.concatenate([part for _, part in parts], axis=1)
        if not len(matrix):
            return pa.array([], pa.string())
        packed = np.packbits(matrix, axis=1)
        kept, place = np.unique(packed, axis=0, return_inverse=True)
        texts = []
        for row in np.unpackbits(kept, axis=1, count=len(facts)).astype(bool):
            labels = [fact.label.get(self.lang, fact.name) for fact, on in zip(facts, row, strict=True) if on]
            texts.append("; ".join(dict.fromkeys(labels)))
        return pa.array(texts, pa.string()).take(pa.array(place.reshape(-1)))

    def _answered(self, table: str, chosen: Bools, name: str, *, lacking: str = "") -> pa.Table:
        decided = self.decided[table]
        rows = np.flatnonzero(chosen)
        columns = self._reasons(decided, rows)
        if lacking:
            columns["lacking"] = self._outputs(decided, rows, lacking)
        return self._table(name, {"patient": self.patients.take(pa.array(rows)), **columns})

    def _reasons(self, decided: Decided, rows: npt.NDArray[np.int64]) -> dict[str, pa.Array]:
        place = pa.array(decided.place[rows])
        rules = [[decided.table.rules[at] for at in answer.decisive] for answer in decided.answers]
        return {
            "rules": pa.array([" ".join(rule.id for rule in some) for some in rules], pa.string()).take(
                place
            ),
            "why": pa.array(
                [" ".join(rule.why.get(self.lang, "") for rule in some) for some in rules], pa.string()
            ).take(place),
        }

    def _outputs(self, decided: Decided, rows: npt.NDArray[np.int64], output: str) -> pa.Array:
        spec = next(spec for spec in decided.table.outputs if spec.name == output)
        texts = []
        for answer in decided.answers:
            values = dict.fromkeys(str(decided.table.rules[at].outputs[output]) for at in answer.decisive)
            texts.append("; ".join(spec.labels.get(value, {}).get(self.lang, value) for value in values))
        return pa.array(texts, pa.string()).take(pa.array(decided.place[rows]))

    def _possible(self) -> pa.Table:
        if POSSIBLE not in self.decided:
            return self._table("possible", {"patient": self.patients.slice(0, 0)})
        rows = np.flatnonzero(self.possible)
        decided = self.decided[POSSIBLE]
        columns = self._route_columns(rows) | self._reasons(decided, rows)
        columns["reasons"] = self._outputs(decided, rows, decided.table.outputs[0].name)
        return self._table("possible", {"patient": self.patients.take(pa.array(rows)), **columns})

    def _undecided(self) -> pa.Table:
        """Known patients with an open question, per question, with the facts that would settle it."""
        parts = []
        open_route = self.routes.where(lambda route: route.status.value in ("needs_data", "at_least"))
        rows = np.flatnonzero(self.known & open_route)
        title = self.criteria.tables[REFERRAL].title.get(self.lang, REFERRAL)
        parts.append((rows, title, self._route_missing(rows)))
        if STABLE in self.decided:
            stable = self.decided[STABLE]
            rows = np.flatnonzero(self.known & stable.where(Status.NEEDS_DATA))
            parts.append(
                (
                    rows,
                    stable.table.title.get(self.lang, STABLE),
                    self._names([(stable.table, self._open(STABLE, rows))]),
                )
            )
        for _, _, missing in parts:
            for text, number in Counter(missing.to_pylist()).items():
                for label in filter(None, text.split("; ")):
                    self.missing[label] += number
        rows = np.concatenate([some for some, _, _ in parts])
        # By patient, so that the list does not depend on how patients were divided into chunks.
        order = pa.array(np.argsort(rows, kind="stable"))
        columns = {
            "patient": self.patients.take(pa.array(rows)),
            "question": pa.array(
                [question for some, question, _ in parts for _ in range(len(some))], pa.string()
            ),
            "missing": pa.concat_arrays([missing for _, _, missing in parts]),
        }
        return self._table("undecided", columns).take(order)

    def _table(self, name: str, columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
        rows = len(columns["patient"])
        kind = list_schema(name)
        arrays = [columns.get(column, pa.nulls(rows, kind.field(column).type)) for column in LISTS[name]]
        return pa.table(arrays, schema=kind)


def make_worklists(
    criteria: Criteria,
    decided: Mapping[str, Decided],
    facts: pa.Table,
    patients: pa.Array,
    *,
    lang: str = "nl",
) -> Found:
    """The worklists of a group of patients.

    `facts` is what `facts_query` gave (one row per patient, in order), with a column for every answer that feeds
    a table; `patients` are the practice's own numbers.
    """
    return _Maker(criteria, decided, facts, patients, lang).make()


@lru_cache(maxsize=4096)
def _leaves_open(table: DecisionTable, fact: str, encoded: int, rules: tuple[int, ...]) -> bool:
    """Whether a range decides less than one of these rules asks for."""
    value = possible_part(table.facts[fact], decode_number(encoded))
    return any(table.rules[rule].cells[fact].matches(value) is None for rule in rules)
