from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from mlops_tui.ui import palette
from mlops_tui.ui.preferences import THEMES
from mlops_tui.ui.themes import OWN

READABLE, ENHANCED = 4.5, 7.0
"""Contrast ratios that WCAG 2.2 asks for, at levels AA and AAA."""
TEXTS = ("foreground", "text-muted", "text-success", "text-error", "text-warning", "text-accent")


def colours(theme: Theme) -> dict[str, Color]:
    generated = theme.to_color_system().generate()
    variables = {**palette.theme_variables(theme.dark), **generated, **theme.variables}
    return {name: Color.parse(it) for name, it in variables.items() if it.startswith("#")}


def contrast(one: Color, other: Color) -> float:
    def luminance(colour: Color) -> float:
        parts = (part / 255 for part in colour.rgb)
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
def test_all_text_stands_out(theme: Theme, ground: str) -> None:
    known = colours(theme)
    for text in TEXTS:
        assert contrast(known[text], known[ground]) >= ENHANCED, text


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_what_is_chosen_or_marked_or_wrong_stands_out(theme: Theme) -> None:
    known = colours(theme)
    for text, ground in [
        ("block-cursor-foreground", "primary"),
        ("foreground", "surface-lighten-2"),
        ("text-warning", "warning-muted"),
        ("foreground", "error-muted"),
        ("footer-key-foreground", "footer-background"),
        *((f"series-{slot}", "background") for slot in range(palette.SLOTS)),
    ]:
        assert contrast(known[text], known[ground]) >= ENHANCED, text
    assert contrast(known["foreground-muted"], known["background"]) >= READABLE


def test_every_theme_of_ours_can_be_set() -> None:
    assert {theme.name for theme in OWN} <= set(THEMES.values())
