"""The second opinion's rules on doses, sizes of steps, intervals and the rapid schedule."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.titration_chart import (
    ACE,
    ARB,
    BB,
    CARVEDILOL,
    DOSES,
    ENTRESTO,
    EPLERENONE,
    IVABRADINE,
    KIDNEY,
    LOOP,
    LOOP_MOST,
    MRA,
    RAPID_INTERVAL,
    RAPID_UNTIL,
    RAS,
    RECENT_VITALS,
    SAFETY,
    Chart,
    Forbidden,
    Step,
    Taken,
    above,
    below,
)

DOUBLE = 2.05
"""A step is a doubling; 24/26 to 49/51 is published as one."""
LOW_RAS = {
    "C09AA01": 75, "C09AA02": 10, "C09AA03": 10, "C09AA04": 2, "C09AA05": 5, "C09AA10": 2, "C09CA06": 16,
    "C09CA01": 75, "C09CA03": 160,
}  # fmt: skip
"""Half the published target in mg a day: less is a low dose of an ACE inhibitor or ARB before ARNI."""
NAIVE_AFTER = 30
"""Days without a RAS inhibitor, and the patient counts as not used to it."""


def dose_rules(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Doses, sizes and intervals together."""
    if step.drug_class == LOOP:
        if step.daily > LOOP_MOST.get(step.atc, 0):
            yield Forbidden("above the usual dose of a loop diuretic", "ESC21S table 7")
        return
    if step.atc not in DOSES:
        if step.drug_class in (*KIDNEY, BB):
            yield Forbidden("no published doses for this drug in heart failure", "ESC21 table 8")
        return
    yield from _published(chart, step)
    now = [one for one in chart.using(step.drug_class) if one.atc == step.atc]
    if now:
        yield from _raise(chart, step, now[0])
    else:
        yield from _start(chart, step)
    yield from _rapid_holds(chart, step)


def _published(chart: Chart, step: Step) -> Iterator[Forbidden]:
    drug = DOSES[step.atc]
    if step.amount not in drug.steps:
        yield Forbidden("not on the published steps", "ESC21 table 8 and doublings")
    if step.daily > _most(chart, step.atc):
        yield Forbidden("above the highest published dose", "ESC21 table 8")


def _most(chart: Chart, atc: str) -> float:
    """Highest daily dose; of carvedilol twice as much above 85 kg (ESC21 table 8)."""
    drug = DOSES[atc]
    heavy = atc == CARVEDILOL and above(chart.last("weight"), 85)
    return drug.most[0] * drug.most[1] * (2 if heavy else 1)


def _raise(chart: Chart, step: Step, now: Taken) -> Iterator[Forbidden]:
    if step.daily <= now.daily:
        return
    rapid = _rapid(chart, step)
    largest = now.daily * DOUBLE
    if rapid and step.atc != ENTRESTO:
        target = _most(chart, step.atc)
        largest = max(largest, target if now.daily >= target / 2 else target / 2)
    if step.daily > largest:
        yield Forbidden(
            "more than one step at once", "PMJ, ESC21S: double; SHF2: half the target, then the target"
        )
    interval = RAPID_INTERVAL if rapid else DOSES[step.atc].interval
    if step.atc == ENTRESTO and now.amount <= 24 and not rapid and _naive_or_low(chart, now.since):
        interval = 21
    if chart.today - now.since < interval:
        yield Forbidden(
            "sooner than the published interval", "ESC21S, PMJ, SMPC-ENT, SMPC-IVA, SMPC-VER, SPS-EPL"
        )


def _start(chart: Chart, step: Step) -> Iterator[Forbidden]:
    drug = DOSES[step.atc]
    start = drug.start[0] * drug.start[1]
    ended = [one for one in chart.ended(step.drug_class) if one.atc == step.atc]
    before = ended[-1] if ended else None
    stopped = chart.ended(step.drug_class)[-1:] if not chart.using(step.drug_class) else []
    for one in stopped:
        if one.reason in SAFETY and one.ended_by == "stop" and step.drug_class not in chart.restart_agreed:
            yield Forbidden(
                "stopped for safety, no restart agreed", "ESC21S, SPS-SPI: stop and seek specialist advice"
            )
    resumes = before is not None and before.reason not in (
        "hyperkalaemia",
        "renal",
        "hypotension",
        "bradycardia",
    )
    largest = max(start, before.daily) if before is not None and resumes else start
    if step.daily > largest:
        yield Forbidden("starts above the published starting dose", "ESC21 table 8; SPS-EPL: restart low")
    if step.atc == ENTRESTO and step.amount > 24 and not (before is not None and resumes):
        systolic, egfr = chart.last("systolic_bp"), chart.last("egfr")
        if (systolic is not None and systolic <= 110) or below(egfr, 60) or chart.says("liver") == "moderate":
            yield Forbidden("starts at 49/51 with pressure 100-110, eGFR 30-60 or liver", "SMPC-ENT, ESC21S")
        if _naive_or_low(chart, chart.today):
            yield Forbidden("starts at 49/51 without a RAS inhibitor or on a low dose", "SMPC-ENT")
    if step.atc == EPLERENONE and step.daily > 12.5 and below(chart.last("egfr"), 60):
        yield Forbidden("eplerenone daily with eGFR 30-60", "SPS-EPL, product text: every other day")
    if step.drug_class == IVABRADINE and chart.age >= 75 and step.amount > 2.5:
        yield Forbidden("ivabradine above 2.5 at 75 and older", "SMPC-IVA")


def _naive_or_low(chart: Chart, day: int) -> bool:
    """No ACE inhibitor or ARB in the month before that day, or less than half the target."""
    for one in chart.taken:
        recent = one.since <= day and (one.until is None or one.until >= day - NAIVE_AFTER)
        if one.drug_class in (ACE, ARB) and recent and one.daily >= LOW_RAS.get(one.atc, float("inf")):
            return False
    return True


def _rapid(chart: Chart, step: Step) -> bool:
    """Whether the rapid schedule is agreed, still on, and meant for this class (SHF2)."""
    within = chart.discharged is not None and chart.today - chart.discharged <= RAPID_UNTIL
    return chart.rapid and within and step.drug_class in (*RAS, BB, MRA)


def _rapid_holds(chart: Chart, step: Step) -> Iterator[Forbidden]:
    if not _rapid(chart, step):
        return
    source = "SHF1"
    if below(chart.last("systolic_bp"), 95) or below(chart.last("heart_rate"), 55):
        yield Forbidden("rapid schedule: pressure below 95 or pulse below 55", source)
    if above(chart.last("potassium"), 5.0) or below(chart.last("egfr"), 30):
        yield Forbidden("rapid schedule: potassium above 5.0 or eGFR below 30", source)
    old, new = chart.until("nt_probnp", chart.discharged or 0), chart.last("nt_probnp")
    if (
        old is not None
        and new is not None
        and chart.day("nt_probnp") > (chart.discharged or 0)
        and new > old * 1.1
    ):
        yield Forbidden("rapid schedule: NT-proBNP more than 10 % above that before discharge", source)
    if chart.says("congestion", RECENT_VITALS) is True:
        yield Forbidden("rapid schedule: congestion", "SHF2: worsening signs of congestion delay the step")
