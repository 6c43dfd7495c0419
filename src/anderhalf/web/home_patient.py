"""Blocks of the patient's own overview, in plain words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.clinic.home_words import is_of_another
from anderhalf.apps.clinic.queries.own import coming_appointments
from anderhalf.apps.letters import queries as letters
from anderhalf.apps.people.access import Right, check_access
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import queries as record
from anderhalf.presentation.language import day_label, language, moment_label

from .home_blocks import SHOWN, Block, Row, link

HOME_FACTS = ("weight", "systolic_bp", "diastolic_bp", "heart_rate", "potassium", "egfr", "nt_probnp")


def next_appointment(viewer: Viewer, *, at: datetime) -> Block:
    """When, where, with whom."""
    rows = [
        Row(
            title=moment_label(one.slot.starts_at),
            sub=" · ".join(
                part
                for part in (
                    one.get_kind_display(),
                    one.slot.session.professional.full_name,
                    one.slot.session.centre.name,
                    one.slot.session.centre.address,
                )
                if part
            ),
        )
        for one in coming_appointments(viewer, viewer.patient_ids[0], at=at)[:SHOWN]
    ]
    return Block(
        key="appointments",
        title=_("Afspraken van uw naaste") if is_of_another() else _("Uw afspraken"),
        icon="calendar",
        rows=rows,
        count=len(rows),
        empty=_("Er is nu geen afspraak. Het centrum belt voor een nieuwe afspraak.")
        if is_of_another()
        else _("U hebt nu geen afspraak. Het centrum belt u voor een nieuwe afspraak."),
    )


def my_letters(viewer: Viewer, *, at: datetime) -> Block:
    """Letters that were written about the patient and sent."""
    found = letters.letters_of(viewer, viewer.patient_ids[0], at=at)
    rows = [
        Row(
            title=letter.subject,
            sub=_("van %(sender)s aan %(recipient)s, %(day)s")
            % {
                "sender": letter.sender.name,
                "recipient": letter.recipient.name,
                "day": day_label(letter.delivered_at),
            },
            url=link("letters:letter", letter.pk),
        )
        for letter in found[:SHOWN]
    ]
    return Block(
        key="letters",
        title=_("Brieven over uw naaste") if is_of_another() else _("Brieven over u"),
        icon="letter",
        rows=rows,
        count=len(found),
        empty=_("Er is nog geen brief verstuurd.")
        if is_of_another()
        else _("Er is nog geen brief over u verstuurd."),
    )


def my_medication(viewer: Viewer, *, at: datetime) -> Block:
    """What the patient takes now, in the words of the agreement."""
    patient = viewer.patient_ids[0]
    check_access(viewer, Right.VIEW_PLAN, patient=patient, at=at)
    current = record.current_medication(patient, at=at)
    rows = [
        Row(
            title=row.drug_name,
            # why it was agreed is written for professionals; the patient reads how to take it
            sub=" · ".join(part for part in (clinic.plain_dose(row), row.instructions) if part),
            badge=row.get_kind_display() if row.kind == "pause" else "",
            tone="attention",
        )
        for row in current
    ]
    return Block(
        key="medication",
        title=_("Medicijnen van uw naaste voor het hart")
        if is_of_another()
        else _("Uw medicijnen voor het hart"),
        icon="medication",
        rows=rows,
        count=len(rows),
        empty=_("Het centrum heeft nog geen medicijnen opgeschreven."),
    )


def my_measurements(viewer: Viewer, *, at: datetime) -> Block:
    """The latest value of a handful of facts, with their date."""
    patient = viewer.patient_ids[0]
    episode = clinic.shown_episode_of(viewer, patient, at=at)
    rows: list[Row] = []
    if episode is not None:
        pathway = clinic.pathway_of(episode, on=timezone.localdate(at))
        rows = [
            Row(
                title=f"{one.label}: {one.text} {one.unit}".strip(),
                sub=_("gemeten op %(day)s") % {"day": day_label(one.on)},
            )
            for one in clinic.latest_values(
                patient, pathway, on=timezone.localdate(at), names=HOME_FACTS, plainly=True
            )
        ]
    return Block(
        key="measurements",
        title=_("Laatste metingen van uw naaste") if is_of_another() else _("Uw laatste metingen"),
        icon="measurement",
        rows=rows,
        count=len(rows),
        more_url=link("clinic:home_measurement", patient) if episode is not None else "",
        more_label=_("Meting invoeren"),
        calm=episode is None,
        empty=_("Er is nog geen meting ingevoerd.")
        if is_of_another()
        else _("U hebt nog geen meting ingevoerd."),
    )


def my_plan(viewer: Viewer, *, at: datetime) -> Block:
    """What was agreed: the running plan, or the plan that went along to the GP."""
    patient = viewer.patient_ids[0]
    episode = clinic.shown_episode_of(viewer, patient, at=at)
    rows: list[Row] = []
    if episode is not None:
        for outcome in clinic.outcomes_of(viewer, episode, at=at)[:1]:
            parts = (
                (_("Wat we hebben afgesproken"), outcome.plan),
                (_("Waar we naartoe werken"), outcome.targets),
                (
                    _("Wanneer u of uw naaste moet bellen")
                    if is_of_another()
                    else _("Wanneer u moet bellen"),
                    outcome.alarm_limits,
                ),
            )
            rows += [Row(title=title, sub=text) for title, text in parts if text]
        if not rows and episode.plan:
            rows.append(Row(title=_("Wat we hebben afgesproken"), sub=episode.plan))
        if rows and language() != "nl":  # the care team writes Dutch
            rows.append(Row(title=_("Deze tekst is in het Nederlands geschreven."), sub=""))
    return Block(
        key="plan", title=_("Plan van uw naaste") if is_of_another() else _("Uw plan"),
        icon="heart", rows=rows, count=len(rows), calm=True,
        more_url=link("clinic:plan", patient), more_label=_("Het hele plan") if is_of_another() else _("Uw hele plan"),
    )  # fmt: skip
