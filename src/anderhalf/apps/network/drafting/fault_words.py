"""What is wrong with a cell or a table, in the reader's language.

The engine says it in English (it is used in terminals and logs too); here every sentence it has is known by its
pattern. A sentence that is not known is shown as it is: better in English than not at all.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 -- as in every room

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"expected a value but found the end", N_("er ontbreekt een waarde aan het eind")),
    (r"expected (?P<wanted>.+) but found the end", N_("verwacht %(wanted)s, maar de cel houdt daar op")),
    (r"expected a value but found (?P<found>.+)", N_("verwacht een waarde, maar er staat %(found)s")),
    (r"expected (?P<wanted>.+) but found (?P<found>.+)", N_("verwacht %(wanted)s, maar er staat %(found)s")),
    (r"the cell is empty; write - for any value", N_("de cel is leeg; schrijf - als elke waarde goed is")),
    (r"unexpected (?P<what>.+) in the cell", N_("%(what)s hoort hier niet")),
    (r"the cell is empty; an output needs a value|the cell is empty; this output needs a value",
     N_("de cel is leeg; een uitkomst heeft een waarde nodig")),
    (r"an output is one value, not a list or a formula", N_("een uitkomst is één waarde, geen lijst of formule")),
    (r"decimal comma: write (?P<number>.+) with a point, or (?P<listed>.+) with a space for a list",
     N_("komma in een getal: schrijf %(number)s met een punt, of %(listed)s met een spatie voor een lijst")),
    (r"the cell is longer than (?P<n>\d+) characters", N_("de cel is langer dan %(n)s tekens")),
    (r"(?P<what>'.*'|\".*\") is not part of a table cell", N_("%(what)s kan niet in een cel")),
    (r"the interval is not closed with \] or \) or \[", N_("het interval is niet gesloten met ] of ) of [")),
    (r"nothing lies in this interval", N_("er ligt niets in dit interval")),
    (r"(?P<fact>\w+) is a number, not (?P<text>.+)", N_("%(fact)s is een getal, niet %(text)s")),
    (r"(?P<fact>\w+) is true or false, not (?P<text>.+)", N_("%(fact)s is ja of nee, niet %(text)s")),
    (r"(?P<fact>\w+) is a text, not (?P<text>.+?)(; did you mean (?P<hint>.+))?",
     N_("%(fact)s is een tekst tussen aanhalingstekens, niet %(text)s")),
    (r"(?P<fact>\w+) is a date, not (?P<text>.+)", N_("%(fact)s is een datum, niet %(text)s")),
    (r"(?P<fact>\w+) has no order, so <, > and intervals cannot be used",
     N_("%(fact)s heeft geen volgorde; <, > en intervallen kunnen hier niet")),
    (r"a date is written date\(\"2025-12-31\"\)", N_("een datum schrijft u als date(\"2025-12-31\")")),
    (r"text is written in double quotes \((?P<text>.+)\), and formulas are not allowed",
     N_("tekst staat tussen aanhalingstekens (%(text)s); formules kunnen niet")),
    (r"(?P<day>\S+) is not a day of the calendar", N_("%(day)s is geen dag van de kalender")),
    (r"(?P<id>'.*') is not an id: letters, digits, and _ \. : - inside",
     N_("%(id)s is geen regelnummer: letters, cijfers, en binnenin _ . : -")),
    (r"(?P<id>\S+) is already the id of the rule on line (?P<line>\d+)",
     N_("%(id)s is al het nummer van de regel op lijn %(line)s")),
    (r"(?P<what>.+) is not in the list of this fact \((?P<known>.+)\)",
     N_("%(what)s staat niet in de lijst van dit gegeven (%(known)s)")),
    (r"(?P<what>.+) is not allowed here; allowed: (?P<allowed>.+)",
     N_("%(what)s kan hier niet; mogelijk is %(allowed)s")),
    (r"(?P<text>.+) is not a (?P<type>number|boolean|code|date|text)", N_("%(text)s is hier niet van de goede soort")),
    (r"(?P<what>'.*') is not one of (?P<known>.+)", N_("%(what)s is geen van %(known)s")),
    (r"rule (?P<rule>\S+) has no explanation in Dutch", N_("regel %(rule)s heeft geen uitleg in het Nederlands")),
    (r"rule (?P<rule>\S+) has no explanation in English", N_("regel %(rule)s heeft geen uitleg in het Engels")),
    (r"rule (?P<rule>\S+): the source is missing", N_("regel %(rule)s heeft geen bron")),
    (r"rule (?P<rule>\S+): (?P<source>.+) is not one of \[sources\] in pathway\.toml",
     N_("regel %(rule)s: %(source)s is geen bron van dit zorgpad")),
    (r"rule (?P<rule>\S+): grade (?P<grade>'.*') is not one of (?P<known>.+)",
     N_("regel %(rule)s: sterkte %(grade)s is geen van %(known)s")),
    (r"rule (?P<rule>\S+): grade (?P<grade>\S+) is not the grade of any cited source \((?P<known>.+)\)",
     N_("regel %(rule)s: sterkte %(grade)s hoort bij geen van de genoemde bronnen (%(known)s)")),
    (r"rule (?P<rule>\S+): the number (?P<number>\S+) in the text stands in no cell of the rule",
     N_("regel %(rule)s: het getal %(number)s in de tekst staat in geen cel van de regel")),
    (r"rule (?P<rule>\S+): the Dutch text says (?P<number>\S+), the English does not",
     N_("regel %(rule)s: de Nederlandse tekst noemt %(number)s, de Engelse niet")),
    (r"rule (?P<rule>\S+): the English text says (?P<number>\S+), the Dutch does not",
     N_("regel %(rule)s: de Engelse tekst noemt %(number)s, de Nederlandse niet")),
    (r"rule (?P<rule>\S+) decides something else, and its explanation in Dutch is unchanged",
     N_("regel %(rule)s beslist anders, en de uitleg in het Nederlands is ongewijzigd: schrijf wat nu geldt")),
    (r"rule (?P<rule>\S+) decides something else, and its explanation in English is unchanged",
     N_("regel %(rule)s beslist anders, en de uitleg in het Engels is ongewijzigd: schrijf wat nu geldt")),
    (r"rule (?P<rule>\S+) decides something else, and its source is unchanged: .*",
     N_("regel %(rule)s beslist anders, en de bron is ongewijzigd: noem de nieuwe bron en plaats, of maak er een eigen"
        " afspraak van (bron en sterkte local)")),
    (r"pathway \S+: (?P<fact>\w+) = (?P<value>.+) is a danger, and with nothing else known no rule calls anybody",
     N_("%(fact)s %(value)s is gevaarlijk, en als verder niets bekend is laat geen regel iemand bellen")),
    (r"pathway \S+: (?P<fact>\w+) = (?P<value>.+) is a danger, and with everything else reassuring no rule calls .*",
     N_("%(fact)s %(value)s is gevaarlijk, en als al het andere geruststelt laat geen regel iemand bellen")),
    (r"pathway \S+: (?P<fact>\w+) = (?P<value>.+) calls nobody, and \w+ = (?P<other>.+), which is less far out, does",
     N_("bij %(fact)s %(value)s wordt niemand gebeld, bij %(other)s wel, en dat is minder erg")),
    (r"pathway \S+: (?P<fact>\w+) = (?P<value>.+) calls somebody, so facts\.toml must say danger = (?P<ends>.+)",
     N_("bij %(fact)s %(value)s wordt iemand gebeld; dan hoort in het woordenboek danger = %(ends)s")),
    (r"this is not a fact of the dictionary, an out: column or a text",
     N_("deze kolom is geen gegeven van het woordenboek, geen uitkomst (out:…) en geen tekst")),
    (r"this column stands twice in the header", N_("deze kolom staat er twee keer")),
    (r"the column id is missing: every rule needs a stable id",
     N_("de kolom id ontbreekt: elke regel heeft een vast nummer")),
    (r"this output is not declared; known: (?P<known>.+)",
     N_("deze uitkomst kent het zorgpad niet; bekend: %(known)s")),
    (r"this output is declared but has no column", N_("deze uitkomst hoort bij de tabel maar heeft geen kolom")),
    (r"the table has no out: column", N_("de tabel heeft geen uitkomst (out:…)")),
    (r"the table has no rules", N_("de tabel heeft geen regels")),
    (r"the file has no header row", N_("het bestand heeft geen kopregel")),
    (r"columns are separated by semicolons; save the file with commas",
     N_("de kolommen zijn gescheiden door puntkomma's; bewaar het bestand met komma's")),
    (r"the file holds binary data \(NUL\)", N_("het bestand bevat binaire gegevens")),
    (r"this row has (?P<n>\d+) cells, the header has (?P<m>\d+): (?P<a>.+) looks like a decimal comma; write (?P<b>.+)"
     r" with a point",
     N_("deze rij heeft %(n)s cellen en de kop %(m)s: %(a)s lijkt een komma in een getal; schrijf %(b)s met een punt")),
    (r"this row has (?P<n>\d+) cells, the header has (?P<m>\d+); .*",
     N_("deze rij heeft %(n)s cellen en de kop %(m)s; een cel met een komma staat tussen aanhalingstekens")),
    (r"this row is not readable CSV \((?P<why>.+)\); .*",
     N_("deze rij is geen leesbare CSV (%(why)s); een aanhalingsteken binnen een cel schrijft u dubbel")),
    (r"the file is not UTF-8", N_("het bestand is geen UTF-8; bewaar het opnieuw als UTF-8")),
    (r"no column is a fact of this pathway", N_("geen enkele kolom is een gegeven van dit zorgpad")),
    (r"not a DMN 1\.1 to 1\.5 file.*", N_("dit is geen DMN-bestand (versie 1.1 tot en met 1.5)")),
    (r"the file is larger than (?P<n>\d+) MB", N_("het bestand is groter dan %(n)s MB")),
    (r"the text cannot be decoded \(.*\)", N_("de tekst van het bestand is niet te lezen")),
    (r"a document type or entity is not accepted", N_("een document type of entity wordt niet gelezen")),
    (r"the file is nested too deeply or has too many elements",
     N_("het bestand is te diep genest of heeft te veel onderdelen")),
    (r"two decisions are called (?P<name>.+)", N_("twee beslissingen heten %(name)s")),
    (r"the description of (?P<name>.+) is damaged \(.*\)", N_("de beschrijving van %(name)s is beschadigd")),
    (r"its logic is (?P<what>.+), not a decision table", N_("dit is geen beslistabel maar %(what)s")),
    (r"its logic is a formula: (?P<text>.+)", N_("dit is een formule: %(text)s")),
    (r"one input stands in two columns", N_("een gegeven staat in twee kolommen")),
    (r"an aggregation over several outputs", N_("er wordt over meer uitkomsten opgeteld")),
    (r"an input column without an expression", N_("een kolom zonder gegeven")),
    (r"the input (?P<name>'.*') is not the name of an input or decision", N_("%(name)s is geen gegeven of beslissing")),
    (r"the type of (?P<name>'.*') is not a number, text, boolean or date",
     N_("%(name)s is geen getal, tekst, ja of nee, of datum")),
    (r"the column reads (?P<expression>.+), its description says (?P<fact>.+); make them the same",
     N_("de kolom leest %(expression)s, maar in de beschrijving erbij staat %(fact)s; maak ze gelijk")),
    (r"an expression in (?P<language>.+), not in FEEL", N_("dit is geschreven in %(language)s, niet in FEEL")),
    (r"an output that is not a literal: (?P<text>.+)", N_("een uitkomst is één vaste waarde, niet %(text)s")),
    (r"a default output that is not a literal: (?P<text>.+)",
     N_("de uitkomst als geen regel past is één vaste waarde, niet %(text)s")),
    (r"allowed values that are not a list: (?P<text>.+)", N_("de mogelijke waarden zijn geen lijst: %(text)s")),
    (r"an aggregation over (?P<text>.+), which is not a number",
     N_("er wordt opgeteld over %(text)s, en dat is geen getal")),
    (r"not well-formed XML \(.*\)", N_("dit is geen geldige XML; het bestand is afgebroken of beschadigd")),
    (r"(?P<mark>\\\S+) is the half of a character", N_("%(mark)s is een half teken; de andere helft ontbreekt")),
    (r"(?P<mark>\\\S+) is not an escape in a text", N_("%(mark)s heeft in een tekst geen betekenis")),
    (r"a cell of (?P<fact>\S+) outside S-FEEL: (?P<why>.+)", N_("een cel van %(fact)s kan hier niet: %(why)s")),
    (r"hit policy (?P<policy>.+)", N_("de leeswijze %(policy)s kent deze dienst niet")),
    (r"(?P<rule>\S+) is the id of two rules", N_("%(rule)s is het nummer van twee regels")),
    (r"rule (?P<rule>\S+) has another number of cells than the table has columns",
     N_("regel %(rule)s heeft een ander aantal cellen dan de tabel kolommen")),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _PATTERNS)
_QUOTED_CELL = re.compile(r"^(?P<why>.+): (?P<cell>'.*'|\".*\")$", re.DOTALL)


def in_words(message: str) -> str:
    """A message of the engine or of the content reader, in the active language."""
    # A fault in a cell ends with the text of the cell, which the screen shows already.
    found = _QUOTED_CELL.match(message)
    if found is not None and (said := _known(found["why"])) is not None:
        return said
    return _known(message) or message


def _known(message: str) -> str | None:
    for pattern, said in _COMPILED:
        found = pattern.fullmatch(message)
        if found is not None:
            parts = found.groupdict()
            if parts.get("why"):
                parts["why"] = in_words(parts["why"])
            return _(said) % parts
    return None
