"""No clinical function exists that only tests call: the service reaches every public one of the core."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from .reach import unreached

ROOT = Path(__file__).resolve().parents[2] / "src" / "anderhalf"
PATHWAY, DECISIONS = "anderhalf.core.pathway", "anderhalf.core.decisions"
CLINICAL = (PATHWAY, DECISIONS)


def sources() -> dict[str, str]:
    return dict(_sources())


@cache
def _sources() -> dict[str, str]:
    found = {}
    for file in ROOT.rglob("*.py"):
        parts = file.relative_to(ROOT.parent).with_suffix("").parts
        package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if package else parts)
        text = file.read_text(encoding="utf-8")
        # A package's relative imports count from itself.
        found[name] = f"#package\n{text}" if package else text
    return found


def test_every_public_function_of_the_clinical_core_is_reached_from_the_service():
    # Of the decision engine, which knows no clinical number, the functions; of the pathways the methods too.
    alone = {
        f"{module}.{name}"
        for module, name in unreached(sources(), CLINICAL)
        if module.startswith(PATHWAY) or "." not in name
    }
    assert sorted(alone) == [], "only tests call these: use them in the service, or delete them"


PLANTED = {
    "a function that nobody calls": ("def route(facts):\n    return facts\n", "", "route"),
    "called by a function that nobody calls": (
        "def route(facts):\n    return _inner(facts)\n\ndef _inner(facts):\n    return other(facts)\n\n"
        "def other(facts):\n    return facts\n",
        "",
        "other",
    ),
    "only passed on by its package": (
        "def route(facts):\n    return facts\n",
        "from anderhalf.core.pathway.planted import route\n__all__ = ['route']\n",
        "route",
    ),
    "a method that nobody asks for": (
        "class Plan:\n    def urgency_twin(self):\n        return 1\n\nPLAN = Plan()\n",
        "",
        "Plan.urgency_twin",
    ),
    "only in a text or a comment": (
        "def route(facts):\n    return facts\n",
        '"""Calls route()."""\n# route\n',
        "route",
    ),
}


@pytest.mark.parametrize(("text", "init", "name"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_function_is_found(text, init, name):
    found = sources()
    module = "anderhalf.core.pathway.planted"
    found[module] = text
    found["anderhalf.core.pathway"] += init
    assert (module, name) in unreached(found, CLINICAL)


@pytest.mark.parametrize(
    "use",
    [
        "from anderhalf.core.pathway.planted import route\n\ndef view(request):\n    return route(request)\n",
        "from anderhalf.core.pathway import planted\n\ndef view(request):\n    return planted.route(request)\n",
        "from anderhalf.core.pathway.planted import route as found\n\nROADS = {'a': found}\n",
    ],
)
def test_a_function_that_the_service_uses_is_not(use):
    found = sources()
    module = "anderhalf.core.pathway.planted"
    found[module] = "def route(facts):\n    return other(facts)\n\ndef other(facts):\n    return facts\n"
    found["anderhalf.apps.planted"] = use
    assert not {key for key in unreached(found, CLINICAL) if key[0] == module}
