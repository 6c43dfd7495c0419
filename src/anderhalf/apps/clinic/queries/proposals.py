"""Titration advice for a patient in care, as cards: what, why, by which facts, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import pathway_of_decision
from anderhalf.apps.people.access import AccessDenied, Right, check_access
from anderhalf.apps.people.queries import Register, register_of
from anderhalf.apps.people.viewer import Viewer
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.record.queries import current_medication, facts_of
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.decisions.replay import replays
from anderhalf.core.pathway.titration import (
    Advice,
    Patient,
    Proposal,
    ProposalKind,
    Protocol,
    ReplayError,
    advise,
    replay,
)
from anderhalf.core.pathway.titration.model import DOWNWARD
from anderhalf.core.pathway.titration.named_use import NAMED, asks_only_use
from anderhalf.core.pathway.titration.stored import patient_to_dict
from anderhalf.presentation.wording import without_local

from ..models import AdviceChoice, Episode
from ..titration import words
from ..titration.gather import TITRATION, gather, local, protocol_of
from ..titration.named import unplaced, with_codes
from ..titration.register import forbidden_of
from .advice import pathway_of
from .chart import label_of
from .choices import about_of, declined_by_key
from .forbidden import Wanted, hits_of
from .proposal_cards import Card, Proposals

STEPS = frozenset(
    {
        ProposalKind.STOP, ProposalKind.PAUSE, ProposalKind.DECREASE, ProposalKind.SWITCH, ProposalKind.START,
        ProposalKind.INCREASE,
    }
)  # fmt: skip
"""Kinds that change what the patient takes."""
Kind = MedicationAgreement.Kind
ADAPTABLE = STEPS - {ProposalKind.SWITCH}
UPWARD = frozenset({ProposalKind.START, ProposalKind.INCREASE, ProposalKind.SWITCH})
"""Kinds by which the patient takes something new, or more of it."""
ASKED_FOR = STEPS | {ProposalKind.DISCUSS, ProposalKind.NEEDS_DATA}
"""Kinds that ask the professional for something; the others are shown for whoever wants to know."""
TOLD = STEPS | {ProposalKind.DISCUSS}
"""Kinds whose facts are shown."""


def advice_about(episode: Episode, *, at: datetime) -> tuple[Protocol, Patient, Advice] | None:
    """What the engine answers now; None for a pathway without protocol. The caller has checked access."""
    day = timezone.localdate(at)
    protocol = protocol_of(pathway_of(episode, on=day))
    if protocol is None:
        return None
    patient = gather(episode.patient, protocol, on=day)
    return protocol, patient, advise(protocol, patient, on=day, at=local(at))


def basis_of(protocol: Protocol, patient: Patient, proposal: Proposal) -> str:
    """A fingerprint of the facts, the protocol and the proposal: as long as it is the same, so is the advice."""
    dose = proposal.dose_new
    # What was decided about another card changes nothing about this one.
    whole = {
        "patient": patient_to_dict(replace(patient, settled=())),
        "protocol": protocol.texts_hash,
        "proposal": [
            proposal.drug_class, proposal.kind.value, proposal.drug, proposal.rule,
            None if dose is None else [str(dose.amount), str(dose.per_day)],
        ],
    }  # fmt: skip
    return sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]


def proposals(viewer: Viewer, episode: Episode, *, at: datetime) -> Proposals | None:
    """One card per class, most urgent first; None when the pathway has no titration protocol."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=episode.patient_id, at=at)
    answered = advice_about(episode, at=at)
    if answered is None:
        return None
    protocol, patient, advice = answered
    declined = declined_by_key(
        episode,
        {one.drug_class: about_of(protocol, one) for one in advice.proposals if one.kind in ASKED_FOR},
    )
    register = register_of(episode.patient_id)
    running = _running(episode, at=at)
    named = [(row.atc, row.drug_name) for row in running if row.atc]
    cards = [
        replace(
            _card(protocol, patient, one),
            first=words.first_of(one, protocol, named),
            declined=declined.get(one.drug_class),
            **_of_register(episode, protocol, one, register, at=at),
        )
        for one in advice.proposals
    ]
    return Proposals(
        cards=cards,
        problems=[
            *_not_together(episode, patient, protocol, at=at),
            *words.problems_of(advice.problems, protocol),
            *_not_judged(running, on=timezone.localdate(at)),
        ],
        version=advice.version,
        tolerances_asked=register.every_class is not None,
    )


def _not_together(episode: Episode, patient: Patient, protocol: Protocol, *, at: datetime) -> list[str]:
    """Any two drugs of the list that do not go together, of which no class here speaks, and a drug that does not go
    with what is known of the patient."""
    moment = local(at)
    codes = {
        use.atc
        for use in patient.medication
        if use.since <= moment and (use.until is None or use.until > moment)
    }
    on, pairs = timezone.localdate(at), protocol.interactions
    known = facts_of(episode.patient_id, dictionary=pathway_of(episode, on=on).facts, on=on)
    yes = {name for name, given in known.items() if given.value is True}
    found = (*pairs.among(codes), *pairs.with_facts(yes, pairs.present(codes, yes)))
    return [label_of(pair.why) for pair in found]


def _running(episode: Episode, *, at: datetime) -> list[MedicationAgreement]:
    """The drugs that are taken now, with the codes that their names have."""
    rows = [row for row in current_medication(episode.patient_id, at=at) if row.kind != Kind.PAUSE]
    return with_codes(rows, on=timezone.localdate(at))


def _not_judged(running: Sequence[MedicationAgreement], *, on: date) -> list[str]:
    """The drugs in use of which nobody knows what they are: no proposal looked at them."""
    names = unplaced(running, on=on)
    if not names:
        return []
    return [
        _(
            "Niet beoordeeld: %(names)s. Het zorgpad kent dit niet; ga zelf na of de voorstellen ermee samengaan."
        )
        % {"names": ", ".join(names)}
    ]


def _of_register(
    episode: Episode, protocol: Protocol, proposal: Proposal, register: Register, *, at: datetime
) -> dict[str, Any]:
    """What the register says about one proposal: what waits to be judged, and what forbids the step itself."""
    if not register.entries:
        return {}
    in_doubt = forbidden_of(register, protocol).in_doubt.get(proposal.drug_class, ())
    hits = []
    drug = protocol.drugs.get(proposal.drug or "")
    if proposal.kind in UPWARD and drug is not None:
        wanted = Wanted(drug=drug.key, name=drug.label["nl"], atc=drug.atc, drug_class=drug.drug_class)
        hits = hits_of(episode, wanted, at=at, register=register)
    return {
        "doubts": tuple(one.words for one in in_doubt),
        "forbidden": tuple(hit.entry.words for hit in hits),
        "never": any(hit.never for hit in hits),
    }


def _card(protocol: Protocol, patient: Patient, proposal: Proposal) -> Card:
    return Card(
        drug_class=proposal.drug_class,
        class_title=label_of(protocol.drug_class[proposal.drug_class].title),
        kind=proposal.kind.value,
        face=words.FACES[proposal.kind],
        title=words.title_of(proposal, protocol),
        why=label_of(proposal.why) if proposal.kind is not ProposalKind.NEEDS_DATA or proposal.named else "",
        facts=words.facts_of(proposal, protocol) if proposal.kind in TOLD | {ProposalKind.HOLD} else [],
        missing=words.missing_of(proposal, protocol),
        change=words.changes_of(proposal, protocol) if proposal.kind in TOLD else "",
        source=without_local(proposal.source),
        rule=proposal.rule,
        local=proposal.grade == "local" and proposal.kind is not ProposalKind.NEEDS_DATA,
        first=words.first_words(proposal.first),
        checks=words.checks_of(proposal, protocol) if proposal.kind in STEPS else [],
        agenda=proposal.agenda,
        percent=proposal.percent_of_target,
        not_before=proposal.not_before,
        begins=words.begins_words(proposal, protocol),
        basis=basis_of(protocol, patient, proposal),
        steps=proposal.kind in STEPS,
        asks=proposal.kind in ASKED_FOR,
        unclear=lacks_dose(proposal),
        waits=proposal.kind is ProposalKind.NEEDS_DATA
        or (proposal.kind is ProposalKind.DISCUSS and bool(proposal.missing)),
        protects=proposal.kind in DOWNWARD,
        adaptable=proposal.kind in ADAPTABLE and bool(dose_choices(proposal, protocol)),
        doses=dose_choices(proposal, protocol),
        settled_on=proposal.settled_on,
        named=tuple(
            (one.drug_class, words.in_sentence(words.fact_label(protocol, one.drug_class)))
            for one in patient.named
            if one.drug_class in _asked_use(proposal)
        ),
        only_named=asks_only_use(proposal.missing),
        stop_reasons=stop_reasons(protocol)
        if proposal.kind in (ProposalKind.STOP, ProposalKind.PAUSE)
        else [],
    )


def _asked_use(proposal: Proposal) -> set[str]:
    """The classes of which it is asked whether they are used."""
    asked = {one.fact for one in proposal.missing if one.why == NAMED}
    return asked or ({proposal.drug_class} if proposal.named else set())


def lacks_dose(proposal: Proposal) -> bool:
    """Whether a step to another dose can't be taken, because the present drug or dose is unknown."""
    ends = (ProposalKind.STOP, ProposalKind.PAUSE)
    return proposal.kind in STEPS and proposal.kind not in ends and proposal.dose_new is None


def dose_choices(proposal: Proposal, protocol: Protocol) -> list[tuple[str, str]]:
    """Doses that may be chosen instead: steps of the ladder; never above the present one when less is proposed."""
    drug = protocol.drugs.get(proposal.drug or "")
    if drug is None or not drug.agreed or proposal.kind not in ADAPTABLE:
        return []
    steps = drug.ladder(None, fine=True)
    now, new = proposal.dose_now, proposal.dose_new
    if proposal.kind in (ProposalKind.STOP, ProposalKind.PAUSE, ProposalKind.DECREASE):
        steps = tuple(step for step in steps if now is not None and step.daily < now.daily)
    elif new is not None:
        steps = tuple(
            step for step in steps if step.daily <= new.daily and (now is None or step.daily > now.daily)
        )
    return [
        (f"{step.amount}|{step.per_day}", words.dose_label(drug, step))
        for step in steps
        if new is None or step != new
    ]


def stop_reasons(protocol: Protocol) -> list[tuple[str, str]]:
    """Why something is stopped or paused: the protocol's codes with their words."""
    return [
        (code, label_of(entry))
        for code, entry in protocol.stop_reasons.items()
        if entry["kind"] in ("safety", "temporary")
    ]


def choices_of(viewer: Viewer, patient_id: UUID, *, at: datetime, limit: int = 20) -> list[AdviceChoice]:
    """What was done with earlier advice, newest first."""
    check_access(viewer, Right.VIEW_CLINICAL, patient=patient_id, at=at)
    rows = AdviceChoice.objects.filter(patient=patient_id).select_related("episode", "decision", "withdrawn")
    return list(rows[:limit])


def choice_lines(rows: Iterable[AdviceChoice], protocol: Protocol | None) -> list[dict[str, Any]]:
    """Earlier choices as lines: class, what was proposed, what was done and why, and whether that was withdrawn."""
    titles = {key: label_of(one.title) for key, one in protocol.drug_class.items()} if protocol else {}
    return [
        {
            "row": row,
            "title": _table_line(row)
            if row.decision.table != TITRATION
            else f"{titles.get(row.drug_class, row.drug_class)}: {words.kind_word(row.proposed)}",
            "text": row.get_choice_display(),
            "withdrawn": getattr(row, "withdrawn", None),
            "reason": row.reason,
            "on": timezone.localdate(row.at),
        }
        for row in rows
    ]


def _table_line(row: AdviceChoice) -> str:
    """An answer of a second pathway: the question, and the reason of the rule that decided."""
    kept = row.decision
    pathway = pathway_of_decision(
        kept.network_id, key=kept.pathway, version=kept.version, on=timezone.localdate(kept.at)
    )
    decisive = Decision.from_dict(kept.decision).decisive
    why = label_of(decisive[0].why) if decisive else ""
    return f"{label_of(pathway.title)}: {why}"


def replay_choice(viewer: Viewer, choice_id: UUID, *, at: datetime) -> tuple[str, ...]:
    """Ask the protocol of then again with the facts of then: the classes that answer differently, so empty = proven."""
    row = AdviceChoice.objects.select_related("decision").filter(pk=choice_id, network=viewer.network).first()
    if row is None:
        raise AccessDenied
    check_access(viewer, Right.VIEW_CLINICAL, patient=row.patient_id, at=at)
    kept = row.decision
    pathway = pathway_of_decision(
        kept.network_id, key=kept.pathway, version=kept.version, on=timezone.localdate(kept.at)
    )
    if kept.table != TITRATION:
        stands = replays(Decision.from_dict(kept.decision), pathway.table(kept.table))
        return () if stands else (kept.table,)
    protocol = protocol_of(pathway)
    if protocol is None:
        raise ReplayError(f"pathway {kept.pathway} {kept.version} has no titration protocol")
    # only the class that was chosen about is stored in full, so only its answer can differ
    return tuple(key for key in replay(protocol, kept.decision) if key == row.drug_class)
