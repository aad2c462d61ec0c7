"""Writes proposed checks as TOML, and puts them into a project file that stays as it was else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.toml_lines import KeyLines
from mlops_tui.engine.proposals.writer import quoted, toml_key

_WIDEST = 100


def checks_toml(dataset: str, table: Mapping[str, Any], columns: Mapping[str, Any]) -> str:
    """Return the tables `[datasets.X.checks]` and those of the columns."""
    header = f"datasets.{toml_key(dataset)}.checks"
    lines = [f"[{header}]", *_pairs(table)]
    short = {name: f"{toml_key(name)} = {_value(checks)}" for name, checks in columns.items()}
    fits = [line for line in short.values() if len(line) <= _WIDEST]
    if fits:
        lines += [f"[{header}.columns]", *fits]
    for name, line in short.items():
        if len(line) > _WIDEST:
            lines += [f"[{header}.columns.{toml_key(name)}]", *_pairs(columns[name])]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in table.items():
        line = f"{toml_key(key)} = {_value(value)}"
        if len(line) > _WIDEST and isinstance(value, list):
            items = "".join(f"    {_value(item)},\n" for item in value)
            line = f"{toml_key(key)} = [\n{items}]"
        lines.append(line)
    return lines


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, Mapping):
        pairs = [f"{toml_key(key)} = {_value(it)}" for key, it in value.items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    text = str(value)
    # in single quotes a backslash is itself, as people write patterns
    is_plain = "\\" in text and "'" not in text and text.isprintable()
    return f"'{text}'" if is_plain else quoted(text)


def with_checks(text: str, dataset: str, checks: str) -> str:
    """Return the project file with these tables behind the dataset's own.

    Everything else keeps its bytes: comments, order, line ends. What is written was read again,
    and says the same but for the checks.

    Args:
        text: the file, which is sound.
        dataset: the name of a dataset in it, without checks.
        checks: as `checks_toml` gives them.

    Raises:
        RefusedError: there is no place for them.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    block = checks.replace("\n", newline)
    # a byte order mark is no TOML
    before = tomllib.loads(text.removeprefix("\ufeff"))
    lines = text.splitlines(keepends=True)
    for place in (_behind(text, dataset), len(lines)):
        made = _inserted(lines, place, block, newline)
        if _says_the_same(made, before, dataset):
            return made
    hint = f"write the dataset as a table of its own: [datasets.{toml_key(dataset)}]"
    raise RefusedError(f"mlops.toml has no place for the checks of {dataset}", hint)


def _behind(text: str, dataset: str) -> int:
    """Return the number of lines up to the end of what the file says of a dataset."""
    places = KeyLines(text.removeprefix("\ufeff")).places
    own = [line for path, line in places.items() if path[:2] == ("datasets", dataset)]
    last = max(own, default=0)
    others = [line for path, line in places.items() if line > last]
    lines = text.splitlines(keepends=True)
    end = min(others, default=len(lines) + 1) - 1
    # blank lines and comments above the next table belong to that
    while end > last and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _inserted(lines: list[str], place: int, block: str, newline: str) -> str:
    before, after = "".join(lines[:place]), "".join(lines[place:])
    if before and not before.endswith("\n"):
        before += newline
    gap = newline if before.strip() else ""
    tail = newline if after.strip() and not after.startswith(("\n", "\r\n")) else ""
    return f"{before}{gap}{block}{tail}{after}"


def _says_the_same(made: str, before: Mapping[str, Any], dataset: str) -> bool:
    try:
        found = tomllib.loads(made.removeprefix("\ufeff"))
        checks = found["datasets"][dataset].pop("checks")
    except (tomllib.TOMLDecodeError, KeyError):
        return False
    return bool(checks) and found == before
