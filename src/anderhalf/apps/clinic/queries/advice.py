"""What the pathway's tables say about a patient in care, from everything the record knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network.queries import pathway_on, pathways_on
from anderhalf.apps.people.sex import sex_fact
from anderhalf.apps.record.models import MedicationAgreement, Observation
from anderhalf.apps.record.queries import AMSTERDAM, facts_of
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import Fact, FactValue
from anderhalf.core.decisions.feel import Interval
from anderhalf.core.pathway.danger import EGFR, other_creatinine
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores import egfr_formula
from anderhalf.core.pathway.titration import Problem, ProblemKind
from anderhalf.presentation.language import day_label
from anderhalf.presentation.units import unit_of

from ..models import EducationGiven, Episode
from ..titration.gather import observed_each_of, observed_of
from ..titration.therapy import therapy_facts
from .agreed_scores import scores_of
from .listed import facts_from_list, history_of

CHANGES = (MedicationAgreement.Kind.START, MedicationAgreement.Kind.CHANGE, MedicationAgreement.Kind.STOP)
INCLUSION = "inclusion"
"""The table by which a pathway says whom it includes."""
CREATININE = "creatinine"
_KIDNEY = {
    "nl": "De eGFR ({egfr}) en de creatinine ({creatinine}) passen niet bij elkaar: bij deze eGFR hoort een "
    "creatinine van {other}. Controleer beide; tot dan telt de uitkomst die het voorzichtigst is.",
    "en": "The eGFR ({egfr}) and the creatinine ({creatinine}) contradict each other: to this eGFR belongs a "
    "creatinine of {other}. Check both; until then the most careful answer counts.",
}
ALARM_SIGNS = "self_monitoring"
"""The education topic that makes the fact ``self_care_taught`` true once the patient told it back."""


def pathway_of(episode: Episode, *, on: date) -> Pathway:
    """The version of the episode's pathway that holds on a day."""
    return pathway_on(episode.network_id, episode.pathway, on=on)


def pathways_beside(episode: Episode, *, on: date) -> list[Pathway]:
    """The pathways of the agreement that say whom they include, the episode's own among them when it is such a one."""
    return [one for one in pathways_on(episode.network_id, on=on) if INCLUSION in one.tables]


def known_facts(
    patient: UUID,
    pathway: Pathway,
    *,
    on: date,
    birth_date: date,
    sex: str,
    observed: Mapping[str, FactValue] | None = None,
) -> dict[str, FactValue]:
    """Everything the tables may use: observations, who the patient is, what the clinic itself knows, and what follows.

    A fact that somebody recorded goes before one that is worked out here, except what the medication list answers: the
    drugs in use, whether therapy is optimal, and the echo after it. ``observed`` is what ``facts_of`` gave for the
    pathway's facts, for who has it already.
    """
    known = dict(facts_of(patient, dictionary=pathway.facts, on=on) if observed is None else observed)
    if (given := sex_fact(sex)) is not None:
        known["sex"] = given
    for name, value in _from_the_clinic(patient, pathway, on=on).items():
        known.setdefault(name, value)
    end = datetime.combine(on, time.max, tzinfo=AMSTERDAM)
    known |= facts_from_list(pathway, history_of(patient, on=on), known, on=on, at=end)
    known |= therapy_facts(patient, pathway, known, at=end)
    return dict(pathway.dictionary.derive(known, on=on, birth_date=birth_date))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Facts for advice about treatment, as titration takes them."""

    facts: dict[str, FactValue]
    """What is certain; what contradicts itself or can't be is unknown here."""
    problems: tuple[Problem, ...]
    """What was set aside, to be told."""
    readings: tuple[dict[str, FactValue], ...]
    """The same with each of the results that contradict each other taken as the right one; empty when none do."""


def undoubted_facts(episode: Episode, pathway: Pathway, *, at: datetime) -> Taken:
    """:func:`known_facts` for advice about treatment: what titration sets aside (two results of one minute that differ,
    pulse and pressure that can't both be right, an impossible value) is unknown here too, and is told."""
    observed = observed_of(episode.patient_id, pathway.facts, at=at)

    def known(latest: Mapping[str, FactValue]) -> dict[str, FactValue]:
        return known_facts(
            episode.patient_id, pathway, on=timezone.localdate(at), birth_date=episode.patient.birth_date,
            sex=episode.patient.sex, observed=latest,
        )  # fmt: skip

    each = observed_each_of(episode.patient_id, pathway.facts, observed, at=at)
    readings = [(one.latest, known(one.latest)) for one in each]
    facts, problems = known(observed.latest), observed.problems
    on = timezone.localdate(at)
    formula = egfr_formula(scores_of(episode.network_id, pathway, on=on))
    found = [
        (latest, reading, other)
        for latest, reading in readings or [(observed.latest, facts)]
        if (other := other_creatinine(pathway, latest, reading, on=on, formula=formula)) is not None
    ]
    if found:
        # Both are tried, here as where the danger is looked for; the answer is the one that holds back most.
        readings = readings or [(observed.latest, facts)]
        readings += [(latest, known({**latest, CREATININE: other})) for latest, _reading, other in found]
        problems = (*problems, _kidney_problem(pathway, *found[0]))
    return Taken(facts=facts, problems=problems, readings=tuple(reading for _latest, reading in readings))


def _kidney_problem(
    pathway: Pathway, latest: Mapping[str, FactValue], reading: Mapping[str, FactValue], other: FactValue
) -> Problem:
    """That eGFR and creatinine can't both be right, with what is read beside them."""
    fact = pathway.facts[CREATININE]
    numbers = {
        "egfr": _whole(pathway.facts[EGFR], latest[EGFR]),
        "creatinine": _whole(fact, reading[CREATININE]),
        "other": _whole(fact, other),
    }
    return Problem(
        kind=ProblemKind.CONFLICT,
        about=EGFR,
        texts={lang: text.format(**numbers) for lang, text in _KIDNEY.items()},
        blocks=(EGFR, CREATININE),
    )


def _whole(fact: Fact, given: FactValue) -> str:
    """A number of the kidney without decimals, with its unit: what a laboratory prints."""
    number = f"{given.value:.0f}" if isinstance(given.value, Decimal) else str(given.value)
    return f"{number} {unit_of(fact)}".strip()


def _from_the_clinic(patient: UUID, pathway: Pathway, *, on: date) -> dict[str, FactValue]:
    """Facts that follow from medication agreements and education instead of from an observation."""
    found: dict[str, FactValue] = {}
    taught = (
        EducationGiven.objects.filter(patient=patient, topic=ALARM_SIGNS, teach_back=True)
        .order_by("-at")
        .first()
    )
    if taught is not None and "self_care_taught" in pathway.dictionary:
        found["self_care_taught"] = FactValue(True, timezone.localdate(taught.at), "education")
    changed = (
        MedicationAgreement.objects.filter(patient=patient, kind__in=CHANGES, status=Observation.Status.FINAL)
        .exclude(drug_class="")
        .order_by("-from_at")
        .values_list("from_at", flat=True)
        .first()
    )
    if changed is not None and timezone.localdate(changed) <= on:
        day = timezone.localdate(changed)
        if "last_hf_medication_change_on" in pathway.dictionary:
            found["last_hf_medication_change_on"] = FactValue(day, day, "medication")
    return found


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A range of a fact that the agreement reacts to; ``low`` or ``high`` is open when None."""

    low: Decimal | None
    high: Decimal | None
    why: Mapping[str, str]
    rule: str


def limits_of(pathway: Pathway) -> dict[str, tuple[Bound, ...]]:
    """Per fact the ranges in which a rule of ``stable`` keeps, discusses or forwards a patient on that fact alone.

    They are shaded in the charts, so that picture and table can't disagree.
    """
    found: dict[str, list[Bound]] = {}
    for rule in pathway.table("stable").rules:
        tested = {name: cell for name, cell in rule.cells.items() if not cell.any}
        if len(tested) != 1:
            continue
        ((name, cell),) = tested.items()
        for part in cell.parts:
            if isinstance(part, Interval) and not cell.negated:
                low, high = (end if isinstance(end, Decimal) else None for end in (part.low, part.high))
                if low is not None or high is not None:
                    found.setdefault(name, []).append(Bound(low=low, high=high, why=rule.why, rule=rule.id))
    return {name: tuple(bounds) for name, bounds in found.items()}


def diagnosis_line(
    patient: UUID, pathway: Pathway, *, on: date, observed: Mapping[str, FactValue] | None = None
) -> str:
    """For the banner: ``HFrEF · LVEF 33% (12-05-2025)``; empty without an echo."""
    lvef = pathway.facts.get("lvef")
    if lvef is None or "phenotype" not in pathway.tables:
        return ""
    table = pathway.table("phenotype")
    known = (
        facts_of(patient, dictionary={**table.facts, "lvef": lvef}, on=on) if observed is None else observed
    )
    if (measured := known.get("lvef")) is None:
        return ""
    decision = evaluate(table, known, on=on)
    day = f" ({day_label(measured.on)})" if measured.on else ""
    text = f"LVEF {measured.value:.0f}%{day}"
    if not decision.is_decided:
        return text
    spec = next(output for output in table.outputs if output.name == "phenotype")
    label = spec.labels.get(str(decision.value("phenotype")), {}).get("nl", "")
    return f"{label.split(':')[0]} · {text}" if label else text
