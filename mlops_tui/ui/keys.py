"""The one table of keys: bindings, footer, help and the page of keys are made from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

EVERYWHERE = "everywhere"
PROJECTS = "projects"
PROJECT = "project"
VERBS = "runs"
PANES = "panes"
TABLE = "table"
LOG = "output"
FORM = "form"
DIALOG = "dialog"

FOOTER_MOST = 6


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does, on one screen or pane."""

    id: str
    keys: str
    """As Textual names them, separated by commas."""
    action: str
    label: str
    tooltip: str
    place: str
    in_footer: bool = False
    shown: str = ""
    """How the keys are written for people; the keys themselves if empty."""

    @property
    def display(self) -> str:
        """Return the keys as people write them."""
        return self.shown or self.keys.replace(",", " ")


KEYS = (
    Key("out", "escape", "out", "Back", "Clear the filter, else go back one level", PROJECT,
        shown="Esc"),
    Key("launch", "l", "launch", "Launch", "Start a job of this project", VERBS, True),
    Key("stop", "s", "stop", "Stop", "Stop the run under the cursor", VERBS, True),
    Key("retry", "r", "retry", "Retry", "Run it again with the same parameters", VERBS),
    Key("delete", "d", "delete", "Delete", "Delete the marked runs, or this one", VERBS),
    Key("filter", "slash", "filter", "Filter", "Show only runs such as state=failed or lr<0.1",
        PROJECT, True, "/"),
    Key("sort", "S", "sort", "Sort", "Sort by the next thing: newest, metric, duration, name",
        PROJECT),
    Key("next-pane", "tab", "next_pane(1)", "Pane", "Go to the next pane", PANES, True, "Tab"),
    Key("last-pane", "shift+tab", "next_pane(-1)", "Pane back", "Go to the pane before", PANES,
        shown="Shift+Tab"),
    Key("charts-back", "left_square_bracket", "charts(-1)", "Metrics back",
        "The metrics before these", PANES, shown="["),
    Key("charts-on", "right_square_bracket", "charts(1)", "Metrics on", "The metrics after these",
        PANES, shown="]"),
    Key("copy", "y", "copy", "Copy id", "Copy the run's id to the clipboard", VERBS),
    Key("open-project", "enter", "open", "Open", "Go into the project", PROJECTS, True, "Enter"),
    Key("open-run", "enter", "open", "Open", "Look at this run's charts", TABLE, shown="Enter"),
    Key("mark", "space", "mark", "Mark", "Mark the run: marked runs share the charts", PROJECT,
        shown="Space"),
    Key("up", "up,k", "move(-1)", "Up", "One line up", TABLE, shown="↑ k"),
    Key("down", "down,j", "move(1)", "Down", "One line down", TABLE, shown="↓ j"),
    Key("page-up", "pageup,ctrl+u", "move_page(-1)", "Page up", "One page up", TABLE,
        shown="PgUp Ctrl+U"),
    Key("page-down", "pagedown,ctrl+d", "move_page(1)", "Page down", "One page down", TABLE,
        shown="PgDn Ctrl+D"),
    Key("first", "home,g", "move_to(0)", "First", "To the first line", TABLE, shown="Home g"),
    Key("last", "end,G", "move_to(-1)", "Last", "To the last line", TABLE, shown="End G"),
    Key("columns-left", "left", "columns(-1)", "Columns left", "Columns further left", TABLE,
        shown="←"),
    Key("columns-right", "right", "columns(1)", "Columns right", "Columns further right", TABLE,
        shown="→"),
    Key("log-up", "up,k", "scroll_up", "Up", "Look further up; new lines then wait", LOG,
        shown="↑ k"),
    Key("log-down", "down,j", "scroll_down", "Down", "Look further down", LOG, shown="↓ j"),
    Key("log-first", "home,g", "scroll_home", "First", "To the first line", LOG, shown="Home g"),
    Key("log-last", "end,G", "scroll_end", "Last", "To the end, and follow it", LOG,
        shown="End G"),
    Key("log-page-up", "pageup,ctrl+u", "page_up", "Page up", "One page up", LOG,
        shown="PgUp Ctrl+U"),
    Key("log-page-down", "pagedown,ctrl+d", "page_down", "Page down", "One page down", LOG,
        shown="PgDn Ctrl+D"),
    Key("submit", "ctrl+s", "submit", "Launch", "Start the run with these values", FORM, True,
        "Ctrl+S"),
    Key("next-field", "tab", "app.focus_next", "Next field", "Go to the next field", FORM, True,
        "Tab"),
    Key("field-back", "shift+tab", "app.focus_previous", "Field back", "Go to the field before",
        FORM, shown="Shift+Tab"),
    Key("cancel-form", "escape", "dismiss_dialog", "Cancel", "Close without doing anything", FORM,
        True, "Esc"),
    Key("yes", "y,enter", "yes", "Yes", "Do it", DIALOG, True, "y"),
    Key("no", "n,escape,q", "dismiss_dialog", "No", "Leave everything as it is", DIALOG, True,
        "n Esc"),
    Key("help", "question_mark", "help", "Help", "What the keys do here", EVERYWHERE, True, "?"),
    Key("mouse", "M", "mouse", "Mouse", "Let the app take the mouse, or leave it to the terminal",
        EVERYWHERE),
    Key("quit", "q", "quit", "Quit", "Leave; runs go on", EVERYWHERE, True),
)  # fmt: skip

SCREENS = {
    PROJECTS: (PROJECTS, TABLE, EVERYWHERE),
    PROJECT: (VERBS, PROJECT, PANES, TABLE, LOG, EVERYWHERE),
    FORM: (FORM,),
    DIALOG: (DIALOG,),
}
"""Which places are reachable together; those of one screen in the order of its help."""
FOCUSED = (TABLE, LOG)
"""Only one of them has the focus, so they may share keys with each other."""


def of_place(place: str) -> list[Key]:
    """Return the keys of one place, in the order of the table."""
    return [key for key in KEYS if key.place == place]


def bindings(*places: str) -> list[BindingType]:
    """Return Textual's bindings for the keys of `places`."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.in_footer,
            key_display=key.shown or None,
            tooltip=key.tooltip,
            id=key.id,
        )
        for place in places
        for key in of_place(place)
    ]


def help_keys(screen: str) -> list[Key]:
    """Return the keys that the help of `screen` shows."""
    places = SCREENS[screen]
    keys = [key for place in places for key in of_place(place)]
    if PROJECTS in places:
        keys = [key for key in keys if key.id not in ("open-run", "mark")]
    return keys


def clashes(keys: Iterable[Key]) -> list[str]:
    """Return the single keys that are bound twice among `keys`."""
    seen: set[str] = set()
    twice = []
    for key in keys:
        for single in key.keys.split(","):
            if single in seen:
                twice.append(single)
            seen.add(single)
    return twice


def markdown_table() -> str:
    """Return the table of keys for README: the keys that do something with runs and panes."""
    shown = [key for key in KEYS if key.place not in (LOG, FORM, DIALOG)]
    rows = [f"| `{key.display}` | {key.tooltip} |" for key in shown]
    return "\n".join(["| key | does |", "| --- | --- |", *rows])
