"""What follows from other facts, as column expressions: the same as `FactDictionary.derive` for one patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from anderhalf.core.pathway.derivations import OF_A_SERIES
from anderhalf.core.pathway.facts import Entry
from anderhalf.core.pathway.kidney import SEXES
from anderhalf.population.criteria import Criteria
from anderhalf.population.encoding import ABOVE, BELOW, SCALE, day_number, places


class Columns:
    """The columns of a table, to which others are added that follow from them.

    What is added becomes a column of its own, and what follows from it names that column. Written out where it is
    used, an expression that is used twice doubles with every step: to most of a megabyte of SQL for the kidney
    function alone, which an engine plans longer than it looks at a practice.
    """

    def __init__(self, table: ir.Table) -> None:
        self.table = table
        self._place = {name: name for name in table.columns}

    def __contains__(self, name: object) -> bool:
        return name in self._place

    def __getitem__(self, name: str) -> ir.Value:
        return self.table[self._place[name]]

    def add(self, **found: ir.Value) -> None:
        """Columns beside those that are there; one of a name that is there is found in its place."""
        many = len(self.table.columns)
        self._place |= {name: f"{name}__{many}" if name in self.table.columns else name for name in found}
        self.table = self.table.mutate(**{self._place[name]: value for name, value in found.items()})


def derived_column(entry: Entry, known: Columns, criteria: Criteria, *, on: date) -> ir.Value:
    """The column of a derived fact; `known` has the columns that it follows from, and `<fact>__day` where days matter.

    What it is worked out by is added to `known`. Raises ValueError for a derivation that has no column expression.
    """
    how = entry.derived.how if entry.derived is not None else ""
    if how not in _HOW:
        raise ValueError(f"{entry.fact.name} follows by {how or 'nothing'}, which has no column expression")
    return _HOW[how](entry, known, criteria, on)


def _inputs(entry: Entry, known: Columns) -> list[ir.Value]:
    """The columns that a fact follows from; one that no extract can hold is left out."""
    return [known[name] for name in _names(entry) if name in known]


def _names(entry: Entry) -> tuple[str, ...]:
    return entry.derived.inputs if entry.derived is not None else ()


def _age(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    today = on.year * 10000 + on.month * 100 + on.day
    years = (ibis.literal(today, "int64") - known["born"]) // 10000
    possible = _possible(entry, years * SCALE, known)
    return ibis.cases((known["born"] <= today, possible), else_=ibis.null("int64"))


def _days_since(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    today = day_number(on)
    past = [
        ibis.cases((day <= today, (today - day) * SCALE), else_=ibis.null("int64"))
        for day in _inputs(entry, known)
    ]
    return _possible(entry, past[0] if len(past) == 1 else ibis.least(*past), known)


def _is_known(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    first, *others = _inputs(entry, known)
    found = first.notnull()
    for value in others:
        found = found | value.notnull()
    return ibis.cases((found, ibis.literal(True)), else_=ibis.null("boolean"))


def _any_of(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    found, *others = _inputs(entry, known)
    for value in others:
        found = found | value
    # An input that no extract can hold is unknown for everybody.
    return found if len(others) + 1 == len(_names(entry)) else found | ibis.null("boolean")


def _two_of(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    """Whether at least two of them are so; unknown while what is not known could still make it two."""
    inputs = list(_inputs(entry, known))
    yes = sum(ibis.cases((value, 1), else_=0) for value in inputs)
    no = sum(ibis.cases((~value, 1), else_=0) for value in inputs)
    return ibis.cases(
        (yes > 1, ibis.literal(True)),
        (no > len(_names(entry)) - 2, ibis.literal(False)),
        else_=ibis.null("boolean"),
    )


def _above(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    """Whether the first number is above the second, measured on the same day; otherwise unknown."""
    names = _names(entry)
    if any(f"{name}__day" not in known for name in names[:2]):
        return ibis.null("boolean")
    first, second = (_ends(known[name]) for name in names[:2])
    name = entry.fact.name
    known.add(**{f"{name}__low_1": first[0], f"{name}__high_1": first[1],
                 f"{name}__low_2": second[0], f"{name}__high_2": second[1]})  # fmt: skip
    lowest, highest = ((known[f"{name}__low_{at}"], known[f"{name}__high_{at}"]) for at in (1, 2))
    same_day = known[f"{names[0]}__day"] == known[f"{names[1]}__day"]
    return ibis.cases(
        (same_day & (lowest[0] > highest[1]), ibis.literal(True)),
        (same_day & (lowest[1] <= highest[0]), ibis.literal(False)),
        else_=ibis.null("boolean"),
    )


def _ends(column: ir.Value) -> tuple[ir.Value, ir.Value]:
    """The lowest and the highest that a number or range can be; null is unbounded, and for a missing value both are."""
    nothing = ibis.null("int64")
    exact, above = column < ABOVE, (column >= ABOVE) & (column < BELOW)
    low = ibis.cases((exact, column), (above, (column - ABOVE) // 2), else_=nothing)
    high = ibis.cases((exact, column), (column >= BELOW, (column - BELOW) // 2), else_=nothing)
    return low, high


def _possible(entry: Entry, number: ir.Value, known: Columns) -> ir.Value:
    """What follows but cannot be (an age of 126) is unknown."""
    fact = entry.fact
    number = _kept(known, f"{fact.name}__found", number)
    low = -ABOVE if fact.minimum is None else int(fact.minimum * SCALE)
    high = ABOVE if fact.maximum is None else int(fact.maximum * SCALE)
    return ibis.cases(((number >= low) & (number <= high), number), else_=ibis.null("int64"))


def _kept(known: Columns, name: str, value: ir.Value) -> ir.Value:
    """The value as a column of its own."""
    known.add(**{name: value})
    return known[name]


def _recorded(name: str, known: Columns) -> ir.Value:
    """`<name>__above` over `<name>__below` as the record keeps it: half up, never onto a rounder number.

    See `entry.recorded`.
    """

    def column(part: str) -> ir.Value:
        return known[f"{name}__{part}"]

    def rest(whole: str) -> None:
        known.add(**{f"{name}__rest": column("above") - column(whole) * column("below")})

    # Engines divide whole numbers as floating point; the remainder, which is exact, puts that right.
    known.add(**{f"{name}__guess": column("above") // column("below")})
    rest("guess")
    low, high = column("rest") < 0, column("rest") >= column("below")
    known.add(
        **{
            f"{name}__under": ibis.cases(
                (low, column("guess") - 1), (high, column("guess") + 1), else_=column("guess")
            )
        }
    )
    rest("under")
    up = 2 * column("rest") >= column("below")
    known.add(**{f"{name}__nearest": ibis.cases((up, column("under") + 1), else_=column("under"))})
    return ibis.cases(
        (column("rest") == 0, column("under")), else_=_not_rounder(column("nearest"), column("under"))
    )


def _not_rounder(nearest: ir.Value, under: ir.Value) -> ir.Value:
    """The whole number next to a fraction that it is not: the other one when the nearest is a multiple of ten."""
    return ibis.cases((nearest % 10 != 0, nearest), (nearest == under, under + 1), else_=under)


def _exactly(column: ir.Value) -> ir.Value:
    """The numbers of a column; of a range null."""
    return ibis.cases((column < ABOVE, column.cast("int64")), else_=ibis.null("int64"))


def _bmi(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    """kg/m²: 10^4 kg times 10^12 over (10^4 cm)² is 10^4 times the index, and fits in 63 bits."""
    name = entry.fact.name
    kilogram, centimetre = (_exactly(known[one]) for one in _names(entry))
    known.add(**{f"{name}__kg": kilogram, f"{name}__cm": centimetre})
    known.add(
        **{
            f"{name}__above": known[f"{name}__kg"] * 10**12,
            f"{name}__below": known[f"{name}__cm"] * known[f"{name}__cm"],
        }
    )
    found = _recorded(name, known)
    positive = known[f"{name}__cm"] > 0
    return _possible(entry, ibis.cases((positive, found), else_=ibis.null("int64")), known)


def _egfr(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    """As `kidney.current_egfr`: worked out from the creatinine, unless the laboratory's own value stands."""
    formula, name = criteria.pathway.dictionary.egfr, entry.fact.name
    reported = known[name] if name in known else ibis.null("int64")
    inputs = _names(entry)
    if formula is None or not all(one in known for one in inputs) or f"{inputs[0]}__day" not in known:
        return reported
    creatinine = _kept(known, f"{name}__creatinine", _exactly(known[inputs[0]]))
    ratio = _kept(known, f"{name}__ratio", creatinine.cast("float64") / float(SCALE))
    sexes = places(criteria.pathway.dictionary[inputs[2]])
    by_sex: ir.Value = ibis.null("float64")
    for sex in SEXES:
        part = ratio / formula.umol_per_mg_dl / formula.kappa[sex]
        low = ibis.cases((part < 1.0, part), else_=ibis.literal(1.0))
        high = ibis.cases((part > 1.0, part), else_=ibis.literal(1.0))
        value = (
            formula.factor
            * low ** formula.alpha[sex]
            * high**formula.above_exponent
            * ibis.literal(formula.age_base) ** (known[inputs[1]].cast("float64") / float(SCALE))
            * formula.sex_factor[sex]
        )
        by_sex = ibis.cases((known[inputs[2]] == sexes[sex], value), else_=by_sex)
    exact = ibis.cases((creatinine > 0, by_sex * float(SCALE)), else_=ibis.null("float64"))
    exact = _kept(known, f"{name}__exact", exact)
    known.add(
        **{
            f"{name}__under": exact.floor().cast("int64"),
            f"{name}__nearest": (exact + 0.5).floor().cast("int64"),
        }
    )
    under, nearest, exact = (known[f"{name}__{part}"] for part in ("under", "nearest", "exact"))
    rounded = ibis.cases((exact == exact.floor(), under), else_=_not_rounder(nearest, under))
    computed = _kept(known, f"{name}__computed", _possible(entry, rounded, known))
    if f"{name}__day" not in known:
        return computed
    reported_on, measured_on = known[f"{name}__day"], known[f"{inputs[0]}__day"]
    lower = (reported <= computed) & (measured_on - reported_on <= formula.same_time_days)
    stands = reported.notnull() & ((reported_on >= measured_on) | lower.fill_null(False))
    return ibis.cases((stands, reported), (computed.notnull(), computed), else_=reported)


def _change(entry: Entry, known: Columns, criteria: Criteria, on: date) -> ir.Value:
    """What an extract can't say: of each measurement only the latest is kept."""
    return ibis.null("int64")


_HOW: Mapping[str, Callable[[Entry, Columns, Criteria, date], ir.Value]] = {
    "age": _age,
    "days_since": _days_since,
    "is_known": _is_known,
    "any_of": _any_of,
    "any_asked": _any_of,
    "two_of": _two_of,
    "above": _above,
    "bmi": _bmi,
    "egfr": _egfr,
    **dict.fromkeys(OF_A_SERIES, _change),
}
