"""Allergies and intolerances of a record, read completely into one neutral structure.

Three kinds of resource say what a patient can't have: AllergyIntolerance, a Flag (zib Alert) about a drug, and a
Condition that is an intolerance. All three become an :class:`AllergyRead`; ``source`` says which it was. Nothing is
judged here: which drug or class is meant, and whether it is believed, is for the register of what a patient can't
have, which takes each of these as *to confirm*.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from anderhalf.exchange.fhir.bundle import Resource
from anderhalf.exchange.fhir.dates import clinical_date
from anderhalf.exchange.fhir.dictionary import ATC, SNOMED, system_name
from anderhalf.exchange.fhir.problems import Reason, Unusable
from anderhalf.exchange.fhir.tree import Coding, Node

WITHDRAWN = frozenset({"entered-in-error", "refuted"})
ACTIVE, NOT_ACTIVE = frozenset({"active"}), frozenset({"inactive", "resolved"})
# "No known allergy", and the same of drugs only. Source: SNOMED CT international (716186003, 409137002, 428607008
# latex is not about drugs and is left out).
NO_KNOWN = frozenset({"716186003", "409137002"})
# A problem or alert that is an intolerance: propensity to adverse reactions, drug allergy, allergy, intolerance
# (SNOMED CT), adverse effect of a drug (ICPC A85) and allergy (ICPC A12).
INTOLERANCE_CODES = {
    SNOMED: frozenset(
        {"420134006", "419511003", "416098002", "418634005", "419199007", "59037007", "609328004", "782197009",
         "235719002", "418038007"}
    ),
    "icpc": frozenset({"A12", "A85"}),
}  # fmt: skip
_ABOUT = (
    r"(?:(?:bekende?|actuele|relevante|medicatie|medicijn(?:en)?|geneesmiddel(?:en)?|known|drugs?)-?\s*)*"
)
_WHAT = r"(?:allergi\w*|allergy|allergies|overgevoelighe\w*|intolerant\w*|intoleran[ct]\w*)"
_ALSO = rf"(?:\s*(?:,|/|en|of|en/of|and|or)\s*{_ABOUT}{_WHAT})*"
NONE_IN_WORDS = re.compile(
    rf"(?:er zijn |patient heeft |heeft )?(?:geen|no|nil)\s+{_ABOUT}{_WHAT}{_ALSO}(?:\s+(?:bekend|known))?"
    rf"|{_ABOUT}{_WHAT}{_ALSO}\s*[:=]?\s*(?:geen|niet|none|nee|no)(?:\s+(?:bekende?|known))?"
    r"|n\.?k\.?d?\.?a\.?|none known|geen bekend|geen bekende",
    re.IGNORECASE,
)
"""A whole text that says that no allergy is known; "geen allergie voor penicilline" names a drug, so it says less."""
DRUG_FLAGS = frozenset({"drug"})
_WORDS = re.compile(
    r"allerg\w* (?:voor|op|tegen|to|reacti)|(?:overgevoelig|hypersensitiv)\w* (?:voor|op|tegen|to)"
    r"|intoleran\w* (?:voor|op|for|of|to)|bijwerking|adverse (?:drug )?reaction|niet verdragen|not tolerated"
    r"|angio-?\s?(?:o?edeem|o?edema)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRead:
    """One reaction as described: what happened, how severe (``mild``, ``moderate``, ``severe`` or empty), when.

    ``manifestations`` are all codes of what happened, to the letter (SNOMED 41291007 is angio-oedema); ``text`` the
    same in words. ``substance`` names the exact drug when the reaction does so, else it is empty.
    """

    text: str
    manifestations: tuple[Coding, ...]
    severity: str
    substance: str
    substance_codings: tuple[Coding, ...]
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergyRead:
    """One allergy, intolerance or drug alert, as it stands in the file; to be confirmed by a person.

    ``text`` are the words for people, never empty. ``codings`` are all codes of the substance (or of the problem or
    alert) to the letter; ``atc`` and ``snomed`` the codes among them of those systems, the substances of the
    reactions included. ``kind`` is ``allergy``, ``intolerance`` or empty; ``categories`` are FHIR's (``medication``,
    ``food``, …) or empty when the file does not say. ``criticality`` is ``low``, ``high``, ``unable-to-assess`` or
    empty.

    ``active`` is None when the file has no clinical status; ``status`` is that status, ``verification`` the
    verification status (``confirmed``, ``unconfirmed``, …), both empty when absent. Entered in error and refuted
    are not read at all. ``none_known`` means that the file says that no allergy is known: asked, and no.

    ``onset`` and ``recorded`` are days, None when absent or only partly given. ``note`` is free text. ``source`` is
    the type of the resource: ``AllergyIntolerance``, ``Flag`` or ``Condition``. ``where`` is its place in the file.
    """

    text: str
    codings: tuple[Coding, ...]
    atc: tuple[str, ...]
    snomed: tuple[str, ...]
    kind: str
    categories: tuple[str, ...]
    criticality: str
    active: bool | None
    status: str
    verification: str
    none_known: bool
    reactions: tuple[ReactionRead, ...]
    onset: date | None
    recorded: date | None
    note: str
    source: str
    where: str

    @property
    def manifestations(self) -> tuple[Coding, ...]:
        """The codes of everything that happened, over all reactions."""
        return tuple(coding for reaction in self.reactions for coding in reaction.manifestations)

    @property
    def in_words(self) -> str:
        """The substance and what happened: ``enalapril: angio-oedeem``."""
        happened = ", ".join(dict.fromkeys(one.text for one in self.reactions if one.text))
        return f"{self.text}: {happened}" if happened else self.text


def _says_none(text: str, reactions: tuple[ReactionRead, ...]) -> bool:
    """Whether the words alone say that no allergy is known; a reaction that happened contradicts that."""
    return not reactions and NONE_IN_WORDS.fullmatch(text.strip(" .!-")) is not None


def read_allergy(resource: Resource, *, on: date, born: date | None) -> AllergyRead | None:
    """One AllergyIntolerance; None when it was withdrawn (entered in error, refuted).

    A date that can't be is left out: it is no reason to lose an allergy. Raises :class:`Unusable` when nothing tells
    what it is about.
    """
    node = resource.node
    verification = node.code_of_status("verificationStatus")
    if verification in WITHDRAWN:
        return None
    reactions = tuple(_reaction(one) for one in node.children("reaction"))
    codings = node.codings("code")
    text = node.wording("code").strip() or ", ".join(
        dict.fromkeys(one.substance for one in reactions if one.substance)
    )
    note = _notes(node)
    if not (text or note):
        raise Unusable(Reason.NO_VALUE, node.at("code"))
    status = node.code_of_status("clinicalStatus")
    substances = (*codings, *(coding for one in reactions for coding in one.substance_codings))
    return AllergyRead(
        text=text or note,
        codings=codings,
        atc=_of_system(substances, ATC),
        snomed=_of_system(substances, SNOMED),
        kind=node.text("type") or "",
        categories=node.texts("category"),
        criticality=node.text("criticality") or "",
        active=_is_active(status),
        status=status,
        verification=verification,
        none_known=bool(NO_KNOWN.intersection(_of_system(codings, SNOMED)))
        or _says_none(text or note, reactions),
        reactions=reactions,
        onset=_day_of(node, "onsetDateTime", "onsetPeriod", on=on, born=born),
        recorded=_day_of(node, "recordedDate", on=on, born=born),
        note=note,
        source="AllergyIntolerance",
        where=node.path,
    )


def is_withdrawn(resource: Resource) -> bool:
    """Whether the author took it back or says that it is not so: it doesn't count, and that is said."""
    node = resource.node
    with suppress(Unusable):
        return (
            node.text("status") == "entered-in-error"
            or node.code_of_status("verificationStatus") in WITHDRAWN
        )
    return False


def read_alert(resource: Resource, *, on: date, born: date | None) -> AllergyRead | None:
    """A Flag about a drug, or a Condition that is an intolerance, as an allergy; None for any other."""
    node = resource.node
    status = (
        node.code_of_status("clinicalStatus") if resource.type == "Condition" else node.text("status") or ""
    )
    verification = node.code_of_status("verificationStatus") if resource.type == "Condition" else ""
    if status == "entered-in-error" or verification in WITHDRAWN:
        return None
    codings, text = node.codings("code"), node.wording("code").strip()
    if not text or not _is_about_a_drug(node, resource.type, codings, text):
        return None
    keys = ("onsetDateTime", "onsetPeriod") if resource.type == "Condition" else ("period",)
    return AllergyRead(
        text=text,
        codings=codings,
        atc=_of_system(codings, ATC),
        snomed=_of_system(codings, SNOMED),
        kind="",
        categories=(),
        criticality="",
        active=_is_active(status),
        status=status,
        verification=verification,
        none_known=bool(NO_KNOWN.intersection(_of_system(codings, SNOMED))),
        reactions=(),
        onset=_day_of(node, *keys, on=on, born=born),
        recorded=_day_of(node, "recordedDate", on=on, born=born),
        note=_notes(node),
        source=resource.type,
        where=node.path,
    )


def _is_about_a_drug(node: Node, kind: str, codings: tuple[Coding, ...], text: str) -> bool:
    if any(coding.code in INTOLERANCE_CODES.get(system_name(coding.system), ()) for coding in codings):
        return True
    if kind == "Flag" and any(
        coding.code in DRUG_FLAGS
        for category in node.children("category")
        for coding in category.own_codings()
    ):
        return True
    return _WORDS.search(text) is not None


def _day_of(node: Node, *keys: str, on: date, born: date | None) -> date | None:
    try:
        found = clinical_date(node, *keys, on=on, born=born)
    except Unusable:
        return None
    return found.on if found is not None else None


def _reaction(node: Node) -> ReactionRead:
    manifestations: list[Coding] = []
    words: list[str] = []
    for one in node.children("manifestation"):
        codings = one.own_codings()
        manifestations += codings
        shown = one.text("text") or next((coding.display for coding in codings if coding.display), "")
        words += [shown] if shown else []
    described = node.text("description")
    onset = node.text("onset") or ""
    return ReactionRead(
        text=", ".join(words) or described or "",
        manifestations=tuple(manifestations),
        severity=node.text("severity") or "",
        substance=node.wording("substance").strip(),
        substance_codings=node.codings("substance"),
        on=_day(onset),
    )


def _day(text: str) -> date | None:
    """The day of a reaction; only shown, so one that can't be read is left out and never stops the allergy."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _notes(node: Node) -> str:
    return "; ".join(text for one in node.children("note") if (text := (one.text("text") or "").strip()))


def _of_system(codings: tuple[Coding, ...], system: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.code for one in codings if system_name(one.system) == system))


def _is_active(status: str) -> bool | None:
    if status in ACTIVE:
        return True
    return False if status in NOT_ACTIVE else None
