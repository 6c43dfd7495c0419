"""The files of a new version: the running ones with the changed tables, another number, date and signatures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .toml_text import with_blocks, with_entry, with_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Somebody who signed, on behalf of a partner (key), with the role in both languages."""

    name: str
    role_nl: str
    role_en: str
    organisation: str
    on: date


def pathway_files(
    files: Mapping[str, str],
    changed: Mapping[str, str],
    *,
    version: str,
    valid_from: date,
    signatures: Sequence[Signature],
    why: Sequence[str],
) -> dict[str, str]:
    """The files of the next version of a pathway."""
    made = {**files, **changed}
    text = with_value(made["pathway.toml"], "version", version)
    text = with_value(text, "valid_from", valid_from)
    blocks = [
        {"name": one.name, "role_nl": one.role_nl, "role_en": one.role_en, "on": one.on} for one in signatures
    ]
    made["pathway.toml"] = with_blocks(text, "approvals", blocks)
    made["CHANGELOG.md"] = with_entry(
        made.get("CHANGELOG.md", ""), f"{version} (valid from {valid_from})", why
    )
    return made


def agreement_files(
    files: Mapping[str, str],
    *,
    pathway: str,
    pathway_version: str,
    version: str,
    valid_from: date,
    signatures: Sequence[Signature],
    why: Sequence[str],
) -> dict[str, str]:
    """The files of the next version of the agreement, which runs another version of one pathway."""
    made = dict(files)
    section = f"pathways.{pathway}"
    text = with_value(made["network.toml"], "version", version)
    text = with_value(text, "valid_from", valid_from)
    text = with_value(text, "version", pathway_version, section=section)
    text = with_value(text, "from", valid_from, section=section)
    blocks: list[Mapping[str, str | date]] = [
        {
            "name": one.name,
            "role_nl": one.role_nl,
            "role_en": one.role_en,
            "organisation": one.organisation,
            "on": one.on,
        }
        for one in signatures
    ]
    made["network.toml"] = with_blocks(text, "approvals", blocks)
    made["CHANGELOG.md"] = with_entry(
        made.get("CHANGELOG.md", ""), f"{version} (valid from {valid_from})", why
    )
    return made
