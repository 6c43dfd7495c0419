"""What must hold for every patient, also those nobody thought of (hypothesis draws them)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anderhalf.core.decisions.facts import FactValue
from anderhalf.core.pathway.titration import DrugUse, Observation, Patient, Tolerance, advise
from anderhalf.core.pathway.titration.model import DOWNWARD, UPWARD, ProposalKind
from tests.support.titration import TODAY, boldness, moment, protocol

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DANGER = {"STEP-20", "STEP-21", "USE-01"}
RAS_AND_MRA = {"ace_inhibitor", "arb", "arni", "mra"}
AGREED = [drug for drug in protocol().drugs.values() if drug.agreed]


def numbers(low, high, decimals=0):
    scale = 10**decimals
    return st.integers(int(low * scale), int(high * scale)).map(lambda n: Decimal(n).scaleb(-decimals))


def mostly(usual, rest, *, often=7):
    """`usual` in about `often` of eight draws: a clinic full of extremes would never reach a step up."""
    return st.integers(0, 7).flatmap(lambda n: usual if n < often else rest)


def seldom_true(often=7):
    return mostly(st.just(False), st.just(True), often=often)


MEASURED = {
    "potassium": mostly(numbers(3.8, 5.0, 1), numbers(2.5, 7.0, 1), often=6),
    "creatinine": mostly(numbers(70, 110), numbers(40, 400), often=6),
    "egfr": mostly(numbers(45, 90), numbers(8, 110), often=6),
    "sodium": mostly(numbers(134, 145), numbers(120, 150)),
    "systolic_bp": mostly(numbers(100, 140), numbers(70, 190), often=6),
    "heart_rate": mostly(numbers(56, 66), numbers(35, 66), often=6),
    "weight": numbers(45, 130), "lvef": mostly(numbers(15, 40), numbers(15, 65)),
    "rhythm": st.sampled_from(["sinus", "af"]), "nyha": mostly(st.sampled_from(["II", "III"]), st.sampled_from(["I", "IV"])),
    "congestion": seldom_true(6), "dehydration": seldom_true(), "hypotension_symptoms": seldom_true(),
    "acute_illness": seldom_true(), "weight_stable": st.booleans(),
    "beta_blocker_complaints": mostly(st.just("none"), st.sampled_from(["slow_pulse", "marked_fatigue", "severe"])),
    "diuretic_without_effect": st.booleans(), "digoxin_level": numbers(0.2, 2.5, 1),
}  # fmt: skip


@st.composite
def drug_uses(draw, drugs=tuple(AGREED)):
    drug = draw(st.sampled_from(drugs))
    step = draw(st.sampled_from(drug.steps))
    days = draw(mostly(st.integers(20, 120), st.integers(1, 30)))
    ended = draw(mostly(st.none(), st.integers(0, days - 1)))
    reason = draw(st.sampled_from(["hyperkalaemia", "acute_illness", "switch_to_arni", "switch", ""]))
    return DrugUse(
        atc=drug.atc, dose=step.amount, per_day=step.per_day, since=moment(days),
        until=None if ended is None else moment(ended), stop_reason="" if ended is None else reason,
    )  # fmt: skip


@st.composite
def medication(draw):
    """Usually at most one drug per class and one RAS inhibitor, as on a real list; sometimes anything."""
    found = []
    for classes in (
        ("ace_inhibitor", "arb", "arni"),
        ("beta_blocker",),
        ("mra",),
        ("sglt2_inhibitor",),
        ("loop_diuretic",),
    ):
        if draw(st.booleans()):
            found.append(draw(drug_uses(tuple(drug for drug in AGREED if drug.drug_class in classes))))
    if draw(st.integers(0, 5)) == 0:
        found.append(draw(drug_uses()))
    return tuple(found)


@st.composite
def patients(draw, *, complete=False):
    observations = []
    for name, values in MEASURED.items():
        if complete or draw(st.integers(0, 40)) > 0:
            observations.append(
                Observation(fact=name, value=draw(values), at=moment(draw(st.integers(0, 3))))
            )
    before = draw(mostly(numbers(80, 100), numbers(40, 400)))
    observations.append(Observation(fact="creatinine", value=before, at=moment(130)))
    kinds = st.builds(
        Tolerance,
        kind=st.sampled_from(sorted(protocol().tolerance)),
        drug_class=st.sampled_from(sorted(protocol().drug_class)),
    )
    facts = {
        "sex": draw(st.sampled_from(["male", "female"])), "birth_date": date(draw(st.integers(1930, 2000)), 1, 1),
        "pregnant": draw(seldom_true()), "dialysis": draw(seldom_true()),
        "palliative_phase": draw(seldom_true()), "frailty": draw(mostly(st.sampled_from(["none", "frail"]), st.just("severe"))),
        "lvef_ever_40_or_less": draw(mostly(st.just(True), st.just(False))), "diabetes": draw(st.booleans()),
        "hf_admissions_12_months": Decimal(draw(st.integers(0, 2))),
    }  # fmt: skip
    return Patient(
        medication=draw(medication()), observations=tuple(observations),
        facts={name: FactValue(value, TODAY, "record") for name, value in facts.items()},
        tolerances=draw(mostly(st.lists(kinds, max_size=2).map(tuple) | st.just(()) | st.just(()), st.none())),
        rapid=draw(seldom_true()),
    )  # fmt: skip


def ask(patient):
    return advise(protocol(), patient, on=TODAY, at=moment())


def changed(patient, **facts):
    """The same patient with other measurements."""
    kept = tuple(each for each in patient.observations if each.fact not in facts or each.at < moment(100))
    # At the moment of the value it replaces: a newer one would also be fresher, which is another question.
    was = {each.fact: each.at for each in patient.observations if each.at > moment(100)}
    new = tuple(
        Observation(fact=name, value=value, at=was.get(name, moment()))
        for name, value in facts.items()
        if value is not None
    )
    return replace(patient, observations=(*kept, *new))


def value_of(patient, name):
    found = [each for each in patient.observations if each.fact == name and each.at > moment(100)]
    return found[-1].value if found else None


@QUICK
@given(patients())
def test_no_proposal_is_above_the_maximum_or_outside_the_ladder(patient):
    weight = value_of(patient, "weight")
    for each in ask(patient).proposals:
        if each.dose_new is None:
            assert each.kind not in UPWARD
            continue
        drug = protocol().drugs[each.drug]
        assert each.dose_new.daily <= drug.maximum_for(weight).daily
        assert each.dose_new in (*drug.steps, *drug.optional)
        if each.dose_now is not None:
            lower = each.dose_new.daily < each.dose_now.daily
            assert lower == (each.kind in DOWNWARD)


@QUICK
@given(patients())
def test_no_step_comes_before_its_interval(patient):
    for each in ask(patient).proposals:
        if each.kind is not ProposalKind.INCREASE:
            continue
        drug = protocol().drugs[each.drug]
        interval = drug.interval_after(each.dose_now)
        if patient.rapid:
            interval = min(interval, protocol().rapid_interval_days)
        begun = max(use.since for use in patient.medication if use.atc == drug.atc and use.until is None)
        assert (TODAY - begun.date()).days >= interval


@QUICK
@given(patients())
def test_nothing_excluded_is_started_and_nothing_starts_unasked(patient):
    for each in ask(patient).proposals:
        if each.kind not in UPWARD:
            continue
        assert patient.tolerances is not None
        for tolerance in patient.tolerances:
            assert each.drug_class not in protocol().excludes(tolerance.kind, tolerance.drug_class)


@QUICK
@given(patients())
def test_ace_inhibitor_and_arni_are_36_hours_apart(patient):
    found = ask(patient)
    ace = [
        use for use in patient.medication if protocol().drugs_by_atc[use.atc].drug_class == "ace_inhibitor"
    ]
    arni = found.of("arni")
    if arni.kind in UPWARD and ace:
        if any(use.until is None or use.until > moment() for use in ace):
            assert arni.kind is ProposalKind.SWITCH
            assert arni.not_before == moment() + timedelta(hours=36)
            assert found.of("ace_inhibitor").kind is ProposalKind.STOP
        else:
            assert moment() - max(use.until for use in ace) >= timedelta(hours=36)
    assert not {"ace_inhibitor", "arni"} <= {
        each.drug_class for each in found.proposals if each.kind in UPWARD
    }


@QUICK
@given(patients())
def test_every_stop_limit_is_kept(patient):
    potassium, creatinine, egfr = (value_of(patient, name) for name in ("potassium", "creatinine", "egfr"))
    found = ask(patient)
    for each in found.proposals:
        on_drug = each.dose_now is not None
        if potassium is not None and potassium > Decimal("5.5") and each.drug_class in RAS_AND_MRA:
            assert each.kind not in UPWARD
            if on_drug:
                assert each.kind in DOWNWARD
        if potassium is not None and potassium > 6 and each.drug_class in RAS_AND_MRA and on_drug:
            assert each.kind is ProposalKind.STOP
        if creatinine is not None and creatinine > 310 and each.drug_class in RAS_AND_MRA and on_drug:
            assert each.kind is ProposalKind.STOP
        if value_of(patient, "systolic_bp") is not None and value_of(patient, "systolic_bp") < 90:
            assert each.kind not in UPWARD or each.drug_class in ("mra", "ivabradine")
        if value_of(patient, "heart_rate") is not None and value_of(patient, "heart_rate") < 50:
            assert each.kind not in UPWARD or each.drug_class not in ("beta_blocker", "ivabradine")
    assert (
        egfr is None
        or egfr >= 20
        or all(each.kind not in UPWARD for each in found.proposals if each.drug_class in RAS_AND_MRA)
    )


@QUICK
@given(patients(complete=True), st.sampled_from(protocol().safety_facts))
def test_taking_a_safety_fact_away_never_makes_an_answer_bolder(patient, name):
    # An eGFR that was not reported is computed from the creatinine: it is only gone when both are.
    gone = ("egfr", "creatinine") if name == "egfr" else (name,)
    # Gone is gone: a value of months ago would be another value, not a missing one.
    without = tuple(each for each in patient.observations if each.fact not in gone)
    before, after = ask(patient), ask(replace(patient, observations=without))
    for each in before.proposals:
        if each.rule in DANGER:
            # Held because of a danger that is certain, whatever the class itself looks at. When it is not known, the
            # eye for danger says "unknown"; the class asks for its own facts.
            continue
        assert boldness(after.of(each.drug_class).own_kind) <= max(
            boldness(each.own_kind), boldness(ProposalKind.HOLD)
        ), each.drug_class


WORSE = {
    "potassium": lambda value, by: value + Decimal(by) / 10 if value >= Decimal("3.5") else value,
    "creatinine": lambda value, by: value + by,
    "egfr": lambda value, by: max(Decimal(1), value - by),
    "systolic_bp": lambda value, by: max(Decimal(66), value - by),
    "heart_rate": lambda value, by: max(Decimal(21), value - by),
}


@QUICK
@given(patients(complete=True), st.sampled_from(sorted(WORSE)), st.integers(1, 40))
def test_worse_is_never_bolder(patient, name, by):
    """Higher potassium or creatinine, lower eGFR, pressure or pulse: no class answers more boldly."""
    before = ask(patient)
    # An eGFR computed from a later creatinine counts above the reported one: worse is worse than what counted.
    value = before.facts[name].value if name in before.facts else value_of(patient, name)
    worse = WORSE[name](value, by)
    if name == "systolic_bp" and worse < value_of(patient, "heart_rate"):
        return  # then the pair is refused as implausible
    after = ask(changed(patient, **{name: worse}))
    for each in before.proposals:
        own_before, own_after = boldness(each.own_kind), boldness(after.of(each.drug_class).own_kind)
        assert own_after <= own_before, (each.drug_class, each.rule, after.of(each.drug_class).rule)
        # Which of two allowed steps goes first may change; a step that was not allowed before never appears.
        assert after.of(each.drug_class).kind not in UPWARD or each.own_kind in UPWARD, each.drug_class


@QUICK
@given(patients())
def test_never_more_steps_at_once_than_agreed(patient):
    found = ask(patient)
    for group in protocol().together:
        if patient.rapid and not group.rapid:
            continue
        up = [key for key in group.classes if found.of(key).kind in UPWARD]
        down = [
            key for key in group.classes if found.of(key).kind in DOWNWARD and found.of(key).held_by == ""
        ]
        assert len(up) <= group.at_once
        assert not (up and down)


@QUICK
@given(patients())
def test_an_answer_is_complete_and_repeatable(patient):
    first, second = ask(patient), ask(patient)
    assert first == second
    assert sorted(each.drug_class for each in first.proposals) == sorted(protocol().drug_class)
    for each in first.proposals:
        assert each.why["nl"] and each.why["en"]
        assert each.kind is not ProposalKind.NEEDS_DATA or each.missing or each.rule
        assert each.decisions and all(decision.table_hash for decision in each.decisions)


@QUICK
@given(
    patients(),
    st.sampled_from(["chest_pain_at_rest", "syncope", "hypoperfusion", "pulse 36", "pulse 160", "SBP 76"]),
)
def test_in_danger_no_class_goes_up_and_nothing_in_use_is_kept_without_a_word(patient, sign):
    values = {"pulse 36": ("heart_rate", Decimal(36)), "pulse 160": ("heart_rate", Decimal(160)),
              "SBP 76": ("systolic_bp", Decimal(76))}  # fmt: skip
    name, value = values.get(sign, (sign, True))
    other = {"systolic_bp": Decimal(170)} if sign == "pulse 160" else {}
    other |= {"heart_rate": Decimal(60)} if sign == "SBP 76" else {}
    found = ask(changed(patient, **{name: value}, **other))
    for each in found.proposals:
        assert each.kind not in UPWARD, (each.drug_class, each.rule)
        if any(use.until is None and protocol().drugs_by_atc[use.atc].drug_class == each.drug_class
               for use in patient.medication):  # fmt: skip
            assert each.kind not in (ProposalKind.KEEP, ProposalKind.HOLD), (each.drug_class, each.rule)
            assert each.agenda or each.kind is ProposalKind.NEEDS_DATA, (each.drug_class, each.rule)


@QUICK
@given(patients())
def test_what_is_asked_for_can_be_measured_or_answered(patient):
    for each in ask(patient).proposals:
        for one in each.missing:
            assert one.fact == "excluded" or protocol().facts[one.fact].group != "derived", (
                each.rule,
                one.fact,
            )
