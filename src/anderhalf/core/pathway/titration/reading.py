"""Reading the titration protocol: protocol.toml, doses.toml, derived.toml and one table per class."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from anderhalf.core.decisions.facts import Fact, FactType
from anderhalf.core.decisions.model import DecisionTable, HitPolicy, OnUnknown, OutputSpec
from anderhalf.core.decisions.table import TableMeta, read_table
from anderhalf.core.pathway.facts import Derivation
from anderhalf.core.pathway.interactions import Severity, check_about, read_interactions
from anderhalf.core.pathway.model import ContactRule
from anderhalf.core.pathway.named import read_names
from anderhalf.core.pathway.scores import Scores
from anderhalf.core.pathway.titration.ladder import Dose, Drug
from anderhalf.core.pathway.titration.model import ProposalKind
from anderhalf.core.pathway.titration.older import older
from anderhalf.core.pathway.titration.protocol import (
    Careful,
    Combination,
    DrugClass,
    Limits,
    Monitoring,
    OneDown,
    Optimal,
    Protocol,
    ProtocolError,
    ProtocolSetting,
    Rapid,
    Together,
    fill_settings,
    hash_of,
    words,
)

FOLDER = "titration/"
DERIVED = FOLDER + "derived.toml"
DOSES = "doses.toml"
INTERACTIONS = "interactions.toml"
GATE_OPEN = "go"
DOSE_WORDS = ("none", "half", "previous", "next", "start", "low_start", "lowest", "same")
_CLASS_ACTIONS = tuple(kind.value for kind in ProposalKind)


def _pregnancy_not_asked_from(raw: Mapping[str, Any], facts: Mapping[str, Fact]) -> int:
    """The age in the dictionary; a version of before it stood there has its own."""
    whom = facts["pregnant"].not_asked_of if "pregnant" in facts else None
    return whom.from_age if whom is not None else int(raw["pregnancy"]["not_asked_from_age"])


def read_protocol(
    files: Mapping[str, str],
    *,
    facts: Mapping[str, Fact],
    phenotype: DecisionTable,
    exclusion: DecisionTable | None = None,
    follows: Mapping[str, Derivation] | None = None,
    rechecks: Sequence[ContactRule] = (),
    scores: Scores | None = None,
    choices: Mapping[str, str] | None = None,
) -> Protocol:
    """Read the protocol from a pathway folder's texts (`titration/…`, `doses.toml`).

    `facts` is the pathway's data dictionary, `phenotype` its phenotype table, `choices` the agreement's answers
    to the settings, `exclusion` its table of who must never wait, `follows` the facts of the dictionary that follow
    from others, `rechecks` its schedule. `scores` lets the engine compute eGFR where a
    laboratory did not report it.
    Raises ProtocolError, TableErrors or tomllib.TOMLDecodeError.
    """
    raw = older(tomllib.loads(_text(files, FOLDER + "protocol.toml"), parse_float=Decimal))
    doses = tomllib.loads(_text(files, DOSES), parse_float=Decimal)
    settings = _settings(raw.get("settings", {}), choices or {})
    known = _dictionary(files, facts, raw["max_age"], settings)
    used = [FOLDER + "protocol.toml", DOSES, DERIVED, *([INTERACTIONS] if INTERACTIONS in files else [])]
    if "alarms" in raw:  # a version of before alarms were a table of the pathway keeps its own fingerprint
        used.append(FOLDER + raw["alarms"]["table"])

    def table(
        name: str, table_id: str, title: Mapping[str, str], outputs: Mapping[str, OutputSpec]
    ) -> DecisionTable:
        used.append(FOLDER + name)
        text = fill_settings(_text(files, FOLDER + name), settings, filename=name)
        meta = TableMeta(
            id=table_id, version=raw["version"], hit_policy=HitPolicy.FIRST, title=title, outputs=outputs
        )
        return read_table(text, meta=meta, facts=known, filename=FOLDER + name)

    classes = tuple(
        DrugClass(
            entry["key"], entry["title"],
            table(entry["table"], f"titration.{entry['key']}", entry["title"], _outputs(_CLASS_ACTIONS)),
            entry.get("needs_laboratory", False),
        )
        for entry in raw["classes"]
    )  # fmt: skip
    gate_actions = (*_CLASS_ACTIONS, GATE_OPEN)
    gate = table(
        raw["gate"]["table"], "titration.before_every_step", raw["gate"]["title"], _outputs(gate_actions)
    )
    lowering, in_use = (
        table(raw[name]["table"], f"titration.{table_id}", raw[name]["title"], _outputs(gate_actions))
        if name in raw
        else _open_table(table_id, raw["version"], known, _outputs(gate_actions))
        for name, table_id in (("lowering", "before_every_lowering"), ("in_use", "while_in_use"))
    )
    indication = None
    if "indication" in raw:
        indication = table(raw["indication"]["table"], "titration.indication", raw["indication"]["title"], {})
    renal = table(raw["renal"]["table"], "titration.renal_change", raw["renal"]["title"], {})
    drugs = {key: _drug(key, entry) for key, entry in doses["drugs"].items()}
    protocol = Protocol(
        key=raw["key"], version=raw["version"], title=raw["title"], classes=classes, gate=gate,
        lowering=lowering, in_use=in_use, indication=indication,
        danger=None if exclusion is None else _aged(exclusion, known), renal=renal,
        phenotype=_aged(phenotype, known), drugs=drugs, follows=follows or {},
        rechecks=tuple(rechecks),
        interactions=read_interactions(files.get(INTERACTIONS, "")),
        combinations={
            atc: Combination(atc, entry["label"], words(entry["contains"]))
            for atc, entry in doses["combinations"].items()
        },
        class_prefixes=_word_lists(doses["class_prefixes"]), first_choice=_word_lists(doses["first_choice"]),
        related=_word_lists(doses["related"]),
        together=tuple(
            Together(
                e["key"], words(e["classes"]), e["at_once"], e["why"], e["source"], e["rapid"], _careful(e)
            )
            for e in raw["together"]
        ),
        one_down=tuple(
            OneDown(e["key"], words(e["rules"]), e["why"], e["source"]) for e in raw.get("one_down", ())
        ),
        monitoring=tuple(
            Monitoring(
                words(e["classes"]), words(e["facts"]), e["from_days"], e["until_days"], e["then"], e["source"],
                e["grade"],
            )
            for e in raw["monitoring"]
        ),
        settings=settings,
        tolerance={kind: _word_lists(entry) for kind, entry in raw["tolerance"].items()},
        about_one_drug=words(raw["about_one_drug"]),
        contraindication_facts=_word_lists(raw["contraindication_facts"]), names=read_names(_text(files, DOSES)),
        stop_reasons=raw["stop_reasons"], facts=known,
        not_asked_when=words(raw["not_asked_when"]), safety_facts=words(raw["safety_facts"]),
        contact_facts=words(raw["contact_facts"]),
        record_facts=words(raw["record_facts"]), laboratory_facts=words(raw["laboratory"]["facts"]),
        laboratory_for_step_days=raw["laboratory"]["for_step_days"],
        laboratory_after_step_days=raw["laboratory"]["after_step_days"],
        stable_days=raw["stable"]["every_days"], stable_facts=words(raw["stable"]["facts"]),
        stable_source=raw["stable"]["source"],
        pregnancy_not_asked_from_age=_pregnancy_not_asked_from(raw, facts),
        lvef_reduced_at_most=Decimal(raw["lvef"]["reduced_at_most"]),
        rapid=_rapid(raw["rapid"]), optimal=_optimal(raw["optimal"]), limits=_limits(raw), scores=scores,
        texts_hash=hash_of({name: files[name] for name in used}, settings),
    )  # fmt: skip
    _check(protocol)
    if "unknown_is_no" in raw:  # a version of before it gives no reasons
        _check_unknown(protocol, raw["unknown_is_no"])
    return protocol


def _open_table(
    table_id: str, version: str, known: Mapping[str, Fact], outputs: Mapping[str, OutputSpec]
) -> DecisionTable:
    """A table that lets everything go on: for a version of before it was written."""
    text = (
        "id,on_drug,out:action,out:dose,out:first,out:agenda,why_nl,why_en,source,grade\n"
        f'OPEN,-,"""{GATE_OPEN}""","""none""","""none""",false,Niet in deze versie.,Not in this version.,local,local\n'
    )
    title = {"nl": table_id, "en": table_id}
    meta = TableMeta(
        id=f"titration.{table_id}", version=version, hit_policy=HitPolicy.FIRST, title=title, outputs=outputs
    )
    return read_table(text, meta=meta, facts=known, filename=table_id)


def _careful(entry: Mapping[str, Any]) -> Careful | None:
    found = entry.get("careful")
    if found is None:
        return None
    return Careful(found["at_once"], Decimal(found["below_systolic"]), found["frail"])


def _rapid(raw: Mapping[str, Any]) -> Rapid:
    return Rapid(
        words(raw["classes"]), words(raw["own_ladder"]), Decimal(raw["first_share_percent"]), raw["interval_days"],
        raw["ends_after_days"], raw["baseline_days"],
    )  # fmt: skip


def _optimal(raw: Mapping[str, Any]) -> Optimal:
    return Optimal(tuple(words(group) for group in raw["groups"]), raw["after_days"])


def _limits(raw: Mapping[str, Any]) -> Limits:
    settled = raw["settled"]
    return Limits(
        danger_urgencies=words(raw["danger"]["urgencies"]),
        danger_recheck_days=raw["danger"].get("recheck_days"), kidney_baseline_days=raw["kidney"]["baseline_days"],
        kidney_potassium_days=raw["kidney"].get("potassium_days", raw["kidney"]["baseline_days"]),
        kidney_gap_days=raw["kidney"]["gap_days"], hyperkalaemia_above=Decimal(raw["hyperkalaemia"]["above"]),
        hyperkalaemia_hold_days=raw["hyperkalaemia"]["hold_days"],
        after_stop_facts=words(raw["after_stop"]["facts"]), restart_days=raw["after_stop"].get("restart_days", 0),
        resume_days=raw["after_stop"].get("resume_days"),
        pulse_before_days=raw.get("pulse", {}).get("before_days", 0),
        recent_af_days=raw.get("pulse", {}).get("recent_af_days", 0),
        recent_ras_days=raw["first_arni_dose"]["recent_ras_days"],
        digoxin_raised_by=words(raw["digoxin"]["raised_by"]),
        digoxin_creatinine_rise_percent=Decimal(raw["digoxin"]["creatinine_rise_percent"]),
        settled_days=settled.get("for_days"), settled_gap_days=settled.get("gap_days", 0),
        settled_same=tuple(words(rules) for rules in settled.get("same", ())), settled_never=words(settled["never"]),
        settled_change={name: Decimal(value) for name, value in settled["change"].items()},
    )  # fmt: skip


def _text(files: Mapping[str, str], name: str) -> str:
    try:
        return files[name]
    except KeyError:
        raise ProtocolError(f"the pathway has no file {name}") from None


def _word_lists(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: words(value) for key, value in raw.items() if key != "source"}


def _settings(raw: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, ProtocolSetting]:
    unknown = sorted(set(choices) - set(raw))
    if unknown:
        raise ProtocolError(f"there is no setting {', '.join(unknown)}")
    found = {}
    for name, entry in raw.items():
        options = words(entry["options"])
        chosen = choices.get(name, entry["default"])
        for value in (chosen, entry["default"]):
            if value not in options:
                raise ProtocolError(f"setting {name}: {value} is not one of {', '.join(options)}")
        found[name] = ProtocolSetting(
            name, entry["default"], options, chosen, entry["source"], entry["note"], entry.get("conflict", "")
        )
    return found


def _dictionary(
    files: Mapping[str, str],
    facts: Mapping[str, Fact],
    max_age: Mapping[str, Any],
    settings: Mapping[str, ProtocolSetting],
) -> dict[str, Fact]:
    known = dict(facts)
    for name, entry in read_derived_facts(_text(files, DERIVED)).items():
        known[name] = entry
    for name, days in max_age.items():
        if name == "source":
            continue
        if name not in known:
            raise ProtocolError(f"max_age: {name} is not in the data dictionary")
        known[name] = replace(known[name], max_age_days=days)
    for name, setting in settings.items():
        values = {option: {"nl": option, "en": option} for option in setting.options}
        known[name] = Fact(
            name=name, type=FactType.CODE, label=setting.note, values=values, source=setting.source
        )
    return known


def read_derived_facts(text: str) -> dict[str, Fact]:
    """The facts that the engine computes: a name, a type, labels, a unit or a closed list."""
    found = {}
    for name, raw in tomllib.loads(text).items():
        found[name] = Fact(
            name=name, type=FactType(raw["type"]), label=raw["label"], unit=raw.get("unit"),
            unit_label=raw.get("unit_label"), values=raw.get("values", {}), group="derived",
        )  # fmt: skip
    return found


def _outputs(actions: tuple[str, ...]) -> dict[str, OutputSpec]:
    return {
        "action": OutputSpec(name="action", type=FactType.CODE, values=actions),
        "dose": OutputSpec(name="dose", type=FactType.CODE, values=DOSE_WORDS),
        "first": OutputSpec(name="first", type=FactType.CODE),
        "agenda": OutputSpec(name="agenda", type=FactType.BOOLEAN),
    }


def _aged(table: DecisionTable, facts: Mapping[str, Fact]) -> DecisionTable:
    return replace(table, inputs=tuple(facts.get(fact.name, fact) for fact in table.inputs))


def _drug(key: str, raw: Mapping[str, Any]) -> Drug:
    common = {
        "key": key, "drug_class": raw["class"], "atc": raw["atc"], "label": raw["label"],
        "source": raw["source"], "grade": raw["grade"],
    }  # fmt: skip
    if not raw.get("agreed", True):
        return Drug(**common, agreed=False)
    if raw["grade"] == "U":
        raise ProtocolError(f"{key}: an unconfirmed dose is never a default; write agreed = false")
    per_day = Decimal(raw["per_day"])

    def dose(value: Any) -> Dose | None:
        if value is None:
            return None
        if isinstance(value, Mapping):
            return Dose(Decimal(value["dose"]), Decimal(value["per_day"]))
        return Dose(Decimal(value), per_day)

    def doses(values: list[Any]) -> tuple[Dose, ...]:
        return tuple(found for value in values if (found := dose(value)) is not None)

    heavy = raw.get("heavy")
    equivalent, only = raw.get("furosemide_equivalent"), raw.get("only_per_day")
    return Drug(
        **common, unit=raw["unit"], per_day=per_day, steps=doses(raw["steps"]), optional=doses(raw.get("optional", [])),
        derived=tuple(Decimal(value) for value in raw["derived"]), step_labels=raw.get("step_labels", {}),
        aliases={Decimal(old): Decimal(new) for old, new in raw.get("aliases", {}).items()},
        start=dose(raw["start"]), start_at_most=dose(raw.get("start_at_most")),
        low_start=dose(raw.get("low_start")), target=dose(raw.get("target")),
        maximum=dose(raw["maximum"]), heavy_above_kg=None if heavy is None else Decimal(heavy["above_kg"]),
        heavy_target=None if heavy is None else dose(heavy["target"]), interval_days=raw.get("interval_days"),
        low_start_interval_days=raw.get("low_start_interval_days"),
        only_per_day=None if only is None else Decimal(only), only_per_day_note=raw.get("only_per_day_note", {}),
        furosemide_equivalent=None if equivalent is None else Decimal(equivalent), with_drug=raw.get("with_drug", ""),
    )  # fmt: skip


def _check(protocol: Protocol) -> None:
    if mild := [one.id for one in protocol.interactions.pairs if one.severity is Severity.ATTENTION]:
        raise ProtocolError(f"{INTERACTIONS}: {', '.join(mild)} must be discuss or contraindicated here")
    _check_drugs(protocol)
    check_about(protocol.interactions, {*protocol.drug_class, *protocol.drugs})
    groups = set(protocol.interactions.groups)
    if unknown := [name for name in protocol.limits.digoxin_raised_by if name not in groups]:
        raise ProtocolError(f"digoxin: {', '.join(unknown)} is no group of {INTERACTIONS}")
    classes = set(protocol.drug_class)
    named = {name for group in protocol.together for name in group.classes}
    named |= {name for entry in protocol.monitoring for name in entry.classes} | set(protocol.first_choice)
    named |= {name for group in protocol.optimal.groups for name in group}
    if named - classes:
        raise ProtocolError(f"unknown classes: {', '.join(sorted(named - classes))}")
    rules = {rule for one in protocol.classes for rule in one.table.rule_ids}
    if lost := [rule for group in protocol.one_down for rule in group.rules if rule not in rules]:
        raise ProtocolError(f"one_down: no rule {', '.join(lost)} in a class table")
    for name in (
        *protocol.not_asked_when,
        *protocol.safety_facts,
        *protocol.contact_facts,
        *protocol.record_facts,
        *protocol.laboratory_facts,
    ):
        if name not in protocol.facts:
            raise ProtocolError(f"{name} is not in the data dictionary")


def _check_unknown(protocol: Protocol, reasons: Mapping[str, Any]) -> None:
    """Every rule for which an unknown fact counts as "no" says why that may be, and none that is not there."""
    quiet = {
        rule.id
        for table in protocol.tables.values()
        if table is not protocol.phenotype
        for rule in table.rules
        if rule.on_unknown is OnUnknown.TREAT_AS_NO_MATCH
    }
    if wrong := sorted(quiet ^ set(reasons)):
        raise ProtocolError(f"unknown_is_no: {', '.join(wrong)} has no reason, or a reason and no such rule")


def _check_drugs(protocol: Protocol) -> None:
    classes = set(protocol.drug_class)
    for drug in protocol.drugs.values():
        if drug.drug_class not in classes:
            raise ProtocolError(f"{drug.key}: {drug.drug_class} is not a class of protocol.toml")
        for name in ("start", "start_at_most", "low_start", "target", "maximum"):
            dose = getattr(drug, name)
            if dose is not None and dose not in drug.steps:
                raise ProtocolError(f"{drug.key}: {name} is not one of the steps")
    for combination in protocol.combinations.values():
        for key in combination.contains:
            if key not in protocol.drugs and key not in classes:
                raise ProtocolError(f"{combination.atc}: {key} is not a drug or class of doses.toml")
