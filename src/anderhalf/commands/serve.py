"""Starting the service: for real, or as a demonstration."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console

console = Console()


def _set_up(*, demo: bool = False) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anderhalf.web.settings")
    if demo:
        os.environ["ANDERHALF_DEMO"] = "1"
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the shape of this version."""
    _set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=1, interactive=False)
    call_command("createcachetable", verbosity=0)


def run_server(host: str, port: int, workers: int) -> None:
    """WSGI with few blocking threads; connections to the database stay open per thread."""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    settings.STATIC_ROOT.mkdir(
        parents=True, exist_ok=True
    )  # nothing collected yet is no reason for a warning
    Granian(
        "anderhalf.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        log_access=False,
    ).serve()


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; more than one needs PostgreSQL to be useful.")] = 1,
) -> None:
    """Serve the service on the database of DATABASE_URL (SQLite in var/ when not set)."""
    _set_up()
    run_server(host, port, workers)


def demo(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    seed: Annotated[int, typer.Option(help="Seed of the invented events.")] = 2024,
    build_only: Annotated[bool, typer.Option(help="Build the data and stop.")] = False,
) -> None:
    """Build the demonstration network if it is not there yet, and serve it."""
    _set_up(demo=True)
    from django.core.management import call_command

    from anderhalf.demonstration.build import DemonstrationRefused, build

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    try:
        build(seed=seed, console=console)
    except DemonstrationRefused as refused:
        console.print(f"[bold red]{refused}[/]")
        raise typer.Exit(1) from refused
    if build_only:
        return
    console.print(f"\n[bold]Anderhalf[/] · http://{host}:{port} · demonstratie / demonstration")
    run_server(host, port, 1)
