"""What a patient is told to do when something happens, with the names of the drugs that are not taken then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anderhalf.core.pathway.model import AlarmRule, Labels, Setting

ALWAYS, PAUSE = "always", "pause"
"""How a class is withheld: always, or when the agreement's setting says so."""
_AND = {"nl": " en ", "en": " and "}


def withheld(rule: AlarmRule, settings: Mapping[str, Setting]) -> frozenset[str]:
    """The classes of drugs that this agreement does not let take then."""
    return frozenset(
        name for name, how in rule.withhold.items() if how == ALWAYS or settings[how].chosen == PAUSE
    )


def alarm_text(rule: AlarmRule, drugs: Iterable[Labels]) -> Labels:
    """What to do, by language; ``drugs`` are the names of those in use that are not taken then."""
    named = list(drugs)
    if not rule.withhold:
        return rule.action
    if not named:
        return rule.without
    return {
        lang: text.replace("{drugs}", _listed([one[lang] for one in named], _AND.get(lang, ", ")))
        for lang, text in rule.action.items()
    }


def _listed(names: list[str], word: str) -> str:
    unique = list(dict.fromkeys(names))
    return word.join([", ".join(unique[:-1]), unique[-1]]) if len(unique) > 1 else unique[0]
