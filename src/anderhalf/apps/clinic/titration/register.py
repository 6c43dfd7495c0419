"""What the register of allergies and intolerances means for the drugs of a pathway: may not, or not known.

Everything that stands in the register counts. Confirmed and coded it forbids; as long as nobody judged it, it makes its
class uncertain, and nothing of that class is started or raised by a press.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from anderhalf.apps.people.models import AllergyIntolerance
from anderhalf.apps.people.queries import Register
from anderhalf.apps.referrals.register import meant_by, reaction_of
from anderhalf.core.pathway.named import ANGIOEDEMA, Named
from anderhalf.core.pathway.titration import Protocol, Tolerance

ANGIOEDEMA_FACT = "angioedema_history"
"""The fact of the protocol that names the classes which nobody who ever had angio-oedema is given."""
Kind = AllergyIntolerance.Kind


@dataclass(frozen=True, kw_only=True)
class Forbidden:
    """The register as the titration engine takes it."""

    tolerances: tuple[Tolerance, ...] | None
    """What is certain; None when nothing is and nobody asked."""
    asked: bool
    in_doubt: Mapping[str, tuple[AllergyIntolerance, ...]]
    """Per class the entries that nobody has judged yet."""


def forbidden_of(register: Register, protocol: Protocol) -> Forbidden:
    """What a patient can't have, by the rules of a protocol."""
    names = [protocol.names]
    certain: list[Tolerance] = []
    doubt: dict[str, list[AllergyIntolerance]] = defaultdict(list)
    for entry in register.entries:
        reaction = reaction_of(entry, names)
        kind = ANGIOEDEMA if reaction == ANGIOEDEMA else entry.kind
        about = [one for one in meant_by(entry, names) if one.drug_class in protocol.drug_class]
        if not about:
            about = [Named(key) for key in (protocol.classes_of_atc(entry.atc) if entry.atc else ())]
        if entry.to_judge:
            classes = {
                key for one in about for key in (one.drug_class, *protocol.excludes(kind, one.drug_class))
            }
            if reaction == ANGIOEDEMA:
                # from what it came nobody has judged: it may have been the ACE inhibitor
                classes.update(protocol.contraindication_facts.get(ANGIOEDEMA_FACT, ()))
            for key in classes:
                doubt[key].append(entry)
            continue
        certain += [
            Tolerance(kind=kind, drug_class=one.drug_class, drug=one.drug, on=entry.since, reason=entry.words)
            for one in about
        ]
    asked = register.every_class is not None
    return Forbidden(
        tolerances=tuple(certain) if certain or asked else None,
        asked=asked,
        in_doubt={key: tuple(entries) for key, entries in doubt.items()},
    )
