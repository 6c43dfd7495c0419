"""The fixed words of the sheet, in both languages of the content."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "document": "{pathway}: wie waarheen, en hoe snel?",
        "title_1": "is het spoed?",
        "title_2": "waarheen, en hoe snel?",
        "beside_1": "Blad 1 van 2: altijd eerst. Is het geen spoed, dan blad 2: waarheen, en hoe snel?",
        "beside_2": "Blad 2 van 2. Lees eerst blad 1: is het spoed?",
        "version": "versie {version}",
        "valid": "geldig vanaf {day}",
        "live": "geldt nu:",
        "urgent": "Spoed: {hospital}",
        "conjunction": "en",
        "only_if": "Alleen bij",
        "otherwise": "in alle andere gevallen",
        "no_more": "zonder verdere voorwaarde",
        "always": "altijd",
        "when": "als",
        "alternative": "of als",
        "in_order": "Lees op volgorde van nummer: de eerste regel die klopt, beslist.",
        "for_referrals": "Bij verwijzing naar de 1,5e of 2e lijn. Alle regels die kloppen, tellen mee.",
        "none_of_these": "Geen van deze: {what}",
        "next_page": "blad {page}",
        "to_other_lines": "Naar de 1,5e of 2e lijn",
        "legend_title": "Lezen.",
        "legend": (
            "eigen afspraak van dit netwerk; A, B, C, D: sterkte van de gepubliceerde bron. "
            "° telt alleen als het bekend is; anders is onbekend nooit nee en moet het eerst bekend zijn."
        ),
        "stale": "Telt als onbekend als het ouder is dan",
        "days": "{days} dagen:",
        "made": "Getekend uit de tabellen zelf, zorgpad {pathway}, kenmerk {hash}.",
    },
    "en": {
        "document": "{pathway}: who goes where, and how soon?",
        "title_1": "is it urgent?",
        "title_2": "where to, and how soon?",
        "beside_1": "Page 1 of 2: always first. If it is not urgent, then page 2: where to, and how soon?",
        "beside_2": "Page 2 of 2. Read page 1 first: is it urgent?",
        "version": "version {version}",
        "valid": "valid from {day}",
        "live": "now in force:",
        "urgent": "Urgent: {hospital}",
        "conjunction": "and",
        "only_if": "Only with",
        "otherwise": "in all other cases",
        "no_more": "without further condition",
        "always": "always",
        "when": "if",
        "alternative": "or if",
        "in_order": "Read by number: the first rule that holds decides.",
        "for_referrals": "When referring to the 1.5 or 2nd line. All rules that hold count.",
        "none_of_these": "None of these: {what}",
        "next_page": "page {page}",
        "to_other_lines": "To the 1.5 or 2nd line",
        "legend_title": "Reading.",
        "legend": (
            "this network's own agreement; A, B, C, D: strength of the published source. "
            "° counts only when known; otherwise unknown is never no, and it has to be known first."
        ),
        "stale": "Counts as unknown when older than",
        "days": "{days} days:",
        "made": "Drawn from the tables themselves, pathway {pathway}, mark {hash}.",
    },
}
