"""Whether what was typed or read is about the person who is registered under that BSN.

A BSN of somebody else is one slip away; the values and the letter would then enter a stranger's record. Family names
are compared leniently: accents, capitals, prefixes and the order of a double name do not count, and one shared surname
is enough (a married name beside a name of birth). What is not given is not compared.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anderhalf.presentation.formatting import in_words

from .models import Patient
from .search_key import search_key

PREFIXES = frozenset({
    "aan", "af", "al", "am", "auf", "bij", "d", "da", "dal", "de", "del", "della", "den", "der", "des", "di", "do",
    "dos", "du", "een", "el", "en", "geb", "geboren", "het", "in", "l", "la", "las", "le", "les", "lo", "los", "onder",
    "op", "over", "s", "st", "t", "te", "ten", "ter", "tot", "uit", "van", "vande", "vanden", "vander", "ver", "vom",
    "von", "voor", "y", "zu", "zum", "zur",
})  # fmt: skip
"""Words before a surname; they are no surname of their own."""


def differences(
    known: Patient, *, family_name: str = "", birth_date: date | None = None, sex: str = ""
) -> list[str]:
    """What differs between a registered patient and what was given, in words; nothing of the record itself."""
    found = []
    if not same_family_name(family_name, known.family_name):
        found.append(_("een andere achternaam"))
    if birth_date is not None and birth_date != known.birth_date:
        found.append(_("een andere geboortedatum"))
    unknown = ("", Patient.Sex.UNKNOWN)
    if sex not in unknown and known.sex not in unknown and sex != known.sex:
        found.append(_("een ander geslacht"))
    return found


def bsn_of_another(different: list[str]) -> str:
    """The sentence for a BSN under which somebody else is registered; empty when nothing differs."""
    if not different:
        return ""
    if len(different) == 1:
        return _("Bij dit BSN hoort %(what)s. Controleer het BSN.") % {"what": different[0]}
    return _("Bij dit BSN horen %(what)s. Controleer het BSN.") % {"what": in_words(different)}


def file_of_another(different: list[str]) -> str:
    """The sentence for a file about somebody else than the patient who was chosen; empty when nothing differs."""
    if not different:
        return ""
    return _(
        "Dit dossier is van iemand anders dan de patiënt die u verwijst: in het bestand staat %(what)s."
    ) % {"what": in_words(different)}


def known_otherwise() -> str:
    """For who wrote down a person whose name and birth date are known under another BSN: no word about that person."""
    return _(
        "Er is al iemand bekend met deze naam en geboortedatum, maar niet met dit BSN. Controleer het BSN bij de "
        "patiënt."
    )


def same_family_name(one: str, other: str) -> bool:
    """Whether two family names may be of one person: they share a surname, or one of them was not given."""
    first, second = _surnames(one), _surnames(other)
    return not first or not second or bool(first & second)


def _surnames(name: str) -> set[str]:
    """The surnames in a family name, in each way of spelling them; ``ij`` and ``y`` are one."""
    words = {word.replace("ij", "y") for word in search_key(name).split()}
    return {word for word in words if word not in PREFIXES} or words
