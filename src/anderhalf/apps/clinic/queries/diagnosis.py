"""The way to the diagnosis: which steps are taken, with what result, and what the agreement still wants done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.decisions.evaluate import evaluate
from anderhalf.core.decisions.facts import FactValue, Freshness, freshness
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.values import value_with_unit
from anderhalf.presentation.wording import without_local

from ..models import Episode
from .advice import diagnosis_line, known_facts, pathway_of
from .chart import label_of

STEPS = (
    (
        "history",
        ("nyha", "dyspnoea_on_exertion", "orthopnoea", "ankle_oedema", "coronary_disease", "hypertension"),
    ),
    ("ecg", ("ecg_result", "rhythm", "new_ecg_abnormality", "qrs_duration", "lbbb")),
    ("peptide", ("nt_probnp", "bnp", "bmi")),
    ("echo", ("echo_done", "lvef", "echo_structural_abnormality", "la_volume_index", "e_over_e", "pasp")),
    ("phenotype", ("lvef", "lvef_ever_40_or_less")),
    ("cause", ("specific_cause_suspected", "correctable_cause_suspected", "coronary_disease")),
)
"""The steps in their order, each with the facts that answer it; the first is what makes a step taken."""
TAKEN_BY = {
    "history": ("nyha", "dyspnoea_on_exertion"), "ecg": ("ecg_result", "rhythm"), "peptide": ("nt_probnp", "bnp"),
    "echo": ("lvef", "echo_done"), "phenotype": ("lvef",),
    "cause": ("specific_cause_suspected", "correctable_cause_suspected"),
}  # fmt: skip
"""One of these must be known for the step to be taken; for the cause all of them."""
TODO = "to_do"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way: ``state`` is done, old (too long ago) or open."""

    id: str
    title: str
    state: str
    found: list[tuple[str, str, date | None, bool]]
    """Label, value, day, and whether it is too old to count."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """The whole way, and what is still to be done by which rule."""

    steps: list[Step]
    known: bool | None
    """Whether heart failure was diagnosed; None while nobody said so."""
    to_do: list[tuple[str, str, str]]
    """What, why, and the rule with its source."""


def diagnosis_way(viewer: Viewer, episode: Episode, *, at: datetime) -> Way:
    """The diagnosis path of a patient, from the record as it stands."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    on = timezone.localdate(at)
    pathway = pathway_of(episode, on=on)
    facts = known_facts(
        episode.patient_id, pathway, on=on, birth_date=episode.patient.birth_date, sex=episode.patient.sex
    )
    given = facts.get("heart_failure_known")
    return Way(
        steps=[_step(name, names, pathway, facts, episode, on=on) for name, names in STEPS],
        known=given.value if given is not None and isinstance(given.value, bool) else None,
        to_do=_to_do(pathway, facts, on=on),
    )


def _titles() -> dict[str, str]:
    return {
        "history": _("Klachten en voorgeschiedenis"), "ecg": _("ECG"), "peptide": _("Natriuretisch peptide"),
        "echo": _("Echo"), "phenotype": _("Fenotype"), "cause": _("Oorzaak"),
    }  # fmt: skip


def _step(
    name: str, names: tuple[str, ...], pathway: Pathway, facts: Mapping[str, FactValue], episode: Episode, *, on: date
) -> Step:  # fmt: skip
    rows = []
    for one in names:
        fact, given = pathway.facts.get(one), facts.get(one)
        if fact is None or given is None:
            continue
        old = freshness(fact, given, on=on) is Freshness.STALE
        rows.append((label_of(fact.label), value_with_unit(fact, given.value), given.on, old))
    taken = [one for one in TAKEN_BY[name] if one in facts]
    enough = len(taken) == len(TAKEN_BY[name]) if name == "cause" else bool(taken)
    fresh = any(
        freshness(pathway.facts[one], facts[one], on=on) is Freshness.KNOWN
        for one in taken
        if one in pathway.facts
    )
    note = ""
    if name == "phenotype":
        rows = []
        note = diagnosis_line(episode.patient_id, pathway, on=on)
    if name == "cause":
        note = _cause(facts) if enough else _("De oorzaak is nog open.")
    state = "open" if not enough else "done" if fresh else "old"
    return Step(id=name, title=_titles()[name], state=state, found=rows, note=note)


def _cause(facts: Mapping[str, FactValue]) -> str:
    suspected = [name for name in TAKEN_BY["cause"] if facts[name].value is True]
    return _("Vermoeden van een oorzaak die verder onderzoek vraagt.") if suspected else ""


def _to_do(pathway: Pathway, facts: Mapping[str, FactValue], *, on: date) -> list[tuple[str, str, str]]:
    """What the agreement's table wants done with what is (un)known today."""
    if TODO not in pathway.tables:
        return []
    table = pathway.table(TODO)
    decision = evaluate(table, dict(facts), on=on)
    spec = next(iter(table.outputs))
    found = []
    for rule in decision.decisive:
        said = str(rule.outputs.get(spec.name))
        source = without_local(rule.source)
        where = f"{source} · {rule.rule_id}" if source else rule.rule_id
        found.append((label_of(spec.labels.get(said, {})) or said, label_of(rule.why), where))
    return list({one[0]: one for one in found}.values())
