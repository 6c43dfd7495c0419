"""A slow second opinion on every step up, written from the published sources and from nothing else.

It reads no table of this project and shares no code with the engine: each rule is a few lines of plain Python with
the sentence of the source (in own words) beside it, so that a pharmacist can read it. Drugs are known by their ATC
code, doses by milligrams per intake and intakes a day. What a source says is unconfirmed is not a rule here.

Sources, as in the pathway's list: ESC21 (guideline 2021, main text), ESC21S (its practical guidance tables 2-7),
PMJ-ACE / PMJ-BB / PMJ-MRA (Postgrad Med J, tables 2-4), SPS-ACE / SPS-SPI / SPS-EPL (NHS monitoring pages), SIGN (147,
annex 2), SMPC-ENT / SMPC-IVA / SMPC-VER / SMPC-SGL (product texts), SHF1 / SHF2 (STRONG-HF), FK24 (Farmacotherapeutisch
Kompas), NHG51, ESC23, AF-HF (doi 10.1007/s00392-018-1409-x), BHF (factfile on beta-blockers).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.titration_chart import (
    ACE,
    ARB,
    ARNI,
    BB,
    IVABRADINE,
    KIDNEY,
    LOOP,
    MRA,
    RAS,
    RECENT_LABORATORY,
    RECENT_VITALS,
    SGLT2,
    STABLE_LABORATORY,
    STOPPED_FOR_VALUES,
    VERICIGUAT,
    Chart,
    Forbidden,
    Step,
    above,
    below,
)
from benchmarks.titration_recheck_doses import dose_rules

SIGNS = ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration")
THIS_VISIT = 0
"""Days: a warning sign is one of now; what was said at an earlier visit was dealt with then."""
Rule = Callable[[Chart, Step], Iterator[Forbidden]]


def forbidden(chart: Chart, step: Step) -> list[Forbidden]:
    """Every reason why this step may not be taken; empty when no source forbids it."""
    return [one for rule in RULES for one in rule(chart, step)]


def laboratory(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Potassium, creatinine and eGFR before a start, and again after each step (FK24; SPS-ACE; SPS-SPI; PMJ-ACE)."""
    if step.drug_class not in (*KIDNEY, SGLT2):
        return
    wanted = ("egfr",) if step.drug_class == SGLT2 else ("potassium", "creatinine", "egfr")
    recent = STABLE_LABORATORY if step.drug_class == SGLT2 else RECENT_LABORATORY
    for name in wanted:
        if chart.last(name, recent) is None:
            yield Forbidden(
                f"no {name} of the last {recent} days", "FK24 check before start; SPS-ACE, SPS-SPI"
            )
        elif step.drug_class != SGLT2 and chart.day(name) <= last_kidney_step(chart):
            yield Forbidden(
                f"no {name} since the last step or stop", "SPS-ACE, SPS-SPI: after each dose change; PMJ-ACE"
            )


def last_kidney_step(chart: Chart) -> int:
    """The newest step that asks for blood: a start or change of dose (SPS-ACE, SPS-SPI), or a stop because of values.

    A stop for a cough or a rash is neither.
    """
    days = [0]
    for one in chart.taken:
        if one.drug_class in KIDNEY:
            days.append(one.since)
            if one.until is not None and one.reason in STOPPED_FOR_VALUES:
                days.append(one.until)
    return max(days)


def potassium(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Above 5.0 a start is not normally right and a raise a caution; ARNI up to 5.4 by its product text."""
    value = chart.last("potassium")
    if step.drug_class in (ACE, ARB, MRA) and above(value, 5.0):
        yield Forbidden("potassium above 5.0", "SPS-ACE, SPS-SPI, PMJ-ACE, PMJ-MRA, ESC21S")
    if step.drug_class == ARNI and above(value, 5.4):
        yield Forbidden("potassium above 5.4", "SMPC-ENT")
    if step.drug_class == "digoxin" and below(value, 3.5):
        yield Forbidden("potassium below 3.5", "ESC21 p.3623")


def kidney(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Ends of creatinine and eGFR, dialysis."""
    creatinine, egfr = chart.last("creatinine"), chart.last("egfr")
    dialysis = chart.says("dialysis") is True
    if step.drug_class in (ACE, ARB, MRA) and above(creatinine, 221):
        yield Forbidden("creatinine above 221", "ESC21S, PMJ-ACE, PMJ-MRA: seek specialist advice")
    if step.drug_class in KIDNEY and (below(egfr, 30) or dialysis):
        yield Forbidden("eGFR below 30 or dialysis", "ESC21S, SPS-ACE, SPS-SPI, ESC21 p.3622")
    if step.drug_class == SGLT2 and (below(egfr, 20) or dialysis):
        yield Forbidden("eGFR below 20 or dialysis", "ESC21S table 6")
    if step.drug_class == VERICIGUAT and (below(egfr, 15) or dialysis):
        yield Forbidden("eGFR below 15 or dialysis", "SMPC-VER")


def kidney_change(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Creatinine more than 50 % above the value before the class began, or above that before the last step.

    Beyond it other nephrotoxic and potassium-sparing drugs are stopped and the dose is halved (PMJ-ACE), so neither
    is raised nor added. ESC21 p.3669 joins with "or": an eGFR above 25 that fell by less than 10 % is acceptable.
    """
    now, egfr = chart.last("creatinine"), chart.last("egfr")
    if step.drug_class not in KIDNEY or now is None or not chart.using(*KIDNEY):
        return
    before = [("the treatment began", chart.began(*RAS)), ("the last step", last_kidney_step(chart))]
    for name, day in before:
        old = chart.until("creatinine", day) if day else None
        old_egfr = chart.until("egfr", day) if day else None
        if old is None or now <= old * 1.5:
            continue
        if egfr is not None and old_egfr is not None and egfr > 25 and egfr > old_egfr * 0.9:
            continue
        yield Forbidden(f"creatinine more than 50 % above that before {name}", "PMJ-ACE; ESC21 p.3669")


def pressure(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Systolic ends, and dizziness by a low pressure."""
    systolic, starts = chart.last("systolic_bp"), step.kind != "increase"
    least = {ACE: 90, ARB: 90, BB: 90, LOOP: 90, IVABRADINE: 90, SGLT2: 95, VERICIGUAT: 100 if starts else 90}
    source = "ESC21S, SPS-ACE, PMJ-BB, SMPC-IVA, SMPC-VER"
    if step.drug_class in least and below(systolic, least[step.drug_class]):
        yield Forbidden(f"systolic below {least[step.drug_class]}", source)
    if step.drug_class == ARNI and (
        below(systolic, 100) if starts else systolic is not None and systolic <= 95
    ):
        yield Forbidden("systolic below 100 at the start, or 95 and lower", "SMPC-ENT")
    if (
        step.drug_class in (*RAS, BB, VERICIGUAT)
        and chart.says("hypotension_symptoms", RECENT_VITALS) is True
    ):
        yield Forbidden(
            "symptoms of a low pressure", "PMJ-ACE, PMJ-BB, SMPC-ENT, SMPC-VER: adjust other drugs first"
        )


def vitals(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """What is looked at on each visit (PMJ-BB) is known, and after the last step of the class."""
    wanted = {
        BB: ("heart_rate", "systolic_bp"), IVABRADINE: ("heart_rate",), ARNI: ("systolic_bp",), ACE: ("systolic_bp",),
        ARB: ("systolic_bp",), VERICIGUAT: ("systolic_bp",), SGLT2: ("systolic_bp",),
    }  # fmt: skip
    for name in wanted.get(step.drug_class, ()):
        if chart.last(name, RECENT_VITALS) is None:
            yield Forbidden(
                f"no {name} of this visit", "PMJ-BB, ESC21S, product texts: looked at on each visit"
            )
    if step.drug_class == BB and chart.says("congestion", RECENT_VITALS) is None:
        yield Forbidden("congestion not looked at", "PMJ-BB")


def pulse(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Pulse ends in sinus rhythm and in atrial fibrillation."""
    rate, rhythm = chart.last("heart_rate"), chart.says("rhythm")
    if step.drug_class == BB:
        if below(rate, 50):
            yield Forbidden("pulse below 50", "ESC21S, PMJ-BB")
        if rhythm == "af" and below(rate, 60):
            yield Forbidden("pulse below 60 in atrial fibrillation", "AF-HF: best kept between 60 and 100")
        # PMJ-BB speaks of complaints of who uses one.
        complaints = chart.says("beta_blocker_complaints", RECENT_VITALS)
        if chart.using(BB) and complaints not in (None, False, "none"):
            yield Forbidden("complaints of the beta-blocker", "PMJ-BB: halve in fatigue or bradycardia")
    if step.drug_class == IVABRADINE:
        if rhythm != "sinus":
            yield Forbidden("not in sinus rhythm", "ESC21 p.3622-3623; SMPC-IVA")
        if step.kind == "start" and below(rate, 70):
            yield Forbidden("pulse below 70", "ESC21 p.3622; SMPC-IVA")
        if step.kind == "increase" and rate is not None and rate <= 60:
            yield Forbidden("pulse 60 or lower", "SMPC-IVA")


def congestion(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """A beta-blocker waits for euvolaemia; a loop diuretic is for congestion."""
    congested, dry = chart.says("congestion", RECENT_VITALS), chart.says("dehydration", RECENT_VITALS)
    if step.drug_class == BB and congested is True:
        yield Forbidden("congestion", "ESC21S, ESC21 p.3621, PMJ-BB")
    if step.drug_class == LOOP and congested is not True:
        yield Forbidden("no congestion", "ESC21S table 7")
    if step.drug_class in (LOOP, SGLT2, *RAS, MRA) and dry is True:
        yield Forbidden("dehydration", "ESC21S table 7; SMPC-SGL; SPS-SPI; SMPC-ENT: correct volume first")
    if step.drug_class in (*KIDNEY, SGLT2) and chart.says("acute_illness", RECENT_VITALS) is True:
        yield Forbidden(
            "acute illness", "PMJ-MRA, SPS-SPI; SMPC-SGL; Scottish polypharmacy guidance for RAS inhibitors"
        )


def indication(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Nothing disease-modifying before the diagnosis, nor in a phenotype for which it is not advised."""
    if step.drug_class == LOOP:
        return
    if step.kind != "increase" and chart.says("heart_failure_known") is not True:
        yield Forbidden("diagnosis not made", "ESC21 fig. 1; NHG51: started by the cardiologist")
    if step.drug_class == SGLT2:
        return
    lvef, ever = chart.last("lvef"), chart.says("lvef_ever_40_or_less") is True
    ever |= any(below(value, 41) for _day, value in chart.results.get("lvef", ()))
    if lvef is None:
        yield Forbidden("LVEF not known", "ESC21 fig. 2: for reduced ejection fraction")
    elif lvef >= 50 and not ever:
        yield Forbidden("LVEF 50 or more, never reduced", "ESC21 p.3631-3632; ESC23")
    if step.drug_class == IVABRADINE and step.kind == "start" and above(lvef, 35):
        yield Forbidden("LVEF above 35", "ESC21 p.3622")
    if step.drug_class in (IVABRADINE, VERICIGUAT) and step.kind == "start":
        if chart.says("nyha") == "I":
            yield Forbidden("no symptoms", "ESC21 p.3622-3623")
        # SMPC-IVA: with a beta-blocker, or when that is contraindicated or not tolerated.
        contraindicated = has(chart, BB) or chart.says("asthma") is True or chart.says("av_block") is True
        if not chart.using(BB) and not chart.ended(BB) and not contraindicated:
            yield Forbidden("never had a beta-blocker", "ESC21 p.3622-3623")


def has(chart: Chart, drug_class: str, atc: str = "") -> bool:
    """Something is written down against the class, or against this drug of it."""
    return any(key == drug_class and drug in ("", atc) for key, _kind, drug in chart.tolerances or ())


def contraindications(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """What this patient can't have."""
    key = step.drug_class
    if has(chart, key, step.atc):
        yield Forbidden("not tolerated, contraindicated or refused", "the record; PMJ tables")
    # A loop diuretic has no target: PMJ-ACE and SIGN say this of the drugs that are titrated.
    if key in chart.most_tolerated and step.kind == "increase" and key != LOOP:
        yield Forbidden("the highest tolerated dose", "PMJ-ACE, SIGN: target or the highest tolerated dose")
    angioedema = any(kind == "angioedema" for _key, kind, _drug in chart.tolerances or ())
    if key in RAS and (angioedema or chart.says("angioedema_history") is True):
        yield Forbidden("angio-oedema", "PMJ-ACE, SIGN, SMPC-ENT")


def diseases(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Diseases and states in which a class is not given."""
    severe, lively = (ARNI, VERICIGUAT, IVABRADINE), (*RAS, VERICIGUAT, IVABRADINE, SGLT2)
    found: tuple[tuple[bool, tuple[str, ...], str, str], ...] = (
        (chart.says("asthma") is True, (BB,), "asthma", "PMJ-BB"),
        (chart.says("av_block") is True, (BB, IVABRADINE), "second- or third-degree block", "BHF; SMPC-IVA"),
        (chart.says("pregnant") is True, lively, "pregnant", "SMPC-ENT, SMPC-VER, SMPC-SGL"),
        (chart.says("liver") == "severe", severe, "severe liver disease", "SMPC-ENT, SMPC-VER, SMPC-IVA"),
        (chart.says("diabetes_type") == "type1", (SGLT2,), "type 1 diabetes", "SMPC-SGL"),
        (chart.says("ketoacidosis") is True, (SGLT2,), "ketoacidosis", "SMPC-SGL"),
        (chart.says("renal_artery_stenosis") is True, RAS, "renal artery stenosis", "PMJ-ACE, SIGN"),
        (chart.says("severe_aortic_stenosis") is True, RAS, "severe aortic stenosis", "PMJ-ACE caution"),
        (_operated_soon(chart), (SGLT2,), "surgery within three days", "guideline on surgery 2024: three to four days"),
    )  # fmt: skip
    for holds, classes, rule, source in found:
        if holds and step.drug_class in classes:
            yield Forbidden(rule, source)


def _operated_soon(chart: Chart) -> bool:
    told = chart.last("surgery_within_days")
    return told is not None and 0 <= told - (chart.today - chart.day("surgery_within_days")) <= 3


def pairs(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Drugs that do not go together, or only after somebody thought about it."""
    key, others = step.drug_class, chart.others
    if key in KIDNEY:
        for name in ("nsaid", "potassium", "potassium_sparing", "trimethoprim", "lithium"):
            if name in others and not (name == "lithium" and key == MRA):
                yield Forbidden(
                    f"{name} is used", "PMJ-ACE, PMJ-MRA, SIGN annex 2, product texts of ACE inhibitors"
                )
    if key in RAS and "aliskiren" in others:
        egfr, diabetes = chart.last("egfr"), chart.says("diabetes")
        if diabetes is not False or egfr is None or egfr < 60:
            yield Forbidden("aliskiren with diabetes or eGFR below 60", "SMPC-ENT")
    if key in (BB, IVABRADINE) and "verapamil_diltiazem" in others:
        yield Forbidden("verapamil or diltiazem", "PMJ-BB caution; SMPC-IVA contraindication")
    if key == IVABRADINE and "strong_cyp3a4_inhibitor" in others:
        yield Forbidden("strong CYP3A4 inhibitor", "SMPC-IVA")
    if key == VERICIGUAT and ("pde5" in others or "riociguat" in others):
        yield Forbidden("PDE5 inhibitor or riociguat", "SMPC-VER")


def two_ras_inhibitors(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """One RAS inhibitor at a time, and 36 hours between an ACE inhibitor and ARNI."""
    key = step.drug_class
    if key == MRA and len({one.drug_class for one in chart.using(*RAS)}) > 1:
        yield Forbidden("MRA on two RAS inhibitors", "Derbyshire JAPC; ESC21")
    if key not in RAS or step.kind != "start":
        return
    if any(chart.using(other) for other in RAS if other != key):
        yield Forbidden("a second RAS inhibitor", "SMPC-ENT: not with an ACE inhibitor or ARB; ESC21 table 8")
    other = {ARNI: ACE, ACE: ARNI}.get(key, "")
    # Days are all that is known: a day later can be less than 36 hours.
    if any(chart.today - (one.until or 0) < 2 for one in chart.ended(other)):
        yield Forbidden("within 36 hours of the other", "SMPC-ENT, ESC21")


def danger(chart: Chart, step: Step) -> Iterator[Forbidden]:
    """Values for which somebody is called now; nothing is built up meanwhile."""
    if above(chart.last("potassium"), 6.0):
        yield Forbidden("potassium above 6.0: severe", "ESC21 p.3670")
    if below(chart.last("systolic_bp", RECENT_VITALS), 90):
        yield Forbidden("systolic below 90", "ESC21 fig. 5")
    if step.drug_class != LOOP and below(chart.last("oxygen_saturation", RECENT_VITALS), 90):
        yield Forbidden("saturation below 90", "ESC21")
    for name in SIGNS:
        if chart.says(name, THIS_VISIT) is True:
            yield Forbidden(f"{name} now", "ESC21 tables 6 and 21")


RULES: tuple[Rule, ...] = (
    laboratory, potassium, kidney, kidney_change, pressure, vitals, pulse, congestion, indication, contraindications,
    diseases, pairs, two_ras_inhibitors, danger, dose_rules,
)  # fmt: skip
