"""The only place that prints: data on stdout, words on stderr, all of it safe for a terminal."""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections.abc import Mapping

from mlops_tui.domain.errors import AmbiguousError, MlopsTuiError
from mlops_tui.domain.text import UNSAFE, safe

_UNSAFE_IN_JSON = re.compile(UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
"""All but the newline, which stands between JSON tokens only."""


def prepare_streams() -> None:
    """Let no character stop the output: what the terminal cannot write is spelled out."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def is_terminal() -> bool:
    """Say whether a person reads stdout."""
    return sys.stdout.isatty()


def data(line: str) -> None:
    """Print one line of data for people."""
    sys.stdout.write(safe(line) + "\n")


def data_now(line: str) -> None:
    """Print one line of data that a reader waits for."""
    data(line)
    sys.stdout.flush()


def raw(chunk: bytes) -> None:
    """Pass bytes on as they are; never to a terminal."""
    sys.stdout.flush()
    sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


def words(line: str) -> None:
    """Tell the person something beside the data."""
    sys.stderr.write(safe(line) + "\n")
    sys.stderr.flush()


def json_data(value: object) -> None:
    """Print `value` as JSON: one line, or indented where a person reads it."""
    sys.stdout.write(to_json(value, indent=2 if is_terminal() else None) + "\n")


def json_line(value: object) -> None:
    """Print `value` as one line of JSON that a reader waits for."""
    sys.stdout.write(to_json(value) + "\n")
    sys.stdout.flush()


def to_json(value: object, indent: int | None = None) -> str:
    """Return JSON with non-finite numbers as strings and nothing that acts on a terminal."""
    text = json.dumps(finite(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def finite(value: object) -> object:
    """Return `value` with NaN and the infinities, at any depth, as their names."""
    if isinstance(value, float):
        return _finite_number(value)
    if isinstance(value, Mapping):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def error(problem: MlopsTuiError) -> None:
    """Say what happened and what can be done, a line each."""
    first, *more = problem.message.split("\n")
    words(f"mlops-tui: {first}")
    for line in more:
        words(f"  {line}")
    if isinstance(problem, AmbiguousError):
        for candidate in problem.candidates:
            words(f"  {candidate}")
    if problem.hint:
        words(f"hint: {problem.hint}")


def hang_up() -> None:
    """Let go of a stdout whose reader is gone, so that nothing fails at exit."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    os.close(sink)


def flush() -> None:
    """Hand over all that was printed."""
    sys.stdout.flush()


def _finite_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
