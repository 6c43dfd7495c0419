"""Blocks for those who treat: what waits for them, most pressing first. Every list is of the own organisation."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it
from django.utils.translation import ngettext

from anderhalf.apps.casefinding import queries as casefinding
from anderhalf.apps.clinic import queries as clinic
from anderhalf.apps.letters import queries as letters
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.letters.states import LetterStatus
from anderhalf.apps.people import queries as people
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record import queries as record
from anderhalf.apps.referrals import queries as referrals
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.states import Status
from anderhalf.apps.supervision import queries as supervision
from anderhalf.presentation.formatting import ago
from anderhalf.presentation.language import day_label, moment_label

from .home_blocks import SHOWN, Block, Row, link

# What the maker of a draft sees: the form in words, and where it is continued; ``True`` when the draft is about a page.
DRAFT_FORMS = {
    "patient_new": (N_("Patiënt inschrijven"), "people:patient_new", False),
    "encounter": (N_("Consult"), "clinic:encounter_new", True),
}


def _late(days: int) -> str:
    return ngettext("%(n)d dag te laat", "%(n)d dagen te laat", days) % {"n": days}


def today(viewer: Viewer, *, at: datetime) -> Block:
    """Who comes today, from the next one on."""
    everybody = clinic.today(viewer, at=at)
    to_come = [one for one in everybody if one.status in ("booked", "arrived")]
    rows = [
        Row(
            title=f"{timezone.localtime(one.slot.starts_at):%H:%M}  {one.patient.full_name}",
            patient=one.patient,
            sub=f"{one.get_kind_display()} · {one.slot.session.professional.full_name}",
            url=link("people:patient", one.patient_id),
            badge=_("aangemeld") if one.status == "arrived" else "",
            tone="info",
        )
        for one in to_come[:SHOWN]
    ]
    return Block(
        key="today",
        title=_("Vandaag op het spreekuur"),
        icon="today",
        rows=rows,
        count=len(to_come),
        empty=_("Er komt vandaag niemand meer."),
        more_url=link("clinic:today"),
        more_label=_("De hele daglijst"),
    )


def _referral_row(referral: Referral, at: datetime, *, from_whom: bool) -> Row:
    late = bool(referral.answer_before and referral.answer_before < at)
    other = referral.requester_organisation.name if from_whom else referral.recipient.name
    since = referral.sent_at if from_whom else referral.status_since
    return Row(
        title=referral.patient.full_name,
        patient=referral.patient,
        sub=f"{referral.get_intent_display()} · {other} · {ago(since, at)}",
        url=link("referrals:referral", referral.pk),
        badge=_("antwoordtijd voorbij") if late else referral.get_status_display(),
        tone="danger" if late else "attention" if referral.status == Status.MORE_INFORMATION else "info",
    )


def triage(viewer: Viewer, *, at: datetime) -> Block:
    """Referrals that wait for a judgement of this centre, most urgent first."""
    waiting = referrals.worklist(viewer, referrals.Filters(status=Status.SENT), at=at)
    return Block(
        key="triage",
        title=_("Verwijzingen te beoordelen"),
        icon="route",
        rows=[_referral_row(one, at, from_whom=True) for one in waiting[:SHOWN]],
        count=waiting.count(),
        empty=_("Alle verwijzingen zijn beoordeeld."),
        more_url=link("referrals:triage"),
        more_label=_("Naar de triage"),
    )


def answers_needed(viewer: Viewer, *, at: datetime) -> Block:
    """Own referrals where the next step is the sender's: information asked, answered, or redirected."""
    turn = [Status.MORE_INFORMATION, Status.ANSWERED, Status.REDIRECTED]
    mine = referrals.sent_list(viewer, referrals.Filters(), at=at).filter(status__in=turn)
    return Block(
        key="answers",
        title=_("Verwijzingen waar u aan zet bent"),
        icon="referrals",
        rows=[_referral_row(one, at, from_whom=False) for one in mine[:SHOWN]],
        count=mine.count(),
        empty=_("Op geen van uw verwijzingen wordt een antwoord van u verwacht."),
        more_url=link("referrals:list"),
        more_label=_("Alle verwijzingen"),
    )


def overdue(viewer: Viewer, *, at: datetime) -> Block:
    """Whatever passed the agreed answer time while it was this side's turn."""
    late = referrals.overdue_referrals(viewer, at=at)
    here = set(viewer.organisation_ids)
    return Block(
        key="overdue",
        title=_("Antwoordtijd voorbij"),
        icon="clock",
        rows=[_referral_row(one, at, from_whom=one.recipient_id in here) for one in late[:SHOWN]],
        count=late.count(),
        calm=True,
    )


def waiting(viewer: Viewer, *, at: datetime) -> Block:
    """Accepted, no first appointment yet; whose term ends first stands first."""
    everybody = clinic.waiting_list(viewer, at=at)
    rows = []
    for one in everybody[:SHOWN]:
        days = ngettext("wacht %(n)d dag", "wacht %(n)d dagen", one.days) % {"n": one.days}
        left = one.days_left
        rows.append(
            Row(
                title=one.episode.patient.full_name,
                patient=one.episode.patient,
                sub=days,
                url=link("clinic:book", one.episode.pk),
                badge=""
                if left is None
                else _late(-left)
                if left < 0
                else _("nog %(n)d dagen") % {"n": left},
                tone="danger" if one.overdue else "info",
            )
        )
    return Block(
        key="waiting",
        title=_("Wacht op een eerste afspraak"),
        icon="clock",
        rows=rows,
        count=len(everybody),
        empty=_("Iedereen die is aangenomen, heeft een afspraak."),
        more_url=link("clinic:waiting"),
        more_label=_("De wachtlijst"),
    )


def due(viewer: Viewer, *, at: datetime) -> Block:
    """A next contact was agreed and nothing is planned."""
    everybody = clinic.due_contacts(viewer, at=at)
    rows = [
        Row(
            title=one.episode.patient.full_name,
            patient=one.episode.patient,
            sub=_("controle afgesproken voor %(day)s") % {"day": day_label(one.on)},
            url=link("clinic:book", one.episode.pk),
            badge=_late(one.days_late) if one.days_late > 0 else "",
            tone="attention",
        )
        for one in everybody[:SHOWN]
    ]
    return Block(
        key="due",
        title=_("Controle nog te plannen"),
        icon="calendar",
        rows=rows,
        count=len(everybody),
        more_url=link("clinic:waiting"),
        more_label=_("Alle controles zonder afspraak"),
        calm=True,
    )


def _letter_row(letter: Letter, at: datetime, *, url_name: str, received: bool) -> Row:
    late = letter.read_before is not None and letter.read_before < at and letter.delivered_at is not None
    other = letter.sender.name if received else letter.recipient.name
    return Row(
        title=letter.patient.full_name,
        patient=letter.patient,
        sub=f"{capfirst(letter.get_kind_display())} · {other} · {ago(letter.delivered_at or letter.drafted_at, at)}",
        url=link(url_name, letter.pk),
        badge=_("leestijd voorbij") if late else "",
        tone="danger",
    )


def unread_letters(viewer: Viewer, *, at: datetime) -> Block:
    """Letters to the own organisation that nobody opened yet."""
    unread = letters.received(viewer, at=at).filter(status=LetterStatus.DELIVERED)
    return Block(
        key="letters",
        title=_("Ongelezen brieven"),
        icon="letter",
        rows=[_letter_row(one, at, url_name="letters:letter", received=True) for one in unread[:SHOWN]],
        count=unread.count(),
        empty=_("Alle brieven zijn gelezen."),
        more_url=link("letters:inbox"),
        more_label=_("Alle brieven"),
    )


def letters_to_sign(viewer: Viewer, *, at: datetime) -> Block:
    """Letters that the own centre began and did not sign, the oldest first."""
    open_ones = letters.drafts(viewer, at=at)
    return Block(
        key="drafts_of_letters",
        title=_("Brieven nog te ondertekenen"),
        icon="letter",
        rows=[_letter_row(one, at, url_name="letters:edit", received=False) for one in open_ones[:SHOWN]],
        count=open_ones.count(),
        more_url=link("letters:inbox"),
        more_label=_("Alle brieven"),
        calm=True,
    )


def unread_elsewhere(viewer: Viewer, *, at: datetime) -> Block:
    """Letters of the own centre that the other side did not read within the agreed time: somebody has to call."""
    here = set(viewer.organisation_ids)
    late = [one for one in letters.overdue(viewer, at=at) if one.sender_id in here]
    return Block(
        key="late_letters",
        title=_("Brieven die niet op tijd zijn gelezen"),
        icon="letter",
        rows=[_letter_row(one, at, url_name="letters:letter", received=False) for one in late[:SHOWN]],
        count=len(late),
        more_url=link("letters:inbox"),
        more_label=_("Alle brieven"),
        calm=True,
    )


def next_meeting(viewer: Viewer, *, at: datetime) -> Block | None:
    """The next supervision meeting of the own centres and what waits for it, urgent first."""
    planned = supervision.planned_meetings(viewer, at=at, limit=1)
    patients = supervision.by_patient(supervision.waiting_cases(viewer, at=at))
    if not planned and not patients:
        return None
    when = moment_label(planned[0].starts_at) if planned else _("nog niet gepland")
    rows = [
        Row(
            title=group[0].patient.full_name,
            patient=group[0].patient,
            sub=f"{group[0].centre.name} · {'; '.join(supervision.asked_in(case) for case in group)}",
            url=link("supervision:case", group[0].pk),
            badge=_("spoed") if any(case.comes_first for case in group) else "",
            tone="danger",
        )
        for group in patients[:SHOWN]
    ]
    return Block(
        key="meeting",
        title=_("Bespreking %(when)s") % {"when": when},
        icon="meeting",
        rows=rows,
        count=len(patients),
        empty=_("Er staat nog niemand op de agenda."),
        more_url=link("supervision:meeting", planned[0].pk) if planned else link("supervision:meetings"),
        more_label=_("Naar de bespreking"),
    )


def tasks(viewer: Viewer, *, at: datetime) -> Block:
    """Open tasks of the own organisation, each patient once."""
    open_tasks = record.tasks_for(viewer=viewer, at=at).exclude(
        kind__in=(clinic.DANGER, referrals.EMERGENCY)
    )  # above; so is a repeated test that is late
    open_tasks = open_tasks.exclude(kind=clinic.REPEAT, due_at__lt=at)
    day = timezone.localdate(at)
    rows = []
    for mine in clinic.tasks_by_patient(open_tasks[:60])[:SHOWN]:
        first = min((task.due_on for task in mine.tasks if task.due_on), default=None)
        late = (day - first).days if first else 0
        said = [
            f"{task.title_shown} · {task.owner.full_name}" if task.owner else task.title_shown
            for task in mine.tasks
        ]
        rows.append(
            Row(
                title=mine.patient.full_name,
                patient=mine.patient,
                sub="\n".join(dict.fromkeys(said)),
                url=link("people:patient", mine.patient.pk),
                badge=_late(late) if late > 0 else day_label(first) if first else "",
                tone="danger" if late > 0 else "neutral",
            )
        )
    return Block(
        key="tasks",
        title=_("Taken"),
        icon="task",
        rows=rows,
        count=open_tasks.values("patient").order_by().distinct().count(),
        empty=_("Er staan geen taken open voor uw organisatie."),
    )


def care_team_patients(viewer: Viewer, *, at: datetime) -> Block:
    """The patients in whose care team one is."""
    page = people.find_patients(viewer, "", at)
    rows = [
        Row(title=one.full_name, patient=one, url=link("people:patient", one.pk))
        for one in page.object_list[:SHOWN]
    ]
    return Block(
        key="patients",
        title=_("Patiënten in uw zorg"),
        icon="patients",
        rows=rows,
        count=page.paginator.count,
        empty=_("U zit in geen enkel zorgteam. Een centrum zet u erbij als dat nodig is."),
        more_url=link("people:patients"),
        more_label=_("Alle patiënten"),
    )


def drafts(viewer: Viewer, *, at: datetime) -> Block:
    """Forms that were begun and not sent."""
    rows = []
    for one in referrals.begun(viewer, at=at)[:SHOWN]:
        saved = _("bewaard %(when)s") % {"when": ago(one.saved_at, at)}
        rows.append(
            Row(
                title=_("Verwijzing: %(name)s") % {"name": one.name or _("nog zonder naam")},
                sub=f"{one.danger} · {saved}" if one.danger else saved,
                url=f"{link('referrals:new')}?{one.address}",
                badge=_("gevaar") if one.danger else "",
                tone="danger",
                numbers=referrals.numbers_on_duty(viewer, one.rank, practice=one.practice, at=at)
                if one.danger
                else (),
            )
        )
    for draft in people.drafts(viewer)[:SHOWN]:
        if draft.form in DRAFT_FORMS:
            label, name, about = DRAFT_FORMS[draft.form]
            url = link(name, draft.about) if about else link(name)
            whose = clinic.name_of_episode(viewer, draft.about, at=at) if about else ""
            saved = _("bewaard %(when)s") % {"when": ago(draft.saved_at, at)}
            rows.append(Row(title=f"{_(label)}: {whose}" if whose else _(label), sub=saved, url=url))
    return Block(key="drafts", title=_("Uw concepten"), icon="edit", rows=rows, count=len(rows), calm=True)


def found_people(viewer: Viewer, *, at: datetime) -> Block | None:
    """The practice's own worklists from its last extract, with how many nobody has looked at."""
    search, waiting = casefinding.to_do_count(viewer)
    if search is None:
        return None
    rows = [
        Row(
            title=str(count.listed.title),
            sub=ngettext("%(n)d nog te bekijken", "%(n)d nog te bekijken", count.unseen)
            % {"n": count.unseen},
            url=link("casefinding:list", count.listed.slug),
            badge=_("nu") if count.listed.key == "urgent" else "",
            tone="danger",
        )
        for count in casefinding.counts_of(viewer, search)
        if count.unseen
    ]
    return Block(
        key="found",
        title=_("Opgespoord in uw praktijk"),
        icon="search",
        rows=rows[:SHOWN],
        count=waiting,
        empty=_("Iedereen op de lijsten is bekeken."),
        more_url=link("casefinding:overview"),
        more_label=_("Alle werklijsten"),
        calm=True,
    )
