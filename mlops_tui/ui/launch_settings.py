"""What depends on where the terminal is: decided from the environment, before Textual is loaded."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace

from mlops_tui.ui.preferences import Preferences
from mlops_tui.ui.raster import Symbols


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """How much the terminal may be asked to do."""

    is_remote: bool = False
    mouse: bool = True
    live_hz: float = 4.0
    """How often live facts may reach the screen."""
    settle_seconds: float = 0.25
    """How long the cursor rests on a run before its charts are drawn."""
    is_unicode: bool = True
    symbols: Symbols = Symbols.BRAILLE
    is_read_only: bool = False
    """Nothing is started, stopped or written in a project, and nobody is sent to do so."""
    alert_toasts: bool = True
    """An alert that is raised is told over whatever is on the screen."""
    alert_bell: bool = True
    """It rings the terminal's bell too."""


def launch_settings(environ: Mapping[str, str], encoding: str) -> LaunchSettings:
    """Return the settings for this environment and the encoding of the terminal's stream."""
    is_remote = bool(environ.get("SSH_TTY") or environ.get("SSH_CONNECTION"))
    is_unicode = encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf8mb4")
    return LaunchSettings(
        is_remote=is_remote,
        mouse=not is_remote,
        live_hz=2.0 if is_remote else 4.0,
        settle_seconds=0.4 if is_remote else 0.25,
        is_unicode=is_unicode,
        symbols=_symbols(environ, is_unicode),
    )


def with_preferences(settings: LaunchSettings, wanted: Preferences) -> LaunchSettings:
    """Return the settings with what a person has set; ASCII stays where nothing else is shown."""
    mouse = settings.mouse if wanted.mouse is None else wanted.mouse
    symbols = settings.symbols
    if wanted.symbols is not None and settings.is_unicode:
        symbols = wanted.symbols
    return replace(
        settings,
        mouse=mouse,
        symbols=symbols,
        is_read_only=wanted.read_only is True,
        alert_toasts=wanted.alert_toasts is not False,
        alert_bell=wanted.alert_bell is not False,
    )


def _symbols(environ: Mapping[str, str], is_unicode: bool) -> Symbols:
    if not is_unicode:
        return Symbols.ASCII
    wanted = environ.get("MLOPS_SYMBOLS", "")
    if wanted in list(Symbols):
        return Symbols(wanted)
    return Symbols.ASCII if environ.get("TERM") == "linux" else Symbols.BRAILLE


def prepare_environment(environ: MutableMapping[str, str], settings: LaunchSettings) -> None:
    """Set what Textual reads once, at its import; what a person has set stays."""
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if settings.is_remote:
        environ.setdefault("TEXTUAL_FPS", "15")
        environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
