"""From the medication list to where each class stands now: drug, dose, since when, and how it ended before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
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
    lowered: datetime | None = None
    """When the present dose began, if that was a step down."""

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
    """potassium_binder, nitrate, …: whether such a drug is used now."""
    codes: Mapping[str, datetime]
    """Every ATC code in use, and since when (the latest beginning)."""
    unbroken: Mapping[str, datetime]
    """Every ATC code in use, and since when without a gap that counts: a repeat prescription is no beginning."""
    began: datetime | None
    """When the present treatment with classes that need laboratory began."""
    ras_began: datetime | None
    """When that with an ACE inhibitor, ARB or ARNI began; a pause of one is no end."""
    last_stop: datetime | None
    """The last pause or stop after which new values are asked before a step up."""
    hyperkalaemia_stop: datetime | None
    """The last stop because of potassium."""
    furosemide_equivalent: Decimal | None
    """Total a day in mg furosemide; None when a loop diuretic has no known dose."""
    problems: tuple[Problem, ...] = field(default=())

    @property
    def doubled(self) -> frozenset[str]:
        """The classes of which one drug too many is used: two of one class, or two RAS inhibitors."""
        ras = [key for key in RAS if self.classes[key].on_drug]
        return frozenset(key for key, state in self.classes.items() if state.duplicate) | frozenset(
            ras if len(ras) > 1 else ()
        )


RAS = ("ace_inhibitor", "arb", "arni")
_EMPTY = ClassState((), None, None)
NOON = time(12)
HYPERKALAEMIA = "hyperkalaemia"
"""The code of [stop_reasons] for a stop because of potassium."""


def last_intake(ended: datetime) -> datetime:
    """The latest moment at which a drug that ended may have been taken.

    Noon stands for a day of which nobody knows the hour (a contact of an earlier day): then it is the end of that day,
    for a wash-out is counted from the last tablet.
    """
    return ended.replace(hour=23, minute=59) if ended.time() == NOON else ended


def read_history(protocol: Protocol, patient: Patient, *, at: datetime) -> History:
    """Read the medication list at a moment. Uses that begin later are ignored: they are plans."""
    uses: list[ClassUse] = []
    problems: list[Problem] = []
    related = dict.fromkeys(protocol.related, False)
    codes: dict[str, datetime] = {}
    gap = timedelta(days=protocol.limits.settled_gap_days)
    runs: dict[str, tuple[datetime, datetime | None]] = {}
    for use in sorted(patient.medication, key=lambda use: use.since):
        if use.since > at:
            continue
        runs[use.atc] = _run_on(runs.get(use.atc), use, gap)
        if use.until is None or use.until > at:
            codes[use.atc] = use.since
            for group in protocol.related_to(use.atc):
                related[group] = True
        uses.extend(_read(protocol, use, problems))
    classes = {}
    for key in protocol.drug_class:
        of_class = [use for use in uses if use.drug_class == key]
        classes[key] = _state(of_class, at) if of_class else _EMPTY
        if classes[key].duplicate:
            problems.append(_duplicate(protocol, key))
    stopped = [state.last for state in classes.values() if not state.on_drug and state.last is not None]
    return History(
        classes=classes, uses=tuple(uses), related=related, codes=codes,
        unbroken={code: runs[code][0] for code in codes},
        began=_began(protocol, uses, classes, [key for key in classes if protocol.drug_class[key].needs_laboratory]),
        ras_began=_began(protocol, uses, classes, RAS, at=at),
        last_stop=_latest_end(use for use in stopped if asks_newer(protocol, use)),
        hyperkalaemia_stop=_latest_end(use for use in stopped if use.stop_reason == HYPERKALAEMIA),
        furosemide_equivalent=_furosemide(classes), problems=tuple(problems),
    )  # fmt: skip


def _run_on(
    run: tuple[datetime, datetime | None] | None, use: DrugUse, gap: timedelta
) -> tuple[datetime, datetime | None]:
    """Beginning and end (None: none) of the run of uses of one code, with the use that began last added to it."""
    if run is None or (run[1] is not None and run[1] + gap < use.since):
        return use.since, use.until
    ends = (run[1], use.until)
    return run[0], None if None in ends else max(end for end in ends if end is not None)


def asks_newer(protocol: Protocol, use: ClassUse) -> bool:
    """Whether the reason for which a use ended asks new values before anything goes up."""
    reasons = protocol.stop_reasons
    return reasons.get(use.stop_reason or "unknown", reasons["unknown"]).get("newer") == "yes"


def _latest_end(uses: Iterable[ClassUse]) -> datetime | None:
    return max((use.until for use in uses if use.until is not None), default=None)


def _began(
    protocol: Protocol, uses: Sequence[ClassUse], classes: Mapping[str, ClassState], keys: Sequence[str], *,
    at: datetime | None = None,
) -> datetime | None:  # fmt: skip
    """The beginning of the chain of uses of some classes, pauses left out, that leads to what is used now.

    With `at` also to a pause that goes on at that moment.
    """
    now = [use.since for key in keys for use in classes[key].current]
    if not now and at is None:
        return None
    began, gap = min(now, default=at), timedelta(days=protocol.limits.kidney_gap_days)
    mine = [use for use in uses if use.drug_class in keys and use.until is not None]
    for use in sorted(mine, key=_end, reverse=True):
        if began is not None and use.since < began and _end(use) >= began - gap:
            began = use.since
    return None if not now and began == at else began


def _end(use: ClassUse) -> datetime:
    return use.until if use.until is not None else use.since


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
    known = protocol.drug_of(use.atc, use.dose)
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
    if drug.only_per_day is not None and use.per_day not in (None, drug.only_per_day):
        problems.append(_which_salt(drug))
        return None
    dose = drug.dose(use.dose, use.per_day)
    top = drug.heavy_target or drug.maximum
    if top is not None and dose.daily > top.daily:
        problems.append(_above_maximum(drug, dose))
    return dose


def _which_salt(drug: Drug) -> Problem:
    return Problem(
        kind=ProblemKind.WHICH_SALT, about=drug.key,
        texts={lang: f"{drug.label[lang]}: {drug.only_per_day_note[lang]}." for lang in ("nl", "en")},
    )  # fmt: skip


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
    since = _since(current[-1], uses) if current else None
    lowered = since if since is not None and _was_lowered(current[-1], since, ended) else None
    return ClassState(current, since, last, lowered)


def _was_lowered(use: ClassUse, since: datetime, ended: Sequence[ClassUse]) -> bool:
    """Whether the same drug was taken in a higher dose until the day on which the present dose began."""
    return use.dose is not None and any(
        before.drug == use.drug and before.dose is not None and before.dose.daily > use.dose.daily
        and before.until is not None and before.until.date() == since.date()
        for before in ended
    )  # fmt: skip


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
