"""Titration proposals that the protocol wants discussed, as cases for the agenda."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from anderhalf.apps.clinic.models import AdviceChoice, Episode
from anderhalf.apps.clinic.queries.advice import pathway_of
from anderhalf.apps.clinic.queries.proposals import STEPS, advice_about
from anderhalf.apps.clinic.titration.gather import TITRATION, protocol_of
from anderhalf.apps.record.models import Observation
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.model import Labels
from anderhalf.core.pathway.titration import Proposal, ProposalKind, Protocol
from anderhalf.core.pathway.titration.model import DOWNWARD
from anderhalf.presentation.language import in_each_language, label_of

from .models import CaseDiscussion
from .rules import RequiredCase

PREFIX = "titration:"
KINDS = STEPS | {ProposalKind.DISCUSS}


def titration_cases(episode: Episode, *, at: datetime) -> list[RequiredCase]:
    """The proposals of this moment that belong on the agenda and were not decided since the last measurement.

    A proposal that still misses facts is no case yet: first the facts, then the hour of the specialist.
    """
    if episode.ended_at is not None or (answered := advice_about(episode, at=at)) is None:
        return []
    protocol, _patient, advice = answered
    found = [
        _case(protocol, one)
        for one in advice.proposals
        if one.agenda and one.kind in KINDS and not one.missing
    ]
    return [case for case in found if not _decided(episode, case.rule)]


def _case(protocol: Protocol, proposal: Proposal) -> RequiredCase:
    title = protocol.drug_class[proposal.drug_class].title
    return RequiredCase(
        rule=PREFIX + proposal.rule,
        title=title,
        question=_about(title, proposal.why),
        source=proposal.source,
        grade=proposal.grade,
        urgent=proposal.kind in DOWNWARD,
    )


def case_of_choice(choice: AdviceChoice) -> RequiredCase:
    """What was done with a proposal that belongs on the agenda; the same case as the proposal itself."""
    if choice.decision.table != TITRATION:
        return _case_of_table(choice)
    kept = choice.decision.decision["advice"]["proposals"][0]
    protocol = protocol_of(pathway_of(choice.episode, on=timezone.localdate(choice.at)))
    classes = protocol.drug_class if protocol is not None else {}
    about = classes.get(choice.drug_class)
    why = kept["why"] if about is None else _about(about.title, kept["why"])
    return RequiredCase(
        rule=PREFIX + choice.rule, title=why, question=_with_choice(why, choice),
        source=kept["source"],
        grade=kept["grade"], urgent=choice.proposed in {kind.value for kind in DOWNWARD},
    )  # fmt: skip


def _about(title: Labels, why: Labels) -> dict[str, str]:
    """Of which class something is said: "start only after discussion" says nothing without it."""
    return in_each_language(lambda: f"{label_of(title)}: {label_of(why)}")


def _with_choice(why: Labels, choice: AdviceChoice) -> dict[str, str]:
    """Why it is on the agenda, and what was done with it, in each language; that it is discussed is no news there."""

    def said() -> str:
        if choice.proposed == ProposalKind.DISCUSS and choice.choice == AdviceChoice.Choice.ACCEPTED:
            return label_of(why) + (f" ({choice.reason})" if choice.reason else "")
        chosen = str(choice.get_choice_display()) + (f": {choice.reason}" if choice.reason else "")
        return f"{label_of(why)} ({chosen})"

    return in_each_language(said)


def _case_of_table(choice: AdviceChoice) -> RequiredCase:
    """An answer of a second pathway that its table wants discussed."""
    rule = Decision.from_dict(choice.decision.decision).decisive[0]
    return RequiredCase(
        rule=f"{choice.decision.pathway}:{rule.rule_id}", title=rule.why, question=_with_choice(rule.why, choice),
        source=rule.source, grade=rule.grade, urgent=False,
    )  # fmt: skip


def _decided(episode: Episode, rule: str) -> bool:
    """Whether it was decided (or taken off the agenda) and nothing was measured since."""
    last = (
        CaseDiscussion.objects.filter(episode=episode, rule=rule)
        .exclude(status=CaseDiscussion.Status.WAITING)
        .order_by("-added_at")
        .values_list("decided_at", "added_at")
        .first()
    )
    if last is None:
        return False
    since = last[0] or last[1]
    return not Observation.objects.filter(patient=episode.patient_id, recorded_at__gt=since).exists()
