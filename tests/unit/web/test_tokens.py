"""Colours: every text on every ground it is used on is readable (WCAG 2.2 AA), in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import anderhalf.web

CSS = Path(anderhalf.web.__file__).parent / "static" / "css"
TEXT, MARK = 4.5, 3.0

PAIRS = [
    *[
        (ink, ground, TEXT)
        for ink in ("ink", "ink-2", "ink-3", "accent")
        for ground in ("card", "ground", "sunken")
    ],
    *[(tone, f"{tone}-soft", TEXT) for tone in ("ok", "attention", "danger", "info", "local", "neutral")],
    *[
        (tone, ground, TEXT)
        for tone in ("ok", "attention", "danger", "info", "local")
        for ground in ("card", "ground")
    ],
    *[("ink", f"{tone}-soft", TEXT) for tone in ("ok", "attention", "danger", "info", "local", "accent")],
    *[("ink-2", f"{tone}-soft", TEXT) for tone in ("accent", "attention", "danger", "neutral")],
    ("accent-strong", "accent-soft", TEXT),
    ("accent", "accent-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("rail-ink", "rail", TEXT),
    ("rail-ink", "rail-2", TEXT),
    ("rail-ink-2", "rail", TEXT),
    ("rail-ink-2", "rail-2", TEXT),
    ("edge", "card", MARK),
    ("edge", "sunken", MARK),
    ("focus", "card", MARK),
    ("focus", "ground", MARK),
    ("rail-mark", "rail", MARK),
]


def tokens() -> dict[str, tuple[str, str]]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (CSS / "tokens.css").read_text())
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast(theme, ink, ground, least):
    at = ["light", "dark"].index(theme)
    found = contrast(tokens()[ink][at], tokens()[ground][at])
    assert found >= least, f"{ink} on {ground} in the {theme} theme: {found:.2f}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_on_the_danger_button_is_readable(theme):
    assert contrast("#ffffff", tokens()["danger-fill"][["light", "dark"].index(theme)]) >= TEXT


def test_every_custom_property_used_is_defined():
    text = "\n".join(path.read_text() for path in CSS.glob("*.css"))
    used = set(re.findall(r"var\(--([\w-]+)", text))
    defined = set(re.findall(r"--([\w-]+)\s*:", text))
    assert used <= defined


def test_colours_stand_in_the_tokens_only():
    for path in CSS.glob("*.css"):
        if path.name in {"tokens.css", "print.css"}:
            continue
        colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())) - {"#fff"}
        assert colours <= {"#0a6c83", "#221700"}, path.name  # the two count marks on the dark rail
