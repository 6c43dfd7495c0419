"""The data dictionary seen from FHIR: which fact a code means, which answer, and how its unit converts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.ranges import Range
from anderhalf.core.pathway.facts import FactDictionary
from anderhalf.exchange.fhir.tree import Coding

ATC, RXNORM, SNOMED, LOINC = "atc", "rxnorm", "snomed", "loinc"

# FHIR code system → the name used in facts.toml. Source: facts of the exchange standards (Nictiz, VZVZ table
# of OIDs).
SYSTEMS: Mapping[str, str] = {
    "http://loinc.org": LOINC,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "http://snomed.info/sct": SNOMED,
    "http://snomed.info/sct/11000146104": SNOMED,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen": "nhg",
    "urn:oid:2.16.840.1.113883.2.4.4.30.45": "nhg",
    "http://hl7.org/fhir/sid/icpc-1-nl": "icpc",
    "urn:oid:2.16.840.1.113883.2.4.4.31.1": "icpc",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-nl": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "icd10",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": "icd10",
    "urn:oid:2.16.840.1.113883.6.3": "icd10",
    "urn:oid:2.16.840.1.113883.6.90": "icd10",
    "http://www.whocc.no/atc": ATC,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "http://www.nlm.nih.gov/research/umls/rxnorm": RXNORM,
}
ANSWER_SYSTEMS = frozenset({LOINC, SNOMED})


def system_name(uri: str) -> str:
    """The short name of a code system, or empty for one this service does not know."""
    return SYSTEMS.get(uri, "")


class CodeIndex:
    """Looks up codes in a dictionary, each distinct code once."""

    def __init__(self, dictionary: FactDictionary) -> None:
        self.dictionary = dictionary
        self.facts: Mapping[str, Fact] = dict(dictionary.facts)
        self._by_code: dict[tuple[str, str], tuple[Fact, ...]] = {}

    def facts_for(self, codings: Iterable[Coding]) -> list[tuple[Fact, Coding]]:
        """The facts that any of these codes means, each once, with the code that meant it."""
        found: dict[str, tuple[Fact, Coding]] = {}
        for coding in codings:
            for fact in self._with_code(coding):
                found.setdefault(fact.name, (fact, coding))
        return list(found.values())

    def drug_classes(self, codings: tuple[Coding, ...], atc: tuple[str, ...]) -> tuple[str, ...]:
        """The yes/no facts (``beta_blocker``, …) that a drug with these codes counts for."""
        all_codes = (*codings, *(Coding("http://www.whocc.no/atc", code) for code in atc))
        return tuple(
            fact.name for fact, _coding in self.facts_for(all_codes) if fact.type is FactType.BOOLEAN
        )

    def in_unit(self, fact: Fact, value: Decimal | Range, unit: str) -> Decimal | Range:
        """The value in the dictionary's unit; raises `UnknownUnit` for a unit that means nothing for this fact."""
        return self.dictionary.convert(fact.name, value, unit)

    def answer(self, fact: Fact, coding: Coding) -> str | None:
        """The value of the closed list that a coded answer stands for, or None."""
        if system_name(coding.system) not in ANSWER_SYSTEMS:
            return None
        return self.dictionary.value_of_code(fact.name, coding.code)

    def _with_code(self, coding: Coding) -> tuple[Fact, ...]:
        key = (system_name(coding.system), coding.code)
        if not key[0]:
            return ()
        if key not in self._by_code:
            self._by_code[key] = self.dictionary.with_code(*key)
        return self._by_code[key]
