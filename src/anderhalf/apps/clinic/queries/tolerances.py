"""What the register and the clinic remember about drugs, for showing and judging."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.people.queries import Register, register_of
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.referrals.register import meant_by, names_in, reaction_of
from anderhalf.core.pathway.named import Named
from anderhalf.core.pathway.titration import Protocol

from ..models import DosingAgreement, Episode
from .chart import label_of
from .drugs import drugs_of
from .forbidden import pathways_of


@dataclass(frozen=True, kw_only=True)
class ToJudge:
    """An entry that came in from elsewhere or as free text, with what its words seem to name."""

    entry: AllergyIntolerance
    named: list[tuple[str, str]]
    """Key (for the form) and label of each class or drug that it names."""
    reaction: str


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """The register with what waits to be judged, and the agreements about dosing."""

    register: Register
    to_judge: list[ToJudge]
    certain: list[AllergyIntolerance]
    agreed: list[tuple[str, DosingAgreement]]
    agreed_before: list[tuple[str, DosingAgreement]]


def tolerances(viewer: Viewer, episode: Episode, protocol: Protocol | None, *, at: datetime) -> Remembered:
    """Five queries, whatever is remembered."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    pathways = pathways_of(episode, at=at)
    names = names_in(pathways)
    labels = dict(about_choices(episode, protocol, at=at))
    register = register_of(episode.patient_id)
    agreed = [
        (_class_name(row, protocol), row)
        for row in DosingAgreement.objects.filter(patient=episode.patient_id)
    ]
    return Remembered(
        register=register,
        to_judge=[
            ToJudge(
                entry=entry,
                named=[(key_of(one), labels.get(key_of(one), one.drug or one.drug_class))
                       for one in meant_by(entry, names)],
                reaction=reaction_of(entry, names),
            )
            for entry in register.to_judge
        ],
        certain=[entry for entry in register.entries if not entry.to_judge],
        agreed=[pair for pair in agreed if pair[1].ended_at is None],
        agreed_before=[pair for pair in agreed if pair[1].ended_at is not None],
    )  # fmt: skip


def key_of(one: Named) -> str:
    """A class or drug as one value of a form."""
    return f"{one.drug_class}:{one.drug}"


def named_of(key: str) -> Named:
    """Read back what :func:`key_of` wrote."""
    drug_class, _colon, drug = key.partition(":")
    return Named(drug_class, drug)


def about_choices(episode: Episode, protocol: Protocol | None, *, at: datetime) -> list[tuple[str, str]]:
    """Every class and drug that an entry can be about, in one list."""
    return [choice for _title, choices in grouped_choices(episode, protocol, at=at) for choice in choices]


def grouped_choices(
    episode: Episode, protocol: Protocol | None, *, at: datetime
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same by class: the class as a whole first, then its drugs."""
    by_class: dict[str, list[Any]] = {key: [] for key in (protocol.drug_class if protocol else ())}
    for pathway in pathways_of(episode, at=at):
        for drug in drugs_of(pathway).values():
            if not drug.key.startswith("combination_"):
                by_class.setdefault(drug.drug_class, []).append(drug)
    found = []
    for key, drugs in by_class.items():
        title = _title(key, protocol, episode, at=at)
        whole = (f"{key}:", whole_class(title))
        found.append((title, [whole, *((f"{key}:{drug.key}", label_of(drug.label)) for drug in drugs)]))
    return found


def whole_class(title: str) -> str:
    """A class as a whole, beside its drugs."""
    return _("%(title)s (hele klasse)") % {"title": title}


def _title(key: str, protocol: Protocol | None, episode: Episode, *, at: datetime) -> str:
    if protocol is not None and key in protocol.drug_class:
        return label_of(protocol.drug_class[key].title)
    for pathway in pathways_of(episode, at=at):
        if key in pathway.facts:
            return label_of(pathway.facts[key].label)
    return key.replace("_", " ")


def _class_name(row: DosingAgreement, protocol: Protocol | None) -> str:
    drug_class = protocol.drug_class.get(row.drug_class) if protocol is not None else None
    return label_of(drug_class.title) if drug_class is not None else row.drug_class
