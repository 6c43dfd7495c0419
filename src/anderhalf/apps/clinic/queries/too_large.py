"""A start above the starting dose, and a raise by more than one step or too soon: what the protocol says about the
dose that is typed. Only for what is titrated: a diuretic is given by effect, and an anticoagulant has its own table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.core.pathway.titration import Dose, Drug, Proposal, Protocol
from anderhalf.core.pathway.titration.class_facts import interval_days, rapid_step
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.history import ClassUse
from anderhalf.core.pathway.titration.model import UPWARD
from anderhalf.presentation.language import day_label, label_of

from ..titration import words
from ..titration.gather import local

DOSE_CHANGE = "dose_change"
TEMPORARY = "temporary"


def too_large(
    context: Context, row: MedicationAgreement, *, card: Proposal | None, held: bool, at: datetime
) -> Iterator[tuple[str, str]]:
    """In words what the protocol says about the dose of a start or raise, with a short name; nothing when it fits.

    `row` is the agreement as it would be (or as it is corrected), `card` what is proposed about its class, `held`
    whether a card says already that it is not the time for a step. What was in use already is no start.
    """
    protocol = context.protocol
    drug = protocol.drugs.get(row.drug) or protocol.drug_of(row.atc, row.dose)
    if drug is None or not drug.agreed or drug.target is None or drug.start is None or row.dose is None:
        return
    if row.dose_unit not in ("", drug.unit) or row.kind == MedicationAgreement.Kind.REPORTED:
        return
    saved = row.from_at is not None
    if saved and row.replaces_id is None:  # taken again as it was: nobody chose this dose now
        return
    per_day = Decimal(row.times_per_day) / row.every_days if row.times_per_day else None
    wanted = drug.dose(row.dose.normalize() + 0, per_day)
    begins = local(row.from_at if saved else at)
    proposed = card.dose_new if card is not None and card.drug == drug.key and card.kind in UPWARD else None
    uses = [use for use in context.history.uses if use.drug is not None and use.drug.key == drug.key]
    now = _now(uses, begins, corrects=saved)
    if now is None:
        before = [one for one in uses if one.since < begins]
        yield from _start(protocol, drug, wanted, before, proposed, on=begins.date())
    elif now.dose is not None and wanted.daily > now.dose.daily:
        yield from _step(context, drug, wanted, now.dose, proposed)
        yield from () if held else _soon(context, drug, now.dose, _since(uses, now), on=begins.date())


def _now(uses: list[ClassUse], begins: datetime, *, corrects: bool) -> ClassUse | None:
    """The use that is raised; of a correction the one before the row that is corrected."""
    if corrects:
        earlier = [one for one in uses if one.until == begins and one.stop_reason == DOSE_CHANGE]
    else:
        earlier = [one for one in uses if one.until is None or one.until > begins]
    return earlier[-1] if earlier else None


def _since(uses: list[ClassUse], now: ClassUse) -> date:
    """Since when this dose is taken: a repeat of the same dose is no step."""
    since = now.since
    for one in reversed(uses):
        if one.dose == now.dose and one.since < since and one.until is not None and one.until >= since:
            since = one.since
    return since.date()


def _start(
    protocol: Protocol, drug: Drug, wanted: Dose, uses: list[ClassUse], proposed: Dose | None, *, on: date
) -> Iterator[tuple[str, str]]:
    lowest = drug.start or wanted
    highest = drug.start_at_most or lowest
    if proposed is not None:
        # the card chose the low start for this patient, or resumes what was paused shortly
        highest = (
            proposed if proposed == drug.low_start else max(highest, proposed, key=lambda dose: dose.daily)
        )
    elif (paused := _paused(protocol, uses, on=on)) is not None:
        highest = max(highest, paused, key=lambda dose: dose.daily)
    if wanted.daily <= highest.daily:
        return
    lowest = min((lowest, drug.low_start or lowest, highest), key=lambda dose: dose.daily)
    shown = words.dose_label(drug, highest)
    if lowest.daily < highest.daily:
        shown = _("%(low)s tot %(high)s") % {"low": words.dose_label(drug, lowest), "high": shown}
    again = bool(uses)
    text = (
        _(
            "Opnieuw beginnen met %(drug)s: volgens de doseringen van het zorgpad met %(dose)s, niet met %(wanted)s"
        )
        if again
        else _(
            "De startdosis van %(drug)s is volgens de doseringen van het zorgpad %(dose)s, niet %(wanted)s"
        )
    )
    yield (
        _said(text, drug, dose=shown, wanted=words.dose_label(drug, wanted)),
        _("startdosis %(dose)s") % {"dose": shown},
    )


def _paused(protocol: Protocol, uses: list[ClassUse], *, on: date) -> Dose | None:
    """The dose that may be taken up again as it was, after a pause that was short enough; else None."""
    days = protocol.limits.resume_days
    ended = [one for one in uses if one.until is not None and one.dose is not None]
    last = max(ended, key=lambda one: one.until or one.since, default=None)
    if days is None or last is None or last.until is None:
        return None
    short = (on - last.until.date()).days <= days and protocol.stop_kind(last.stop_reason) == TEMPORARY
    return last.dose if short else None


def _step(
    context: Context, drug: Drug, wanted: Dose, now: Dose, proposed: Dose | None
) -> Iterator[tuple[str, str]]:
    weight = context.weight
    following = drug.next_step(now, weight)
    if rapid_step(context, drug.drug_class):
        share = context.protocol.rapid.share_percent
        following = drug.large_step(now, weight, share_percent=share) or following
    steps = [one for one in (following, proposed) if one is not None and one.daily > now.daily]
    if not steps:
        return
    highest = max(steps, key=lambda dose: dose.daily)
    if wanted.daily <= highest.daily:
        return
    shown = words.dose_label(drug, highest)
    text = _(
        "De volgende stap van %(drug)s na %(now)s is volgens de doseringen van het zorgpad %(dose)s, niet %(wanted)s"
    )
    yield (
        _said(
            text,
            drug,
            dose=shown,
            now=words.dose_label(drug, now),
            wanted=words.dose_label(drug, wanted),
        ),
        _("volgende stap %(dose)s") % {"dose": shown},
    )


def _soon(context: Context, drug: Drug, now: Dose, since: date, *, on: date) -> Iterator[tuple[str, str]]:
    days = interval_days(context.protocol, drug, now, rapid=rapid_step(context, drug.drug_class))
    if days is None or (on - since).days >= days:
        return
    text = _("%(drug)s staat sinds %(since)s op %(now)s; de volgende stap kan na %(days)d dagen")
    yield (
        _said(text, drug, since=day_label(since), now=words.dose_label(drug, now), days=days),
        _("stap binnen %(days)d dagen") % {"days": days},
    )


def _said(text: str, drug: Drug, **more: object) -> str:
    said = text % {"drug": words.in_sentence(label_of(drug.label)), **more}
    return _("%(said)s (bron: %(source)s).") % {"said": said[:1].upper() + said[1:], "source": drug.source}
