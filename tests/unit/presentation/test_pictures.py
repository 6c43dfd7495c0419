"""The pictures of the README: drawn from the tables, and small enough to fetch."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from scripts.draw_pictures import COLOURS, draw_a4, smaller

MOST = 400_000


def test_the_a4_of_the_readme_is_drawn_small(tmp_path):
    (made,) = draw_a4(tmp_path, ["en"])
    assert made.name == "a4-referral-en.png" and made.stat().st_size <= MOST
    with Image.open(made) as picture:
        assert len(picture.getcolors() or ()) <= COLOURS and picture.width > 1000


def test_few_colours_keep_the_size_and_what_is_drawn():
    drawn = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(drawn).rectangle((10, 10, 100, 100), fill="#0b5c4f")
    whole = BytesIO()
    drawn.save(whole, "PNG")
    with Image.open(BytesIO(smaller(whole.getvalue()))) as few:
        assert few.size == drawn.size
        assert few.convert("RGB").getpixel((50, 50)) == (0x0B, 0x5C, 0x4F)
        assert few.convert("RGB").getpixel((200, 150)) == (255, 255, 255)
