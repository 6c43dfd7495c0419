"""`anderhalf agreement draw`: the referral decision on two A4s, from the tables in pathways/ and networks/."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from anderhalf.content import (
    Agreement,
    ContentErrors,
    load_network,
    load_pathway,
    network_folder,
    pathway_folder,
    pathways_used,
    read_folder,
)
from anderhalf.content.paths import ContentNotFound
from anderhalf.core.pathway.flowchart.chart import build_chart
from anderhalf.core.pathway.model import Pathway
from anderhalf.presentation.sheet import DoesNotFit, Format, draw_sheet
from anderhalf.presentation.sheet.letterhead import letterhead_of

FORMATS = ("pdf", "svg", "png")


def draw(
    out: Annotated[
        Path, typer.Option(help="The file to write: .pdf, or .svg or .png (one a page: name-1, name-2).")
    ],
    network: Annotated[str, typer.Option(help="The folder in networks/.")] = "voorbeeldstreek",
    pathway: Annotated[str, typer.Option(help="The folder in pathways/.")] = "heart_failure",
    language: Annotated[str, typer.Option(help="nl or en.")] = "nl",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the telephone numbers.")
    ] = None,
    url: Annotated[
        str, typer.Option(envvar="ANDERHALF_URL", help="Address of the service, for the QR code.")
    ] = "http://127.0.0.1:8000",
    logo: Annotated[Path | None, typer.Option(help="An SVG of the partners' own logo.", exists=True)] = None,
) -> None:
    """Draw who must never wait, and who goes where, on two A4s, straight from the tables."""
    console = Console(stderr=True)
    form = out.suffix.removeprefix(".").lower()
    if form not in FORMATS or language not in ("nl", "en"):
        console.print(
            "--out must end in .pdf, .svg or .png, and --language must be nl or en", style="bold red"
        )
        raise typer.Exit(2)
    day = on.date() if on else date.today()  # noqa: DTZ011 -- a day on paper, in the reader's own calendar
    try:
        agreement, used = _load(network, pathway)
        head = letterhead_of(
            agreement,
            used,
            on=day,
            url=f"{url.rstrip('/')}/afspraak/a4/",
            language=language,
            logo=logo.read_text("utf-8") if logo else "",
        )
        drawn = draw_sheet(build_chart(used, language=language), head, format=cast(Format, form))
    except (ContentErrors, ContentNotFound, DoesNotFit, _NotUsed) as error:
        console.print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from None
    names = [out] if len(drawn) == 1 else [out.with_stem(f"{out.stem}-{at + 1}") for at in range(len(drawn))]
    for name, page in zip(names, drawn, strict=True):
        name.write_bytes(page)
    console.print(
        f"{', '.join(map(str, names))}: {used.key} {used.version}, {agreement.key} {agreement.version}",
        highlight=False,
    )


class _NotUsed(Exception):
    """The agreement does not use this pathway, or it has no referral decision."""


def _load(network: str, pathway: str) -> tuple[Agreement, Pathway]:
    files = read_folder(network_folder(network))
    loaded = {
        key: load_pathway(
            read_folder(pathway_folder(key)), f"pathways/{key}", choices=use.get("settings", {})
        )
        for key, use in pathways_used(files).items()
    }
    agreement = load_network(files, f"networks/{network}", pathways=loaded)
    found = loaded.get(pathway)
    if found is None:
        raise _NotUsed(f"the agreement of {network} uses {', '.join(loaded)}, not {pathway}")
    if not {"exclusion", "referral"} <= set(found.tables):
        raise _NotUsed(f"{pathway} has no tables exclusion and referral to draw")
    return agreement, found
