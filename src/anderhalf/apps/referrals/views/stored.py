"""The answer as it was given when the referral was sent, in words, from its row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import language, moment_label

from .answer import is_local, label_of, line_name, without_local


def stored_answer(routing: Mapping[str, Any], pathway: Pathway) -> dict[str, Any]:
    """The answer as it was given when the referral was sent, from the row."""
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
            for one in routing.get("reasons", [])
        ],
        "danger": [
            {
                "text": one["why"].get(lang, "")
                if one["certain"]
                else _("Als het klopt: %(text)s") % {"text": one["why"].get(lang, "")},
                "action": label_of(pathway, one["table"], "action", one["action"], lang),
                "rule": one["rule"],
            }
            for one in danger.get("signs", [])
        ],
        "not_now": _not_now(routing),
        "not_asked": [facts[name].label[lang] for name in danger.get("missing", []) if name in facts],
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


def _not_now(routing: Mapping[str, Any]) -> str:
    """What the letter mentions and what the sender said does not hold now: who, and when."""
    kept = routing.get("not_now")
    if not kept:
        return ""
    words = in_words([f"‘{one}’" for said in kept["said"] for one in said["words"]])
    return _("%(words)s in de tekst: nagevraagd, nu niet (%(who)s, %(when)s).") % {
        "words": words,
        "who": kept["by"],
        "when": moment_label(datetime.fromisoformat(kept["at"])),
    }
