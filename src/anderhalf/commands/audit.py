"""``anderhalf audit``: proving that the log of who saw what is whole."""

from __future__ import annotations

import os

import typer
from rich.console import Console

app = typer.Typer(no_args_is_help=True)


@app.callback()
def about() -> None:
    """The log of who did what with which record, as a chain of hashes."""


@app.command()
def verify() -> None:
    """Walk the whole log; exit 1 and name the first line that was changed, removed or put in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anderhalf.web.settings")
    import django

    django.setup()
    from anderhalf.apps.audit.queries import verify_chain

    console = Console()
    proof = verify_chain()
    if proof.whole:
        console.print(f"[green]The log is whole:[/] {proof.lines} lines, each joined to the one before it.")
        return
    place = f" at line {proof.broken_at}" if proof.broken_at is not None else ""
    console.print(f"[bold red]The log is not whole[/]{place}: {proof.why} ({proof.lines} lines read)")
    raise typer.Exit(1)
