"""The answer of the agreement in words, for the panel beside the form and on the referral's page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import NotPublished
from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.pathway.danger import ACTIONS, Danger, Sign
from anderhalf.core.pathway.derivations import OF_A_FORMULA
from anderhalf.core.pathway.model import Pathway, Urgency
from anderhalf.core.pathway.referral import TO_DO
from anderhalf.core.pathway.routing import Routing
from anderhalf.core.wording import within
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import language
from anderhalf.presentation.wording import without_local

from ..agreed import Closed, DeductibleNote
from ..forms.layout import shown_value
from ..imported import ImportedAsk
from ..routing import pathways_to_refer
from .gaps import Gap, gap_of, line_name

SHOWN_MISSING = 6
NO_ASKS: Mapping[str, ImportedAsk] = MappingProxyType({})
_BRACKETS = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One danger in words: what to do now, why, and which unconfirmed values it hangs on (empty: it is certain)."""

    action: str
    call_112: bool
    text: str
    source: str
    rule: str
    local: bool
    if_right: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Everything the answer panel shows."""

    line: str
    headline: str
    agreement: str
    urgency: str
    urgency_tone: str
    waiting: str
    too_long: str
    """That the wait is longer than the term of the answer, and what to do about it."""
    centre_phone: str
    """The number to press for it; empty for a reader of the centre itself."""
    closed: Closed | None
    """That nobody answers there now."""
    why: list[dict[str, Any]]
    gaps: list[Gap]
    more_gaps: list[Gap]
    to_do: list[dict[str, Any]]
    action: str
    call: bool
    phone: str
    deductible: str
    deductible_who: str
    undecided_note: str = ""
    pairs: list[dict[str, str]] = field(default_factory=list)
    """Drugs of the list that do not go together: why, source and rule."""
    computed: list[str] = field(default_factory=list)
    hospital_undesirable: bool = False
    """What was worked out because nobody reported it, with what it was worked out from."""
    invalid: list[dict[str, str]] = field(default_factory=list)
    """The fields of which the value can't be used yet, by name."""
    receiver: str = ""
    unknown: str = ""
    """The drugs of the typed list that no name list knows."""
    alarms: list[Alarm] = field(default_factory=list)
    """What must not wait, the most urgent first; shown before everything else."""
    missing: list[dict[str, str]] = field(default_factory=list)
    held: bool = False
    """A value that nobody confirmed may be a danger: until that is known there is no line to choose."""

    @property
    def is_emergency(self) -> bool:
        """Act now; nothing to send."""
        return self.line == "emergency"

    @property
    def is_danger(self) -> bool:
        """A danger that is certain: nothing is sent without a call."""
        return any(not one.if_right for one in self.alarms)


def answer_of(
    routing: Routing,
    *,
    receiver: str,
    phone: str,
    centre_phone: str,
    closed: Closed | None,
    own_centre: bool,
    agreement: str,
    waiting_days: int | None,
    deductible: DeductibleNote | None,
    invalid: Sequence[str] = (),
    unknown: str = "",
    asks: Mapping[str, ImportedAsk] = NO_ASKS,
) -> Answer:
    """The answer as it stands now. ``receiver`` is the name of the centre or hospital of the answered line;
    ``own_centre``: who reads works there; ``asks``: what an uploaded file leaves to a person."""
    lang = language()
    pathway = routing.pathway
    gaps = [gap_of(missing, pathway, lang) for missing in routing.missing]
    term = pathway.urgencies.get(routing.urgency)
    action = label_of(pathway, "exclusion", "action", routing.action, lang)
    note, first = "", routing.danger.first
    # What the rest says would stand there as the answer while the danger above it asks to call first.
    held = first is not None and not first.certain and not routing.is_emergency
    line = "" if held else routing.line
    if not line and routing.likely and not held:
        note = _("Zonder deze gegevens zou het %(line)s worden, maar zeker is dat nog niet.") % {
            "line": line_name(routing.likely)
        }
    return Answer(
        line=line,
        headline=_("Nog geen lijn: eerst nagaan of dit klopt")
        if held
        else _headline(routing, receiver, action),
        agreement=agreement,
        urgency=term.label[lang] if term and line else "",
        urgency_tone=_tone(routing),
        waiting=days_text(waiting_days) if line == "intermediate" and waiting_days is not None else "",
        too_long=too_long(term, waiting_days, lang, own=own_centre, closed=closed)
        if line == "intermediate"
        else "",
        centre_phone="" if own_centre else centre_phone,
        closed=None if own_centre else closed,
        why=[]
        if held
        else [
            {
                "text": one.texts.get(lang, ""),
                "source": without_local(one.source),
                "rule": one.rule,
                "local": is_local(one.local, one.source),
            }
            for one in routing.reasons
        ],
        gaps=gaps[:SHOWN_MISSING],
        more_gaps=gaps[SHOWN_MISSING:],
        to_do=[] if held else to_do_of(routing, lang),
        action="" if held else action,
        call=routing.action.startswith("call_"),
        phone=phone,
        alarms=alarms_of(routing.danger, pathway, asks),
        deductible=deductible.texts.get(lang, "") if deductible and not held else "",
        deductible_who=f"{deductible.insurer}, {deductible.centre}" if deductible else "",
        undecided_note=note,
        pairs=_pairs(routing, lang),
        computed=[] if held else _computed(routing, lang),
        hospital_undesirable=routing.hospital_undesirable,
        invalid=[{"label": pathway.facts[name].label[lang], "target": f"id_f_{name}"} for name in invalid],
        unknown=unknown,
        receiver=receiver,
        held=held,
    )


def _pairs(routing: Routing, lang: str) -> list[dict[str, str]]:
    """The drugs of the list that do not go together, in words, with their rule."""
    return [
        {
            "text": (
                _("Gaat niet samen met wat bekend is: %(why)s")
                if pair.with_known
                else _("Middelen die niet zomaar samengaan: %(why)s")
            )
            % {"why": pair.why.get(lang, "")},
            "source": without_local(pair.source),
            "rule": pair.id,
        }
        for pair in routing.pairs
    ]


def _computed(routing: Routing, lang: str) -> list[str]:
    """Values of a formula (eGFR) that an answer rests on; an age or a BMI speaks for itself."""
    pathway = routing.pathway
    used = {
        one.name: one
        for decision in routing.decisions.values()
        for one in decision.facts_used
        if one.origin.removeprefix("derived:") in OF_A_FORMULA
    }
    found = []
    for name, one in used.items():
        derived = pathway.dictionary.entry(name).derived
        sources = [pathway.facts[source].label[lang] for source in derived.inputs] if derived else []
        found.append(
            _("%(fact)s is berekend: %(value)s, uit %(sources)s.")
            % {
                "fact": pathway.facts[name].label[lang],
                "value": shown_value(pathway.facts[name], one.value, lang),
                "sources": in_words([within(text) for text in sources]),
            }
        )
    if routing.other_egfr is not None:
        text = _(
            "De eGFR en de creatinine passen niet bij elkaar: uit deze creatinine volgt een eGFR van %(value)s. "
            "Controleer beide; tot dan telt de slechtste."
        )
        found.insert(0, text % {"value": shown_value(pathway.facts["egfr"], routing.other_egfr.value, lang)})
    return found


def alarms_of(danger: Danger, pathway: Pathway, asks: Mapping[str, ImportedAsk] = NO_ASKS) -> list[Alarm]:
    """Every danger in words. A result of a file whose unit was not understood is said as it was sent."""
    lang = language()
    return [
        Alarm(
            action=sign.action_label.get(lang, sign.action),
            call_112=sign.action == ACTIONS[0],
            text=_why(sign, pathway, lang),
            source=without_local(sign.source),
            rule=sign.rule,
            local=is_local(sign.local, sign.source),
            if_right=", ".join(
                _as_said(pathway.facts[name], given.value, lang, asks.get(name))
                for name, given in sign.if_right.items()
            ),
        )
        for sign in danger.signs
    ]


def _as_said(fact: Fact, value: Value, lang: str, ask: ImportedAsk | None = None) -> str:
    """What may be so, as one says it within a sentence: ``bovendruk 58 mmHg``, ``pijn op de borst in rust``."""
    label = _BRACKETS.sub("", fact.label[lang])  # it stands between brackets itself
    name = within(label)
    own = shown_value(fact, value, lang)
    sent = ask.original if ask is not None and fact.type is FactType.NUMBER and value in ask.values else ""
    if sent.casefold().replace(".", ",").split() == own.casefold().replace(".", ",").split():
        sent = ""  # the unit was understood: said as everywhere
    return name if value is True else f"{name} {sent or own}"


def _why(sign: Sign, pathway: Pathway, lang: str) -> str:
    """Why it is a danger; behind "if this is right (chest pain at rest):" not with the same words in front again."""
    why = sign.why.get(lang, "")
    for name in sign.if_right:
        label = f"{pathway.facts[name].label[lang]}: "
        if why.lower().startswith(label.lower()):
            why = why[len(label) :]
    return why


def is_local(graded: bool, source: str) -> bool:
    """Whether a rule is the network's own agreement, wholly or in part (a published limit, an own place of care)."""
    return graded or "local" in (part.strip() for part in source.split(";"))


def pathway_names(network: str, *, on: date) -> dict[str, str]:
    """What a referral can be about, by key; empty when there is nothing to tell apart."""
    try:
        found = pathways_to_refer(network, on=on)
    except NotPublished:
        return {}
    return {one.key: one.title[language()] for one in found} if len(found) > 1 else {}


def label_of(pathway: Pathway, table: str, output: str, code: str, lang: str) -> str:
    """The label that a table gives one of its output values."""
    for spec in pathway.tables[table].outputs if table in pathway.tables else ():
        if spec.name == output and code in spec.labels:
            return spec.labels[code][lang]
    return code


def too_long(
    term: Urgency | None,
    waiting_days: int | None,
    lang: str,
    *,
    own: bool = False,
    closed: Closed | None = None,
) -> str:
    """What to do when the centre sees people later than the term allows; empty when it does not. ``own``: said to the
    centre itself. ``closed``: nobody answers there now."""
    if term is None or term.days is None or waiting_days is None or waiting_days <= term.days:
        return ""
    words = {"wait": days_text(waiting_days), "term": term.label[lang]}
    if own:
        return (
            _(
                "De wachttijd is nu %(wait)s; dat is later dan %(term)s. Maak hier een plek binnen de termijn. Lukt "
                "dat niet, overleg dan met de cardioloog."
            )
            % words
        )
    if closed is not None:
        return (
            _(
                "De wachttijd is nu %(wait)s; dat is later dan %(term)s. Bel het centrum zodra het open is voor een "
                "plek binnen de termijn. Lukt dat niet, overleg dan met de cardioloog."
            )
            % words
        )
    return (
        _(
            "De wachttijd is nu %(wait)s; dat is later dan %(term)s. Bel het centrum voor een plek binnen de termijn. "
            "Lukt dat niet, overleg dan met de cardioloog."
        )
        % words
    )


def days_text(days: int) -> str:
    """``9 dagen``."""
    return _("%(n)d dag") % {"n": days} if days == 1 else _("%(n)d dagen") % {"n": days}


def to_do_of(routing: Routing, lang: str) -> list[dict[str, Any]]:
    """Tasks grouped by when, in the order of the table's own list."""
    table = routing.pathway.tables.get(TO_DO)
    moments = next((spec.values for spec in table.outputs if spec.name == "moment"), ()) if table else ()
    groups: dict[str, list[dict[str, str]]] = {}
    for one in sorted(routing.to_do, key=lambda task: moments.index(task.moment)):
        groups.setdefault(one.moment, []).append(
            {
                "task": label_of(routing.pathway, "to_do", "task", one.task, lang),
                "why": one.texts.get(lang, ""),
            }
        )
    return [
        {"moment": label_of(routing.pathway, "to_do", "moment", moment, lang), "tasks": tasks}
        for moment, tasks in groups.items()
    ]


def _headline(routing: Routing, receiver: str, action: str) -> str:
    if routing.line == "emergency":
        return action or _("Spoed")
    if routing.line == "first":
        return _("1e lijn: u houdt de behandeling")
    if routing.line == "intermediate":
        return _("1,5 lijn, %(centre)s") % {"centre": receiver} if receiver else _("1,5 lijn")
    if routing.line == "second":
        return _("2e lijn, %(hospital)s") % {"hospital": receiver} if receiver else _("2e lijn")
    return _("Nog niet te zeggen")


def _tone(routing: Routing) -> str:
    if routing.days is None:
        return "neutral"
    return "danger" if routing.days <= 1 else ("attention" if routing.days <= 7 else "info")
