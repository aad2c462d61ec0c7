"""The two rules of a guest in a training loop: never raise, and say each thing once on stderr."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional, Set

_said: Set[str] = set()
_MOST_SAID = 1000
_LONGEST_SAID = 500


def attempt(function: Callable[..., Any], *args: Any) -> Optional[Any]:
    """Return what `function(*args)` returns, or the exception that it raised.

    The one broad `except` of the recording code: `__float__`, `__str__`, `items` and the like of
    foreign objects may raise anything, and neither they nor an error of ours may end a training.
    `KeyboardInterrupt` and `SystemExit` pass.
    """
    try:
        return function(*args)
    except Exception as error:  # noqa: BLE001 - see above
        return error


def say_once(text: str) -> None:
    """Write one line to stderr, unless this process has said it already."""
    if len(text) > _LONGEST_SAID:
        text = text[:_LONGEST_SAID] + "..."
    if text in _said or len(_said) >= _MOST_SAID:
        return
    _said.add(text)
    attempt(_say, text)


def text_of(value: object) -> str:
    """Return `str(value)`, or the name of its type where even that raises."""
    text = attempt(str, value)
    return text if isinstance(text, str) else "<%s>" % type(value).__name__


def repr_of(value: object) -> str:
    """Return the beginning of `repr(value)`, or the name of its type where that raises."""
    text = attempt(repr, value)
    return text[:100] if isinstance(text, str) else "<%s>" % type(value).__name__


def _say(text: str) -> None:
    if sys.stderr is not None:
        shown = "".join(character if character.isprintable() else "?" for character in text)
        sys.stderr.write("mlops-tui: %s\n" % shown)
        sys.stderr.flush()
