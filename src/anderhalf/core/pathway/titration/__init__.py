"""Titration: rules in `pathways/<key>/titration`, one proposal per class out.

`read_protocol` reads a pathway's protocol; `advise` answers for one patient on one day;
`stored` and `replay` keep an advice and prove it later.
"""

from anderhalf.core.pathway.titration.engine import advise
from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import (
    Advice,
    Check,
    DrugUse,
    MissingFact,
    NamedUse,
    Observation,
    ObservationStatus,
    Patient,
    Problem,
    ProblemKind,
    Proposal,
    ProposalKind,
    Settled,
    Tolerance,
    WouldChange,
)
from anderhalf.core.pathway.titration.protocol import Protocol, ProtocolError
from anderhalf.core.pathway.titration.reading import read_protocol
from anderhalf.core.pathway.titration.stored import ReplayError, replay, store

__all__ = [
    "Advice", "Check", "Dose", "Drug", "DrugUse", "MissingFact", "NamedUse", "Observation", "ObservationStatus",
    "Patient", "Problem", "ProblemKind", "Proposal", "ProposalKind", "Protocol", "ProtocolError", "ReplayError",
    "Settled", "Tolerance", "WouldChange", "advise", "read_protocol", "replay", "store",
]  # fmt: skip
