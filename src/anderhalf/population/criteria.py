"""What a practice's population is searched for: tables, and how each of their facts comes out of an extract.

Reads `casefinding.toml` of a pathway. Codes and thresholds stand there and in the pathway's tables, never here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from anderhalf.content.faults import Faults
from anderhalf.content.pathway import check_rules
from anderhalf.content.sources import check_graded
from anderhalf.content.toml import Section, TomlFile
from anderhalf.core.decisions.chain import feeding, order_tables
from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.model import DecisionTable
from anderhalf.core.decisions.table import TableErrors, read_meta, read_table
from anderhalf.core.pathway.derivations import ALWAYS_DERIVED
from anderhalf.core.pathway.facts import Entry
from anderhalf.core.pathway.model import Pathway
from anderhalf.population.kinds import Feature, Kind, default_source

FILE = "casefinding.toml"
OWN_CODES = "extracts.toml"
"""In a network's folder: the codes of its practices' own systems."""
PATHWAY_TABLES = ("exclusion", "referral", "stable", "phenotype")
SYSTEMS = {
    "measurements": ("nhg", "loinc"),
    "problems": ("icpc",),
    "medication": ("atc",),
    "contacts": ("icpc",),
}
PREFIX_SYSTEMS = frozenset({"icpc", "atc"})
"""ICPC and ATC codes are hierarchies: T90 holds T90.02, C09AA holds C09AA05."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value that is taken for granted, for those for whom `when` is yes (empty: everybody)."""

    value: str
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """Everything that is asked of a population, ready to run."""

    pathway: Pathway
    tables: Mapping[str, DecisionTable]
    features: tuple[Feature, ...]
    """In a fixed order: a feature's place is its number in the staged events."""
    assumed: Mapping[str, tuple[Assumption, ...]]
    derived: tuple[Entry, ...]
    """Facts that follow from others, in an order in which each comes after its inputs."""
    not_asked: tuple[Mapping[str, str], ...]
    table_files: Mapping[str, str]
    """Table id -> file, for the tables that only case finding uses."""
    unit_fixed: frozenset[str] = frozenset()
    """NHG numbers whose unit the number itself fixes: a row may leave it out."""
    own_codes: Mapping[str, str] = field(default_factory=dict)
    """Codes of the practices' own systems, in capitals -> the NHG number or LOINC code that the network says it is."""

    def without(self, missing: Collection[str]) -> Criteria:
        """The same for an extract that lacks these files: what is absent there is unknown, not no."""
        if not missing:
            return self
        features = (
            replace(feature, absent_is_no=False) if feature.source in missing else feature
            for feature in self.features
        )
        return replace(self, features=tuple(features))

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact that a table looks at, except answers of other tables."""
        answered = feeding(self.tables.values())
        return {
            fact.name: fact
            for table in self.tables.values()
            for fact in table.inputs
            if fact.name not in answered
        }

    @cached_property
    def levels(self) -> tuple[tuple[DecisionTable, ...], ...]:
        """The tables in groups: those of a later group take answers of earlier ones."""
        answered = feeding(self.tables.values())
        level: dict[str, int] = {}
        for table in order_tables(self.tables.values()):
            waits = [level[answered[fact.name]] + 1 for fact in table.inputs if fact.name in answered]
            level[table.id] = max(waits, default=0)
        return tuple(
            tuple(table for table in self.tables.values() if level[table.id] == at)
            for at in range(max(level.values()) + 1)
        )


def read_criteria(pathway: Pathway, *, network: Mapping[str, str] | None = None) -> Criteria:
    """Read a pathway's case finding; raises ContentErrors with every fault, KeyError without the file.

    `network` are the texts of the agreement: its own table of codes (`extracts.toml`) counts when it has one.
    """
    if FILE not in pathway.files:
        raise KeyError(f"pathway {pathway.key} has no {FILE}")
    faults = Faults()
    criteria = _Reader(pathway, faults).read()
    if network is not None and OWN_CODES in network:
        criteria = replace(criteria, own_codes=_own_codes(network, criteria, faults))
    faults.raise_any()
    return criteria


def _own_codes(network: Mapping[str, str], criteria: Criteria, faults: Faults) -> Mapping[str, str]:
    """`[measurements]` of a network's extracts.toml: its practices' own codes and what each of them is."""
    root = TomlFile.read(OWN_CODES, network, faults).root
    root.only("measurements", "source")
    root.text("source")
    section = root.section("measurements")
    known = {
        code
        for feature in criteria.features
        if feature.source == "measurements"
        for codes in feature.codes.values()
        for code in codes
    }
    for own in section.data:
        if section.text(own) not in known:
            section.fault(own, f"{section.text(own)!r} is no code that the pathway asks for")
    return {own.strip().upper(): section.text(own) for own in section.data}


class _Reader:
    def __init__(self, pathway: Pathway, faults: Faults) -> None:
        self.pathway = pathway
        self.faults = faults
        self.root = TomlFile.read(FILE, pathway.files, faults).root
        self.entries: dict[str, Entry] = dict(pathway.dictionary.entries)
        self.described: dict[str, Section] = {}
        self.files: dict[str, str] = {}

    def read(self) -> Criteria:
        self.root.only("assumed", "absent", "units", "facts", "tables", "not_asked")
        for section in self.root.sections("facts"):
            self.read_fact(section)
        tables = {name: self.pathway.table(name) for name in PATHWAY_TABLES if name in self.pathway.tables}
        for section in self.root.sections("tables"):
            table = self.read_table(section)
            if table is not None:
                tables[table.id] = table
        assumed = self.read_assumed()
        needed = self.needed(tables, assumed)
        derived = [
            entry
            for name, entry in self.pathway.dictionary.entries.items()
            if entry.derived and name in needed
        ]
        absent = self.read_absent()
        features = []
        for name, entry in self.entries.items():
            follows = entry.derived is not None and entry.derived.how in ALWAYS_DERIVED
            if name in needed and name not in assumed and not follows and name not in ("birth_date", "sex"):
                feature = self.feature(name, entry, absent)
                if feature is not None:
                    features.append(feature)
        notes = []
        for item in self.root.items("not_asked"):
            item.only("text_nl", "text_en", "source", "grade")
            check_graded(item, self.pathway.sources)
            notes.append(item.labels("text"))
        return Criteria(
            pathway=self.pathway,
            tables=tables,
            features=tuple(features),
            assumed=assumed,
            derived=tuple(derived),
            not_asked=tuple(notes),
            table_files=self.files,
            unit_fixed=self.read_units(),
        )

    def needed(
        self, tables: Mapping[str, DecisionTable], assumed: Mapping[str, tuple[Assumption, ...]]
    ) -> set[str]:
        """The names of all facts that tables look at, and of those that these follow from."""
        found = {fact.name for table in tables.values() for fact in table.inputs}
        found |= {entry.when for entries in assumed.values() for entry in entries if entry.when}
        waiting = list(found)
        while waiting:
            entry = self.entries.get(waiting.pop())
            for name in entry.derived.inputs if entry and entry.derived else ():
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found

    def read_fact(self, section: Section) -> None:
        section.only(
            "of", "kind", "from", "type", "label_nl", "label_en", "unit", "decimals", "range", "codes", "contact",
            "max_age_days", "absent", "table", "output", "source", "grade",
        )  # fmt: skip
        check_graded(section, self.pathway.sources)
        kind = section.choice("kind", (*Kind, "answer"))
        if kind == "answer":
            self.entries[section.name] = Entry(fact=self.answer_fact(section))
            return
        origin = section.choice("from", tuple(SYSTEMS))
        codes = section.section("codes")
        codes.only(*SYSTEMS.get(origin, ()))
        if not any(codes.words(system) for system in codes.data):
            section.fault("codes", "without a code no row of the extract can ever give this fact")
        if origin == "contacts" and not section.words("contact"):
            section.fault("contact", "name the kinds of contact that count")
        self.described[section.name] = section
        if "of" in section:
            if section.text("of") not in self.pathway.dictionary or section.text("of") != section.name:
                section.fault("of", "this is not the name of this section and of a fact of the dictionary")
            return
        if section.name in self.entries:
            section.fault(None, f"{section.name} is already a fact of the dictionary")
        section.choice("type", ("number",), required=False)
        number = kind in (Kind.COUNT, Kind.LATEST)
        low, high = self.range(section)
        self.entries[section.name] = Entry(
            fact=Fact(
                name=section.name,
                type=FactType.NUMBER
                if number
                else FactType.DATE
                if kind == Kind.LATEST_DAY
                else FactType.BOOLEAN,
                label=section.labels("label"),
                unit=(section.text("unit", required=kind == Kind.LATEST) or "1") if number else None,
                minimum=low,
                maximum=high,
                decimals=section.whole("decimals", required=False, minimum=0) or 0,
                max_age_days=section.whole("max_age_days", required=kind == Kind.RECENT, minimum=0),
                codes={system: codes.words(system) for system in codes.data},
                source=section.text("source"),
            )
        )

    def range(self, section: Section) -> tuple[Decimal | None, Decimal | None]:
        if "range" not in section:
            return None, None
        ends = section.data["range"]
        numbers = isinstance(ends, list) and all(
            isinstance(end, int | Decimal) and not isinstance(end, bool) for end in ends
        )
        if not numbers or len(ends) != 2 or ends[0] > ends[1]:
            section.fault("range", "a range is two numbers, [lowest, highest]")
            return None, None
        return Decimal(ends[0]), Decimal(ends[1])

    def answer_fact(self, section: Section) -> Fact:
        table = self.pathway.tables.get(section.text("table"))
        output = section.text("output")
        spec = next((spec for spec in table.outputs if spec.name == output), None) if table else None
        if spec is None or spec.name != section.name:
            section.fault("output", "no table of the pathway has this output under this name")
        return Fact(
            name=section.name,
            type=FactType.CODE,
            label=section.labels("label"),
            values={str(value): spec.labels.get(str(value), {}) for value in spec.values} if spec else {},
        )

    def read_table(self, section: Section) -> DecisionTable | None:
        file = section.text("file")
        if file not in self.pathway.files:
            section.fault("file", f"there is no file {file}")
            return None
        self.files[section.name] = file
        facts = {name: entry.fact for name, entry in self.entries.items()}
        try:
            meta = read_meta(section.data, table_id=section.name, version=self.pathway.version, filename=FILE)
            table = read_table(self.pathway.files[file], meta=meta, facts=facts, filename=file)
        except TableErrors as errors:
            for fault in errors.faults:
                line = fault.line or section.file.line(tuple(fault.column.split(".")))
                self.faults.add(fault.file, line, fault.column, fault.message)
            return None
        self.check_words(section)
        check_rules(table, file, self.pathway.files, self.faults, self.pathway.sources)
        return table

    def check_words(self, section: Section) -> None:
        """A practice reads these: the table, its outputs and every answer have a name in both languages."""
        section.labels("title")
        for output in section.sections("outputs", required=True):
            output.labels("title")
            labels = output.section("labels")
            labels.only(*output.words("values"))
            for value in output.words("values"):
                labels.labels(value)

    def read_assumed(self) -> Mapping[str, tuple[Assumption, ...]]:
        section = self.root.section("assumed")
        check_graded(section, self.pathway.sources)
        found: dict[str, tuple[Assumption, ...]] = {}
        for name in section.data:
            if name in ("source", "grade"):
                continue
            if name not in self.entries:
                section.fault(name, "this is not a fact of the dictionary")
                continue
            fact = self.entries[name].fact
            entries = []
            for item in section.items(name):
                item.only("value", "when")
                when = item.text("when", required=False)
                if when and (
                    when not in self.entries or self.entries[when].fact.type is not FactType.BOOLEAN
                ):
                    item.fault("when", f"{when} is not a yes/no fact")
                entries.append(Assumption(item.choice("value", tuple(fact.values)), when))
            if not entries:
                section.fault(name, "no value is given")
            found[name] = tuple(entries)
        return found

    def read_absent(self) -> set[str]:
        found: set[str] = set()
        for section in self.root.sections("absent"):
            section.only("no", "note_nl", "note_en", "source", "grade")
            check_graded(section, self.pathway.sources)
            section.labels("note")
            if section.name not in SYSTEMS:
                section.fault(None, f"{section.name} is not one of {', '.join(SYSTEMS)}")
            for name in section.words("no"):
                if name not in self.entries:
                    section.fault("no", f"{name} is not a fact")
                found.add(name)
        return found

    def read_units(self) -> frozenset[str]:
        section = self.root.section("units", required=False)
        if not section.data:
            return frozenset()
        section.only("nhg_fixed", "note_nl", "note_en", "source", "grade")
        check_graded(section, self.pathway.sources)
        section.labels("note")
        return frozenset(section.words("nhg_fixed"))

    def feature(self, name: str, entry: Entry, absent: set[str]) -> Feature | None:
        fact = entry.fact
        section = self.described.get(name)
        if section is not None:
            codes = section.section("codes")
            return Feature(
                fact=fact,
                kind=Kind(section.text("kind")) if section.text("kind") in tuple(Kind) else Kind.EVER,
                source=section.text("from"),
                codes={system: codes.words(system) for system in codes.data},
                contact=section.words("contact", required=False),
                absent_is_no=section.choice("absent", ("no", "unknown")) == "no",
                entry=replace(entry, derived=None),
            )
        if fact.type is FactType.TEXT or name in {
            spec.name for t in self.pathway.tables.values() for spec in t.outputs
        }:
            return None
        source, kind = default_source(fact)
        return Feature(
            fact=fact,
            kind=kind,
            source=source,
            codes={system: fact.codes[system] for system in SYSTEMS.get(source, ()) if system in fact.codes},
            absent_is_no=name in absent,
            entry=entry,
        )
