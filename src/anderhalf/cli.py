"""The command ``anderhalf``: serve, demo, agreement check, audit verify and what else a network's operator needs."""

from __future__ import annotations

import os

import typer

from anderhalf.commands import agreement, audit, casefind, draw, serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anderhalf.web.settings")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # a traceback with locals could show a patient
    help="Anderhalf: one agreement that is checked, drawn, run, measured and rehearsed.",
)
agreement.app.command("draw")(draw.draw)
app.add_typer(agreement.app, name="agreement", help="Check and publish the agreement and its pathways.")
app.add_typer(audit.app, name="audit", help="Prove that the log of who saw what is whole.")
app.command("casefind")(casefind.casefind)
app.command("serve")(serve.serve)
app.command("migrate")(serve.migrate)
app.command("demo")(serve.demo)
