"""What is wrong with an uploaded record, in words for the person who uploaded it.

The reasons are in :mod:`anderhalf.exchange.fhir.problems`; here are only the sentences, Dutch first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anderhalf.exchange.fhir.problems import Notice, Reason, RecordRefused, Remark, SkippedItem
from anderhalf.exchange.fhir.record import Ask, Why
from anderhalf.exchange.fhir.usage import Doubt
from anderhalf.population.sayings import LANGUAGES, in_languages

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
        "Een FHIR-bundel van de soort ‘%(found)s’ kan niet worden gelezen; wel: batch, collection, document,"
        " message, searchset en transaction."
    ),
    Reason.NO_PATIENT: _("Er staat geen patiënt in het bestand."),
    Reason.SEVERAL_PATIENTS: _("Er staat meer dan één patiënt in het bestand."),
    Reason.SAME_BSN_OTHER_BIRTH: _("Hetzelfde BSN staat bij twee verschillende geboortedatums."),
    Reason.OTHER_PATIENT: _(
        "Een gegeven in het bestand verwijst naar een patiënt onder een ander adres (‘%(found)s’) dan de patiënt die"
        " erin staat. Of dat dezelfde persoon is, is niet te zien."
    ),
    Reason.WRONG_TYPE: _("Hier staat iets van een andere soort dan FHIR voorschrijft."),
    Reason.BAD_TEXT: _("Deze tekst is te lang of bevat tekens die niet kunnen worden opgeslagen."),
    Reason.IMPOSSIBLE_DATE: _("Deze datum bestaat niet."),
    Reason.FUTURE_DATE: _("Deze datum ligt in de toekomst: %(date)s."),
    Reason.BEFORE_BIRTH: _("Deze datum ligt vóór de geboorte: %(date)s."),
    Reason.INCOMPLETE_DATE: _("De datum is niet volledig."),
    Reason.NO_DATE: _("Er staat geen datum bij."),
    Reason.NO_SUBJECT: _("Er staat niet bij om welke patiënt het gaat."),
    Reason.OTHER_SUBJECT: _("Dit gaat niet over een patiënt."),
    Reason.OTHER_FOCUS: _("Dit gaat over iemand anders of iets anders dan de patiënt zelf."),
    Reason.AFTER_DEATH: _("Dit is gemeten na het overlijden."),
    Reason.NOT_FINAL: _("Dit is niet definitief (status ‘%(status)s’)."),
    Reason.WITHDRAWN: _("De bron heeft dit ingetrokken of weerlegd; het telt niet mee."),
    Reason.CANCELLED: _("Deze bepaling is geannuleerd; er is geen geldige uitslag."),
    Reason.CONTAINED: _(
        "Deze uitslag zit in een ander onderdeel verpakt en is niet gelezen; kijk in de bron."
    ),
    Reason.POOR_SAMPLE: _("Het monster was niet goed (%(condition)s); bepaal opnieuw."),
    Reason.NO_VALUE: _("Er staat geen bruikbare waarde."),
    Reason.VALUE_AND_ABSENT: _("Er staat een waarde, en ook dat er geen waarde is (%(said)s)."),
    Reason.NOT_DONE: _("Dit is niet bepaald."),
    Reason.INEQUALITY: _("Het teken ‘%(sign)s’ voor de waarde is niet bekend; wel: <, <=, > en >=."),
    Reason.NO_UNIT: _("Er staat geen eenheid bij."),
    Reason.UNKNOWN_UNIT: _("De eenheid ‘%(unit)s’ is niet bekend voor dit gegeven; verwacht: %(expected)s."),
    Reason.CONTRADICTING_UNIT: _("De eenheid staat er twee keer en verschillend (‘%(unit)s’)."),
    Reason.CODE_AGAINST_UNIT: _(
        "De code en de eenheid ‘%(unit)s’ spreken elkaar tegen: de ene telt mol, de andere gram."
    ),
    Reason.FRACTION: _("Dit lijkt een fractie (zoals 0,35 voor 35%%), maar de eenheid is %(unit)s."),
    Reason.OUT_OF_RANGE: _("Deze waarde kan niet; mogelijk is %(lowest)s tot %(highest)s %(unit)s."),
    Reason.UNKNOWN_ANSWER: _("Dit antwoord is niet bekend voor dit gegeven."),
    Reason.UNKNOWN_MODIFIER: _(
        "Er staat een toevoeging bij die de betekenis verandert en die hier niet bekend is."
    ),
    Reason.AMBIGUOUS_CODE: _("De code hoort bij meer dan één gegeven."),
    Reason.CONFLICTING_COPIES: _("Hetzelfde onderdeel staat er meer dan eens, met verschillende inhoud."),
    Reason.CONFLICTING_VALUES: _(
        "Twee verschillende uitslagen van hetzelfde moment (%(values)s); bepaal opnieuw of vraag het na."
    ),
    Reason.BAD_BSN: _("Het BSN voldoet niet aan de elfproef."),
}


REMARKS: Mapping[Remark, Promise] = {
    Remark.MORE_PAGES: _(
        "Dit is niet het hele dossier: het bestand is één pagina van een zoekresultaat (%(read)s onderdelen"
        " gelezen, totaal %(total)s). Wat ontbreekt, is hier onbekend."
    ),
    Remark.SAME_PERSON_TWICE: _(
        "Deze persoon staat %(count)s keer in het bestand, met hetzelfde BSN. Kijk de persoonsgegevens na."
    ),
    Remark.RESULTS_MISSING: _(
        "Het bestand verwijst naar %(count)s uitslagen die er niet in staan. Wat die zijn, is hier onbekend; kijk in de"
        " bron."
    ),
    Remark.REPLACED: _(
        "Volgens het bestand is deze inschrijving vervallen of vervangen door een andere. Kijk na of dit het"
        " juiste dossier is."
    ),
}
DOUBTS: Mapping[Doubt, Promise] = {
    Doubt.STATUS: _("status onbekend"),
    Doubt.DISPENSED: _("afgeleverd"),
    Doubt.NOT_TAKEN: _("afgesproken, maar de patiënt zegt het niet te gebruiken"),
    Doubt.MAYBE_STOPPED: _("mogelijk gestopt"),
    Doubt.LATER: _("begint later"),
    Doubt.ON_HOLD: _("gepauzeerd"),
    Doubt.MAYBE_OLD: _("in gebruik genoemd, maar niet zeker of dat nu nog zo is"),
}
STATES: Mapping[Why, Promise] = {
    Why.NO_STATUS: _("status onbekend"),
    Why.ABATED: _("actief genoemd, maar ook beëindigd"),
    Why.UNSURE: _("niet zeker"),
    Why.INACTIVE: _("niet meer actief"),
    Why.MAYBE_OLD: _("actief genoemd, maar niet zeker of dat nu nog zo is"),
}
KINDS: Mapping[str, Promise] = {
    "Observation": _("Meting"),
    "Condition": _("Probleem"),
    "AllergyIntolerance": _("Allergie"),
    "Flag": _("Waarschuwing"),
    "Procedure": _("Verrichting"),
    "Encounter": _("Contact"),
    "MedicationRequest": _("Geneesmiddel"),
    "MedicationStatement": _("Geneesmiddel"),
    "MedicationDispense": _("Geneesmiddel"),
}


def remark(notice: Notice) -> str:
    """What must be known of the file as a whole, in the language of the reader."""
    return str(REMARKS[notice.remark]) % _Details(notice.details)


def line(item: SkippedItem, *, label: str = "") -> str:
    """What was not taken over, for a person: which test, drug or problem, its day, and why. No place in the file."""
    kind = KINDS.get(item.kind)
    name = label or item.label or (str(kind) if kind is not None else gettext("Persoonsgegevens"))
    about = f"{name}, {_day(item.on)}" if item.on is not None else name
    return gettext("%(about)s: %(sentence)s") % {"about": about, "sentence": sentence(item)}


def asked(ask: Ask) -> str:
    """Why a fact is asked, beside its field."""
    if ask.why is Why.UNREADABLE:
        if ask.on is None:
            return gettext("er is een uitslag zonder bruikbare datum die niet gelezen kon worden")
        return gettext("er is een nieuwere uitslag (%(day)s) die niet gelezen kon worden") % {
            "day": _day(ask.on)
        }
    if ask.why is Why.CONFLICT:
        return gettext(
            "er zijn verschillende uitslagen van één moment (%(day)s): %(values)s; vraag na welke klopt"
        ) % {
            "day": _day(ask.on) if ask.on else "–",
            "values": ask.text[:120],
        }
    state = DOUBTS[ask.doubt] if ask.doubt is not None else STATES[ask.why]
    details = f"{state}, {_day(ask.on)}" if ask.on is not None else str(state)
    return gettext("in het bestand: %(text)s (%(details)s); vraag het na") % {
        "text": ask.text[:120],
        "details": details,
    }


def sentence(problem: RecordRefused | SkippedItem) -> str:
    """Why, in the language of the reader. What comes from the file is put in as plain text: escape it on output."""
    return str(TEXTS[problem.reason]) % _Details(problem.details)


def place(problem: RecordRefused | SkippedItem) -> str:
    """Where in the file, for the technician; empty when that is not known."""
    return _place(problem.where)


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def describe(problem: RecordRefused | SkippedItem) -> str:
    """One sentence in the language of the reader, followed by the place in the file when there is one.

    What comes from the file is put in as plain text: escape it on output, as with everything else.
    """
    why = sentence(problem)
    if not problem.where:
        return why
    return gettext("%(sentence)s Plaats in het bestand: %(where)s.") % {
        "sentence": why,
        "where": _place(problem.where),
    }


def in_both_languages(problem: RecordRefused | SkippedItem) -> str:
    """:func:`describe` in Dutch and in English, for what is kept and read later by whoever it is for."""
    return _both(lambda: describe(problem))


def kind_in_both_languages(reason: Reason) -> str:
    """What is wrong, without the particulars of one item: for counting."""
    return _both(lambda: str(TEXTS[reason]) % _Details())


def _both(say: Callable[[], str]) -> str:
    texts = {}
    for language in LANGUAGES:
        with translation.override(language):
            texts[language] = say()
    return in_languages(**texts)


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
