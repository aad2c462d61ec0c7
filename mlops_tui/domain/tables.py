"""Reads one table of a parsed project file key by key and collects what is wrong with it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice
from typing import TypeGuard, TypeVar

from mlops_tui.domain.problems import Problem
from mlops_tui.domain.toml_lines import KeyLines

Named = TypeVar("Named", bound=StrEnum)

MAX_HINTS = 200
MAX_CANDIDATES = 1_000
# comparing words is slow: a hostile file must not keep the reader busy

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)(ms|[dhms]))", re.IGNORECASE)
_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class Report:
    """Collects the problems of one file."""

    def __init__(self, file: str, lines: KeyLines | None = None) -> None:
        self.file = file
        self.lines = lines
        self.problems: list[Problem] = []
        self._hints_left = MAX_HINTS

    def add(self, path: Sequence[str | int], message: str, hint: str = "") -> None:
        """Note a problem of the key at `path`."""
        line = self.lines.line(path) if self.lines else 0
        self.problems.append(Problem(self.file, line, dotted(path), message, hint))

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """Return `did you mean ...?` as `nearest` does, for the first `MAX_HINTS` questions."""
        self._hints_left -= 1
        return nearest(word, known) if self._hints_left >= 0 else ""

    def sorted(self) -> tuple[Problem, ...]:
        """Return the problems in the order of the file's lines."""
        return tuple(sorted(self.problems, key=lambda problem: problem.line))


class Table:
    """One table, read key by key; `finish` complains about the keys nobody asked for.

    A value of the wrong type is reported and then treated as not there.
    """

    def __init__(self, report: Report, path: tuple[str | int, ...], data: Mapping[str, object]):
        self.report = report
        self.path = path
        self.data = data
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self.data

    @property
    def name(self) -> str:
        """The table's own name, without the tables around it."""
        return str(self.path[-1]) if self.path else ""

    @property
    def line(self) -> int:
        """The line the table starts on; 0 where it is not in the file."""
        return self.report.lines.line(self.path) if self.report.lines else 0

    def problem(self, key: str, message: str, hint: str = "") -> None:
        """Report a problem of `key`, or of the whole table where `key` is empty."""
        self.report.add((*self.path, key) if key else self.path, message, hint)

    def raw(self, key: str) -> object:
        """Return the value as it stands, None where it is missing, and count `key` as known."""
        self._known.append(key)
        return self.data.get(key)

    def wrong(self, key: str, expected: str, found: object, hint: str = "") -> None:
        """Report a value that is not what was expected."""
        self.problem(key, f"expected {expected}, found {describe(found)}", hint)

    def text(self, key: str) -> str | None:
        """Return a text."""
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(key, "text", value, f'write "{value}"' if _is_scalar(value) else "")
        elif "\0" in value:
            self.problem(key, "holds a NUL character, which no path or argument may")
        else:
            return value
        return None

    def filled_text(self, key: str) -> str | None:
        """Return a text that is not empty; an empty one is a problem."""
        value = self.text(key)
        if value is not None and not value.strip():
            self.wrong(key, "text that is not empty", value)
            return None
        return value

    def whole(self, key: str, least: int, default: int) -> int:
        """Return a whole number of at least `least`."""
        value = self.raw(key)
        if value is None:
            return default
        if is_whole(value) and value >= least:
            return value
        self.wrong(key, f"a whole number >= {least}", value)
        return default

    def number(self, key: str) -> int | float | None:
        """Return a finite number."""
        value = self.raw(key)
        if is_number(value):
            return value
        if value is not None:
            self.wrong(key, "a number", value)
        return None

    def duration_seconds(self, key: str) -> float | None:
        """Return seconds, more than 0, from a number or a text such as `1h30m`."""
        value = self.raw(key)
        if value is None:
            return None
        seconds = parse_duration(value) if isinstance(value, str) else value
        if is_number(seconds) and seconds > 0:
            return float(seconds)
        self.wrong(key, 'a duration such as "2h", "90s", "1h30m" or a number of seconds', value)
        return None

    def day(self, key: str) -> date | None:
        """Return a date; of a date with a time, its day."""
        value = self.raw(key)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        hint = "remove the quotes" if isinstance(value, str) and _is_date(value) else ""
        self.wrong(key, "a date such as 2027-03-31", value, hint)
        return None

    def one_of(self, key: str, kind: type[Named]) -> Named | None:
        """Return the member of `kind` that the text names."""
        value = self.raw(key)
        if value is None:
            return None
        names = [member.value for member in kind]
        if isinstance(value, str) and value in names:
            return kind(value)
        hint = self.report.nearest(value, names) if isinstance(value, str) else ""
        self.wrong(key, "one of " + ", ".join(names), value, hint)
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            hint = f'write ["{value}"]' if isinstance(value, str) else ""
            self.wrong(key, "a list of texts", value, hint)
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str) or "\0" in item:
                message = f"expected text, found {describe(item)}"
                self.report.add((*self.path, key, number), message)
        return tuple(item for item in value if isinstance(item, str) and "\0" not in item)

    def table(self, key: str) -> Table:
        """Return a table inside this one, an empty one where it is missing or no table."""
        value = self.raw(key)
        if value is not None and not isinstance(value, dict):
            self.wrong(key, "a table", value, f"write [{dotted((*self.path, key))}]")
        data = value if isinstance(value, dict) else {}
        return Table(self.report, (*self.path, key), data)

    def tables(self, key: str) -> list[Table]:
        """Return an array of tables."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            header = dotted((*self.path, key))
            self.wrong(key, "an array of tables", value, f"write [[{header}]]")
            return []
        return [
            Table(self.report, (*self.path, key, number), item) for number, item in enumerate(value)
        ]

    def entries(self) -> Iterator[tuple[str, object]]:
        """Yield every key and value as it stands and count all as known."""
        for key in self.data:
            yield key, self.raw(key)

    def subtables(self) -> Iterator[Table]:
        """Yield every entry as a table; one that is no table is a problem and left out."""
        for key, value in self.data.items():
            table = self.table(key)
            if isinstance(value, dict):
                yield table

    def finish(self) -> None:
        """Report every key that was not asked for, with the nearest one that was."""
        for key in self.data:
            if key not in self._known:
                known = ", ".join(dict.fromkeys(self._known))
                hint = self.report.nearest(key, self._known) or f"known here: {known}"
                self.problem(key, "unknown key", hint)


def line_of(table: Table, *path: str | int) -> int:
    """Return the line on which something in a table stands; 0 where it is not there."""
    return table.report.lines.line((*table.path, *path)) if table.report.lines else 0


def read_flag(table: Table, key: str, default: bool) -> bool:
    """Return true or false, `default` where the key is missing or holds something else."""
    value = table.raw(key)
    if value is None or isinstance(value, bool):
        return default if value is None else value
    is_word = isinstance(value, str) and value.lower() in ("true", "false")
    hint = f"write {str(value).lower()}" if is_word else ""
    table.wrong(key, "true or false", value, hint)
    return default


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether `value` is a finite number that 64 bits hold, and no bool."""
    if isinstance(value, float):
        return math.isfinite(value)
    return is_whole(value)


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether `value` is a whole number that 64 bits hold, and no bool."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean ...?` with the nearest known word, or "" where none is near."""
    import difflib  # for mistakes only

    by_case = {name.lower(): name for name in islice(known, MAX_CANDIDATES)}
    found = difflib.get_close_matches(word.lower(), by_case, n=1, cutoff=0.6)
    return f"did you mean `{by_case[found[0]]}`?" if found else ""


def dotted(path: Sequence[str | int]) -> str:
    """Return a path as it would be written in the file, with array items as `[n]` from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else '"' + part.replace('"', '\\"') + '"'
            text += f".{name}" if text else name
    return text


def describe(value: object) -> str:
    """Return a short description of a value of a TOML file, for a message."""
    if isinstance(value, str):
        return f'the text "{value[:40]}{"..." if len(value) > 40 else ""}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date | time):
        return f"the date or time {value}"
    return f"the number {value}" if is_number(value) else "a number out of range"


def parse_duration(text: str) -> float | None:
    """Return the seconds of `2h`, `90s`, `1h30m`, `1.5d`, `250ms` or `90`; None for other text."""
    words = "".join(text.split())
    if re.fullmatch(r"\d+(\.\d+)?", words, re.ASCII):
        return float(words)
    parts = list(_DURATION.finditer(words))
    if not parts or "".join(part.group() for part in parts) != words or not words.isascii():
        return None
    units = [part.group(2).lower() for part in parts]
    if len(set(units)) < len(units):
        return None
    return sum(
        float(part.group(1)) * _SECONDS[unit] for part, unit in zip(parts, units, strict=True)
    )


def _is_scalar(value: object) -> bool:
    return isinstance(value, int | float | date) and not isinstance(value, bool)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
