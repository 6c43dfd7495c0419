"""An advice in words: the verb first, doses as written on a list, facts with their age, what would change it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Freshness
from anderhalf.core.decisions.feel import parse_cell
from anderhalf.core.pathway.flowchart.words import criterion
from anderhalf.core.pathway.titration import Dose, Drug, Problem, Proposal, ProposalKind, Protocol
from anderhalf.core.pathway.titration.derive import NEVER_HOURS
from anderhalf.core.pathway.titration.engine import BEFORE_STOP
from anderhalf.core.pathway.titration.named_use import NAMED
from anderhalf.core.wording import within
from anderhalf.presentation.formatting import format_date, format_datetime
from anderhalf.presentation.language import day_label, language
from anderhalf.presentation.values import value_with_unit

from ..queries.chart import label_of
from ..queries.drugs import number_label

FACES = {
    ProposalKind.STOP: "stop", ProposalKind.PAUSE: "stop", ProposalKind.DECREASE: "lower",
    ProposalKind.DISCUSS: "info", ProposalKind.NEEDS_DATA: "data", ProposalKind.SWITCH: "start",
    ProposalKind.START: "start", ProposalKind.INCREASE: "raise", ProposalKind.HOLD: "wait", ProposalKind.KEEP: "keep",
    ProposalKind.NOT_INDICATED: "info",
}  # fmt: skip
"""Which face ``<c-advice>`` gives to a proposal."""
WORKED_OUT = ("", "titration", "derived")
"""Groups of facts that the engine works out from the record."""
AFTER_WASHOUT = ("wait_for_washout", "stop_ace_inhibitor_first")
"""What comes first is the end of an ACE inhibitor or ARNI: the next one is counted in hours from its last tablet."""
FROM_LIST = "medication"
"""Where a fact comes from that the list answered. That a drug is not on it is all the list says: nobody was asked."""
MOST_FACTS = 8
MOST_CHANGES = 3


def dose_label(drug: Drug, dose: Dose | None) -> str:
    """``2,5 mg 1 dd``; every other day in words."""
    if dose is None:
        return ""
    amount = _amount(drug, dose)
    return f"{amount} {drug.unit} {times_of(dose)}"


def _amount(drug: Drug, dose: Dose) -> str:
    named = drug.step_labels.get(format(dose.amount.normalize(), "f"))
    return named or number_label(dose.amount)


def times_of(dose: Dose) -> str:
    """``2 dd``, or how many days lie between two intakes."""
    if dose.per_day < 1:
        return _("om de %(n)d dagen") % {"n": int(1 / dose.per_day)}
    return _("%(times)d dd") % {"times": int(dose.per_day)}


def title_of(proposal: Proposal, protocol: Protocol) -> str:
    """What to do, verb first: ``Bisoprolol verhogen: 2,5 → 5 mg 1 dd``."""
    drug = protocol.drugs.get(proposal.drug or "")
    name = (
        label_of(drug.label) if drug is not None else label_of(protocol.drug_class[proposal.drug_class].title)
    )
    now = dose_label(drug, proposal.dose_now) if drug is not None else ""
    keep = _("%(drug)s zo laten: %(dose)s") if now else _("%(drug)s zo laten")
    text = {
        ProposalKind.INCREASE: _("%(drug)s verhogen: %(step)s"),
        ProposalKind.DECREASE: _("%(drug)s verlagen: %(step)s"),
        ProposalKind.START: _("%(drug)s starten: %(step)s"),
        ProposalKind.SWITCH: _("Overstappen op %(drug)s: %(step)s"),
        ProposalKind.STOP: _("%(drug)s stoppen"),
        ProposalKind.PAUSE: _("%(drug)s pauzeren"),
        ProposalKind.HOLD: _("%(drug)s: nu geen stap"),
        ProposalKind.KEEP: keep,
        ProposalKind.DISCUSS: _("%(drug)s: overleggen met de cardioloog"),
        ProposalKind.NEEDS_DATA: _("%(drug)s: eerst gegevens"),
        ProposalKind.NOT_INDICATED: _("%(drug)s: nu niet van toepassing"),
    }[proposal.kind]
    said = text % {"drug": in_sentence(name), "step": _step(proposal, drug), "dose": now}
    return said[:1].upper() + said[1:]


def _step(proposal: Proposal, drug: Drug | None) -> str:
    """``2,5 → 5 mg 1 dd``, or the new dose alone."""
    now, new = proposal.dose_now, proposal.dose_new
    if drug is None or new is None:
        return _("dosis kiezen")
    if now is None or proposal.kind in (ProposalKind.START, ProposalKind.SWITCH):
        return dose_label(drug, new)
    before = _amount(drug, now) if now.per_day == new.per_day else dose_label(drug, now)
    return f"{before} → {dose_label(drug, new)}"


def fact_label(protocol: Protocol, name: str) -> str:
    """The name of a fact in the reader's language; the class-specific ones of the engine have their own."""
    if name == "excluded":  # its label is a statement; here it is a question that the register answers
        return _("contra-indicaties en intoleranties")
    fact = protocol.facts.get(name)
    return label_of(fact.label) if fact is not None else name.replace("_", " ")


def facts_of(proposal: Proposal, protocol: Protocol) -> list[dict[str, Any]]:
    """The facts that counted, those of the deciding rule first, with their dates."""
    found = []
    for used in proposal.facts_used:
        fact = protocol.facts.get(used.name)
        if fact is None or used.value is None or not _worth_telling(protocol, used.name):
            continue
        if used.origin == "derived" and used.value is False:  # nobody was asked: a man is not pregnant
            continue
        if used.value == NEVER_HOURS:  # stands for "never used", which is nothing to tell
            continue
        absent = used.origin == FROM_LIST and used.value is False
        said = _("staat niet op de medicatielijst") if absent else value_with_unit(fact, used.value)
        found.append(
            {
                "text": f"{label_of(fact.label)}: {said}",
                "on": used.on,
                "stale": used.state is Freshness.STALE,
            }
        )
    return found[:MOST_FACTS]


def _worth_telling(protocol: Protocol, name: str) -> bool:
    """Whether a fact says something to a clinician: measured or asked, or a number that was worked out.

    That a class is used or a target reached stands in the title; settings stand in the agreement.
    """
    fact = protocol.facts.get(name)
    return (
        fact is not None
        and name not in protocol.settings
        and (fact.group not in WORKED_OUT or bool(fact.unit))
    )


def missing_of(proposal: Proposal, protocol: Protocol) -> list[str]:
    """What is needed, and why it counts as missing."""
    reasons = {
        "stale": _("te oud"), "undated": _("zonder datum"), "future": _("in de toekomst"),
        "imprecise": _("niet precies genoeg"),
        "impossible": _("onmogelijke waarde"), "conflict": _("twee verschillende uitslagen"),
        "unreliable": _("onbetrouwbaar"), "swapped": _("verwisseld?"),
        BEFORE_STOP: _("opnieuw meten na de pauze of het stoppen"),
    }  # fmt: skip
    return [
        _("of dit wordt gebruikt: %(what)s") % {"what": in_sentence(fact_label(protocol, one.fact))}
        if one.why == NAMED
        else fact_label(protocol, one.fact) + (f" ({reasons[one.why]})" if one.why in reasons else "")
        for one in proposal.missing
    ]


def changes_of(proposal: Proposal, protocol: Protocol) -> str:
    """Which single fact would give another answer: ``kalium meer dan 5,5 mmol/l: verlagen``."""
    found = []
    for one in proposal.would_change:
        if not _worth_telling(protocol, one.fact):
            continue
        fact = protocol.facts[one.fact]
        what = criterion(fact, parse_cell(one.cell, fact), language())
        found.append(f"{within(what)}: {kind_word(one.kind)}")
    return "; ".join(found[:MOST_CHANGES])


def kind_word(kind: str) -> str:
    """The name of a kind of advice, in a table or a sentence."""
    return {
        "stop": _("stoppen"), "pause": _("pauzeren"), "decrease": _("verlagen"), "discuss": _("overleggen"),
        "needs_data": _("eerst gegevens"), "switch": _("overstappen"), "start": _("starten"),
        "increase": _("verhogen"), "hold": _("geen stap"), "keep": _("zo laten"),
        "not_indicated": _("niet van toepassing"),
    }.get(kind, kind)  # fmt: skip


def in_sentence(label: str) -> str:
    """A label in the middle of a sentence: small, unless it is written in capitals (eGFR, NT-proBNP)."""
    return label if any(sign.isupper() for sign in label[1:]) else label[:1].lower() + label[1:]


def first_words(code: str) -> str:
    """What comes first or goes along with a proposal."""
    return {
        "review_nephrotoxics": _("Kijk eerst naar middelen die de nieren belasten (NSAID)."),
        "review_blood_pressure_drugs": _("Kijk eerst welk ander middel de bloeddruk verlaagt."),
        "repeat_laboratory": _("Herhaal het laboratoriumonderzoek."),
        "measure_again": _("Meet pols en bloeddruk opnieuw."),
        "review_thiazide": _("Kijk eerst naar de thiazide naast de plastablet."),
        "raise_diuretic": _("Verhoog eerst de plastablet."),
        "lower_diuretic": _("Verlaag eerst de plastablet, als de patiënt die gebruikt."),
        "ecg": _("Maak een ECG."),
        "teach_self_adjustment": _("Leer de patiënt zelf de plastablet aan te passen."),
        "stop_potassium": _("Stop eerst kaliumtabletten of andere kaliumsparende middelen."),
        "stop_ace_inhibitor_first": _("Stop eerst de ACE-remmer of ARB."),
        "measure_level": _("Bepaal eerst een nieuwe spiegel."),
        "enter_earlier_creatinine": _("Vul één eerdere creatinine in, of besluit door te gaan."),
    }.get(code, "")


BESIDE = {
    "review_blood_pressure_drugs": ("other_bp_lowering", "nitrate"),
    "review_thiazide": ("thiazide",),
}
"""What comes first is a look at other drugs in use: those of these groups of doses.toml are named."""


def first_of(proposal: Proposal, protocol: Protocol, running: Iterable[tuple[str, str]]) -> str:
    """What comes first, with the drugs in use (code and name) that it is about."""
    said = first_words(proposal.first)
    groups = set(BESIDE.get(proposal.first, ()))
    names = [name for code, name in running if groups & set(protocol.related_to(code))]
    if not names:
        return said
    return f"{said} " + _("In gebruik: %(names)s.") % {"names": ", ".join(dict.fromkeys(names))}


def begins_words(proposal: Proposal, protocol: Protocol) -> str:
    """From when a step may be taken: a day after an interval, the hour after a wash-out (with its length)."""
    moment = proposal.not_before
    if moment is None:
        return ""
    if proposal.first not in AFTER_WASHOUT:
        return _("Niet voor %(day)s.") % {"day": format_date(moment, language=language())}
    return _(
        "Begin pas %(hours)s uur na de laatste inname van het andere middel (ACE-remmer of ARNI): niet voor "
        "%(moment)s. Neemt de patiënt nog een tablet, dan begint het wachten opnieuw."
    ) % {
        "hours": protocol.settings["ace_inhibitor_washout_hours"].chosen,
        "moment": format_datetime(moment, language=language()),
    }


def checks_of(proposal: Proposal, protocol: Protocol) -> list[str]:
    """What to measure when."""
    found = []
    for check in proposal.checks:
        names = ", ".join(in_sentence(fact_label(protocol, name)) for name in check.facts)
        then = label_of(check.then) if check.then else ""
        found.append(f"{period(check.from_on, check.until_on)}: {names}" + (f"; {then}" if then else ""))
    return found


def period(first: date, last: date) -> str:
    """``28-11-2025`` or ``28-11 – 05-12-2025``; in English ``28 Nov – 5 Dec 2025``."""
    if first == last:
        return day_label(last)
    begin = day_label(first).rpartition(" ")[0] if language() == "en" else f"{first:%d-%m}"
    return f"{begin} \u2013 {day_label(last)}"


def instruction_for(kind: str, drug: Drug, dose: Dose | None) -> str:
    """What the patient reads, in plain Dutch whatever the screen speaks: ``Neem bisoprolol 5 mg, 1 keer per dag.``"""
    name = drug.label["nl"]
    if kind == "stop":
        return f"Stop met {name}."
    if kind == "pause":
        return f"Neem {name} voorlopig niet in. U hoort van ons wanneer u weer begint."
    if dose is None:
        return ""
    plain = format(dose.amount.normalize(), "f")
    amount = f"{drug.step_labels.get(plain) or plain.replace('.', ',')} {drug.unit}"
    times = (
        f"1 keer per {int(1 / dose.per_day)} dagen"
        if dose.per_day < 1
        else f"{int(dose.per_day)} keer per dag"
    )
    return f"Neem {name} {amount}, {times}."


def begins_later(moment: datetime) -> str:
    """What the patient reads about a first tablet that has to wait: to the hour, for a day could be too early."""
    local = timezone.localtime(moment)
    return f" Begin niet eerder dan {local:%d-%m-%Y} om {local:%H:%M} uur."


def plain_instruction(kind: str, name: str, dose: Decimal | None, unit: str, times: int | None) -> str:
    """The same for a change that was typed in the consult; empty for what was only reported as in use."""
    if kind == "stop":
        return f"Stop met {name}."
    if kind == "pause":
        return f"Neem {name} voorlopig niet in. U hoort van ons wanneer u weer begint."
    if kind == "reported" or dose is None or not times:
        return ""
    amount = format(dose.normalize(), "f").replace(".", ",")
    return f"Neem {name} {amount} {unit}, {times} keer per dag."


def problems_of(problems: Iterable[Problem], protocol: Protocol) -> list[str]:
    """Entries that were set aside, in the reader's language."""
    return [_problem(one, protocol) for one in problems]


def _problem(problem: Problem, protocol: Protocol) -> str:
    """A class that only a referral told of is named as such, not by the ATC group that stands for it."""
    for key, prefixes in protocol.class_prefixes.items():
        if problem.about in prefixes:
            return _(
                "%(title)s wordt gebruikt volgens de verwijzing; leg middel en dosis vast bij de medicatie."
            ) % {"title": label_of(protocol.drug_class[key].title)}
    return label_of(problem.texts)
