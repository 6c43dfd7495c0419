"""The proposed text under each heading of a letter: short, complete, with dates and reasons."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from anderhalf.apps.clinic.models import Appointment
from anderhalf.apps.clinic.queries import alarm_texts, choice_lines
from anderhalf.apps.clinic.titration.gather import classes_of, protocol_of
from anderhalf.apps.people.models import Alert
from anderhalf.apps.record.models import Task
from anderhalf.apps.referrals.models import Referral
from anderhalf.core.decisions.evaluate import evaluate

from ..models import Letter
from .gathering import Gathered
from .words import (
    at_target,
    below_target,
    bullets,
    change_line,
    day_of,
    every,
    inside,
    joined,
    limit_lines,
    paragraphs,
    sentence,
    values_by_day,
)

ASKED = {
    Referral.Intent.DIAGNOSIS: "voor diagnostiek",
    Referral.Intent.TITRATION: "om de medicatie in te stellen",
    Referral.Intent.FOLLOW_UP: "voor controle",
    Referral.Intent.ADVICE: "voor advies",
}
AFTER_RETURN = "first_line"
"""The line of the follow-up schedule that holds once the patient is back with the practice."""
CONDITIONS = (
    "atrial_fibrillation",
    "hypertension",
    "coronary_disease",
    "diabetes",
    "copd",
    "asthma",
    "stroke_or_tia",
    "vascular_disease",
    "sleep_apnoea",
    "anaemia",
    "dialysis",
    "icd_present",
)
"""Facts of the dictionary that a letter names as other conditions when they are true."""
ENDS = (Letter.Kind.RETURN, Letter.Kind.END)
"""Letters by which the care here ends and the practice is the one to call."""
AT_HOME = ("living_alone", "informal_carer")
MANY = 3
"""So many discussions are told; older ones are in the record."""


def text_of(heading: str, found: Gathered, *, kind: str, plan: str = "") -> str:
    """The proposed text under ``heading``; empty for a heading about which the record says nothing."""
    writers: dict[str, Callable[[], str]] = {
        "answer": lambda: answer(found),
        "diagnosis": lambda: diagnosis(found, kind=kind),
        "policy": lambda: policy(found, kind=kind, plan=plan),
        "treatment": lambda: treatment(found),
        "patient_agreements": lambda: patient_agreements(found),
        "targets": lambda: targets(found),
        "alarm_limits": lambda: alarm_limits(found, kind=kind),
        "refer_again": lambda: refer_again(found),
        "reason": lambda: reason(found, kind=kind),
        "other": lambda: other(found, kind=kind),
    }
    return writers[heading]() if heading in writers else ""


def _known_to_be_true(found: Gathered, names: tuple[str, ...]) -> list[str]:
    """The labels of those facts that are known and true."""
    dictionary, known = found.pathway.facts, found.facts
    true = [name for name in names if name in dictionary and name in known and known[name].value is True]
    return [inside(dictionary[name].label["nl"].removesuffix(" bekend")) for name in true]


def _last(found: Gathered, field: str) -> str:
    """The newest words under a heading of the encounters."""
    return next((getattr(one, field).strip() for one in found.encounters if getattr(one, field).strip()), "")


def answer(found: Gathered) -> str:
    """What was asked, by whom and when, what was done, and what came out."""
    referral = found.referral
    on = day_of(timezone.localdate(referral.sent_at or found.episode.started_at))
    asked = ASKED.get(Referral.Intent(referral.intent), "")
    if referral.requester_organisation_id == found.episode.patient.practice_id:
        opening = f"U verwees deze patiënt op {on} {asked}."
    else:
        opening = f"{referral.requester_organisation.name} verwees deze patiënt op {on} {asked}."
    question = f"Uw vraag: {sentence(referral.reason)}" if referral.reason.strip() else ""
    if question and referral.requester_organisation_id != found.episode.patient.practice_id:
        question = question.replace("Uw vraag", "De vraag", 1)
    seen = ""
    if found.encounters:
        first, last = (timezone.localdate(found.encounters[index].at) for index in (-1, 0))
        times = len(found.encounters)
        visit = found.encounters[0].kind == Appointment.Kind.VISIT
        seen = (
            f"Wij {'zagen' if visit else 'spraken'} de patiënt op {day_of(first)}."
            if times == 1
            else f"Wij hadden {times} contacten, van {day_of(first)} tot {day_of(last)}."
        )
    conclusion = _last(found, "conclusion")
    return paragraphs(f"{opening} {question}".strip(), f"{seen} {sentence(conclusion)}".strip())


def diagnosis(found: Gathered, *, kind: str) -> str:
    """Diagnosis with LVEF, other conditions, the latest values with their dates, and the last conclusion.

    A return has the conclusion in its answer already.
    """
    known = found.facts.get("heart_failure_known")
    line = found.diagnosis
    if not line and known is not None:
        on = f" ({day_of(known.on)})" if known.on else ""
        line = "Hartfalen" if known.value is True else f"Hartfalen niet vastgesteld{on}"
    others = _known_to_be_true(found, CONDITIONS)
    conclusion = "" if kind == Letter.Kind.RETURN else _last(found, "conclusion")
    values = values_by_day(found.latest)
    return paragraphs(
        sentence(line.replace(" · ", ", ")),
        sentence(f"Verder bekend: {joined(others)}") if others else "",
        sentence(conclusion),
        "Laatste waarden:\n" + bullets(values) if values else "",
    )


def _changes(found: Gathered) -> str:
    lines = [change_line(rows, found.pathway) for rows in found.changes]
    return "Wijzigingen in deze periode:\n" + bullets(lines) if lines else ""


def _decisions(found: Gathered) -> str:
    lines = []
    for case in found.decisions[:MANY]:
        who = f" met {case.decided_by.full_name}" if case.decided_by else ""
        day = day_of(timezone.localdate(case.decided_at)) if case.decided_at else ""
        lines.append(f"{day}{who}: {sentence(case.decision)}")
    return "Besproken met de specialist:\n" + bullets(lines) if lines else ""


def _otherwise(found: Gathered) -> str:
    """Where the protocol proposed one thing and the professional did another, and why."""
    protocol = protocol_of(found.pathway)
    lines = [
        f"{day_of(line['on'])}: {inside(line['title'])} {line['text']}"
        + (f", {inside(line['reason']).rstrip('.')}" if line["reason"] else "")
        for line in choice_lines(found.otherwise, protocol)
    ]
    return "Anders gedaan dan het protocol voorstelt:\n" + bullets(lines) if lines else ""


def _to_discuss(found: Gathered) -> str:
    """What is going to be discussed: nothing of it was decided or changed yet."""
    lines = [sentence(case.question) for case in found.to_discuss]
    return (
        "Wordt nog besproken met de specialist, hierin is nog niets besloten:\n" + bullets(lines)
        if lines
        else ""
    )


def _controls(found: Gathered) -> str:
    """What is still to be measured, after a step and without one."""
    return paragraphs(
        _tasks("Nog te controleren na een wijziging:", found.controls, found),
        _tasks("Nog te meten:", found.to_measure, found),
    )


def _tasks(title: str, tasks: list[Task], found: Gathered) -> str:
    lines = []
    for task in tasks:
        parts = [f"uiterlijk {day_of(task.due_on)}" if task.due_on else "", _after_that(task, found)]
        when = "; ".join(part for part in parts if part)
        lines.append(f"{task.title} ({when})" if when else task.title)
    return f"{title}\n" + bullets(lines) if lines else ""


def _after_that(task: Task, found: Gathered) -> str:
    """How the control of a class that is used goes on after this one, as the protocol says."""
    protocol, (kind, _colon, drug_class) = protocol_of(found.pathway), task.about.partition(":")
    if protocol is None or kind != "check":
        return ""
    if not any(drug_class in classes_of(row, protocol) for row in found.medication):
        return ""
    return next((one.then.get("nl", "") for one in protocol.monitoring if drug_class in one.classes), "")


def policy(found: Gathered, *, kind: str, plan: str = "") -> str:
    """The plan of who writes, changes of medication with reasons, where the protocol was not followed, what the
    specialist decided or is asked, what is still to be controlled, and the follow-up schedule. The plan of the contact
    is written for the patient to read: it is quoted as that, after what a colleague needs."""
    for_the_patient = "" if plan else _last(found, "plan") or found.episode.plan
    quoted = (
        f"Zo staat het in het plan van de patiënt: “{sentence(for_the_patient)}”" if for_the_patient else ""
    )
    return paragraphs(
        sentence(plan), _changes(found), _otherwise(found), _decisions(found), _to_discuss(found),
        _controls(found), schedule(found, kind=kind), quoted,
    )  # fmt: skip


def schedule(found: Gathered, *, kind: str) -> str:
    """Who checks what and how often: for a return from the pathway's follow-up schedule, else our next contact."""
    lines = []
    if kind == Letter.Kind.RETURN:
        lines = [
            f"{contact.title['nl']}: {every(contact.every_days)} {_names(contact.measure, found)}"
            for contact in found.pathway.follow_up.contacts
            if contact.id == AFTER_RETURN and contact.every_days
        ]
        lines += [
            f"{test.title['nl']}: {_if_controlled(test.measure, found)}{every(test.every_days)}"
            + ("" if "," in test.title["nl"] else f" {_names(test.measure, found)}")
            for test in found.pathway.follow_up.tests
            if test.every_days
        ]
    elif found.episode.next_contact_on:
        lines.append(f"Volgend contact bij ons: {day_of(found.episode.next_contact_on)}")
    return "Controles:\n" + bullets(lines) if lines else ""


def _if_controlled(measure: tuple[str, ...], found: Gathered) -> str:
    """A yearly test of what is to be controlled sooner comes after that: one letter has one term for it."""
    protocol = protocol_of(found.pathway)
    if protocol is None or not found.controls or not set(measure) & set(protocol.laboratory_facts):
        return ""
    return "na de controles hierboven "


def _names(measure: tuple[str, ...], found: Gathered) -> str:
    """``(bloeddruk, gewicht, kalium)``: the facts to measure, in few words."""
    labels = [found.pathway.facts[name].label["nl"] for name in measure if name in found.pathway.facts]
    short = [inside(label.partition(" (")[0]) for label in labels]
    # labels of parts begin with what they are part of ("Bloeddruk, bovendruk"); a list needs the whole once
    whole = list(dict.fromkeys(label.partition(",")[0] for label in short))
    return f"({', '.join(whole)})" if whole else ""


def treatment(found: Gathered) -> str:
    """What was done so far, besides the medication table."""
    if found.medication:
        return _changes(found) or "Zie de medicatie hierboven."
    return _changes(found) or ("" if found.not_taken_over else "Er is geen medicatie vastgelegd.")


def not_taken_over(found: Gathered) -> str:
    """What the referral lists and the record does not hold: a reader must not take it for not used."""
    if not found.not_taken_over:
        return ""
    lines = "”, “".join(line.rstrip(".") for line in found.not_taken_over)
    return (
        f"De medicatielijst van de verwijzing is nog niet overgenomen; daarin staat: “{lines}”. "
        "Wat de patiënt daarvan gebruikt, is nog niet nagevraagd."
    )


def patient_agreements(found: Gathered) -> str:
    """What the patient was taught and told back."""
    topics = {topic.id: inside(topic.title["nl"]) for topic in found.pathway.education.topics}
    told = [topics.get(one.topic, one.topic) for one in found.education]
    repeated = [topics.get(one.topic, one.topic) for one in found.education if one.teach_back]
    taught = f"Uitgelegd: {joined(told)}." if told else ""
    if repeated:
        taught += f" De patiënt vertelde zelf na: {joined(repeated)}."
    return taught or "Er is niet vastgelegd wat aan de patiënt is uitgelegd."


def targets(found: Gathered) -> str:
    """Weight to keep, and which drugs are under their target dose."""
    lines = []
    by_name = {one.name: one for one in found.latest}
    target, weight = found.facts.get("target_weight"), by_name.get("weight")
    if target is not None:
        lines.append(f"Streefgewicht {target.value:.1f} kg".replace(".", ","))
    elif weight is not None:
        day = f" ({day_of(weight.on)})" if weight.on else ""
        lines.append(f"Laatste gewicht {weight.text} {weight.unit}{day}")
    below = below_target(found.medication, found.pathway)
    if below:
        lines.append(f"Nog niet op streefdosis: {joined(below)}")
    elif at_target(found.medication, found.pathway):
        lines.append("Middelen met een afgesproken streefdosis hebben die bereikt")
    return bullets(lines) or "Geen streefwaarden vastgelegd."


def alarm_limits(found: Gathered, *, kind: str) -> str:
    """When the patient calls whom, and in which ranges the practice asks us: those that the table reacts to."""
    alarms = [
        sentence(text["nl"]) for text in alarm_texts(found.pathway, found.medication, ended=kind in ENDS)
    ]
    limits = limit_lines(found.pathway.table("stable"), found.pathway)
    return paragraphs(
        "In het plan voor de patiënt staat:\n" + bullets(alarms) if alarms else "",
        "De praktijk overlegt met ons bij:\n" + bullets(limits) if limits else "",
    )


def refer_again(found: Gathered) -> str:
    """When the practice sends the patient back, from the pathway's follow-up schedule."""
    return bullets(one.text["nl"] for one in found.pathway.follow_up.refer_again)


def reason(found: Gathered, *, kind: str) -> str:
    """Why the patient goes to the hospital: the rule of the table that says so, and the specialist's decision."""
    if kind != Letter.Kind.FORWARD:
        return ""
    decision = evaluate(found.pathway.table("stable"), found.facts, on=found.day)
    said = ""
    if decision.is_decided and decision.value("advice") in ("forward", "discuss"):
        said = " ".join(rule.why.get("nl", "") for rule in decision.decisive)
    return paragraphs(said, _decisions(found))


def other(found: Gathered, *, kind: str) -> str:
    """Allergies, warnings and treatment limits; discussions where no other heading tells them."""
    lines = safety(found)
    social = _known_to_be_true(found, AT_HOME)
    if social and kind != Letter.Kind.END:
        lines.append(sentence(joined(social)))
    return bullets(lines)


def safety(found: Gathered) -> list[str]:
    """What every letter tells: allergies and what forbids drugs, warnings and treatment limits."""
    titles = {
        Alert.Kind.ALERT: "Let op",
        Alert.Kind.TREATMENT_LIMIT: "Behandelgrenzen",
    }
    told = [f"{titles[Alert.Kind(name)]}: {joined(texts)}" for name, texts in found.alerts.items() if texts]
    return [f"Allergieën en wat niet wordt verdragen: {joined(_register(found))}", *told]


def _register(found: Gathered) -> list[str]:
    """What stands in the register; that nobody asked is said too, and what was taken out with who and why."""
    lines = [
        f"{one.words} (nog te bevestigen)" if one.to_judge else one.words for one in found.register.entries
    ]
    lines += [one.words for one in found.register.conditions]
    past = [
        f"{one.words} ({one.how}{f' {one.at:%d-%m-%Y}' if one.at else ''}, {one.by}: {one.because})"
        for one in found.register.past
    ]
    if past:
        return [*(lines or ["nu geen"]), f"eerder: {joined(past)}"]
    return lines or ["geen bekend" if found.register.state == "none" else "niet nagevraagd"]
