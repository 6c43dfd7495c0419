"""What is wrong with an uploaded record, in words for the person who uploaded it.

The reasons are in :mod:`anderhalf.exchange.fhir.problems`; here are only the sentences, Dutch first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anderhalf.exchange.fhir.problems import Reason, RecordRefused, SkippedItem

TEXTS: Mapping[Reason, Promise] = {
    Reason.EMPTY: _("Het bestand is leeg."),
    Reason.TOO_LARGE: _("Het bestand is te groot: meer dan %(limit)s MB."),
    Reason.DAMAGED_GZIP: _("Het gecomprimeerde bestand is beschadigd of onvolledig."),
    Reason.NOT_UTF8: _("Dit is geen tekstbestand (UTF-8)."),
    Reason.NOT_JSON: _("Dit is geen geldig JSON-bestand."),
    Reason.NOT_XML: _("Dit is geen geldig XML-bestand."),
    Reason.FORBIDDEN_XML: _("Dit XML-bestand heeft een DOCTYPE of entiteiten; die worden niet gelezen."),
    Reason.TOO_DEEP: _("Het bestand is te diep genest: meer dan %(limit)s niveaus."),
    Reason.TOO_MANY: _("Het bestand bevat te veel onderdelen: meer dan %(limit)s."),
    Reason.NOT_A_NUMBER: _("Hier hoort een getal te staan."),
    Reason.NUMBER_TOO_LONG: _("Dit getal is te lang of te groot om een meting te zijn."),
    Reason.DUPLICATE_KEY: _("Hetzelfde gegeven staat er twee keer."),
    Reason.NOT_FHIR: _("Dit is geen FHIR-bestand."),
    Reason.WRONG_RESOURCE: _("Een bestand van de soort ‘%(found)s’ kan hier niet worden gebruikt."),
    Reason.WRONG_BUNDLE: _(
        "Een FHIR-bundel van de soort ‘%(found)s’ kan niet worden gelezen; wel: collection, document,"
        " searchset en transaction."
    ),
    Reason.NO_PATIENT: _("Er staat geen patiënt in het bestand."),
    Reason.SEVERAL_PATIENTS: _("Er staat meer dan één patiënt in het bestand."),
    Reason.OTHER_PATIENT: _("Het bestand bevat een gegeven van een andere patiënt."),
    Reason.WRONG_TYPE: _("Hier staat iets van een andere soort dan FHIR voorschrijft."),
    Reason.BAD_TEXT: _("Deze tekst is te lang of bevat tekens die niet kunnen worden opgeslagen."),
    Reason.IMPOSSIBLE_DATE: _("Deze datum bestaat niet."),
    Reason.FUTURE_DATE: _("Deze datum ligt in de toekomst: %(date)s."),
    Reason.BEFORE_BIRTH: _("Deze datum ligt vóór de geboorte: %(date)s."),
    Reason.INCOMPLETE_DATE: _("De datum is niet volledig."),
    Reason.NO_DATE: _("Er staat geen datum bij."),
    Reason.NO_SUBJECT: _("Er staat niet bij om welke patiënt het gaat."),
    Reason.NOT_FINAL: _("Dit is niet definitief (status ‘%(status)s’)."),
    Reason.POOR_SAMPLE: _("Het monster was niet goed (%(condition)s); bepaal opnieuw."),
    Reason.NO_VALUE: _("Er staat geen bruikbare waarde."),
    Reason.INEQUALITY: _("De waarde is een grens (kleiner of groter dan), geen getal."),
    Reason.NO_UNIT: _("Er staat geen eenheid bij."),
    Reason.UNKNOWN_UNIT: _("De eenheid ‘%(unit)s’ is niet bekend voor dit gegeven; verwacht: %(expected)s."),
    Reason.CONTRADICTING_UNIT: _("De eenheid staat er twee keer en verschillend (‘%(unit)s’)."),
    Reason.OUT_OF_RANGE: _("Deze waarde kan niet; mogelijk is %(lowest)s tot %(highest)s %(unit)s."),
    Reason.UNKNOWN_ANSWER: _("Dit antwoord is niet bekend voor dit gegeven."),
    Reason.UNKNOWN_MODIFIER: _(
        "Er staat een toevoeging bij die de betekenis verandert en die hier niet bekend is."
    ),
    Reason.AMBIGUOUS_CODE: _("De code hoort bij meer dan één gegeven."),
    Reason.CONFLICTING_COPIES: _("Hetzelfde onderdeel staat er meer dan eens, met verschillende inhoud."),
    Reason.BAD_BSN: _("Het BSN voldoet niet aan de elfproef."),
}


def describe(problem: RecordRefused | SkippedItem) -> str:
    """One sentence in the language of the reader, followed by the place in the file when there is one.

    What comes from the file is put in as plain text: escape it on output, as with everything else.
    """
    sentence = str(TEXTS[problem.reason]) % _Details(problem.details)
    if not problem.where:
        return sentence
    return gettext("%(sentence)s Plaats in het bestand: %(where)s.") % {
        "sentence": sentence,
        "where": _place(problem.where),
    }


def _place(where: str) -> str:
    """A path stays as it is; a line and column are said in the language of the reader."""
    found = re.fullmatch(r"line (\d+) column (\d+)", where)
    if found is None:
        return where
    return gettext("regel %(line)s, kolom %(column)s") % {"line": found[1], "column": found[2]}


class _Details(dict[str, str]):
    """A detail that is not known shows as a dash instead of failing."""

    def __missing__(self, _key: str) -> str:
        return "–"
