from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from mlops_tui.domain.runs import RunState
from mlops_tui.ui import palette
from mlops_tui.ui.looks import LOOKS, painter

BLACK = Color.parse("#000000")
PLAIN = Style(color="#e0e0e0", bgcolor="#000000")


def widget_in(theme: Theme) -> Any:
    variables = {
        **palette.theme_variables(theme.dark),
        **theme.to_color_system().generate(),
        **theme.variables,
    }
    return SimpleNamespace(
        app=SimpleNamespace(theme=theme.name, theme_variables=variables),
        visual_style=SimpleNamespace(rich_style=PLAIN, background=BLACK),
    )


@pytest.mark.parametrize("theme", BUILTIN_THEMES.values(), ids=lambda theme: theme.name)
def test_every_kind_has_a_style_in_every_theme(theme: Theme) -> None:
    style = painter(widget_in(theme))
    for kind in LOOKS:
        assert style(kind).color is not None, kind
        assert style(kind).bgcolor is not None, kind


def test_states_of_runs_have_looks() -> None:
    assert set(RunState) <= LOOKS.keys()


def test_muted_text_lies_between_what_stands_out_and_the_background() -> None:
    style = painter(widget_in(BUILTIN_THEMES["textual-dark"]))
    colour = style("dim").color
    assert colour is not None
    assert colour.get_truecolor() == (153, 153, 153)  # 60 % of white on black
    assert style("") == PLAIN
    assert style("bold red").bold
