"""Sets single values in a TOML text, whose other bytes stay."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.toml_lines import KeyLines
from mlops_tui.engine.proposals.writer import quoted, toml_key

Scalar = str | int | float | bool
_OLD_VALUE = r"""(\s*=\s*)("(?:\\.|[^"\\])*"|'[^']*'|[^,}\]#\s]+)"""


def path_of(key: str) -> tuple[str, ...]:
    """Return the names in a dotted key such as `monitor.columns."a b".threshold`.

    Raises:
        RefusedError: it is no such key.
    """
    names: list[str] = []
    try:
        found: object = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError as error:
        raise RefusedError(f"{key!r} is no key of a project file") from error
    while isinstance(found, dict) and len(found) == 1:
        ((name, found),) = found.items()
        names.append(str(name))
    if found != 0:
        raise RefusedError(f"{key!r} is no key of a project file")
    return tuple(names)


def with_value(text: str, path: Sequence[str], value: Scalar) -> str:
    """Return a TOML text with one value set, be it there already or not.

    Everything else keeps its bytes: comments, order, line ends. What is written was read again, and
    says the same but for the value.

    Args:
        text: sound TOML.
        path: names of the tables, and then of the key.
        value: what it is to hold.

    Raises:
        RefusedError: there is no place for it.
    """
    wanted = copy.deepcopy(tomllib.loads(text.removeprefix("\ufeff")))
    table: Any = wanted
    for name in path[:-1]:
        table = table.setdefault(name, {}) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        raise RefusedError(f"mlops.toml has no place for {'.'.join(path)}", "write it by hand")
    table[path[-1]] = value
    for made in _candidates(text, tuple(path), value):
        try:
            if tomllib.loads(made.removeprefix("\ufeff")) == wanted:
                return made
        except tomllib.TOMLDecodeError:
            continue
    raise RefusedError(f"mlops.toml has no place for {'.'.join(path)}", "write it by hand")


def _candidates(text: str, path: tuple[str, ...], value: Scalar) -> Iterator[str]:
    """Give texts that may do: in its old place, in its table's, in a table of its own."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    places = KeyLines(text.removeprefix("\ufeff")).places
    pair = f"{toml_key(path[-1])} = {_written(value)}"
    if path in places:
        at = places[path] - 1
        for match in re.finditer(re.escape(path[-1]) + r"[\"']?" + _OLD_VALUE, lines[at]):
            start, end = match.span(2)
            yield _with_line(lines, at, lines[at][:start] + _written(value) + lines[at][end:])
    if path[:-1] in places:
        at = places[path[:-1]] - 1
        yield "".join(
            [*lines[: at + 1], _ended(lines[at], newline), pair, newline, *lines[at + 1 :]]
        )
        for match in reversed(list(re.finditer(r"\s*}", lines[at]))):
            gap = " " if lines[at][: match.start()].endswith("{") else ", "
            line = f"{lines[at][: match.start()]}{gap}{pair} }}{lines[at][match.end() :]}"
            yield _with_line(lines, at, line)
    header = ".".join(toml_key(name) for name in path[:-1])
    before = text + ("" if not text or text.endswith("\n") else newline)
    yield f"{before}{newline}[{header}]{newline}{pair}{newline}"


def _with_line(lines: Sequence[str], at: int, line: str) -> str:
    return "".join([*lines[:at], line, *lines[at + 1 :]])


def _ended(line: str, newline: str) -> str:
    return "" if line.endswith("\n") else newline


def _written(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else repr(value)
