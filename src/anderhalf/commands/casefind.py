"""`anderhalf casefind`: who in a practice's population belongs in the 1.5 line, may go back, or was missed."""

from __future__ import annotations

import importlib.util
import os
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from anderhalf.population.casefind import Report
    from anderhalf.population.criteria import Criteria

CHUNK = 250_000
"""Patients at a time, unless --chunk says otherwise."""


class EngineName(StrEnum):
    """Where the population is decided."""

    EMBEDDED = "embedded"
    DUCKDB = "duckdb"
    POLARS = "polars"
    POSTGRESQL = "postgresql"
    SPARK = "spark"


class Language(StrEnum):
    """The language of the worklists."""

    NL = "nl"
    EN = "en"


def casefind(
    extract: Annotated[
        Path,
        typer.Argument(help="Folder with the extract (docs/extracts.md) or with FHIR bundles or NDJSON."),
    ],
    agreement: Annotated[str, typer.Option(help="The network whose agreement counts.")],
    out: Annotated[Path, typer.Option(help="Folder for the worklists; it stays on this machine.")],
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day on which is decided.")],
    pathway: Annotated[str, typer.Option(help="The pathway to search for.")] = "heart_failure",
    engine: Annotated[
        EngineName, typer.Option(help="Where the population is decided.")
    ] = EngineName.EMBEDDED,
    language: Annotated[Language, typer.Option(help="Language of the worklists.")] = Language.NL,
    memory: Annotated[float, typer.Option(help="Memory for reading, in gigabytes.", min=0.25)] = 2.0,
    chunk: Annotated[int, typer.Option(help="Patients at a time.", min=100)] = CHUNK,
    also_deceased: Annotated[
        bool, typer.Option(help="FHIR: also those who have died, to look back.")
    ] = False,
) -> None:
    """Search a practice's whole population and write worklists.

    A run that was broken off goes on where it stopped when the same command is given again. Rows that cannot be
    read are listed in set_aside.csv with file, line and reason.
    """
    console = Console(stderr=True)
    if importlib.util.find_spec("duckdb") is None:
        console.print(
            'case finding needs the extra "population": pip install "anderhalf[population]"', markup=False
        )
        raise typer.Exit(2)
    from anderhalf.content.faults import ContentErrors
    from anderhalf.content.paths import ContentNotFound
    from anderhalf.population.engines import EngineUnavailable
    from anderhalf.population.shapes import ExtractRefused

    _set_up()
    from django.utils import translation

    from anderhalf.apps.casefinding.summary import refused as refused_in_words

    with translation.override(language.value):
        try:
            report = _search(
                extract, out, agreement=agreement, pathway=pathway, on=on.date(), engine=engine.value,
                lang=language.value, memory=memory, chunk=chunk, also_deceased=also_deceased,
                console=console,
            )  # fmt: skip
        except (ExtractRefused, EngineUnavailable, ContentErrors, ContentNotFound, KeyError) as refused:
            said = refused_in_words(refused)
            console.print(said, style="bold red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(1) from None
        _show(Console(), report)


def criteria_for(agreement: str, pathway: str, on: date) -> Criteria:
    """The criteria of an agreement on a day; raises ContentErrors, ContentNotFound, KeyError when there are none."""
    from anderhalf.content import load_network, load_pathway, network_folder, pathway_folder, read_folder
    from anderhalf.content.loading import pathways_used
    from anderhalf.population.criteria import read_criteria

    folder = network_folder(agreement)
    files = read_folder(folder)
    used = {
        key: load_pathway(
            read_folder(pathway_folder(key)), f"pathways/{key}", choices=use.get("settings", {})
        )
        for key, use in pathways_used(files).items()
    }
    found = load_network(files, f"networks/{agreement}", pathways=used)
    if pathway not in found.pathways or found.pathways[pathway].from_day > on:
        raise KeyError(f"the agreement {agreement} does not use the pathway {pathway} on {on}")
    return read_criteria(used[pathway], network=files)


def _search(
    extract: Path,
    out: Path,
    *,
    agreement: str,
    pathway: str,
    on: date,
    engine: str,
    lang: str,
    memory: float,
    chunk: int,
    also_deceased: bool,
    console: Console,
) -> Report:
    from anderhalf.apps.casefinding.summary import phases
    from anderhalf.apps.casefinding.words import in_words
    from anderhalf.exchange.fhir.population import holds_fhir, stage_fhir
    from anderhalf.population.casefind import find_cases
    from anderhalf.population.engines import open_engine

    criteria = criteria_for(agreement, pathway, on)
    stage = None
    if holds_fhir(extract):
        stage = partial(stage_fhir, extract, criteria=criteria, on=on, also_deceased=also_deceased)
    running = open_engine(engine, memory_gb=memory)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    named = phases()
    try:
        with Progress(*columns, console=console) as bar:
            tasks = {
                "read": bar.add_task(named["read"], total=1),
                "decide": bar.add_task(named["decide"], total=None),
            }

            def progress(phase: str, done: int, total: int) -> None:
                if phase == "decide":
                    bar.update(tasks["read"], completed=1)
                bar.update(tasks[phase], completed=done, total=total)

            return find_cases(
                extract, out, criteria=criteria, on=on, engine=running, stage=stage, chunk=chunk, lang=lang,
                memory_gb=memory, progress=progress, say=in_words,
            )  # fmt: skip
    finally:
        running.close()


def _set_up() -> None:
    """What was read and what not is said in the texts of the service, which Django translates."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anderhalf.web.settings")
    import django

    django.setup()


def _show(console: Console, report: Report) -> None:
    from anderhalf.apps.casefinding import summary

    said = report.to_dict()
    table = Table(title=summary.title(report.out), show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, shown in summary.counted(said["counts"], said["read"]):
        table.add_row(name, shown)
    console.print(table)
    for line in summary.lines(said["read"], said["missing"]):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
