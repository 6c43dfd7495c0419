"""What the reader of extracts says about a file or a row, in the reader's own language.

The reader is plain Python and speaks English; its sentences are few, and a test holds every one of them to this page.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

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
    (r"two columns have the same name", N_("twee kolommen hebben dezelfde naam")),
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
        r"this file is missing .*",
        N_("dit bestand ontbreekt; zonder patiënten is er niets te zoeken"),
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


def in_words(text: str) -> str:
    """A sentence of the reader in the language of the screen; as it is when nobody translated it."""
    for pattern, words in PATTERNS:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return _(words) % found.groupdict() if found.groupdict() else _(words)
    return text


def counted_reason(text: str) -> tuple[str, str]:
    """``file: reason`` of a count, as (file, reason in words)."""
    file, _colon, reason = text.partition(": ")
    return (file, in_words(reason)) if reason else ("", in_words(text))
