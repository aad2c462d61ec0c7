"""How pieces of text look by their kind: variables of the theme, and what is bold or underlined.

Textual has component classes for this, which it works out again for each widget whenever a class of
something above it changes: a tenth of a second of every change of pane on the screen of a project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from rich.style import Style
from textual.color import TRANSPARENT, Color
from textual.widget import Widget

from mlops_tui.domain.runs import RunState
from mlops_tui.ui import palette


class Look(NamedTuple):
    """One kind of text; an empty variable is what the widget has itself."""

    color: str = ""
    background: str = ""
    bold: bool = False
    underline: bool = False
    share: float = 1.0
    """How much of the colour there is over the background."""


_DIM = Look("text-muted")
_CHOSEN = Look("block-cursor-foreground", "primary", bold=True)
_STRONG = Look("foreground", bold=True)
LOOKS = {
    # text
    "dim": _DIM,
    "strong": _STRONG,
    "heading": Look(bold=True),
    "header": Look("text-muted", underline=True),
    "good": Look("text-success"),
    "bad": Look("text-error"),
    "bad-strong": Look("text-error", bold=True),
    "warn": Look("text-warning", bold=True),
    "best": Look("text-success", bold=True),
    # what the cursor is on, and what was looked for
    "cursor": _CHOSEN,
    "cursor-blurred": Look("foreground", "surface-lighten-2"),
    "tab": _DIM,
    "tab-on": Look("foreground", "surface-lighten-2", bold=True),
    "tab-focused": _CHOSEN,
    "match": Look("text-warning", "warning-muted"),
    "found": _CHOSEN,
    "key": Look("footer-key-foreground", "footer-key-background", bold=True),
    "key-off": Look("foreground-muted"),
    # charts and bars
    "axis": _DIM,
    "title": _STRONG,
    "value": Look("foreground"),
    "bar": Look("primary"),
    "load": Look("text-accent"),
    **{f"series-{slot}": Look(f"series-{slot}") for slot in range(palette.SLOTS)},
    **{f"dim-{slot}": Look(f"series-{slot}", share=0.4) for slot in range(palette.SLOTS)},
    # states of runs
    RunState.QUEUED: _DIM,
    RunState.STARTING: Look("text-accent"),
    RunState.RUNNING: Look("text-accent"),
    RunState.FINISHED: Look("text-success"),
    RunState.FAILED: Look("text-error"),
    RunState.STOPPED: Look("text-warning"),
    RunState.LOST: Look("text-error", bold=True),
}


def painter(widget: Widget) -> Callable[[str], Style]:
    """Return what gives the style of a kind of text on this widget, as it looks now.

    What is no kind of `LOOKS` is taken for a style of its own, such as `bold red`.
    """
    app, looks = widget.app, widget.visual_style  # which is kept, as `background_colors` is not
    plain, background = looks.rich_style, looks.background or TRANSPARENT

    def style_of(kind: str) -> Style:
        if not kind:
            return plain
        if kind not in LOOKS:
            return plain + Style.parse(kind)
        key = (app.theme, kind, background, plain)
        if key not in _KEPT:
            _KEPT[key] = plain + _style(LOOKS[kind], app.theme_variables, background)
        return _KEPT[key]

    return style_of


_KEPT: dict[tuple[str, str, Color, Style], Style] = {}


def _style(look: Look, variables: Mapping[str, str], behind: Color) -> Style:
    style = Style(bold=look.bold or None, underline=look.underline or None)
    if look.background:
        behind += _colour(variables[look.background])
        style += Style(bgcolor=behind.rich_color)
    if look.color:
        colour = _colour(variables[look.color]).multiply_alpha(look.share)
        style += Style(color=(behind + colour).rich_color)
    return style


def _colour(value: str) -> Color:
    """Return the colour that a variable says, such as `#8AD4A1`, `transparent` or `auto 60%`."""
    name, _, percent = value.partition(" ")
    share = float(percent.rstrip("%")) if percent else 100.0
    if name == "auto":
        return Color.automatic(share)
    return Color.parse(name).multiply_alpha(share / 100)
