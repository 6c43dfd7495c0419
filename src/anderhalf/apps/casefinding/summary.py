"""What a search found and read, in words for the command line; the page of a search says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.apps.network.drafting.fault_words import in_words as fault_in_words
from anderhalf.content.faults import ContentErrors
from anderhalf.population.shapes import ExtractRefused
from anderhalf.presentation.language import language

from .words import COUNTS, count_name, counted_reason, in_words, remarks

NAMED_FILES, SHOWN_REASONS, SHOWN_MISSING = 8, 10, 5


def title(folder: object) -> str:
    """Above the counts."""
    return _("Werklijsten in %(folder)s") % {"folder": folder}


def phases() -> Mapping[str, str]:
    """What the progress bars are called."""
    return {"read": _("lezen"), "decide": _("beslissen")}


def refused(error: Exception) -> str:
    """Why nothing was searched: in which file, and what to do."""
    if isinstance(error, ContentErrors):
        said = "\n".join(str(replace(one, message=fault_in_words(one.message))) for one in error.faults)
    elif isinstance(error, ExtractRefused):
        said = f"{error.file}: {in_words(error.why)}" if error.file else in_words(error.why)
    else:
        # A KeyError puts quotes around its sentence.
        said = in_words(str(error.args[0] if isinstance(error, KeyError) else error))
    return _("niet doorzocht: %(why)s") % {"why": said}


def counted(counts: Mapping[str, int], read: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every count with its name; what the files cannot tell is no number."""
    unknown = _("onbekend") if "problems" in read["missing"] else ""
    return [
        (count_name(name), unknown if name == "known" and unknown else _number(counts.get(name, 0)))
        for name in COUNTS
    ]


def lines(read: Mapping[str, Any], missing: Mapping[str, int]) -> list[str]:
    """Files, what to know of them, what was set aside and why, and which facts are missing most often."""
    files, aside = read["files"], dict(read["aside"])
    named = ", ".join(files[:NAMED_FILES]) + (" …" if len(files) > NAMED_FILES else "")
    found = [_("gelezen bestanden: %(n)d (%(files)s)") % {"n": len(files), "files": named}]
    found += [f"! {remark}" for remark in remarks(read)]
    if aside:
        total = sum(aside.values())
        found.append(_("%(n)s regels apart gezet, zie set_aside.csv:") % {"n": _number(total)})
        shown = sorted(aside.items(), key=lambda item: -item[1])[:SHOWN_REASONS]
        found += [
            f"  {_number(number):>9}  {': '.join(filter(None, counted_reason(why)))}" for why, number in shown
        ]
        if rest := total - sum(number for _why, number in shown):
            found.append(f"  {_number(rest):>9}  {_('om andere redenen')}")
    if read["left"]:
        left = {"n": _number(read["left"])}
        found.append(_("%(n)s patiënten zijn niet meer ingeschreven en niet doorzocht") % left)
    if missing:
        found.append(_("ontbreekt het vaakst:"))
        found += [f"  {_number(number):>9}  {name}" for name, number in list(missing.items())[:SHOWN_MISSING]]
    return found


def _number(many: int) -> str:
    """With the thousands as the reader writes them: 3.000 in Dutch, 3,000 in English."""
    return f"{many:,}" if language() == "en" else f"{many:,}".replace(",", ".")
