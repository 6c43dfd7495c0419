"""From the medication list to where each class stands now: drug, dose, since when, and how it ended before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import DrugUse, Patient, Problem, ProblemKind
from anderhalf.core.pathway.titration.protocol import Protocol


@dataclass(frozen=True, slots=True)
class ClassUse:
    """One use, read against the protocol. A combination tablet gives one for every drug it contains."""

    drug_class: str
    drug: Drug | None
    """None: the ATC group is in the class, but the drug is not in the protocol."""
    dose: Dose | None
    since: datetime
    until: datetime | None
    stop_reason: str
    combined: bool
    atc: str


@dataclass(frozen=True, slots=True)
class ClassState:
    """Where one class stands at a moment."""

    current: tuple[ClassUse, ...]
    since: datetime | None
    """When the present dose began."""
    last: ClassUse | None
    """The latest use that ended."""

    @property
    def on_drug(self) -> bool:
        """Whether a drug of the class is used."""
        return bool(self.current)

    @property
    def use(self) -> ClassUse | None:
        """The present use; with duplicates the one that began last."""
        return self.current[-1] if self.current else None

    @property
    def duplicate(self) -> bool:
        """Whether more than one drug (or the same drug twice) is used."""
        return len(self.current) > 1


@dataclass(frozen=True, slots=True)
class History:
    """The medication list, read."""

    classes: Mapping[str, ClassState]
    uses: tuple[ClassUse, ...]
    related: Mapping[str, bool]
    """nsaid, potassium_supplement, …: whether such a drug is used now."""
    furosemide_equivalent: Decimal | None
    """Total a day in mg furosemide; None when a loop diuretic has no known dose."""
    problems: tuple[Problem, ...] = field(default=())


_EMPTY = ClassState((), None, None)


def read_history(protocol: Protocol, patient: Patient, *, at: datetime) -> History:
    """Read the medication list at a moment. Uses that begin later are ignored: they are plans."""
    uses: list[ClassUse] = []
    problems: list[Problem] = []
    related = dict.fromkeys(protocol.related, False)
    for use in sorted(patient.medication, key=lambda use: use.since):
        if use.since > at:
            continue
        if use.until is None or use.until > at:
            for group in protocol.related_to(use.atc):
                related[group] = True
        uses.extend(_read(protocol, use, problems))
    classes = {}
    for key in protocol.drug_class:
        of_class = [use for use in uses if use.drug_class == key]
        classes[key] = _state(of_class, at) if of_class else _EMPTY
        if classes[key].duplicate:
            problems.append(_duplicate(protocol, key))
    return History(classes, tuple(uses), related, _furosemide(classes), tuple(problems))


def _read(protocol: Protocol, use: DrugUse, problems: list[Problem]) -> list[ClassUse]:
    def class_use(
        drug_class: str, drug: Drug | None, dose: Dose | None, *, combined: bool = False
    ) -> ClassUse:
        return ClassUse(drug_class, drug, dose, use.since, use.until, use.stop_reason, combined, use.atc)

    combination = protocol.combinations.get(use.atc)
    if combination is not None:
        found = []
        for key in combination.contains:
            drug = protocol.drugs.get(key)
            if drug is None:
                found.append(class_use(key, None, None, combined=True))
                continue
            amount = use.components.get(key)
            dose = drug.dose(amount, use.per_day) if amount is not None and drug.agreed else None
            found.append(class_use(drug.drug_class, drug, dose, combined=True))
        return found
    known = protocol.drugs_by_atc.get(use.atc)
    if known is not None:
        return [class_use(known.drug_class, known, _recorded_dose(known, use, problems))]
    drug_class = protocol.class_of_atc(use.atc)
    if drug_class is None:
        return []
    problems.append(_not_in_protocol(use.atc, use.atc))
    return [class_use(drug_class, None, None)]


def _recorded_dose(drug: Drug, use: DrugUse, problems: list[Problem]) -> Dose | None:
    """The dose as the protocol counts it; None when there is none that can be used."""
    if not drug.agreed:
        problems.append(_not_in_protocol(use.atc, drug.label["nl"]))
        return None
    if use.dose is None:
        return None
    if use.dose <= 0 or (use.per_day is not None and use.per_day <= 0):
        texts = {
            "nl": f"{drug.label['nl']}: een dosis van {use.dose} kan niet.",
            "en": f"{drug.label['en']}: a dose of {use.dose} is impossible.",
        }
        problems.append(Problem(kind=ProblemKind.IMPOSSIBLE_DOSE, about=drug.key, texts=texts))
        return None
    dose = drug.dose(use.dose, use.per_day)
    top = drug.heavy_target or drug.maximum
    if top is not None and dose.daily > top.daily:
        problems.append(_above_maximum(drug, dose))
    return dose


def _above_maximum(drug: Drug, dose: Dose) -> Problem:
    amount = format(dose.daily.normalize(), "f")
    return Problem(
        kind=ProblemKind.IMPOSSIBLE_DOSE, about=drug.key,
        texts={
            "nl": f"{drug.label['nl']}: {amount.replace('.', ',')} {drug.unit} per dag is boven het maximum.",
            "en": f"{drug.label['en']}: {amount} {drug.unit} a day is above the maximum.",
        },
    )  # fmt: skip


def _state(uses: list[ClassUse], at: datetime) -> ClassState:
    current = tuple(use for use in uses if use.until is None or use.until > at)
    ended = [use for use in uses if use.until is not None and use.until <= at]
    last = max(ended, key=lambda use: (use.until, use.since)) if ended else None
    return ClassState(current, _since(current[-1], uses) if current else None, last)


def _since(use: ClassUse, uses: list[ClassUse]) -> datetime:
    """When the present dose really began: a repeat prescription of the same dose is not a step."""
    since = use.since
    for earlier in sorted(uses, key=lambda each: each.since, reverse=True):
        same = earlier.drug == use.drug and earlier.dose == use.dose
        if same and earlier.since < since and earlier.until is not None and earlier.until >= since:
            since = earlier.since
    return since


def _furosemide(classes: Mapping[str, ClassState]) -> Decimal | None:
    total = Decimal(0)
    for state in classes.values():
        for use in state.current:
            if use.drug is None or use.drug.furosemide_equivalent is None:
                if use.drug_class == "loop_diuretic":
                    return None
                continue
            if use.dose is None:
                return None
            total += use.dose.daily * use.drug.furosemide_equivalent
    return total


def _not_in_protocol(atc: str, name: str) -> Problem:
    return Problem(
        kind=ProblemKind.NOT_IN_PROTOCOL, about=atc,
        texts={
            "nl": f"{name} staat niet met een dosis in het protocol: telt mee voor de klasse, geen stap voorgesteld.",
            "en": f"{name} has no dose in the protocol: it counts for its class, no step is proposed.",
        },
    )  # fmt: skip


def _duplicate(protocol: Protocol, key: str) -> Problem:
    title = protocol.drug_class[key].title
    return Problem(
        kind=ProblemKind.DUPLICATE, about=key,
        texts={
            "nl": f"{title['nl']}: er staan twee middelen uit deze klasse op de lijst.",
            "en": f"{title['en']}: two drugs of this class are on the list.",
        },
    )  # fmt: skip
