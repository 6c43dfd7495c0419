"""The life of one invented patient in the service, told as a generator: it yields the moment of its next step.

Every step goes through the same actions that the screens use, by the person who would do it, so that the access
rules, states, rules of the agreement and audit lines are all real. ``schedule`` runs many stories in order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from anderhalf.apps.clinic import actions as clinic
from anderhalf.apps.clinic import queries as clinic_queries
from anderhalf.apps.clinic.models import Outcome
from anderhalf.apps.insight import actions as insight
from anderhalf.apps.insight.links import token_of
from anderhalf.apps.letters import actions as letters
from anderhalf.apps.letters.models import Letter
from anderhalf.apps.letters.states import LetterStatus
from anderhalf.apps.people import actions as people
from anderhalf.apps.people.models import Patient
from anderhalf.apps.referrals import actions as referrals
from anderhalf.apps.referrals.models import Referral
from anderhalf.apps.referrals.states import Status

from .cases import Body, Case, at_moment, first_line_case, number, second_line_case
from .cast import Cast, invent
from .medication import prescribe

Step = Iterator[datetime]
TOPICS = ("explanation", "medication", "weight", "self_monitoring", "diet", "fluids", "activity")
NORMAL_LVEF = 55
"""From here on the echo of who was sent with a suspicion is told as normal, and no heart failure is found."""


@dataclass
class Plan:
    """What is to happen to one patient. Without ``outcome`` the story stops in care, where ``until`` says."""

    first_seen: datetime
    practice: str = "praktijk_de_linde"
    referrer: str = "poh"
    centre: str = "anderhalf_oost"
    triager: str = "vs"
    practitioner: str = "vs"
    from_first_line: bool = True
    kind: str = "suspected"
    visits: int = 2
    outcome: str = ""
    until: str = "closed"  # sent, accepted, booked, seen, closed
    mark: int | None = None
    days_waiting: int = 14
    overrule: str = ""  # "", referrer, triage
    read_letter: bool = True
    patient: Patient | None = None
    episode: UUID | None = None
    referral: UUID | None = None
    extra: dict[str, str] = field(default_factory=dict)


GP_OF = {
    "praktijk_de_linde": "huisarts",
    "praktijk_de_sluis": "huisarts.sluis",
    "praktijk_molenzicht": "huisarts.molenzicht",
    "praktijk_het_veer": "huisarts.veer",
    "praktijk_westerhof": "huisarts.westerhof",
    "praktijk_de_duinen": "huisarts.duinen",
}


def _insurer(cast: Cast) -> str:
    return cast.random.choice(("verzekeraar_noord", "verzekeraar_noord", "verzekeraar_zuid"))


def _registered(cast: Cast, plan: Plan, at: datetime) -> Patient:
    person = invent(cast, on=at.date())
    return people.register_patient(
        by=cast.viewer(plan.referrer, at),
        at=at,
        bsn=person.bsn,
        birth_date=person.birth_date,
        sex=person.sex,
        initials=person.initials,
        given_name=person.given_name,
        prefix=person.prefix,
        family_name=person.family_name,
        practice=cast.organisation(plan.practice),
        gp=cast.users[GP_OF[plan.practice]].professional,
        insurer=cast.organisation(_insurer(cast)),
    )


def _case(plan: Plan, body: Body, at: datetime) -> Case:
    if plan.from_first_line:
        return first_line_case(body, kind=plan.kind)
    days = 6 if plan.kind == "after_admission" else None
    return second_line_case(body, admitted_days_ago=days, at=at)


def _send(cast: Cast, plan: Plan, body: Body, at: datetime) -> None:
    plan.patient = plan.patient or _registered(cast, plan, at - timedelta(minutes=6))
    case = _case(plan, body, at)
    values = case.values
    if plan.patient.sex == "male":
        values.pop("pregnant", None)
    if plan.overrule == "referrer":
        values["new_angina"] = True  # the agreement says: second line; the referrer knows better
    sent = referrals.send(
        by=cast.viewer(plan.referrer, at),
        at=at,
        patient=plan.patient.pk,
        content=case.content,
        items=at_moment(values, at - timedelta(minutes=20)),
        direction=case.direction,
        chosen_line="intermediate" if plan.overrule == "referrer" else None,
        because="Telefonisch overlegd met de cardioloog: eerst beoordeling in de anderhalve lijn."
        if plan.overrule == "referrer"
        else "",
    )
    plan.referral = sent.pk


def _accept(cast: Cast, plan: Plan, at: datetime) -> None:
    assert plan.referral is not None
    accepted = referrals.accept(
        by=cast.viewer(plan.triager, at),
        at=at,
        referral=plan.referral,
        because="Past volgens mij in de anderhalve lijn." if plan.overrule else "",
    )
    accepted.refresh_from_db()
    plan.episode = accepted.episode


def _book(cast: Cast, plan: Plan, *, at: datetime, from_day: datetime) -> tuple[UUID, datetime]:
    by = cast.viewer(plan.practitioner, at)
    centre = cast.organisation(plan.centre).pk
    free = clinic_queries.free_slots(by, centre=centre, at=at, kind="visit", first=from_day.date(), limit=1)
    slot = free[0]
    assert plan.episode is not None
    appointment = clinic.book(by=by, at=at, slot=slot.pk, episode=plan.episode, kind="visit")
    return appointment.pk, slot.starts_at


def _encounter(cast: Cast, plan: Plan, body: Body, *, visit: int, appointment: UUID, at: datetime) -> None:
    assert plan.episode is not None
    values = {**body.vital_signs(), **body.laboratory(), "congestion": False, "weight_stable": True}
    if visit == 0:
        normal = plan.kind == "suspected" and body.lvef >= NORMAL_LVEF
        values |= {
            "lvef": number(body.lvef),
            "echo_done": True,
            "echo_structural_abnormality": not normal,
            "heart_failure_known": not normal,
            "ecg_result": "normal" if normal else "abnormal",
            "nsaid": False,  # whoever still used one was told to stop at triage
        }
    else:
        values["nt_probnp"] = number(max(90, body.nt_probnp))
    if not plan.outcome:
        # who is still in care gets titration proposals, and those ask more
        values |= {"hypotension_symptoms": False, "dehydration": False, "acute_illness": False}
        values |= {"beta_blocker_complaints": "none"}
        if visit == 0:
            values |= {"dialysis": False, "pregnant": False, "palliative_phase": False, "diabetes": False}
            values |= {"frailty": "none"}
    last = visit == plan.visits - 1
    if last and plan.outcome == Outcome.Kind.RETURNED:
        values |= {"therapy_status": "max_tolerated", "advanced_hf_sign": False}
    if last and plan.outcome == Outcome.Kind.FORWARDED:
        values |= {"advanced_hf_sign": True}
    words = ("I", "I", "II", "III", "IV")[body.nyha]
    encounter = clinic.record_encounter(
        by=cast.viewer(plan.practitioner, at),
        at=at,
        episode=plan.episode,
        appointment=appointment,
        happened_at=at - timedelta(minutes=25),
        text=clinic.EncounterText(
            complaints="Kortademig bij inspanning, geen pijn op de borst."
            if visit == 0
            else "Gaat beter, minder moe.",
            examination="Geen oedeem, longen schoon." if visit else "Licht enkeloedeem beiderzijds.",
            ecg_findings="Sinusritme, geen nieuwe afwijkingen."
            if body.rhythm == "sinus"
            else "Atriumfibrilleren.",
            echo_findings=f"LVEF {body.lvef}%." if visit == 0 else "",
            conclusion=f"Hartfalen, NYHA {words}."
            if body.lvef < NORMAL_LVEF
            else f"NYHA {words}, echo zonder duidelijke oorzaak.",
            plan="We bouwen uw medicijnen stap voor stap op. Weeg u elke dag. Bel bij meer dan 2 kg erbij in 3 dagen.",
        ),
        observations=at_moment(values, at - timedelta(minutes=20)),
        education=[clinic.Taught(topic=topic, teach_back=True) for topic in TOPICS[visit * 2 : visit * 2 + 2]]
        + ([clinic.Taught(topic="self_monitoring", teach_back=True)] if last else []),
        next_contact_on=None if last and plan.outcome else (at + timedelta(days=21)).date(),
        next_contact_kind="" if last and plan.outcome else "visit",
    )
    if body.lvef < 50 or visit == 0:
        prescribe(encounter, by=cast.viewer(plan.practitioner, at), kind=plan.kind, at=at, visit=visit)


def _answer_danger(cast: Cast, plan: Plan, *, at: datetime) -> None:
    """Nobody's care ends while a danger stands open; which values somebody drew decides whether one does."""
    assert plan.patient is not None
    by = cast.viewer(plan.practitioner, at)
    if found := clinic_queries.danger_of(plan.patient, by.network, at=at):
        clinic.answer_danger(
            by=by, at=at, patient=plan.patient.pk, bases=[one.basis for one in found.signs],
            steps=["called_cardiologist"], called="dienstdoende cardioloog", called_at=at,
        )  # fmt: skip


def _close(cast: Cast, plan: Plan, at: datetime) -> None:
    _answer_danger(cast, plan, at=at)
    returned = plan.outcome == Outcome.Kind.RETURNED
    letters.close_care(
        by=cast.viewer(plan.practitioner, at),
        at=at,
        episode=plan.episode,
        outcome=plan.outcome,
        reason={
            Outcome.Kind.FORWARDED: "Verdere diagnostiek en behandeling in het ziekenhuis nodig.",
            Outcome.Kind.UNDER_CONTROL: "Medicatie wordt nog opgebouwd.",
        }.get(plan.outcome, "Stabiel, behandeling is ingesteld."),
        plan="Controle bij POH elke 3 maanden." if returned else "Voortzetten.",
        targets="Bovendruk 100-130 mmHg, pols 55-70, kalium 4,0-5,0 mmol/l." if returned else "",
        alarm_limits="Meer dan 2 kg erbij in 3 dagen, of meer benauwd." if returned else "",
        refer_again_when="Toename van klachten, kalium boven 5,5 of eGFR onder 30." if returned else "",
        next_contact_on=(at + timedelta(days=84)).date()
        if plan.outcome == Outcome.Kind.UNDER_CONTROL
        else None,
    )


CONTROL_EVERY = timedelta(days=175)


def _controls(cast: Cast, plan: Plan, body: Body, *, after: datetime, now: datetime) -> Step:
    """Who stays under control is heard about twice a year; the demonstration tells the last year of that."""
    assert plan.episode is not None
    due = after + CONTROL_EVERY
    while due + timedelta(days=365) < now:
        due += CONTROL_EVERY
    while due < now:
        yield due
        clinic.record_encounter(
            by=cast.viewer(plan.practitioner, due),
            at=due,
            episode=plan.episode,
            kind="phone",
            text=clinic.EncounterText(
                complaints="Gaat goed, gewicht stabiel.", conclusion="Stabiel.", plan="Voortzetten."
            ),
            observations=at_moment({**body.vital_signs(), **body.laboratory()}, due - timedelta(days=2)),
            next_contact_on=(due + timedelta(days=175)).date(),
            next_contact_kind="phone",
        )
        due += CONTROL_EVERY


def _read_letters(cast: Cast, plan: Plan, *, at: datetime) -> None:
    """Practice and hospital read what was delivered about this patient."""
    for letter in Letter.objects.filter(episode=plan.episode, status=LetterStatus.DELIVERED).select_related(
        "recipient"
    ):
        reader = "cardioloog" if letter.recipient.key == "ziekenhuis" else GP_OF[plan.practice]
        letters.mark_read(by=cast.viewer(reader, at), at=at, letter=letter.pk)


def _seen_in_hospital(cast: Cast, plan: Plan, *, at: datetime) -> None:
    """The cardiologist takes the forwarded patient on, sees them and finishes the referral."""
    by = cast.viewer("cardioloog", at)
    for referral in Referral.objects.filter(follows=plan.referral, status=Status.SENT):
        referrals.accept(by=by, at=at, referral=referral.pk)
        referrals.mark_seen(by=by, at=at, referral=referral.pk)
        referrals.close(by=by, at=at, referral=referral.pk, because="in behandeling bij de cardioloog")


def body_of(cast: Cast, plan: Plan) -> Body:
    """The body that is told about: a quarter of those with a suspicion who return turn out to have no heart failure."""
    body = Body.invent(cast.random)
    if plan.outcome == Outcome.Kind.RETURNED and plan.kind == "suspected":
        if cast.random.random() < 0.25:
            body.lvef = 58
        if body.lvef >= NORMAL_LVEF:
            body.nt_probnp = 160  # no heart failure after all: a higher one is discussed, not sent back
    return body


def story(cast: Cast, plan: Plan, *, now: datetime) -> Step:
    """Referral, triage, visits, closing, letter read, mark given: as far as ``plan`` goes and time has come."""
    body = body_of(cast, plan)
    sent_at = plan.first_seen - timedelta(days=plan.days_waiting)
    yield sent_at
    _send(cast, plan, body, sent_at)
    if plan.until == "sent":
        return
    moment = sent_at + timedelta(hours=cast.random.choice((3, 20, 26, 44)))
    yield moment
    _accept(cast, plan, moment)
    if plan.until == "accepted":
        return
    wish = plan.first_seen
    for visit in range(plan.visits):
        appointment, starts = _book(cast, plan, at=moment + timedelta(minutes=4), from_day=max(wish, moment))
        if starts + timedelta(minutes=30) > now:
            return
        moment = starts + timedelta(minutes=28)
        yield moment
        _encounter(cast, plan, body, visit=visit, appointment=appointment, at=moment)
        if visit == 0 and not plan.outcome and plan.episode is not None:
            clinic.ask_tolerances(by=cast.viewer(plan.practitioner, moment), at=moment, episode=plan.episode)
        body.improve()
        wish = moment + timedelta(days=cast.random.choice((14, 21, 28)))
    if not plan.outcome:
        return
    moment += timedelta(minutes=25)
    yield moment
    _close(cast, plan, moment)
    yield from _afterwards(cast, plan, body, moment=moment, now=now)


def _afterwards(cast: Cast, plan: Plan, body: Body, *, moment: datetime, now: datetime) -> Step:
    """What follows on the end of care: letters read, the hospital, controls, and the patient's mark."""
    if plan.read_letter:
        read_at = moment + timedelta(days=cast.random.choice((1, 1, 2, 3)), hours=1)
        yield read_at
        _read_letters(cast, plan, at=read_at)
        if plan.outcome == Outcome.Kind.FORWARDED:
            yield read_at + timedelta(days=9)
            _seen_in_hospital(cast, plan, at=read_at + timedelta(days=9))
    if plan.outcome == Outcome.Kind.UNDER_CONTROL:
        yield from _controls(cast, plan, body, after=moment, now=now)
        return
    if plan.mark is not None:
        invited_at = moment + timedelta(days=1, hours=2)
        yield max(invited_at, moment)
        invitation = insight.invite(
            by=cast.viewer(plan.practitioner, invited_at), at=invited_at, episode=plan.episode
        )
        answered_at = invited_at + timedelta(days=cast.random.randint(1, 9))
        yield answered_at
        agreed = ("mostly", "fully", "fully") if plan.mark >= 8 else ("little", "mostly", "mostly")
        insight.answer(
            at=answered_at,
            token=token_of(invitation.pk),
            mark=plan.mark,
            answers=dict(zip(("listened", "understood_plan", "worked_together"), agreed, strict=True)),
            text=cast.random.choice(
                ("", "", "", "Fijn dat het dichtbij is.", "Duidelijke uitleg, alle tijd genomen.")
            ),
        )
