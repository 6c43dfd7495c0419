"""Cells and findings of a draft in words, for the pages that show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.core.decisions.feel import CellError, parse_cell, parse_literal
from anderhalf.core.decisions.findings import FindingKind, Severity
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.pathway.flowchart.words import criterion
from anderhalf.core.pathway.flowchart.words import value_in_words as short_value
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.language import label_of, language

from ..drafting.checking import witness_of
from ..drafting.fault_words import in_words
from ..words import cell_in_words, output_in_words, text_in
from .common import column_title


def kind_title(kind: str) -> str:
    """What a finding is called."""
    return {
        FindingKind.GAP: _("Gat"),
        FindingKind.OVERLAP: _("Overlap"),
        FindingKind.CONFLICT: _("Tegenspraak"),
        FindingKind.CONTRADICTION: _("Tegenspraak"),
        FindingKind.MASKED: _("Nooit aan de beurt"),
        FindingKind.UNREACHABLE: _("Kan niet voorkomen"),
        FindingKind.DUPLICATE: _("Dubbel"),
        FindingKind.SUBSUMED: _("Voegt niets toe"),
        FindingKind.OUT_OF_RANGE: _("Buiten bereik"),
        FindingKind.NOT_IN_LIST: _("Niet in de lijst"),
        FindingKind.OUTPUT_NOT_ALLOWED: _("Uitkomst kan niet"),
        FindingKind.UNUSED_FACT: _("Niet gebruikt"),
        FindingKind.NO_SOURCE: _("Geen bron"),
    }.get(FindingKind(kind), kind)


def cell_text(column: str, text: str, pathway: Pathway, table: DecisionTable) -> str:
    """A cell of any column as one says it; as written when it cannot be read."""
    lang = language()
    try:
        if column in pathway.facts:
            if not text or text == "-":
                return _("maakt niet uit")
            fact = pathway.facts[column]
            return cell_in_words(parse_cell(text, fact), fact, lang)
        if column.startswith("out:"):
            spec = next(one for one in table.outputs if f"out:{one.name}" == column)
            return output_in_words(parse_literal(text), spec, pathway, lang) if text else ""
    except (CellError, StopIteration):
        return text
    if column == "on_unknown":
        return {"needs_data": _("eerst uitzoeken"), "treat_as_no_match": _("regel geldt dan niet")}.get(
            text, text
        )
    return text


def findings_in_words(checked: Mapping[str, Any], pathway: Pathway, name: str) -> list[dict[str, Any]]:
    """Everything that is wrong with a table: faults first, then findings with their example patient."""
    table = pathway.tables[name]
    faults = [
        {
            "error": True,
            "title": _fault_title(fault["message"]),
            "row": fault["row"],
            "where": column_title(fault["column"], pathway, table) if fault["column"] else "",
            "text": in_words(fault["message"]),
            "example": [],
            "gap": [],
            "rules": [],
        }
        for fault in checked["faults"]
    ]
    return [*faults, *(_finding(one, pathway, table) for one in checked["findings"])]


def _fault_title(message: str) -> str:
    """What a fault is called: a text that does not follow its rule can be read well enough."""
    if "decides something else" in message or " text " in message:
        return _("Uitleg of bron klopt niet")
    return _("Niet te lezen")


def _finding(found: Mapping[str, Any], pathway: Pathway, table: DecisionTable) -> dict[str, Any]:
    lang = language()
    facts = pathway.facts
    gap = []
    if found["kind"] == FindingKind.GAP:
        gap = [
            criterion(facts[name], parse_cell(text, facts[name]), lang)
            for name, text in found["region"].items()
        ]
        nearest = found["column"] if found["column"] in facts else ""
        text = _("Geen enkele regel geldt voor wie aan al het volgende voldoet.")
        if found["rules"] and nearest:
            text += " " + _("Het dichtst bij is %(rule)s; die valt af op %(fact)s.") % {
                "rule": found["rules"][0],
                "fact": text_in(facts[nearest].label, lang),
            }
    else:
        text = _with_labels(found[lang], found["column"], pathway, table)
    return {
        "error": found["severity"] == Severity.ERROR,
        "title": kind_title(found["kind"]),
        "row": found["row"],
        "where": column_title(found["column"], pathway, table) if found["column"] else "",
        "text": text[:1].upper() + text[1:],
        "gap": gap,
        "rules": found["rules"],
        "example": [
            (text_in(facts[name].label, lang), short_value(value, facts[name], lang))
            for name, value in witness_of(found).items()
            if name in facts
        ],
    }


def _with_labels(text: str, column: str, pathway: Pathway, table: DecisionTable) -> str:
    """The names of facts in a sentence of the check, as they are called on screen."""
    if column:
        text = text.replace(column, column_title(column, pathway, table))
    for name, fact in pathway.facts.items():
        if "_" in name and name in text:
            text = text.replace(name, label_of(fact.label))
    return text
