"""The fixed words of the sheet, in both languages of the content."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "title": "{pathway}: wie waarheen, en hoe snel?",
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
        "title": "{pathway}: who goes where, and how soon?",
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
