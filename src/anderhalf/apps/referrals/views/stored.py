"""The answer as it was given when the referral was sent, in words, from its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.core.pathway.danger import ACTIONS
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import language, moment_label
from anderhalf.presentation.wording import without_local

from .answer import is_local, label_of
from .gaps import line_name


def stored_answer(
    routing: Mapping[str, Any], pathway: Pathway, *, askable: Collection[str], known: Collection[str]
) -> dict[str, Any]:
    """The answer as it was given when the referral was sent, from the row. ``askable``: the facts that somebody can
    still answer of this patient; ``known``: those that the letter says."""
    lang = language()
    if not routing:
        return {}
    danger = routing.get("danger", {})
    term = pathway.urgencies.get(routing.get("urgency", ""))
    facts = pathway.facts
    return {
        "line": routing.get("line", ""),
        "line_name": line_name(routing.get("line", "")),
        "urgency": term.label[lang] if term else "",
        "at": datetime.fromisoformat(routing["at"]) if routing.get("at") else None,
        "why": [
            {
                **one,
                "text": one["texts"].get(lang, ""),
                "source": without_local(one["source"]),
                "local": is_local(one["local"], one["source"]),
            }
            for one in [*routing.get("reasons", []), *_other_pairs(routing)]
        ],
        "danger": [
            {
                "text": one["why"].get(lang, "")
                if one["certain"]
                else _("Als het klopt: %(text)s") % {"text": one["why"].get(lang, "")},
                "action": label_of(pathway, one["table"], "action", one["action"], lang),
                "call_112": one["action"] == ACTIONS[0],
                "rule": one["rule"],
            }
            for one in danger.get("signs", [])
        ],
        "not_now": _not_now(routing),
        "not_asked": [facts[name].label[lang] for name in _to_ask(danger, pathway, askable, known)],
        "missing": [
            facts[one["fact"]].label[lang] for one in routing.get("missing", []) if one["fact"] in facts
        ],
        "blocking": any(one.get("blocking") for one in routing.get("missing", [])),
        "to_do": [
            {
                "task": label_of(pathway, "to_do", "task", one["task"], lang),
                "moment": label_of(pathway, "to_do", "moment", one["moment"], lang),
                "why": one["texts"].get(lang, ""),
            }
            for one in routing.get("to_do", [])
        ],
        "agreement": routing.get("agreement", ""),
        "pathway": routing.get("pathway", {}),
    }


def _to_ask(
    danger: Mapping[str, Any], pathway: Pathway, askable: Collection[str], known: Collection[str]
) -> list[str]:
    """The open facts of dangers, each as somebody can answer it: what follows from others by what that is and nobody
    said yet, and nothing that this patient is not asked (a pregnancy of a man)."""
    found: dict[str, None] = {}
    for name in danger.get("missing", []):
        if name in askable:
            found[name] = None
        elif name in pathway.dictionary:
            sources = _sources(pathway, name)
            found |= {one: None for one in sources if one in askable and one not in known}
    return list(found)


def _sources(pathway: Pathway, name: str) -> list[str]:
    derived = pathway.dictionary.entry(name).derived
    if derived is None:
        return [name]
    return [source for one in derived.inputs for source in _sources(pathway, one)]


def _other_pairs(routing: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Drugs that do not go together and that set no term: told beside the reasons."""
    told = {one["rule"] for one in routing.get("reasons", [])}
    return [
        {"rule": one["id"], "texts": one["texts"], "source": one["source"], "local": False}
        for one in routing.get("pairs", [])
        if one["id"] not in told
    ]


def _not_now(routing: Mapping[str, Any]) -> str:
    """What the letter mentions and what the sender said does not hold now: who, and when."""
    kept = routing.get("not_now")
    if not kept:
        return ""
    words = in_words([f"‘{one}’" for said in kept["said"] for one in said["words"]])
    return _("%(words)s in de tekst: nagevraagd, nee (%(who)s, %(when)s).") % {
        "words": words,
        "who": kept["by"],
        "when": moment_label(datetime.fromisoformat(kept["at"])),
    }
