"""facts.toml: the data dictionary of a pathway, read into a `FactDictionary`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from anderhalf.content.drugs import drug_groups
from anderhalf.content.faults import Faults
from anderhalf.content.folder import SHARED
from anderhalf.content.sources import check_source
from anderhalf.content.toml import LANGUAGES, Section, TomlFile
from anderhalf.core.decisions.facts import Fact, FactType, NotAskedOf
from anderhalf.core.pathway.derivations import DERIVATIONS, OF_A_FORMULA, OF_A_SERIES
from anderhalf.core.pathway.facts import HIGH, LOW, YES, Derivation, Entry, FactDictionary
from anderhalf.core.pathway.model import Source
from anderhalf.core.pathway.units import Amount, Conversion, unit_key

CODE_SYSTEMS = ("loinc", "nhg", "snomed", "icpc", "icd10", "atc", "rxnorm")
_KEYS = (
    "type",
    "group",
    "label",
    "label_nl",
    "label_en",
    "help",
    "help_nl",
    "help_en",
    "unit",
    "unit_label",
    "range",
    "usual",
    "decimals",
    "values",
    "value_codes",
    "max_age_days",
    "lasts_days",
    "ever",
    "codes",
    "drugs",
    "conversions",
    "offered",
    "moles",
    "mass",
    "ahead",
    "derived",
    "source",
    "danger",
    "no_danger",
    "below",
    "own",
    "words",
    "misspelt",
    "washout_hours",
    "not_asked_of",
)


def read_dictionary(
    files: Mapping[str, str],
    name: str,
    faults: Faults,
    *,
    groups: Mapping[str, Mapping[str, str]],
    sources: Mapping[str, Source],
    facts_from: tuple[str, ...] = (),
) -> FactDictionary:
    """Read facts.toml, after the dictionaries of the pathways in `facts_from`.

    A fact is described once: a name that a shared dictionary already has is a fault. Shared facts are not
    checked again here (their own pathway is).
    """
    entries: dict[str, Entry] = {}
    for key in facts_from:
        shared = TomlFile.read(f"{SHARED}{key}/facts.toml", files, faults)
        groups_of_drugs = drug_groups(files, faults, folder=f"{SHARED}{key}/")
        for section in _facts(shared):
            entries[section.name] = _entry(section, groups_of_drugs)
    drugs = drug_groups(files, faults)
    owned = TomlFile.read(name, files, faults)
    places: dict[tuple[str, str], str] = {}
    for section in _facts(owned):
        if section.name in entries:
            section.fault(None, f"{section.name} is already described in a shared dictionary")
            continue
        entry = _entry(section, drugs)
        entries[section.name] = entry
        if groups and entry.fact.group and entry.fact.group not in groups:
            section.fault("group", f"{entry.fact.group!r} is not one of [groups] in pathway.toml")
        check_source(section, "source", entry.fact.source, sources)
        _unique_codes(section, entry.fact, places)
    for section in _facts(owned):
        _check_derived(section, entries)
    return FactDictionary(entries)


def _yes(section: Section, key: str) -> bool:
    """A key that is `true`, or is left out."""
    given = section.data.get(key, False)
    if not isinstance(given, bool):
        section.fault(key, "write true, or leave it out")
    return given is True


def _facts(file: TomlFile) -> list[Section]:
    return [file.root.section(name) for name in file.data if isinstance(file.data[name], Mapping)]


def _entry(section: Section, drugs: Mapping[str, tuple[str, ...]]) -> Entry:
    section.only(*_KEYS)
    if not section.name.isidentifier() or section.name != section.name.lower():
        section.fault(None, "a fact's name is lower case with underscores, for instance systolic_bp")
    named = section.choice("type", tuple(FactType))
    fact_type = FactType(named) if named in tuple(FactType) else FactType.TEXT
    minimum, maximum = _range(section, "range")
    usual_minimum, usual_maximum = _range(section, "usual", inside=(minimum, maximum))
    values = {value.name: value.labels() for value in section.sections("values")}
    if fact_type is FactType.CODE and not values:
        section.fault("values", "a code needs its closed list of values")
    if fact_type is FactType.NUMBER and "unit" not in section:
        section.fault("unit", "a number needs its UCUM unit (1 when it has none)")
    if fact_type is not FactType.NUMBER:
        for key in ("range", "usual", "unit", "conversions", "offered", "moles", "mass", "decimals"):
            if key in section:
                section.fault(key, f"only a number has {key}")
    if fact_type is not FactType.DATE and "ahead" in section:
        section.fault("ahead", "only a date can lie ahead")
    fact = Fact(
        name=section.name,
        type=fact_type,
        label=_both(section.labels("label"), section.name),
        unit=section.text("unit", required=False) or None,
        unit_label=section.text("unit_label", required=False) or None,
        minimum=minimum,
        maximum=maximum,
        usual_minimum=usual_minimum,
        usual_maximum=usual_maximum,
        decimals=section.whole("decimals", required=False, minimum=0) or 0,
        values=values,
        max_age_days=section.whole("max_age_days", required=False, minimum=0),
        codes=_codes(section, drugs),
        source=section.text("source"),
        help=section.labels("help", required=False),
        group=section.text("group"),
        not_asked_of=_not_asked_of(section, fact_type),
    )
    value_codes = section.section("value_codes", required=False).data
    for code, value in value_codes.items():
        if value not in values:
            section.fault("value_codes", f"{code} stands for {value!r}, which is not in the list of values")
    conversions = _conversions(section, fact)
    return Entry(
        fact=fact,
        conversions=conversions,
        offered=_offered(section, conversions),
        amounts=_amounts(section, fact),
        may_lie_ahead=_yes(section, "ahead"),
        derived=_derived(section),
        value_codes={str(code): str(value) for code, value in value_codes.items()},
        danger=_danger(section, fact_type),
        below=section.text("below", required=False),
        lasts_days=_lasts(section, fact_type),
        ever=section.text("ever", required=False),
        own=_yes(section, "own"),
        words=_words(section, fact_type) if fact_type is not FactType.CODE else {},
        words_for=_words_for(section, fact),
        misspelt=_misspelt(section),
        washout_hours=section.whole("washout_hours", required=False, minimum=1),
    )


def _not_asked_of(section: Section, fact_type: FactType) -> NotAskedOf | None:
    """Of whom a yes-or-no is not asked: by sex, or from an age on."""
    if "not_asked_of" not in section:
        return None
    given = section.section("not_asked_of")
    given.only("sex", "from_age")
    if fact_type is not FactType.BOOLEAN:
        section.fault("not_asked_of", "only a yes-or-no is not asked of somebody: it is no then")
    return NotAskedOf(given.words("sex"), given.whole("from_age", minimum=1) or 0)


def _lasts(section: Section, fact_type: FactType) -> int | None:
    """For how many days a yes can be so at most, from when it began."""
    if "lasts_days" in section and fact_type is not FactType.BOOLEAN:
        section.fault("lasts_days", "only a yes-or-no can last")
    return section.whole("lasts_days", required=False, minimum=1)


def _words(section: Section, fact_type: FactType) -> Mapping[str, tuple[str, ...]]:
    """By which words people write the fact, per language; a sign of which yes is a danger must have them."""
    given = section.section("words", required=False)
    given.only(*LANGUAGES)
    words = {one: given.words(one) for one in LANGUAGES if one in given}
    if words and fact_type not in (FactType.BOOLEAN, FactType.NUMBER):
        section.fault("words", "only a yes-or-no or a number is looked for in a text")
    if YES in section.data.get("danger", ()) and "derived" not in section and set(words) != set(LANGUAGES):
        section.fault("words", "yes is a danger, so say by which words people write it, in both languages")
    return words


def _misspelt(section: Section) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """How people misspell the words of the fact, per language."""
    if "misspelt" not in section:
        return {}
    given = section.section("misspelt")
    given.only(*LANGUAGES)
    found = {}
    for language in given.data:
        each = given.section(language)
        found[language] = {right: each.words(right, required=False) for right in each.data}
    return found


def _words_for(section: Section, fact: Fact) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By which words people write a value of a closed list, per language."""
    if fact.type is not FactType.CODE or "words" not in section:
        return {}
    given = section.section("words")
    given.only(*fact.values)
    found = {}
    for value in given.data:
        each = given.section(value)
        each.only(*LANGUAGES)
        found[value] = {one: each.words(one) for one in LANGUAGES}
    return found


def _danger(section: Section, fact_type: FactType) -> tuple[str, ...] | None:
    if "danger" not in section:
        return None
    ends = section.words("danger", required=False)
    possible = {FactType.NUMBER: (LOW, HIGH), FactType.BOOLEAN: (YES,)}.get(fact_type, ())
    for end in ends:
        if end not in possible:
            section.fault(
                "danger",
                f"{end!r} is not one of {', '.join(possible) or 'nothing: this is no number or yes-or-no'}",
            )
    return ends


def _both(labels: Mapping[str, str], name: str) -> Mapping[str, str]:
    return {"nl": labels.get("nl", name), "en": labels.get("en", name)}


def _range(
    section: Section, key: str, *, inside: tuple[Decimal | None, Decimal | None] = (None, None)
) -> tuple[Decimal | None, Decimal | None]:
    given = section.data.get(key)
    if given is None:
        return None, None
    if not isinstance(given, list) or len(given) != 2 or not all(_is_number(end) for end in given):
        section.fault(key, "a range is two numbers, [lowest, highest]")
        return None, None
    low, high = Decimal(given[0]), Decimal(given[1])
    if low >= high:
        section.fault(key, f"the lowest ({low}) is not below the highest ({high})")
    if (inside[0] is not None and low < inside[0]) or (inside[1] is not None and high > inside[1]):
        section.fault(key, f"{low} to {high} lies outside the possible range {inside[0]} to {inside[1]}")
    return low, high


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _codes(section: Section, drugs: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """The codes of a fact; `drugs` names groups of the one list of drug classes, whose ATC codes it takes."""
    codes = section.section("codes", required=False)
    codes.only(*CODE_SYSTEMS)
    found = {system: codes.words(system) for system in CODE_SYSTEMS if system in codes}
    listed: list[str] = list(found.get("atc", ()))
    for group in section.words("drugs", required=False):
        if group not in drugs:
            section.fault("drugs", f"{group} is no group of doses.toml or interactions.toml")
        listed += drugs.get(group, ())
    if listed:
        found["atc"] = tuple(dict.fromkeys(listed))
    return found


def _unique_codes(section: Section, fact: Fact, places: dict[tuple[str, str], str]) -> None:
    """Observation codes point to one fact; drug codes may count for two classes (combination tablets)."""
    for system in ("loinc", "nhg"):
        for code in fact.codes.get(system, ()):
            other = places.setdefault((system, code), fact.name)
            if other != fact.name:
                section.fault("codes", f"{system} {code} is already the code of {other}")


_CONVERSION = re.compile(r"\s*([^\s+-]+)\s*(?:([+-])\s*([^\s+-]+)\s*)?")


def _conversions(section: Section, fact: Fact) -> Mapping[str, Conversion]:
    given = section.section("conversions", required=False)
    found: dict[str, Conversion] = {}
    keys = {unit_key(unit): Conversion() for unit in (fact.unit, fact.unit_label) if unit}
    for unit, text in given.data.items():
        try:
            how = found[unit] = _conversion(str(text))
        except (ValueError, ZeroDivisionError):
            given.fault(unit, f'{text!r} is not a factor; write "88.4", "1/0.118" or "10.93 - 23.5"')
            continue
        if how.factor <= 0:
            given.fault(unit, "a factor is above zero")
        if keys.setdefault(unit_key(unit), how) != how:
            given.fault(unit, "this is another spelling of a unit that is converted in another way")
    return found


def _conversion(text: str) -> Conversion:
    parts = _CONVERSION.fullmatch(text)
    if parts is None:
        raise ValueError(text)
    offset = _fraction(parts[3]) if parts[3] else Fraction(0)
    return Conversion(_fraction(parts[1]), -offset if parts[2] == "-" else offset)


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above.strip()) / Fraction(below.strip() or "1")


def _offered(section: Section, conversions: Mapping[str, Conversion]) -> tuple[str, ...]:
    """The units that a form offers beside the dictionary's own."""
    units = section.words("offered") if "offered" in section else ()
    known = {unit_key(unit) for unit in conversions}
    for unit in units:
        if unit_key(unit) not in known:
            section.fault("offered", f"{unit!r} is offered and has no conversion")
    return units


def _amounts(section: Section, fact: Fact) -> Mapping[str, Amount]:
    """Codes of which it is known whether they count moles or mass."""
    found: dict[str, Amount] = {}
    for amount in Amount:
        for code in section.words(amount.value) if amount.value in section else ():
            if code not in (*fact.codes.get("loinc", ()), *fact.codes.get("nhg", ())):
                section.fault(amount.value, f"{code} is not a code of this fact")
            if found.setdefault(code, amount) is not amount:
                section.fault(amount.value, f"{code} counts moles or mass, not both")
    return found


def _derived(section: Section) -> Derivation | None:
    if "derived" not in section:
        return None
    given = section.section("derived")
    given.only("how", "from", "over_days")
    how = given.choice("how", (*DERIVATIONS, *sorted(OF_A_SERIES | OF_A_FORMULA)))
    days = given.whole("over_days", required=how in OF_A_SERIES, minimum=1)
    if how not in OF_A_SERIES and days is not None:
        given.fault("over_days", f"only {' and '.join(sorted(OF_A_SERIES))} look back over days")
    if how not in DERIVATIONS and how not in OF_A_SERIES | OF_A_FORMULA:
        return None
    return Derivation(how, given.words("from"), days or 0)


def _check_derived(section: Section, entries: Mapping[str, Entry]) -> None:
    entry = entries.get(section.name)
    if entry is not None and entry.below:
        other = entries.get(entry.below)
        if other is None or {entry.fact.type, other.fact.type} != {FactType.NUMBER}:
            section.fault("below", f"{entry.below} is no number of the dictionary")
    if entry is None or entry.derived is None:
        return
    if not entry.derived.inputs:
        section.fault("derived", "`from` names no facts")
    for name in entry.derived.inputs:
        if name not in entries:
            section.fault("derived", f"{name} is not a fact of the dictionary")
