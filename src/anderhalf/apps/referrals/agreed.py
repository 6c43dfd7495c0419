"""What the agreement says about time, place and money around a referral."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import NotPublished, agreement_on, pathway_on
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.calendar import is_working_day
from anderhalf.core.contracts.terms import NoContract, terms_for
from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.presentation.language import language
from anderhalf.presentation.numbers import Number, to_press

from .errors import NotToBeSent
from .models import Referral

if TYPE_CHECKING:
    from anderhalf.content import Agreement

LINE_KINDS = {"intermediate": Organisation.Kind.CENTRE, "second": Organisation.Kind.HOSPITAL}


@dataclass(frozen=True, kw_only=True)
class DeductibleNote:
    """Whether the patient pays from the own risk, and why, in both languages. ``applies`` is None when unknown."""

    applies: bool | None
    texts: dict[str, str]
    insurer: str
    centre: str


def days_of(urgency: str, *, referral: Referral) -> int | None:
    """Within how many days an urgency means to be seen, by the pathway valid when the referral was sent."""
    on = timezone.localdate(referral.sent_at) if referral.sent_at else timezone.localdate()
    try:
        term = pathway_on(referral.network_id, referral.pathway, on=on).urgencies.get(urgency)
    except NotPublished:
        return None
    return term.days if term else None


def answer_before(
    referral: Referral, *, at: datetime, waiting_for_information: bool = False
) -> datetime | None:
    """When the side whose turn it is must have answered, by the agreement: never after the patient must be seen."""
    agreement = agreement_on(referral.network_id, on=timezone.localdate(at))
    days = answer_days(agreement, intent=referral.intent, waiting_for_information=waiting_for_information)
    if days is None:
        return None
    answered = answered_by(agreement, at, days)
    seen = referral.see_before
    return answered if seen is None else min(answered, max(at, _last_moment(agreement, seen, after=at)))


def _last_moment(agreement: Agreement, day: date, *, after: datetime) -> datetime:
    """The last moment up to a day at which somebody of the centres answers; when there is none any more after a moment,
    that day itself."""

    def closing(one: date) -> datetime:
        return datetime.combine(
            one, agreement.urgent.closes or time.max, tzinfo=timezone.localtime(after).tzinfo
        )

    while not is_working_day(day) and closing(day - timedelta(days=1)) > after:
        day -= timedelta(days=1)
    return closing(day)


def answered_by(agreement: Agreement, at: datetime, days: int) -> datetime:
    """``days`` working days later, at an hour at which the centres are there to answer."""
    return agreement.urgent.within_hours(timezone.localtime(after_working_days(at, days)))


def answer_days(agreement: Agreement, *, intent: str, waiting_for_information: bool = False) -> int | None:
    """Working days within which the side whose turn it is must answer; None when the agreement says nothing."""
    key = "more_information" if waiting_for_information else ("advice" if intent == "advice" else "triage")
    term = agreement.answer_times.get(key)
    return term.working_days if term else None


def after_working_days(moment: datetime, days: int) -> datetime:
    """``days`` working days later at the same hour; Saturdays, Sundays and public holidays don't count."""
    later = moment
    while days > 0:
        later += timedelta(days=1)
        if is_working_day(timezone.localdate(later)):
            days -= 1
    return later


def check_recipient(
    recipient: UUID | None, *, line: str, patient: UUID, by: Viewer, at: datetime
) -> Organisation:
    """Who receives a referral to ``line``: the one chosen, or by the agreement the centre (hospital) of the patient's
    practice. Raises ``NotToBeSent`` when there is none, or when the one chosen is not of that line or not open yet."""
    on = timezone.localdate(at)
    if recipient is not None:
        found = receivers(by.network, line, on=on).filter(pk=recipient).first()
        if found is None:
            raise NotToBeSent(_("Deze organisatie ontvangt geen verwijzingen voor deze lijn."))
        return found
    practice = Organisation.objects.get(registered_patients=patient)
    default = default_recipient(by.network, line, practice=practice.key, on=on)
    if default is None:
        raise NotToBeSent(_("De afspraak noemt geen ontvanger voor deze lijn."))
    return default


def receivers(network: str, line: str, *, on: date) -> QuerySet[Organisation]:
    """The organisations that receive referrals to ``line`` on a day."""
    found = Organisation.objects.filter(network=network, kind=LINE_KINDS.get(line, ""))
    return found.exclude(opened_on__gt=on)


def default_recipient(network: str, line: str, *, practice: str, on: date) -> Organisation | None:
    """Where the agreement sends patients of a practice (its key); the first that is open when it names none."""
    agreement = agreement_on(network, on=on)
    found = receivers(network, line, on=on)
    centre = agreement.centre_of(practice, on=on)
    if centre is not None:
        named = found.filter(key=centre.organisation if line == "intermediate" else centre.hospital).first()
        if named is not None:
            return named
    return found.order_by("opened_on", "name").first()


def urgent_phone(network: str, organisation_key: str, *, on: date) -> str:
    """The telephone number for urgent consultation that the agreement gives for an organisation."""
    partner = agreement_on(network, on=on).organisations.get(organisation_key)
    return (partner.phone_urgent or partner.phone) if partner else ""


def phone_at(organisation: Organisation | None, *, on: date) -> str:
    """The same for an organisation; empty without one."""
    return "" if organisation is None else urgent_phone(organisation.network_id, organisation.key, on=on)


def phone_on_duty(network: str, *, practice: str, on: date) -> str:
    """The number of the cardiologist on duty at the hospital of a practice; empty when the agreement gives none."""
    hospital = default_recipient(network, "second", practice=practice, on=on)
    return urgent_phone(network, hospital.key, on=on) if hospital else ""


def numbers_on_duty(
    viewer: Viewer, rank: int, *, practice: Organisation | None, at: datetime
) -> tuple[Number, ...]:
    """The numbers beside a danger of this rank, of a patient of this practice (None: not registered yet)."""
    key = practice.key if practice is not None and practice.kind == Organisation.Kind.PRACTICE else ""
    on_duty = phone_on_duty(viewer.network, practice=key, on=timezone.localdate(at))
    return to_press(call_112=rank == ACTIONS.index("call_112"), cardiologist=on_duty)


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A centre where nobody is now: until when, and who can be called meanwhile."""

    name: str
    opens_at: datetime | None
    numbers: tuple[Number, ...]


def closed_now(centre: Organisation | None, *, practice: str, at: datetime) -> Closed | None:
    """That nobody of this centre is there at a moment; None while it is open, and when the agreement has no hours or
    this is a hospital."""
    if centre is None or centre.kind != Organisation.Kind.CENTRE:
        return None
    on = timezone.localdate(at)
    urgent = agreement_on(centre.network_id, on=on).urgent
    opens_at = urgent.next_opening(timezone.localtime(at))
    if opens_at is None or urgent.is_open(timezone.localtime(at)):
        return None
    on_duty = phone_on_duty(centre.network_id, practice=practice, on=on)
    return Closed(
        name=centre.name, opens_at=opens_at,
        numbers=to_press(call_112=False, cardiologist=on_duty, out_of_hours=urgent.out_of_hours_phone),
    )  # fmt: skip


def deductible_note(
    network: str,
    *,
    insurer: Organisation | None,
    centre: Organisation | None,
    from_hospital: bool,
    advice: bool,
    on: date,
) -> DeductibleNote | None:
    """What the contract of the patient's insurer for this centre says about the own risk; None when one is unknown."""
    if insurer is None or centre is None:
        return None
    agreement = agreement_on(network, on=on)
    place = next((one.id for one in agreement.centres.values() if one.organisation == centre.key), "")
    try:
        terms = terms_for(
            agreement,
            insurer=insurer.key,
            centre=place,
            on=on,
            referral_direction="second" if from_hospital else "first",
            service="advice" if advice else "episode",
        )
    except NoContract as none:
        return DeductibleNote(applies=None, texts=dict(none.texts), insurer=insurer.name, centre=centre.name)
    return DeductibleNote(
        applies=terms.deductible, texts=dict(terms.why), insurer=insurer.name, centre=centre.name
    )


def place_label(agreement: Agreement, organisation: Organisation) -> str:
    """A centre by its short name in the agreement, within a sentence: "centrum Oost"."""
    for centre in agreement.centres.values():
        if centre.organisation == organisation.key:
            title = centre.title[language()]
            return title[:1].lower() + title[1:]
    return organisation.name
