"""The drugs of a pathway, from its ``doses.toml``: what can be chosen in the form, and which dose is the target."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.content.drugs import codes_by_name
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import number_label

from ..titration.named import code_of

DOSES = "doses.toml"
TABLET = "tablet"
"""The unit of a combination tablet: which amounts it contains is not in the protocol."""
TABLETS_PER_DAY = 2
"""Of a combination tablet: what it contains is taken once or twice a day."""


@dataclass(frozen=True, kw_only=True)
class Drug:
    """One drug of the pathway. Doses are per intake in ``unit``, as text; ``target`` is None when none was agreed."""

    key: str
    drug_class: str
    atc: str
    label: Mapping[str, str]
    unit: str = ""
    per_day: int | None = None
    steps: tuple[str, ...] = ()
    target: Decimal | None = None
    step_labels: Mapping[str, str] | None = None
    highest: Decimal | None = None
    """The highest amount of one intake; None when the protocol holds no dose."""
    lowest: Decimal | None = None
    """The lowest amount of one intake that the protocol knows."""
    maximum_per_day: Decimal | None = None
    """The most that is taken on one day: the top of the ladder times its intakes a day."""
    fixed: tuple[tuple[Decimal, int], ...] = ()
    """Amounts and intakes a day of a drug that is not titrated (an anticoagulant): it has no other doses."""
    aliases: Mapping[Decimal, Decimal] = field(default_factory=dict)
    """Total tablet strengths that stand for an amount of this file (100 for 49/51)."""

    @property
    def target_per_day(self) -> Decimal | None:
        """The target dose of a whole day, the height of the dotted line in the chart."""
        return self.target * self.per_day if self.target is not None and self.per_day else None

    def dose_label(self, dose: Decimal) -> str:
        """How the dose is written: tablet strength for a combination (24/26), else the number."""
        return (self.step_labels or {}).get(format(dose.normalize(), "f"), number_label(dose))


_files: dict[str, str] = {}


def drugs_of(pathway: Pathway) -> Mapping[str, Drug]:
    """The drugs of a pathway by key, in the order of the file; empty for a pathway without doses."""
    _files.setdefault(pathway.hash, pathway.files.get(DOSES, ""))
    return _parsed(pathway.hash)


@lru_cache(maxsize=32)
def _parsed(content_hash: str) -> Mapping[str, Drug]:
    whole: Mapping[str, Any] = tomllib.loads(_files[content_hash])
    given: Mapping[str, Any] = whole.get("drugs", {})
    found = {key: _drug(key, entry) for key, entry in given.items()}
    for atc, entry in whole.get("combinations", {}).items():
        drug = _combination(atc, entry, found)
        found[drug.key] = drug
    return found


def _combination(atc: str, entry: Mapping[str, Any], drugs: Mapping[str, Drug]) -> Drug:
    """A tablet with more than one class: it stands under its first and is counted in tablets, without a target."""
    first = entry["contains"][0]
    return Drug(
        key=f"combination_{atc}", drug_class=drugs[first].drug_class if first in drugs else first, atc=atc,
        label=entry["label"], unit=TABLET, per_day=1, steps=("1",), highest=Decimal(1),
        maximum_per_day=Decimal(TABLETS_PER_DAY),
    )  # fmt: skip


def _drug(key: str, entry: Mapping[str, Any]) -> Drug:
    target = entry.get("target") if entry.get("agreed", True) else None
    per_day = entry.get("per_day")
    steps = [_step(one, per_day) for one in entry.get("steps", ())]
    most = [_step(one, per_day) for one in (entry["maximum"],)] if "maximum" in entry else []
    titrated = bool(most) or target is not None
    return Drug(
        key=key,
        drug_class=entry["class"],
        atc=entry["atc"],
        label=entry["label"],
        unit=entry.get("unit", ""),
        per_day=per_day if isinstance(per_day, int) else None,
        steps=tuple(entry.get("steps", ())),
        target=Decimal(target) if target is not None else None,
        step_labels=entry.get("step_labels"),
        highest=max((amount for amount, _times in (*steps, *most)), default=None),
        lowest=min((amount for amount, _times in steps), default=None),
        maximum_per_day=max((amount * times for amount, times in (*steps, *most)), default=None),
        fixed=() if titrated else tuple((amount, int(times)) for amount, times in steps),
        aliases={Decimal(one): Decimal(stands) for one, stands in entry.get("aliases", {}).items()},
    )


def _step(one: Any, per_day: Any) -> tuple[Decimal, Decimal]:
    """Amount and intakes a day of a step: a number, or both (25 mg every other day)."""
    if isinstance(one, Mapping):
        return Decimal(one["dose"]), Decimal(one["per_day"])
    return Decimal(one), Decimal(per_day or 1)


def drug_by_code(atc: str, drugs: Iterable[Drug]) -> Drug | None:
    """The drug of the pathway with this code; None for none and where two share it (salts of one drug)."""
    found = [one for one in drugs if atc and one.atc == atc]
    return found[0] if len(found) == 1 else None


def drug_of_agreement(row: MedicationAgreement, *, at: datetime) -> Drug | None:
    """The drug of a pathway that an agreement is about, with its doses; None for another drug or another unit."""
    pathways = pathways_on(row.network_id, on=timezone.localdate(at))
    drugs = {key: one for pathway in pathways for key, one in drugs_of(pathway).items()}
    atc = row.atc or code_of(row.drug_name, codes_by_name(pathways))
    found = drugs.get(row.drug) or drug_by_code(atc, drugs.values())
    return found if found is not None and found.unit in ("", row.dose_unit) else None
