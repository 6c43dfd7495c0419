"""What the reader of extracts says about a file or a row, in the reader's own language.

The reader is plain Python and speaks English; its sentences are few, and a test holds every one of them to this page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

from anderhalf.population.sayings import in_language
from anderhalf.presentation.language import language

PATTERNS: tuple[tuple[str, str], ...] = (
    # rows
    (
        r"this patient is not in the file of patients",
        N_("deze patiënt staat niet in het bestand met patiënten"),
    ),
    (r"the date cannot be read", N_("de datum is niet te lezen")),
    (r"dated after the day of the search", N_("de datum ligt na de dag van de zoekactie")),
    (r"the value is not a number", N_("de waarde is geen getal")),
    (r"the unit is not known for this code", N_("deze eenheid hoort niet bij deze bepaling")),
    (r"the value is impossible for this code", N_("de waarde is onmogelijk voor deze bepaling")),
    (r"the patient has no number", N_("het patiëntnummer ontbreekt")),
    (r"the birth date cannot be read", N_("de geboortedatum is niet te lezen")),
    (r"this patient is in the file more than once", N_("deze patiënt staat er meer dan een keer in")),
    (r"this patient is in the folder more than once", N_("deze patiënt zit er meer dan een keer bij")),
    (r"the answer is not one of the list", N_("het antwoord staat niet in de lijst van deze bepaling")),
    (r"the date is missing", N_("de datum ontbreekt")),
    (
        r"the year of birth has two digits; write all four",
        N_("het geboortejaar heeft maar twee cijfers; schrijf alle vier"),
    ),
    (
        r"the birth date is after the day of the search",
        N_("de geboortedatum ligt na de dag van de zoekactie"),
    ),
    (
        r"the unit is missing; write it beside the value",
        N_("de eenheid ontbreekt; zet die bij de waarde"),
    ),
    (r"the date is before the birth of the patient", N_("de datum ligt voor de geboorte van de patiënt")),
    (r"the date is before 1850", N_("de datum ligt voor 1850")),
    (
        r"the number can be read in two ways \(8\.900 is 8900 or 8\.9\)",
        N_(
            "het getal is op twee manieren te lezen (8.900 is 8900 of 8,9); schrijf het zonder punt of komma voor"
            " de duizendtallen"
        ),
    ),
    (
        r"this looks like a fraction where a percentage is expected \(0\.35 for 35%\)",
        N_("dit lijkt een deel van één, waar een percentage hoort; schrijf 35 en niet 0,35"),
    ),
    (
        r"the code counts moles and the unit grams, or the reverse",
        N_(
            "de code en de eenheid spreken elkaar tegen (de ene telt in mol, de andere in gram); zet de goede"
            " erbij"
        ),
    ),
    (
        r"a corrected result of the same moment replaces it",
        N_("vervangen door een gecorrigeerde uitslag van hetzelfde moment"),
    ),
    (r"the result was withdrawn", N_("de uitslag is ingetrokken")),
    (
        r"the result is not final",
        N_("de uitslag is nog niet definitief; doorzoek opnieuw als die er is"),
    ),
    (
        r"two different results of the same moment",
        N_("twee verschillende uitslagen van hetzelfde moment; kijk in het dossier welke geldt"),
    ),
    (
        r"the result was cancelled although a value stands there",
        N_("de bepaling is geannuleerd, en toch staat er een waarde; kijk in het dossier"),
    ),
    (
        r"the measurement was cancelled; there is no result",
        N_("de bepaling is geannuleerd; er is geen uitslag"),
    ),
    # lines of bulk FHIR
    (r"this line is not JSON", N_("deze regel is geen JSON")),
    (r"this line is not a FHIR resource", N_("deze regel is geen FHIR")),
    (r"this resource names no patient", N_("er staat niet bij om welke patiënt het gaat")),
    (
        r"this resource is about a patient who is not in the folder",
        N_("dit gaat over een patiënt die er niet bij zit"),
    ),
    (
        r"two patients of the folder have this identifier",
        N_("twee patiënten hebben dit nummer; van wie dit is, is niet te zeggen"),
    ),
    (
        r"the folder points at patients of more than one server",
        N_("de bestanden wijzen naar patiënten van meer dan één server"),
    ),
    (
        r"the compressed file is damaged; nothing was read from here on",
        N_("het gecomprimeerde bestand is beschadigd; vanaf hier is niets gelezen"),
    ),
    (r"not listed, the list is full", N_("niet opgenomen, de lijst is vol")),
    # what a person should know of a file
    (
        r"line (?P<lines>[\d, ]+) stands above the column names and was passed over",
        N_("regel %(lines)s staat boven de kolomnamen en is overgeslagen"),
    ),
    (
        r"(?P<n>\d+) patients would be older than (?P<age>\d+): the birth date was taken as not known",
        N_("%(n)s patiënten zouden ouder zijn dan %(age)s: hun geboortedatum geldt als niet bekend"),
    ),
    (
        r"(?P<n>\d+) dates in (?P<column>.+) cannot be read and do not count",
        N_("%(n)s datums in de kolom %(column)s zijn niet te lezen en tellen niet mee"),
    ),
    (
        r"no row has a code of (?P<system>\w+); the file says nothing about anybody",
        N_("geen enkele regel heeft een code uit %(system)s; het bestand zegt over niemand iets"),
    ),
    (
        r"(?P<n>\d+) rows have no (?P<system>\w+) code: of these patients no drug counts as not used",
        N_(
            "%(n)s regels hebben geen code uit %(system)s: bij deze patiënten geldt geen middel als niet gebruikt"
        ),
    ),
    (
        r"(?P<n>\d+) rows of code (?P<code>.+) have no unit; taken as (?P<unit>.+)",
        N_("%(n)s regels met code %(code)s hebben geen eenheid; gelezen als %(unit)s"),
    ),
    (r"a quote is opened and not closed", N_("een aanhalingsteken wordt geopend en niet gesloten")),
    (
        r"(?P<found>\d+) cells where (?P<expected>\d+) are expected",
        N_("%(found)s cellen waar er %(expected)s horen te staan"),
    ),
    # files
    (
        r"column (?P<column>\w+) is missing \(also understood: (?P<also>.*)\)",
        N_("de kolom %(column)s ontbreekt (mag ook heten: %(also)s)"),
    ),
    (
        r"columns (?P<one>.*) and (?P<other>.*) both mean (?P<column>\w+)",
        N_("de kolommen %(one)s en %(other)s betekenen allebei %(column)s"),
    ),
    (
        r"the first line is not a row of column names",
        N_("de eerste regel is geen rij met kolomnamen"),
    ),
    (
        r"the first line has no ; , tab or \| between column names",
        N_("op de eerste regel staat geen ; , tab of | tussen de kolomnamen"),
    ),
    (r"this is not a readable Parquet file .*", N_("dit is geen leesbaar Parquet-bestand")),
    (r"the extract also has (?P<file>.*); keep one of them", N_("%(file)s zit er ook bij; laat er één weg")),
    (
        r"a line has more than (?P<n>\d+) characters; this is no table",
        N_("er is een regel van meer dan %(n)s tekens; dit is geen tabel"),
    ),
    (r"there is no such folder", N_("deze map is er niet")),
    # the command: which agreement, which engine
    (
        r"there is no folder (?P<folder>.+)",
        N_("de map %(folder)s is er niet; kijk hoe de afspraak of het zorgpad heet"),
    ),
    (
        r"(?P<name>'.*') is not the name of a folder in (?P<kind>\w+)/",
        N_("%(name)s is geen naam van een map in %(kind)s/"),
    ),
    (
        r"(?P<variable>\w+) is (?P<folder>.+), but there is no pathways/ folder in it",
        N_("%(variable)s is %(folder)s, maar daarin is geen map pathways/"),
    ),
    (
        r"no pathways/ and networks/ in (?P<folders>.+); set (?P<variable>\w+)",
        N_("geen pathways/ en networks/ in %(folders)s; geef met %(variable)s aan waar zij staan"),
    ),
    (
        r"the agreement (?P<agreement>\S+) does not use the pathway (?P<pathway>\S+) on (?P<day>[\d-]+)",
        N_(
            "de afspraak %(agreement)s gebruikt het zorgpad %(pathway)s niet op %(day)s; kies een andere dag of een"
            " ander zorgpad"
        ),
    ),
    (
        r"set (?P<variable>\w+) to (?P<address>postgresql://\S+)",
        N_("geef met %(variable)s aan waar PostgreSQL staat, als %(address)s"),
    ),
    (r"PostgreSQL does not answer: (?P<why>.*)", N_("PostgreSQL antwoordt niet: %(why)s")),
    (
        r"pyspark is missing: install the extra \"spark\"",
        N_("pyspark ontbreekt; installeer het onderdeel spark erbij"),
    ),
    (
        r"Spark needs Java 17; neither java nor JAVA_HOME was found",
        N_("Spark heeft Java 17 nodig; java en JAVA_HOME zijn niet gevonden"),
    ),
    (
        r"this file is missing in .* \(or (?P<dutch>\w+)\.csv, \.parquet\)",
        N_(
            "dit bestand ontbreekt; voeg het toe (%(dutch)s.csv of een .parquet mag ook). Zonder patiënten is er niets"
            " te zoeken"
        ),
    ),
    (r"no patient could be read", N_("er is geen enkele patiënt te lezen")),
    (
        r"more than (?P<n>\d+) different codes",
        N_("er staan meer dan %(n)s verschillende codes in; dit is geen lijst van een praktijk"),
    ),
    (r"the files cannot be read as tables .*", N_("de bestanden zijn niet als tabellen te lezen")),
    (
        r"more patients than a practice has",
        N_("er staan meer patiënten in dan een praktijk heeft; gebruik daarvoor de opdrachtregel"),
    ),
    (
        r"too many people are on the lists",
        N_(
            "er zouden zoveel mensen op de lijsten komen dat er iets met het uittreksel aan de hand moet zijn"
        ),
    ),
)


FILES: dict[str, str] = {
    "patients": N_("patiënten"),
    "problems": N_("problemen"),
    "measurements": N_("metingen"),
    "medication": N_("medicatie"),
    "contacts": N_("contacten"),
    "records": N_("dossiers"),
    "items": N_("gegevens"),
    "lines": N_("regels FHIR"),
}
COUNTS: dict[str, str] = {
    "patients": N_("patiënten doorzocht"),
    "known": N_("bekend met hartfalen"),
    "known_unsure": N_("niet te zeggen of zij hartfalen hebben"),
    "refer": N_("horen in de 1,5 lijn (zeker, of voor zover bekend)"),
    "refer_certain": N_("  waarvan zeker"),
    "urgent": N_("mogen niet wachten"),
    "second_line": N_("horen bij de cardioloog"),
    "return": N_("kunnen terug naar de huisarts"),
    "possible": N_("lijken hartfalen te hebben zonder de diagnose"),
    "treatment": N_("diagnose of behandeling onvolledig"),
    "undecided": N_("vragen die openstaan omdat gegevens ontbreken"),
}
MISSING: dict[str, str] = {
    "problems": N_(
        "Problemen ontbreken of zeggen niets: van wie geen hartfalen is gezien, is het niet bekend."
    ),
    "medication": N_("Medicatie ontbreekt of zegt niets: van niemand geldt een middel als niet gebruikt."),
    "measurements": N_("Metingen ontbreken: wat daaruit volgt, is van niemand bekend."),
    "contacts": N_("Contacten ontbreken: opnamen zijn van niemand bekend."),
}
NAMED = 12


def file_name(name: str) -> str:
    """What a file of the extract, or a kind of thing that was counted, is called."""
    return _(FILES[name]) if name in FILES else name


def count_name(name: str) -> str:
    """What a count of a search is called."""
    return _(COUNTS[name])


def remarks(read: Mapping[str, Any]) -> list[str]:
    """What a reader of the result must know of the files: what is missing, passed over, unasked or taken otherwise."""
    found = [_(MISSING[name]) for name in read.get("missing") or () if name in MISSING]
    if unused := read.get("unused"):
        named = ", ".join(unused[:NAMED]) + (" …" if len(unused) > NAMED else "")
        found.append(_("Niet gebruikt: %(files)s.") % {"files": named})
    for note in read.get("notes") or ():
        file, said = counted_reason(note)
        found.append(f"{file}: {said}.")
    for name, number in (read.get("not_asked") or {}).items():
        codes = (read.get("codes") or {}).get(name, ())[:NAMED]
        if number:
            listed = ", ".join(f"{code or _('(leeg)')} ({rows})" for code, rows in codes)
            found.append(
                _(
                    "%(number)s regels van %(name)s hebben een code waar de afspraak niet naar vraagt: %(codes)s."
                )
                % {"number": number, "name": file_name(name), "codes": listed}
            )
    return found


def in_words(text: str) -> str:
    """A sentence of the reader in the language of the screen; as it is when nobody translated it."""
    text = in_language(text, language())
    for pattern, words in PATTERNS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return _(words) % found.groupdict() if found.groupdict() else _(words)
    return text


def counted_reason(text: str) -> tuple[str, str]:
    """``file: reason`` of a count, as (file, reason in words)."""
    file, _colon, reason = text.partition(": ")
    return (file_name(file), in_words(reason)) if reason else ("", in_words(text))
