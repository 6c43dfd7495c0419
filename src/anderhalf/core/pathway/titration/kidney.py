"""How kidney and potassium moved: against the value before the last step, and before the treatment began."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from anderhalf.core.decisions.facts import FactValue, FactValues, Value
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.kidney import COMPUTED, current_egfr
from anderhalf.core.pathway.scores import egfr, egfr_formula
from anderhalf.core.pathway.titration.asking import Ask
from anderhalf.core.pathway.titration.history import History
from anderhalf.core.pathway.titration.model import Observation
from anderhalf.core.pathway.titration.observed import Observed
from anderhalf.core.pathway.titration.protocol import Protocol

Put = Callable[..., None]
NO_STEP = "no_step"
"""Nothing was stepped: there is no change to judge."""
NO_BASELINE = "no_baseline"
"""No usable creatinine from before the step, and not two from after it."""


def kidney(
    protocol: Protocol, observed: Observed, history: History, facts: dict[str, FactValue], put: Put,
    step: datetime | None, *, on: date, ask: Ask,
) -> None:  # fmt: skip
    """Current eGFR (computed when the laboratory did not give one with this creatinine) and what changed since when."""
    creatinine = facts.get("creatinine")
    _egfr_now(protocol, facts, put)
    limits = protocol.limits
    moments = moments_of(history, step, on, limits.kidney_baseline_days)
    lately = moments_of(history, step, on, limits.kidney_potassium_days)
    potassium = _changes(observed.series.get("potassium", ()), facts.get("potassium"), lately)
    if potassium:
        put("potassium_rise", max(now - base for base, now, _at in potassium))
    if step is None or creatinine is None:
        if step is None:
            put("renal_change", NO_STEP)
        return
    if not isinstance(creatinine.value, Decimal):
        return  # a range: how much it changed is not known
    found = _changes(observed.series.get("creatinine", ()), creatinine, moments)
    if not found:
        put("renal_change", NO_BASELINE)
        return
    put("creatinine_rise_percent", max((now - base) * 100 / base for base, now, _at in found))
    now = facts.get("egfr")
    falls = []
    for base, _now, at in found:
        before = _egfr_of_day(protocol, observed, base, at, facts)
        if now is not None and isinstance(now.value, Decimal) and before is not None and before > 0:
            falls.append((before - now.value) * 100 / before)
    if falls:
        put("egfr_fall_percent", max(falls))
    put("renal_change", ask(protocol.renal, facts, on).output("change"), protocol.renal.id)


def moments_of(history: History, step: datetime | None, on: date, most_days: int) -> tuple[date, ...]:
    """The days before which a value is a baseline: of the last step, and of the beginning of the treatment.

    A beginning of more than so many days ago counts as one of then. The treatment is that with all classes that act on
    the kidney, and that with the RAS inhibitors among them (PMJ-ACE: "baseline").
    """
    if step is None:
        return ()
    earliest = on - timedelta(days=most_days)
    began = (begun for begun in (history.began, history.ras_began) if begun is not None)
    return tuple(dict.fromkeys((step.date(), *(max(begun.date(), earliest) for begun in began))))


def baseline(series: Sequence[Observation], day: date) -> Observation | None:
    """The last value up to a day; when all came later: the first of at least two."""
    before = [each for each in series if each.at.date() <= day]
    if before:
        return before[-1]
    return series[0] if len(series) > 1 else None


def _changes(
    series: Sequence[Observation], now: FactValue | None, moments: Sequence[date]
) -> list[tuple[Decimal, Decimal, date]]:
    """Per moment the baseline, the value now, and the day of the baseline."""
    if now is None or not isinstance(now.value, Decimal):
        return []
    found = []
    for day in moments:
        base = baseline(series, day)
        if base is not None and isinstance(base.value, Decimal) and base.value > 0:
            found.append((base.value, now.value, base.at.date()))
    return found


def _egfr_now(protocol: Protocol, facts: dict[str, FactValue], put: Put) -> None:
    formula = None if protocol.scores is None else egfr_formula(protocol.scores)
    if formula is None:
        return
    computed = current_egfr(
        formula, reported=facts.get("egfr"), creatinine=facts.get("creatinine"), age=facts.get("age"),
        sex=facts.get("sex"),
    )  # fmt: skip
    if computed is not None:
        put("egfr", computed.value, COMPUTED, computed.on)


def highest_of(value: Value) -> Decimal | None:
    """The most that a measurement can be; None when it has no upper limit or is no number."""
    if isinstance(value, Range):
        return value.high
    return value if isinstance(value, Decimal) else None


def lowest_of(value: Value) -> Decimal | None:
    """The least that a measurement can be; None when it has no lower limit or is no number."""
    if isinstance(value, Range):
        return value.low
    return value if isinstance(value, Decimal) else None


def _egfr_of_day(
    protocol: Protocol, observed: Observed, creatinine: Decimal, day: date, facts: FactValues
) -> Decimal | None:
    now = facts.get("egfr")
    if now is not None and now.origin != COMPUTED:
        for each in observed.series.get("egfr", ()):
            if each.at.date() == day and isinstance(each.value, Decimal):
                return each.value
    return egfr_of(protocol, creatinine, facts)


def egfr_of(protocol: Protocol, creatinine: Value, facts: FactValues) -> Decimal | None:
    """eGFR worked out from a creatinine; None without sex or age."""
    sex, age = facts.get("sex"), facts.get("age")
    if protocol.scores is None or sex is None or age is None:
        return None
    if not isinstance(creatinine, Decimal) or not isinstance(age.value, Decimal):
        return None
    return egfr(protocol.scores, creatinine=creatinine, age=age.value, sex=str(sex.value)).value
