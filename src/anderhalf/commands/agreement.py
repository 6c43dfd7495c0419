"""`anderhalf agreement …`: check pathways and networks before they are used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from anderhalf.content.check import Checked, check_folders
from anderhalf.content.paths import ContentNotFound, all_folders
from anderhalf.core.decisions.findings import Severity
from anderhalf.population.check import casefinding_problems

app = typer.Typer(help="Check and show the agreement: pathways and networks.", no_args_is_help=True)

PLAIN_WIDTH = 100
"""Below this many columns a table would break every message into slivers, so faults are printed as lines."""


@app.callback()
def agreement() -> None:
    """Check and show the agreement: pathways and networks."""


@app.command()
def check(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Pathway or network folders; without any: all of them.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="A folder with the pathways as they were: changed rules must have a changed text and source."
        ),
    ] = None,
) -> None:
    """Read all pathways and networks and print every fault by file, line and cell.

    Tables are checked for gaps, overlaps, masked rules and impossible values, each with an example patient. What
    case finding asks of a population (casefinding.toml and its tables) is checked in the same way. A number in the
    explanation of a rule must stand in its cells (or where numbers.toml says). Ends with code 1
    when something may not be used as it is.
    """
    console = Console()
    try:
        checked = check_folders(folders or all_folders(), more=(casefinding_problems,), against=against)
    except ContentNotFound as error:
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(2) from None
    _print_problems(console, checked)
    _print_summary(console, checked)
    if checked.errors:
        raise typer.Exit(1)


def _print_problems(console: Console, checked: Checked) -> None:
    problems = sorted(checked.problems, key=lambda problem: problem.fault)
    if not problems:
        return
    if console.width < PLAIN_WIDTH or not console.is_terminal:
        for problem in problems:
            example = f" (for instance {problem.example})" if problem.example else ""
            console.print(
                f"{problem.severity.value}: {problem.fault}{example}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        return
    table = Table(title="Faults", show_lines=True)
    for heading in ("", "File", "Line", "Cell", "What is wrong", "Example patient"):
        table.add_column(heading, justify="right" if heading == "Line" else "left", overflow="fold")
    for problem in problems:
        error = problem.severity is Severity.ERROR
        fault = problem.fault
        table.add_row(
            Text("error", "bold red") if error else Text("warning", "yellow"),
            Text(fault.file),
            Text(str(fault.line or "")),
            Text(fault.cell),
            Text(fault.message),
            Text(problem.example),
        )
    console.print(table)


def _print_summary(console: Console, checked: Checked) -> None:
    for pathway in checked.pathways.values():
        rules = sum(len(table.rules) for table in pathway.tables.values())
        local = sum(rule.local for table in pathway.tables.values() for rule in table.rules)
        console.print(
            f"pathway {pathway.key} {pathway.version}: {len(pathway.facts)} facts, "
            f"{len(pathway.tables)} tables, {rules} rules ({local} the network's own), hash {pathway.hash[:12]}",
            highlight=False,
            soft_wrap=True,
        )
    for network in checked.networks.values():
        console.print(
            f"network {network.key} {network.version}: "
            f"{len(network.organisations)} organisations, "
            f"{len(network.centres)} centres, {len(network.contracts)} contracts, hash {network.hash[:12]}",
            highlight=False,
            soft_wrap=True,
        )
    warnings = len(checked.problems) - len(checked.errors)
    style = "bold red" if checked.errors else "bold green"
    console.print(f"{len(checked.errors)} errors, {warnings} warnings", style=style, highlight=False)
