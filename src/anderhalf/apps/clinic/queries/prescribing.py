"""What stands against a start or a higher dose that somebody types: asked on every road by which medication is entered.

The card of the drug's class, the register, an open danger, what the drug does not go with, and the absolute
contra-indications of the pathway: with the values of the same form counted, for those are in the record by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.record.models import MedicationAgreement
from anderhalf.apps.record.queries import current_medication, facts_of
from anderhalf.apps.referrals.register import kinds_of
from anderhalf.core.decisions.facts import FactValues
from anderhalf.core.pathway.contraindications import at_hand
from anderhalf.core.pathway.interactions import Interaction, Severity
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores_anticoagulation import DRUG, check_anticoagulant_dose
from anderhalf.core.pathway.titration import Advice, Patient, Proposal, ProposalKind, Protocol
from anderhalf.core.pathway.titration.derive import Context
from anderhalf.core.pathway.titration.engine import read_context
from anderhalf.core.pathway.titration.model import DOWNWARD
from anderhalf.presentation.language import label_of

from ..models import Episode
from ..titration import words
from ..titration.gather import classes_of, gather, local, protocol_of
from ..titration.named import with_codes
from ..titration.told import is_told
from .anticoagulant_dose import dose_fits, dose_of
from .beside import DOSE, answer
from .danger import danger_of
from .drugs import drug_by_code, drugs_of
from .forbidden import Wanted, hits_of, pathways_of
from .listed import company_of, history_of
from .proposals import advice_about
from .too_large import too_large

HELD = frozenset({*DOWNWARD, ProposalKind.HOLD, ProposalKind.NOT_INDICATED, ProposalKind.DISCUSS})
"""Kinds of a card that say something against a start or a higher dose of its class."""
Kind = MedicationAgreement.Kind


@dataclass(frozen=True, kw_only=True)
class Against:
    """One thing that stands against it."""

    words: str
    rule: str
    absolute: bool = False
    """Only with a specialist who agreed."""
    register: bool = False


def against(episode: Episode, wanted: MedicationAgreement, *, at: datetime) -> list[Against]:
    """Everything that stands against starting or raising a drug now, what is absolute first; empty when nothing does.

    `wanted` is the agreement as it would be, not saved. The caller has established access, and that it is a step up.
    """
    on = timezone.localdate(at)
    (row,) = with_codes([wanted], on=on)
    using = [one for one in current_medication(episode.patient_id, at=at) if one.kind != Kind.PAUSE]
    codes = {one.atc for one in with_codes(using, on=on) if one.atc}
    codes |= {one.atc for one in history_of(episode.patient_id, on=on) if is_told(one)}
    found = [*in_register(episode, row, at=at)]
    answered = advice_about(episode, at=at)
    cards, known = _cards(answered, row, using) if answered is not None else ([], False)
    for pathway in pathways_on(episode.network_id, on=on):
        protocol = protocol_of(pathway)
        if protocol is not None:
            own = answered is not None and answered[0] is protocol
            patient = answered[1] if own and answered else gather(episode.patient, protocol, on=on)
            context = read_context(protocol, patient, on=on, at=local(at))
            known_of = facts_of(episode.patient_id, dictionary=pathway.facts, on=on)
            found += _of_protocol(pathway, context, row, codes, known_of)
            card = _card_of(answered[2] if own and answered else None, row, protocol)
            found += [
                Against(words=said, rule=name)
                for said, name in too_large(context, row, card=card, held=bool(cards), at=at)
            ]
    for pathway in pathways_of(episode, at=at):
        if DOSE in pathway.tables:
            found += _of_anticoagulant(episode, pathway, row, at=at)
    found += cards
    if not known:
        found += _of_danger(episode, row, at=at)
    first = {one.rule + one.words: one for one in sorted(found, key=lambda one: not one.absolute)}
    return list(first.values())


def in_register(episode: Episode, wanted: MedicationAgreement, *, at: datetime) -> list[Against]:
    """What the register of allergies and intolerances says about a drug."""
    asked = Wanted(drug=wanted.drug, name=wanted.drug_name, atc=wanted.atc, drug_class=wanted.drug_class)
    return [
        Against(words=hit.entry.words, rule="", absolute=hit.never, register=True)
        for hit in hits_of(episode, asked, at=at)
    ]


def _cards(
    answered: tuple[Protocol, Patient, Advice], row: MedicationAgreement, using: Sequence[MedicationAgreement]
) -> tuple[list[Against], bool]:
    """What the cards of the drug's classes say, and whether there are any: those know an open danger as well."""
    protocol, _patient, advice = answered
    classes = classes_of(row, protocol)
    # Who uses the drug in a dose that nobody wrote down is asked by the card to write it down: that is no question.
    bare = any(one.drug == row.drug and one.dose is None for one in using)
    mine = [one for one in advice.proposals if one.drug_class in classes]
    return [_card(one, protocol) for one in mine if _holds(one, bare=bare)], bool(mine)


def _holds(proposal: Proposal, *, bare: bool) -> bool:
    kind = proposal.own_kind if proposal.settled_on is None else proposal.kind
    if kind is ProposalKind.DISCUSS and bare:
        return False
    return kind in HELD or proposal.kind is ProposalKind.HOLD


def _card(proposal: Proposal, protocol: Protocol) -> Against:
    return Against(
        words=_("De kaart zegt: %(title)s (%(rule)s). %(why)s")
        % {"title": words.title_of(proposal, protocol), "rule": proposal.rule, "why": label_of(proposal.why)},
        rule=proposal.rule,
    )


def _card_of(advice: Advice | None, row: MedicationAgreement, protocol: Protocol) -> Proposal | None:
    """What is proposed about the drug's (first) class."""
    classes = classes_of(row, protocol)
    mine = advice.proposals if advice is not None else ()
    return next((one for one in mine if one.drug_class in classes), None)


def _of_protocol(
    pathway: Pathway, context: Context, row: MedicationAgreement, codes: set[str], known: FactValues
) -> Iterator[Against]:
    """Absolute contra-indications by a fact, and what the drug does not go with."""
    protocol, facts = context.protocol, context.facts
    classes = classes_of(row, protocol)
    for kind in at_hand(kinds_of(pathway), classes, facts):
        yield Against(words=f"{label_of(kind.why)} ({kind.id})", rule=kind.id, absolute=True)
    yes = {name for name, given in {**known, **facts}.items() if given.value is True}
    for pair in _pairs(protocol, row, classes, codes, yes):
        absolute = pair.severity is Severity.CONTRAINDICATED
        yield Against(words=f"{label_of(pair.why)} ({pair.id})", rule=pair.id, absolute=absolute)


def _pairs(
    protocol: Protocol, row: MedicationAgreement, classes: Sequence[str], codes: set[str], yes: set[str]
) -> list[Interaction]:
    """The pairs that this drug brings: those at hand with it that were not at hand without."""
    pairs, others = protocol.interactions, codes - {row.atc}

    def about(every: set[str]) -> set[str]:
        drugs = (protocol.drugs_by_atc.get(code) for code in every)
        return {key for code in every for key in protocol.classes_of_atc(code)} | {
            drug.key for drug in drugs if drug is not None
        }

    def brought(every: set[str], keys: set[str]) -> Iterator[Interaction]:
        present = pairs.present(every, yes)
        yield from (*pairs.of(keys, present), *pairs.among(every), *pairs.with_facts(yes, present))

    before = {pair.id for pair in brought(others, about(others))}
    every = others | ({row.atc} if row.atc else set())
    now = brought(every, about(every) | set(classes))
    return [pair for pair in now if pair.id not in before and pair.severity is not Severity.ATTENTION]


def _of_anticoagulant(
    episode: Episode, pathway: Pathway, row: MedicationAgreement, *, at: datetime
) -> Iterator[Against]:
    """What the dose table says about this anticoagulant, also while another one is in use."""
    drug = pathway.dictionary.value_of_code(DRUG, row.atc) if row.atc and DRUG in pathway.dictionary else None
    if drug is None:
        return
    on = timezone.localdate(at)
    known = answer(episode, pathway, at=at)
    company = known.company or company_of(pathway, history_of(episode.patient_id, on=on), at=at)
    decision = check_anticoagulant_dose(pathway.table(DOSE), known.facts, str(drug), company, on=on)
    absolute = {name for kind in kinds_of(pathway) if kind.table == DOSE for name in kind.rules}
    certain = [rule for rule in decision.fired if rule.rule_id in absolute]
    for rule in certain:
        yield Against(words=f"{label_of(rule.why)} ({rule.rule_id})", rule=rule.rule_id, absolute=True)
    if certain or not decision.is_decided:
        return
    rule, wanted = decision.decisive[0], dose_of(decision)
    if wanted is None and str(decision.value("verdict")) in ("not", "discuss"):
        yield Against(words=f"{label_of(rule.why)} ({rule.rule_id})", rule=rule.rule_id)
    elif dose_fits(decision, row) is False:
        yield Against(
            words=_("De doseertabel geeft %(dose)s (%(rule)s). %(why)s")
            % {"dose": decision.value("dose"), "rule": rule.rule_id, "why": label_of(rule.why)},
            rule=rule.rule_id,
        )


def _of_danger(episode: Episode, row: MedicationAgreement, *, at: datetime) -> Iterator[Against]:
    """An open danger, for a drug of the pathways that has no card of its own: a card knows it already."""
    drugs = {key: one for one in pathways_of(episode, at=at) for key, one in drugs_of(one).items()}
    if row.drug not in drugs and drug_by_code(row.atc, drugs.values()) is None:
        return
    open_now = danger_of(episode.patient, episode.network_id, at=at)
    for one in open_now.signs if open_now else ():
        yield Against(
            words=_("Er staat een gevaar open (%(rule)s): %(why)s")
            % {"rule": one.sign.rule, "why": label_of(one.sign.why)},
            rule=one.sign.rule,
        )
