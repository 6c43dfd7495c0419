"""A second pathway (atrial fibrillation) as cards on the chart: what its tables answer on the one record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.content.drugs import name_of
from anderhalf.core.decisions.explain import Decision
from anderhalf.core.pathway.interactions import Severity
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.scores import ScoreResult
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import day_label

from ..actions.beside import PROTECTS
from ..models import AdviceChoice
from ..queries import dose_text, label_of, number_label
from ..queries.anticoagulant import (
    ANTICOAGULATION,
    DOSE,
    DoseStep,
    open_to_start,
    starts,
)
from ..queries.anticoagulant_dose import dose_fits, dose_of, possible_doses, wrong_whatever
from ..queries.beside import BLEEDING, DRUG, STABLE, STROKE, Beside, basis_of
from ..queries.due_dates import months_later
from ..queries.listed import NONE
from .cards import KINDS, Card, fact_labels, table_card

RATE, MONITORING, ALARM = "rate_control", "anticoagulant_monitoring", "exclusion"
FACES = {
    ANTICOAGULATION: {"recommended": "keep", "vka": "keep", "discuss": "info", "keep_vka": "info", "consider": "info",
                      "not_by_score": "keep"},
    DOSE: {"not": "stop", "discuss": "info", "reduced": "keep", "consider_reduced": "info", "standard": "keep"},
    RATE: {"refer": "danger", "reduce": "lower", "discuss": "info", "on_target_strict": "keep", "on_target": "keep",
           "strict_target": "info", "start_or_raise_calcium_blocker": "raise", "start_or_raise_beta_blocker": "raise"},
    ALARM: {"call_112": "danger", "call_cardiologist": "danger"},
    STABLE: KINDS,
}  # fmt: skip
"""Which face the component gives to an answer of a table."""
OUTPUTS = {ALARM: "action", DOSE: "verdict", MONITORING: "months"}
"""The output that is the answer, where it is not ``advice``."""
WANTED = ("recommended", "vka")
QUIET = ("keep",)
RENAL = "creatinine"


@dataclass(frozen=True, kw_only=True)
class TableCard:
    """One answer with what can be done about it."""

    table: str
    question: str
    card: Card
    basis: str
    asks: bool
    """Whether something is to be done or decided; the others are shown for whoever wants to know."""
    notes: list[str] = field(default_factory=list)
    declined: AdviceChoice | None = None
    starts: list[tuple[str, str]] = field(default_factory=list)
    """Drugs that can be started with one press, each in its dose: key and words."""
    named: bool = False
    """A text names a drug in use about which the list is silent: that it is not used can be recorded."""
    protects: bool = False
    """It asks for less, another drug or help: only a prescriber says that it is not followed."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A second pathway on the chart."""

    key: str
    title: str
    version: str
    runs: bool
    unknown: bool
    why: str
    missing: list[str]
    cards: list[TableCard]
    stable: TableCard | None
    scores: list[dict[str, str]]
    doubts: list[str]
    """What does not go together while no dose can be said; then the values that were set aside, which beside another
    pathway that one's page tells."""

    @property
    def asked_for(self) -> list[TableCard]:
        """What is to be done or decided, and was not declined."""
        return [one for one in self.cards if one.asks and one.declined is None]

    @property
    def declined(self) -> list[TableCard]:
        """What was declined and stays so until its facts change or the next contact."""
        return [one for one in self.cards if one.asks and one.declined is not None]

    @property
    def others(self) -> list[TableCard]:
        """What is in order."""
        return [one for one in self.cards if not one.asks]


def panel(found: Beside, *, on: date) -> Panel:
    """Everything that a second pathway says, ready for the page."""
    rule = found.inclusion.decisive[0] if found.inclusion.decisive else None
    cards = [card for name in found.decisions if name != STABLE and (card := _card(found, name, on=on))]
    waiting = [one for one in found.decisions.values() if not one.is_decided]
    missing = found.asked_for(name for one in waiting for name in one.facts_missing)
    return Panel(
        key=found.pathway.key,
        title=label_of(found.pathway.title),
        version=found.pathway.version,
        runs=found.runs,
        unknown=found.unknown,
        why=label_of(rule.why) if rule else "",
        missing=fact_labels(found.pathway, missing or found.inclusion.facts_missing),
        cards=sorted(cards, key=lambda one: one.card.kind != "danger"),
        stable=_card(found, STABLE, on=on) if STABLE in found.decisions else None,
        scores=_scores(found),
        doubts=[*_told_without_dose(found), *(label_of(one.texts) for one in found.problems if found.own)],
    )


def _card(found: Beside, name: str, *, on: date) -> TableCard | None:
    """The card of one table; None for what has nothing to say (no alarm, no anticoagulant, facts missing)."""
    decision = found.decisions[name]
    if not decision.is_decided:
        return _waiting(found, name, decision) if name == STABLE else None
    output = OUTPUTS.get(name, "advice")
    said = str(decision.value(output))
    faces = FACES.get(name, {})
    if name == ALARM and said == NONE:
        return None
    if name in (DOSE, MONITORING) and _drug(found) == NONE:
        return None
    card = table_card(decision, found.pathway, table=name, output=output, face=faces.get(said, "info"))
    notes: list[str] = []
    offered: list[DoseStep] = []
    if name == ANTICOAGULATION:
        card, notes = _anticoagulation(found, card, said)
        offered = [one for one in starts(found, on=on) if one.drug.key not in found.forbidden]
        notes += _not_offered(found, starts(found, on=on))
        notes += _still_open(found, on=on)
        notes += [held_words()] if found.held and said in WANTED else []
    elif name == DOSE:
        card, notes = _dose(found, card, decision)
        beside = [label_of(one.why) for one in found.interactions if one.severity is Severity.ATTENTION]
        notes += [one for one in beside if one not in notes]
        if beside and card.kind in QUIET:
            card = card.but(kind="info")
    elif name == MONITORING:
        card = _monitoring(found, card, decision, on=on)
    elif name == RATE and said == "start_or_raise_beta_blocker":
        notes = [
            _("Zie het voorstel voor de bètablokker: dat kijkt ook naar bloeddruk, overvulling en interval.")
        ]
    return TableCard(
        table=name,
        question=label_of(found.pathway.table(name).title),
        card=card,
        basis=basis_of(decision),
        asks=card.kind not in QUIET and name != STABLE,
        notes=notes,
        declined=found.declined.get(name),
        protects=said in PROTECTS,
        named=name == ANTICOAGULATION and bool(found.named),
        starts=[(one.key, f"{label_of(one.drug.label)} {_dose_words(one.amount, one.times)}") for one in offered],
    )  # fmt: skip


def held_words() -> str:
    """That nothing is started or raised while a danger is open."""
    return _(
        "Er staat een gevaar open: leg eerst vast wat er is gedaan. Tot dan wordt hier niets gestart of verhoogd."
    )


def _told_without_dose(found: Beside) -> list[str]:
    """What stands beside the anticoagulant, while facts are missing for the card of its dose that would tell it."""
    dose = found.decisions.get(DOSE)
    if dose is None or dose.is_decided:
        return []
    return [*_wrong_dose(found, dose), *_pairs(found)]


def _pairs(found: Beside) -> list[str]:
    """What does not go together with the anticoagulant, each with the drugs of the list that it is about."""
    said = []
    for pair in found.interactions:
        company = found.company
        codes = company.interactions.used_beside(pair, company.codes) if company is not None else ()
        names = [name for code in codes if (name := name_of(code, [found.pathway]))]
        text = label_of(pair.why)
        on_list = _("%(text)s Op de lijst: %(drugs)s.") % {"text": text, "drugs": in_words(names)}
        said.append(on_list if names else text)
    return said


def _wrong_dose(found: Beside, dose: Decision) -> list[str]:
    """That the dose of the list is too low or too high whatever is still unknown."""
    row, wrong = found.anticoagulant, wrong_whatever(dose, found.anticoagulant)
    if row is None or not wrong:
        return []
    text = {
        "low": _(
            "%(drug)s %(dose)s is te laag, wat het antwoord op de open vragen ook is: er is geen reden voor een lagere "
            "dosis dan %(right)s. De open vragen beslissen alleen of het middel zelf past. Bespreek dit vandaag."
        ),
        "high": _(
            "%(drug)s %(dose)s is te hoog, wat het antwoord op de open vragen ook is: hoogstens past %(right)s. "
            "Bespreek dit vandaag."
        ),
    }[wrong]
    every = possible_doses(dose)
    right = min(every) if wrong == "low" else max(every)
    said = {
        "drug": _drug_name(found, _drug(found) or ""),
        "dose": dose_text(row),
        "right": _dose_words(*right),
    }
    return [(text % said)[:1].upper() + (text % said)[1:]]


def _still_open(found: Beside, *, on: date) -> list[str]:
    """What to ask before the dose of a drug can be given that could be started."""
    names = open_to_start(found, on=on)
    if not names:
        return []
    what = in_words(fact_labels(found.pathway, names))
    return [_("Voor de dosis van een middel is nog nodig: %(facts)s.") % {"facts": what}]


def _not_offered(found: Beside, every: list[DoseStep]) -> list[str]:
    """What the register says against a drug that would be offered otherwise."""
    return [
        _("Niet aangeboden: %(drug)s. In het register staat: %(words)s.")
        % {"drug": label_of(one.drug.label), "words": found.forbidden[one.drug.key]}
        for one in every
        if one.drug.key in found.forbidden
    ]


def _waiting(found: Beside, name: str, decision: Decision) -> TableCard:
    card = table_card(decision, found.pathway, table=name, output="advice", face="data")
    return TableCard(table=name, question=label_of(found.pathway.table(name).title), card=card,
                     basis=basis_of(decision), asks=False)  # fmt: skip


def _drug(found: Beside) -> str | None:
    given = found.facts.get(DRUG)
    return str(given.value) if given is not None else None


def _named(found: Beside) -> str:
    """That the referral names an anticoagulant, and the list none."""
    return _(
        "De verwijzing noemt “%(words)s”; in de medicatielijst staat daarover niets. Zet in de lijst wat de patiënt "
        "gebruikt, of leg vast dat de patiënt geen antistolling gebruikt."
    ) % {"words": "”, “".join(found.named)}


def _drug_name(found: Beside, drug: str) -> str:
    return label_of(found.pathway.facts[DRUG].values.get(drug, {})) or drug


def _anticoagulation(found: Beside, card: Card, said: str) -> tuple[Card, list[str]]:
    """Recommended and taken is in order; recommended and not taken is a step; a DOAC where it may not be is a stop."""
    drug = _drug(found)
    title = _("Antistolling: %(advice)s") % {"advice": card.title[:1].lower() + card.title[1:]}
    if found.named:
        return card.but(kind="info" if said in WANTED else card.kind, title=title), [_named(found)]
    if drug is None:
        return card.but(kind="info" if said in WANTED else card.kind, title=title), [
            _("Welk antistollingsmiddel de patiënt gebruikt is niet vastgelegd.")
        ]
    if said == "vka" and drug != "vka":
        return card.but(kind="stop", title=title), [_drug_name(found, drug)]
    if found.contradiction:
        row = found.anticoagulant
        now = f"{row.drug_name} {dose_text(row)}".strip() if row is not None else _("geen antistolling")
        words = _(
            "De lijst en het antwoord spreken elkaar tegen (lijst: %(list)s). Vraag na wat de patiënt gebruikt."
        )
        kind = "info" if said in WANTED else card.kind
        return card.but(kind=kind, title=title), [words % {"list": now}]
    if said in WANTED and drug == NONE:
        return card.but(kind="start", title=title), [_("De patiënt gebruikt nu geen antistolling.")]
    uses = "" if drug == NONE else _("Gebruikt %(drug)s.") % {"drug": _drug_name(found, drug)}
    return card.but(title=title), [uses] if uses else []


def _dose(found: Beside, card: Card, decision: Decision) -> tuple[Card, list[str]]:
    """The dose that the rules give, beside the dose on the medication list."""
    name = _drug_name(found, _drug(found) or "")
    wanted = dose_of(decision)
    named = _pairs(found)
    text = str(decision.value("dose"))
    if wanted is not None:
        text = _dose_words(*wanted)
    if wanted is None:
        title = f"{name[:1].upper()}{name[1:]}: {card.title[:1].lower()}{card.title[1:]}"
        return card.but(title=title), [*named, *([text] if "INR" in text else [])]
    title = _("%(drug)s: %(dose)s (%(verdict)s)") % {
        "drug": name[:1].upper() + name[1:], "dose": text, "verdict": card.title[:1].lower() + card.title[1:],
    }  # fmt: skip
    row = found.anticoagulant
    match dose_fits(decision, found.anticoagulant):
        case True:
            return card.but(kind="keep", title=title), []
        case False if row is not None and row.dose is not None:
            more = row.dose * (row.times_per_day or 1) > wanted[0] * wanted[1]
            now = _("Op de medicatielijst staat %(dose)s.") % {"dose": dose_text(row)}
            if found.held and not more:
                return card.but(kind="info", title=title), [now, held_words()]
            return card.but(kind="lower" if more else "raise", title=title), [now]
    return card.but(title=title), [_("Welke dosis de patiënt gebruikt is niet vastgelegd.")]


def _dose_words(amount: Decimal, times: int) -> str:
    return _("%(amount)s mg %(times)d dd") % {"amount": number_label(amount), "times": times}


def _monitoring(found: Beside, card: Card, decision: Decision, *, on: date) -> Card:
    """Every so many months, counted from the last creatinine."""
    months = int(str(decision.value("months")))
    title = (
        _("Bloedcontrole elke %(n)d maanden") % {"n": months} if months > 1 else _("Bloedcontrole elke maand")
    )
    last = found.facts.get(RENAL)
    if last is None or last.on is None:
        return card.but(kind="data", title=title + ": " + _("nierfunctie nog niet bepaald"))
    due = months_later(last.on, months)
    if due < on:
        return card.but(
            kind="wait", title=title + ": " + _("had op %(day)s gemoeten") % {"day": day_label(due)}
        )
    return card.but(kind="keep", title=title + ": " + _("volgende op %(day)s") % {"day": day_label(due)})


def _scores(found: Beside) -> list[dict[str, str]]:
    """Stroke and bleeding risk and clearance, each as a number or the range it can still be."""
    rows = []
    for key, result in ((STROKE, found.stroke), (BLEEDING, found.bleeding)):
        if result is not None:
            label = {STROKE: "CHA₂DS₂-VA", BLEEDING: "HAS-BLED"}[key]
            rows.append({"label": label, "value": str(result.points), "note": _bands(result, found.pathway)})
    if found.clearance is not None and not _too_wide(found):
        value = f"{found.clearance.rounded()} ml/min"
        rows.append({"label": _("Klaring"), "value": value, "note": _("Cockcroft-Gault")})
    elif found.clearance is not None:
        missing = ", ".join(fact_labels(found.pathway, found.clearance.missing))
        rows.append(
            {"label": _("Klaring"), "value": "?", "note": _("eerst: %(missing)s") % {"missing": missing}}
        )
    return rows


def _too_wide(found: Beside) -> bool:
    return found.clearance is not None and bool({"creatinine", "weight"} & set(found.clearance.missing))


def _bands(result: ScoreResult, pathway: Pathway) -> str:
    """What the points mean, or what would narrow them."""
    if result.band is not None:
        return label_of(result.band.label)
    missing = ", ".join(fact_labels(pathway, result.points.missing))
    return _("nog nodig: %(missing)s") % {"missing": missing}


def panels(found: list[Beside], *, on: date) -> list[Any]:
    """The second pathways that run along or of which it is not known."""
    return [panel(one, on=on) for one in found if one.runs or one.unknown]
