"""Writes the pages of docs/ that come from code: states, access and the clinical handbook.

``python -m scripts.generate_docs`` writes them; ``--to FOLDER`` writes them elsewhere, which is how a test finds out
whether the pages in docs/ are current.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from anderhalf.core.states import StateTable

from .markdown import page, table

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
APPS = ROOT / "src" / "anderhalf" / "apps"

STATE_TITLES = {
    "referral": "Referral (verwijzing)",
    "appointment": "Appointment (afspraak)",
    "letter": "Letter (brief)",
    "claim": "Claim (declaratie)",
    "search": "Search of a practice's population (zoekactie)",
    "found_person": "Somebody found in a practice's population (gevonden patiënt)",
    "draft": "Change of the agreement (wijziging van de afspraak)",
}
OWNER_WORDS = {"requester": "verwijzer", "recipient": "ontvanger", "nobody": "niemand"}

RIGHT_WORDS = {
    "identity": "naam, geboortedatum, adres en gemaskeerd BSN zien",
    "view_referrals": "verwijzingen zien",
    "view_plan": "het gedeelde plan en de metingen zien",
    "view_clinical": "het volledige klinische dossier zien",
    "write_clinical": "in het klinische dossier vastleggen",
    "lift_protection": "een allergie, intolerantie, waarschuwing of behandelgrens laten vervallen",
    "enter_measurement": "thuismetingen invoeren",
    "refer": "verwijzen",
    "write_message": "een bericht bij een verwijzing schrijven",
    "triage": "een verwijzing beoordelen",
    "book": "een afspraak maken",
    "view_case": "een casus in de bespreking zien",
    "decide_case": "in de bespreking besluiten",
    "read_letter": "een brief lezen",
    "sign_letter": "een brief ondertekenen",
    "view_log": "zien wie in het dossier keek",
    "give_consent": "toestemming vastleggen",
    "register_patient": "een patiënt inschrijven",
    "search_practice": "de eigen praktijkpopulatie doorzoeken en de lijsten zien",
    "break_glass": "de noodknop gebruiken",
    "review_emergencies": "noodtoegang beoordelen",
    "manage_sessions": "spreekuren beheren",
    "lead_meeting": "een bespreking plannen en afsluiten",
    "view_agreement": "de afspraak lezen",
    "edit_agreement": "een wijziging van de afspraak voorbereiden",
    "approve_agreement": "een wijziging van de afspraak ondertekenen",
    "view_results": "resultaten zien",
    "view_small_counts": "ook kleine aantallen zien",
    "view_claims": "declaraties zien",
    "manage_accounts": "accounts beheren",
}
RELATION_WORDS = {
    "own_practice": "eigen praktijk",
    "referred_to": "verwezen naar",
    "under_care": "in zorg",
    "past_care": "in zorg geweest",
    "supervises": "superviseert",
    "referrer": "verwees zelf",
    "care_team": "zorgteam",
    "self": "zichzelf of naaste",
    "emergency": "noodknop",
    "network": "hele netwerk",
}


def _set_up() -> None:
    """Django without an installation: the keys are never used, and nothing is written to ``var/``."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "anderhalf.web.settings"
    os.environ["ANDERHALF_SECRET"] = os.environ["ANDERHALF_DATA"] = "only to read tables of code"
    import django
    from django.utils import translation

    django.setup()
    translation.activate("nl")


# states


def _state_modules() -> list[ModuleType]:
    return [
        importlib.import_module(f"anderhalf.apps.{path.parent.name}.states")
        for path in sorted(APPS.glob("*/states.py"))
    ]


def states_page() -> str:
    """The picture and the table of every :class:`StateTable` of the apps."""
    found = {}
    for module in _state_modules():
        for value in vars(module).values():
            if isinstance(value, StateTable):
                found[value.name] = (value, module)
    unknown = set(found) - set(STATE_TITLES)
    if unknown:
        raise SystemExit(f"no title for the states of {sorted(unknown)}: add them to STATE_TITLES")
    parts = [_states(*found[name]) for name in STATE_TITLES if name in found]
    about = (
        "A status is never overwritten: each step is a row with who, when and why. What is not an arrow here is "
        "refused by the same table in the code."
    )
    return page("States", "the `states.py` of each app", about, *parts)


def _states(found: StateTable, module: ModuleType) -> str:
    labels = {
        str(choice.value): str(choice.label)
        for value in vars(module).values()
        if isinstance(value, type) and hasattr(value, "choices") and value.__module__ == module.__name__
        for choice in value
    }
    owners = getattr(module, "OWNERS", {})
    set_by = getattr(module, "SET_BY", {})
    header, rows = ["Status", "In code"], []
    header += ["Aan zet"] if owners else []
    header += ["Gezet door"] if set_by else []
    header += ["Daarna"]
    for state, following in found.transitions.items():
        row = [labels[str(state)], f"`{state}`"]
        row += [OWNER_WORDS[owners[state]]] if owners else []
        row += (
            [", ".join(sorted(str(role.label) for role in set_by[state])) or "het systeem"] if set_by else []
        )
        row += [", ".join(labels[str(each)] for each in following) or "einde"]
        rows.append(row)
    path = Path(module.__file__ or "").resolve().relative_to(ROOT)
    return "\n\n".join([
        f"## {STATE_TITLES[found.name]}",
        f"From [`{path}`](../{path}).",
        f"```mermaid\n{found.mermaid(labels)}\n```",
        table(header, rows),
    ])  # fmt: skip


# access


def access_page() -> str:
    """Role × right, from the one place where access is decided."""
    from anderhalf.apps.people.access import GENERAL_POLICY, PATIENT_POLICY, Relation, Right
    from anderhalf.apps.people.roles import SECOND_FACTOR_REQUIRED, Role

    for names, known in ((Right, RIGHT_WORDS), (Relation, RELATION_WORDS)):
        missing = {str(each) for each in names} - set(known)
        if missing:
            raise SystemExit(f"no Dutch words for {sorted(missing)} in scripts/generate_docs.py")
    roles = list(Role)
    about_patient = [
        [RIGHT_WORDS[right], *(_relations(policy.get(role, frozenset())) for role in roles)]
        for right, policy in PATIENT_POLICY.items()
    ]
    in_general = [
        [RIGHT_WORDS[right], *("ja" if role in allowed else "" for role in roles)]
        for right, allowed in GENERAL_POLICY.items()
    ]
    header = ["Recht", *(str(role.label) for role in roles)]
    factor = ", ".join(str(role.label) for role in roles if role in SECOND_FACTOR_REQUIRED)
    per_role = [
        f"### {str(role.label).capitalize()}\n\n{_of_role(role, PATIENT_POLICY, GENERAL_POLICY)}"
        for role in roles
    ]
    source = "[`src/anderhalf/apps/people/access.py`](../src/anderhalf/apps/people/access.py)"
    return page(
        "Toegang", source,
        "Wat hier niet staat, mag niet. Een cel noemt de relatie met de patiënt waardoor het recht bestaat; leeg is "
        "geweigerd. Iedereen ziet alleen het eigen netwerk. Elke inzage laat een regel in het logboek na.",
        "## Rechten over een patiënt\n\n" + table(header, about_patient),
        "## Rechten zonder patiënt\n\n" + table(header, in_general),
        f"## Tweede factor\n\nVerplicht voor: {factor}.",
        "## Per rol", *per_role,
    )  # fmt: skip


def _relations(found: frozenset[str]) -> str:
    return ", ".join(word for name, word in RELATION_WORDS.items() if name in found)


def _of_role(
    role: str,
    about_patient: Mapping[Any, Mapping[Any, frozenset[Any]]],
    in_general: Mapping[Any, frozenset[Any]],
) -> str:
    lines = [
        f"- {RIGHT_WORDS[right]}: {_relations(policy[role])}"
        for right, policy in about_patient.items()
        if policy.get(role)
    ]
    lines += [f"- {RIGHT_WORDS[right]}" for right, allowed in in_general.items() if role in allowed]
    return "\n".join(lines)


def generated() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    _set_up()
    from . import handbook

    pages = {"states.md": states_page(), "access.md": access_page()}
    return pages | {f"handbook/{name}": text for name, text in handbook.pages().items()}


def main() -> None:
    """Write the pages and remove those of the handbook that no test stands behind any more."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--to", type=Path, default=DOCS, help="folder to write to (docs/)")
    folder = options.parse_args().to
    pages = generated()
    for old in (folder / "handbook").rglob("*.md"):
        if str(old.relative_to(folder)) not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages written to {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
