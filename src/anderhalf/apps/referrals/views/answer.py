"""The answer of the agreement in words, for the panel beside the form and on the referral's page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import NotPublished
from anderhalf.core.decisions.facts import Fact, FactType, Value
from anderhalf.core.pathway.danger import ACTIONS, Danger, Sign
from anderhalf.core.pathway.derivations import OF_A_FORMULA
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import CALL, TO_DO, Missing, Routing
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import language, number_label

from ..agreed import DeductibleNote
from ..forms.layout import shown_value
from ..routing import pathways_to_refer

SHOWN_MISSING = 6
_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_NUMBER = re.compile(r"^(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)$")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A missing fact: what it is called, what it could change, and the field to fill in."""

    text: str
    effect: str
    fact: str
    stale: bool
    blocking: bool

    @property
    def target(self) -> str:
        """The id of the field on the form."""
        return "id_intent" if self.fact == "question" else f"id_f_{self.fact}"


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
    computed: list[str] = field(default_factory=list)
    hospital_undesirable: bool = False
    """What was worked out because nobody reported it, with what it was worked out from."""
    invalid: int = 0
    receiver: str = ""
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
    agreement: str,
    waiting_days: int | None,
    deductible: DeductibleNote | None,
    invalid: int = 0,
) -> Answer:
    """The answer as it stands now. ``receiver`` is the name of the centre or hospital of the answered line."""
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
        alarms=alarms_of(routing.danger, pathway),
        deductible=deductible.texts.get(lang, "") if deductible and not held else "",
        deductible_who=f"{deductible.insurer}, {deductible.centre}" if deductible else "",
        undecided_note=note,
        computed=[] if held else _computed(routing, lang),
        hospital_undesirable=routing.hospital_undesirable,
        invalid=invalid,
        receiver=receiver,
        held=held,
    )


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
                "sources": in_words([text[:1].lower() + text[1:] for text in sources]),
            }
        )
    if routing.other_egfr is not None:
        text = _(
            "De eGFR en de creatinine passen niet bij elkaar: uit deze creatinine volgt een eGFR van %(value)s. "
            "Controleer beide; tot dan telt de slechtste."
        )
        found.insert(0, text % {"value": shown_value(pathway.facts["egfr"], routing.other_egfr.value, lang)})
    return found


def alarms_of(danger: Danger, pathway: Pathway) -> list[Alarm]:
    """Every danger in words."""
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
                _as_said(pathway.facts[name], given.value, lang) for name, given in sign.if_right.items()
            ),
        )
        for sign in danger.signs
    ]


def _as_said(fact: Fact, value: Value, lang: str) -> str:
    """What may be so, as one says it within a sentence: ``bovendruk 58 mmHg``, ``pijn op de borst in rust``."""
    label = _BRACKETS.sub("", fact.label[lang])  # it stands between brackets itself
    name = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    return name if value is True else f"{name} {shown_value(fact, value, lang)}"


def _why(sign: Sign, pathway: Pathway, lang: str) -> str:
    """Why it is a danger; behind "if this is right (chest pain at rest):" not with the same words in front again."""
    why = sign.why.get(lang, "")
    for name in sign.if_right:
        label = f"{pathway.facts[name].label[lang]}: "
        if why.lower().startswith(label.lower()):
            why = why[len(label) :]
    return why


def without_local(source: str) -> str:
    """Sources without the word "local": the badge beside it says that already."""
    return "; ".join(part.strip() for part in source.split(";") if part.strip() != "local")


def is_local(graded: bool, source: str) -> bool:
    """Whether a rule is the network's own agreement, wholly or in part (a published limit, an own place of care)."""
    return graded or "local" in (part.strip() for part in source.split(";"))


def line_name(line: str) -> str:
    """What a line of care is called."""
    return {
        "first": _("1e lijn"),
        "intermediate": _("1,5 lijn"),
        "second": _("2e lijn"),
        "emergency": _("spoed"),
    }.get(line, "")


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


def gap_of(missing: Missing, pathway: Pathway, lang: str) -> Gap:
    """A missing fact in words: "Kalium: boven 6,0 mmol/l wordt dit spoed"."""
    fact = pathway.facts[missing.fact]
    names = (_("overleg dezelfde dag") if line == CALL else line_name(line) for line in missing.lines)
    lines = [name for name in names if name]
    effect = ""
    if missing.fact == "question":
        lines = []
    cells = list(dict.fromkeys(missing.cells))
    if lines and len(cells) == 1 and len(lines) == 1:
        words = cell_words(cells[0], fact, lang)
        if words:
            effect = _("%(when)s wordt dit %(line)s") % {"when": words, "line": lines[0]}
    if not effect and lines:
        effect = _("kan %(lines)s worden") % {"lines": either(lines)}
    stale = missing.state == "stale"
    text = fact.label[lang]
    if stale:
        text = _("%(fact)s (te oud)") % {"fact": text}
    elif missing.state == "imprecise":
        text = _("%(fact)s (niet precies genoeg)") % {"fact": text}
    return Gap(text=text, effect=effect, fact=missing.fact, stale=stale, blocking=missing.blocking)


def cell_words(cell: str, fact: Fact, lang: str) -> str:
    """A test of a table in words; empty when it is not one simple test."""
    if fact.type is FactType.BOOLEAN and cell in ("true", "false"):
        return _("bij ja") if cell == "true" else _("bij nee")
    if match := _NUMBER.match(cell):
        pattern = {
            ">": _("boven %(value)s"),
            ">=": _("vanaf %(value)s"),
            "<": _("onder %(value)s"),
            "<=": _("tot en met %(value)s"),
        }[match[1]]
        value = " ".join(part for part in (number_label(Decimal(match[2])), fact.unit_label or "") if part)
        return pattern % {"value": value}
    codes = [part.strip().strip('"') for part in cell.split(",")]
    if fact.values and all(code in fact.values for code in codes):
        return _("bij %(value)s") % {"value": either([fact.values[code][lang] for code in codes])}
    return ""


def either(words: Iterable[str]) -> str:
    """``a, b of c``."""
    found = list(words)
    if len(found) < 2:
        return "".join(found)
    return _("%(first)s of %(last)s") % {"first": ", ".join(found[:-1]), "last": found[-1]}


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
