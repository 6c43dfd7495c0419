"""What is still missing for an answer, in words: which field, and what it could change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.pathway.model import Pathway
from anderhalf.core.pathway.referral import CALL
from anderhalf.core.pathway.routing import Missing
from anderhalf.presentation.language import number_label
from anderhalf.presentation.units import TIMES, unit_of

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


def line_name(line: str) -> str:
    """What a line of care is called."""
    return {
        "first": _("1e lijn"),
        "intermediate": _("1,5 lijn"),
        "second": _("2e lijn"),
        "emergency": _("spoed"),
    }.get(line, "")


def gap_of(missing: Missing, pathway: Pathway, lang: str) -> Gap:
    """A missing fact in words: "Kalium: boven 6,0 mmol/l wordt dit spoed", or "kan dit spoed worden" when other facts
    that are open have to agree."""
    fact = pathway.facts[missing.fact]
    names = (_("overleg dezelfde dag") if line == CALL else line_name(line) for line in missing.lines)
    lines = [name for name in names if name]
    effect = ""
    if missing.fact == "question":
        lines = []
    cells = list(dict.fromkeys(missing.cells))
    if lines and len(cells) == 1 and len(lines) == 1:
        words = cell_words(cells[0], fact, lang)
        if words and not missing.alone:
            effect = _("%(when)s kan dit %(line)s worden") % {"when": words, "line": lines[0]}
        elif words:
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
        often = fact.unit_label == TIMES
        pattern = (
            {
                ">": _("vaker dan %(value)s"),
                ">=": _("%(value)s of vaker"),
                "<": _("minder vaak dan %(value)s"),
                "<=": _("%(value)s of minder vaak"),
            }[match[1]]
            if often
            else {
                ">": _("boven %(value)s"),
                ">=": _("vanaf %(value)s"),
                "<": _("onder %(value)s"),
                "<=": _("tot en met %(value)s"),
            }[match[1]]
        )
        value = " ".join(part for part in (number_label(Decimal(match[2])), unit_of(fact)) if part)
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
