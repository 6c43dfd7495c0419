"""The pictures of the README: the page of the A4 that says where to, and every picture small enough to fetch.

    python -m scripts.draw_pictures            # docs/images/a4-referral-nl.png and -en.png, from the tables of now
    python -m scripts.draw_pictures a.png …    # make these pictures smaller

`make pictures` draws them. `make screenshots` renews docs/images/chart.png, which it makes smaller here as well.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

from anderhalf.commands.draw import draw

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
COLOURS = 48
"""Enough for lines, letters and a handful of tints."""
PAGE = 2
"""Which line and how soon; page 1 says who must never wait."""


def smaller(png: bytes) -> bytes:
    """The same picture in few colours: a sixth of the bytes, and no difference that the eye sees in a drawing."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    few = picture.quantize(colors=COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def make_smaller(path: Path) -> None:
    """Write a picture anew in few colours."""
    path.write_bytes(smaller(path.read_bytes()))


def draw_a4(folder: Path = IMAGES, languages: Sequence[str] = ("nl", "en")) -> list[Path]:
    """The second page of the A4 in each language, as the README shows it."""
    made = []
    for language in languages:
        with tempfile.TemporaryDirectory() as there:
            draw(out=Path(there) / "a4.png", language=language)
            page = Path(there) / f"a4-{PAGE}.png"
            made.append(folder / f"a4-referral-{language}.png")
            made[-1].write_bytes(smaller(page.read_bytes()))
    return made


if __name__ == "__main__":
    if sys.argv[1:]:
        for name in sys.argv[1:]:
            make_smaller(Path(name))
    else:
        draw_a4()
