"""Questions on which the sources disagree: what can be chosen, and what this pathway runs with.

Settings stand in pathway.toml (with a table file per option) and, for titration and calculators, in their own
files as a plain list of options. An agreement answers all of them in one place, its `[pathways.<key>] settings`.
"""

from __future__ import annotations

from collections.abc import Mapping

from anderhalf.content.sources import check_source
from anderhalf.content.toml import Section, TomlFile
from anderhalf.core.pathway.model import Setting, SettingOption, Source

ENGINE_FILES = ("titration/protocol.toml", "scores.toml")


def read_settings(
    root: Section, files: Mapping[str, str], sources: Mapping[str, Source], choices: Mapping[str, str]
) -> Mapping[str, Setting]:
    """Every setting of a pathway by code; a choice that is no option, or that no table carries out, is a fault."""
    found = {section.name: _table_setting(section, sources) for section in root.sections("settings")}
    places = {name: root.section("settings").section(name) for name in found}
    for file in ENGINE_FILES:
        if file not in files:
            continue
        for section in TomlFile.read(file, files, root.file.faults).root.sections("settings"):
            if section.name in found:
                section.fault(None, f"{section.name} is already a setting in {found[section.name].file}")
                continue
            found[section.name] = _engine_setting(section, file)
            places[section.name] = section
    chosen = {name: _choose(places[name], setting, choices) for name, setting in found.items()}
    for name in choices:
        if name not in found:
            root.fault("settings", f"the agreement chooses {name}, which is not a setting of this pathway")
    return chosen


def _choose(section: Section, setting: Setting, choices: Mapping[str, str]) -> Setting:
    choice = choices.get(setting.code, setting.default)
    key = "chosen" if "chosen" in section else "default"
    if choice not in setting.options:
        section.fault(key, f"the choice {choice!r} is not an option here")
    elif not setting.options[choice].available:
        section.fault(key, f"{choice} is written down as an alternative, but no table carries it out")
    return Setting(
        code=setting.code,
        title=setting.title,
        note=setting.note,
        options=setting.options,
        default=setting.default,
        chosen=choice,
        file=setting.file,
    )


def _table_setting(section: Section, sources: Mapping[str, Source]) -> Setting:
    section.only("title_nl", "title_en", "note_nl", "note_en", "chosen", "options")
    default = section.text("chosen")
    return Setting(
        code=section.name,
        title=section.labels("title"),
        note=section.labels("note"),
        options={
            option.name: _option(option, sources) for option in section.sections("options", required=True)
        },
        default=default,
        chosen=default,
        file=section.file.name,
    )


def _option(section: Section, sources: Mapping[str, Source]) -> SettingOption:
    section.only("label_nl", "label_en", "source", "tables", "available")
    source = section.text("source")
    check_source(section, "source", source, sources)
    tables = section.section("tables", required=False)
    return SettingOption(
        code=section.name,
        label=section.labels("label"),
        source=source,
        tables={name: tables.text(name) for name in tables.data},
        available=section.flag("available", default=True),
    )


def _engine_setting(section: Section, file: str) -> Setting:
    """A setting whose options are values, explained by its note; the source is that of the default."""
    note, default, source = section.labels("note"), section.text("default"), section.text("source")
    options = {
        value: SettingOption(code=value, label={"nl": value, "en": value}, source=source, tables={})
        for value in section.words("options")
    }
    return Setting(
        code=section.name, title=note, note=note, options=options, default=default, chosen=default, file=file
    )
