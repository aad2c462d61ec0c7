"""What a person sets for all projects, in `config.toml` of the configuration folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.problems import Problem
from mlops_tui.domain.tables import Table
from mlops_tui.domain.toml_files import parse_toml, read_text
from mlops_tui.ui.raster import Symbols

THEMES = {
    "dark": "textual-dark",
    "light": "textual-light",
    "high-contrast": "high-contrast",
    "high-contrast-light": "high-contrast-light",
    "nord": "nord",
    "gruvbox": "gruvbox",
    "dracula": "dracula",
    "solarized-light": "solarized-light",
    "solarized-dark": "solarized-dark",
    "monokai": "monokai",
    "tokyo-night": "tokyo-night",
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """Everything there is to set; None where a person did not."""

    theme: str | None = None
    """Name of a theme of Textual's."""
    mouse: bool | None = None
    symbols: Symbols | None = None
    read_only: bool | None = None
    """Look at projects only."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the ids of `ui.keys`, not checked yet."""
    problems: tuple[Problem, ...] = ()
    alert_toasts: bool | None = None
    """Tell of an alert that is raised over whatever is on the screen."""
    alert_bell: bool | None = None
    """Ring the terminal's bell then."""


def preferences_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the preferences stand."""
    return places.config_dir(environ) / "config.toml"


def read_preferences(file: Path) -> Preferences:
    """Return what the file says as far as it can be understood; a missing one says nothing."""
    if not os.path.lexists(file):
        return Preferences()
    text = read_text(file, "is a link to nothing")
    top = text if isinstance(text, Problem) else parse_toml(str(file), text)
    if isinstance(top, Problem):
        return Preferences(problems=(top,))
    table = top.table("keys")
    keys = {key: given for key, _ in table.entries() if (given := table.filled_text(key))}
    symbols = top.one_of("symbols", Symbols)
    found = Preferences(
        theme=_theme(top),
        mouse=_flag(top, "mouse"),
        symbols=symbols,
        read_only=_flag(top, "read_only"),
        alert_toasts=_flag(top, "alert_toasts"),
        alert_bell=_flag(top, "alert_bell"),
        keys=keys,
    )
    top.finish()
    return replace(found, problems=top.report.sorted())


def _flag(table: Table, key: str) -> bool | None:
    value = table.raw(key)
    if value is None or isinstance(value, bool):
        return value
    table.wrong(key, "true or false", value)
    return None


def _theme(top: Table) -> str | None:
    name = top.text("theme")
    if name is None or name in THEMES:
        return THEMES[name] if name else None
    top.wrong("theme", "one of " + ", ".join(THEMES), name, top.report.nearest(name, THEMES))
    return None
