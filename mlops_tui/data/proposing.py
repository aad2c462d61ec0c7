"""Proposes checks of a table from what its rows are like now, with room for what is to come."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.places import Read
from mlops_tui.data.table_roles import Roles, is_called_id
from mlops_tui.data.values import hashes, is_numeric, missing, numbers, ordering, texts, times

LEAST_ROWS = 20
"""Of fewer rows little is proposed but the columns and their types."""
MOST_VALUES = 20
EACH_VALUE = 5
"""So often on average a value has to stand there before others are called wrong."""
SLACK = 0.5
"""Of the range seen, added at both of its ends."""
LEAST_SHAPED = 50
_KEPT_VALUES = 200
_HEAD = 2_000
_BOOL_WORDS = frozenset({"true", "false", "yes", "no"})
_PAIRS = (("start", "end"), ("begin", "end"), ("from", "to"), ("min", "max"), ("first", "last"))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Checks as they are to be written, by key; `columns` in the order of the table."""

    n_rows: int
    table: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)


class _Column:
    """What is seen of one column while the chunks go by. One thread."""

    def __init__(self) -> None:
        self.n = self.n_missing = self.n_numbers = self.n_whole = self.n_times = 0
        self.low, self.high = math.inf, -math.inf
        self.is_typed_number = True
        self.counts: dict[str, int] | None = {}
        self.shape: str | None = None
        self.is_shaped = True
        self.last = -math.inf
        self.is_rising = True
        self.longest = 0

    def add(self, column: pd.Series[Any]) -> None:
        """Look at the next values."""
        absent = missing(column)
        self.n += len(column)
        self.n_missing += int(absent.sum())
        there = column[~absent]
        if not len(there):
            return
        self.is_typed_number &= is_numeric(there)
        found = numbers(there)
        finite = found[np.isfinite(found)]
        self.n_numbers += len(finite)
        self.n_whole += int((finite == np.round(finite)).sum())
        may_be_time = self.n_times or self.n == len(column)
        if not len(finite) and may_be_time:
            found = times(there)
            finite = found[np.isfinite(found)]
            self.n_times += len(finite)
        if len(finite):
            self.low = min(self.low, float(finite.min()))
            self.high = max(self.high, float(finite.max()))
            self.is_rising &= float(finite[0]) >= self.last and bool((np.diff(finite) >= 0).all())
            self.last = float(finite[-1])
        self._words(there)

    def _words(self, there: pd.Series[Any]) -> None:
        if self.is_typed_number and there.head(_HEAD).nunique() > _KEPT_VALUES:
            self.counts = None  # to write a million numbers as text takes a second
        needs_shape = self.is_shaped and not self.is_typed_number
        if self.counts is None and not needs_shape:
            return
        codes, distinct = pd.factorize(texts(there))
        if self.counts is not None:
            sizes = np.bincount(codes, minlength=len(distinct))
            for value, size in zip(distinct[: _KEPT_VALUES + 1], sizes, strict=False):
                self.counts[str(value)] = self.counts.get(str(value), 0) + int(size)
            if len(self.counts) > _KEPT_VALUES or len(distinct) > _KEPT_VALUES:
                self.counts = None
        if needs_shape:
            if self.shape is None:
                self.shape = shape_of(str(distinct[0]))
            fits = re.compile(self.shape).fullmatch
            self.is_shaped = bool(self.shape) and all(fits(str(value)) for value in distinct)

    @property
    def n_there(self) -> int:
        """Values that are not missing."""
        return self.n - self.n_missing

    @property
    def kind(self) -> str:
        """The type that all values have; empty where there is no value."""
        if not self.n_there:
            return ""
        words = set(map(str.lower, self.counts or ()))
        if self.counts and words <= _BOOL_WORDS and not self.is_typed_number:
            return "bool"
        if self.n_numbers == self.n_there and self.is_typed_number:  # 007 is a code
            return "int" if self.n_whole == self.n_there else "float"
        return "time" if self.n_times == self.n_there else "str"


def propose_checks(read: Read, roles: Roles, is_live: bool = False) -> Proposal:
    """Return checks that a table meets as it is; reads all its rows once.

    Args:
        read: the table.
        roles: what is declared of its columns.
        is_live: whether new data is to come all the time, so that old data is a fault.
    """
    seen: dict[str, _Column] = {}
    ids = _Unique(roles)
    pairs = _Pairs()
    n_rows = 0
    for chunk in read():
        n_rows += len(chunk.frame)
        for name in chunk.frame.columns:
            seen.setdefault(str(name), _Column()).add(chunk.frame[name])
        ids.add(chunk.frame)
        pairs.add(chunk.frame)
    columns = {name: _proposed(name, it, n_rows, roles) for name, it in seen.items()}
    for name, it in columns.items():
        if seen[name].n < n_rows:  # not in every file
            it["required"] = False
    return Proposal(n_rows, _table(n_rows, seen, ids, pairs, roles, is_live), columns)


def _table(
    n_rows: int,
    seen: dict[str, _Column],
    ids: _Unique,
    pairs: _Pairs,
    roles: Roles,
    is_live: bool,
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if n_rows:
        found["rows"] = {"min": max(1, _rounded_down(n_rows / 2))}
    if n_rows >= LEAST_ROWS and ids.unique():
        found["unique"] = ids.unique()
    time = seen.get(roles.timestamp or "")
    if time is not None and time.kind == "time" and n_rows >= LEAST_ROWS:
        if time.is_rising:
            found["sorted"] = [roles.timestamp]
        if is_live:
            found["fresh"] = "7d"
    if n_rows >= LEAST_ROWS and pairs.holding():
        found["relations"] = pairs.holding()
    return found


class _Unique:
    """Watches whether columns that should name a row have a value twice, by their hashes."""

    def __init__(self, roles: Roles) -> None:
        self._declared = roles.id
        self._left: list[str] | None = None
        self._keys: dict[str, list[Any]] = {}

    def add(self, frame: pd.DataFrame) -> None:
        """Look at the next rows."""
        if self._left is None:
            names = map(str, frame.columns)
            self._left = [it for it in names if it == self._declared or is_called_id(it)]
        for name in list(self._left):
            column = frame.get(name)
            if column is None or missing(column).any():
                self._left.remove(name)
            else:
                self._keys.setdefault(name, []).append(hashes(column))

    def unique(self) -> list[str]:
        """Return the columns without a value twice."""
        found = []
        for name in self._left or ():
            keys = np.concatenate(self._keys[name]) if name in self._keys else np.empty(0)
            if len(keys) and len(np.unique(keys)) == len(keys):
                found.append(name)
        return found


class _Pairs:
    """Watches columns that are called like the two ends of something."""

    def __init__(self) -> None:
        self._holding: dict[tuple[str, str], bool] | None = None

    def add(self, frame: pd.DataFrame) -> None:
        """Look at the next rows."""
        if self._holding is None:
            self._holding = dict.fromkeys(_called_pairs([str(it) for it in frame.columns]), False)
        for (low, high), was in list(self._holding.items()):
            if low not in frame.columns or high not in frame.columns:
                continue
            first, second = ordering(frame[low]), ordering(frame[high])
            both = np.isfinite(first) & np.isfinite(second)
            if (first[both] > second[both]).any():
                del self._holding[low, high]
            else:
                self._holding[low, high] = was or bool(both.any())

    def holding(self) -> list[str]:
        """Return the relations that no row breaks."""
        pairs = self._holding or {}
        return [
            f"{_side(low)} <= {_side(high)}" for (low, high), is_seen in pairs.items() if is_seen
        ]


def _side(name: str) -> str:
    return f"`{name}`" if re.search(r"[<>=!`]", name) or name != name.strip() else name


def _called_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return columns whose names differ by such words only: `start_date`, `end_date`."""
    by_case = {name.lower(): name for name in names}
    found = []
    for low, high in _PAIRS:
        for lower, name in by_case.items():
            words = re.split(r"(?<![a-z])" + low + r"(?![a-z])", lower)
            other = by_case.get(high.join(words)) if len(words) == 2 else None
            if other is not None and "`" not in name + other:
                found.append((name, other))
    return found


def _proposed(name: str, seen: _Column, n_rows: int, roles: Roles) -> dict[str, Any]:
    found: dict[str, Any] = {"type": seen.kind} if seen.kind else {}
    if n_rows < LEAST_ROWS or not seen.kind:
        return found
    is_named = name in (roles.id, roles.timestamp)
    values = None if is_named else _values(seen, name == roles.target)
    if values is not None and seen.kind != "bool":
        found["allowed"] = values
    elif seen.kind in ("int", "float") and not is_named:
        found |= _range(seen)
    elif seen.kind == "str" and seen.is_shaped and seen.shape and seen.n_there >= LEAST_SHAPED:
        found["pattern"] = seen.shape
    found["missing_max"] = _share(seen.n_missing / seen.n)
    return found


def _values(seen: _Column, is_target: bool) -> list[Any] | None:
    """Return the values of a category; None where others are to be expected."""
    counts = seen.counts
    if counts is None or seen.kind not in ("str", "int") or len(counts) < 2:
        return None
    most = MOST_VALUES if seen.kind == "str" else 10
    if len(counts) > most or seen.n_there < EACH_VALUE * len(counts):
        return None
    if seen.kind == "str":
        return sorted(counts)
    wholes = sorted(int(float(value)) for value in counts)
    # 1 to 10 are amounts that may go on; 0 and 1, or 3, 7 and 11, are codes
    is_row = len(wholes) > 3 and all(after - before == 1 for before, after in pairwise(wholes))
    return None if is_row and wholes[-1] > 4 and not is_target else wholes


def _range(seen: _Column) -> dict[str, Any]:
    low, high = seen.low, seen.high
    room = SLACK * (high - low) or max(1.0, abs(high))
    if 0 <= low and high <= 1 and seen.kind == "float":
        return {"min": 0.0, "max": 1.0}
    least = 0.0 if low >= 0 else nice(low - room, down=True)
    most = 0.0 if high <= 0 else nice(high + room, down=False)
    if seen.kind == "int" and abs(least) < 2**53 and abs(most) < 2**53:
        return {"min": math.floor(least), "max": math.ceil(most)}
    return {"min": least, "max": most}


def nice(value: float, down: bool) -> float:
    """Return the next number of two digits below or above: 1234 becomes 1200 or 1300."""
    if value == 0 or not math.isfinite(value):
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    count = value / step
    near = round(count)
    whole = near if abs(count - near) < 1e-9 else math.floor(count) if down else math.ceil(count)
    return float(f"{whole * step:.12g}")


def _rounded_down(value: float) -> int:
    return int(nice(math.floor(value), down=True)) if value >= 10 else int(value)


def _share(share: float) -> int | float:
    """Return a share with room: twice as much, as a round number."""
    for most in (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8):
        if 2 * share <= most:
            return most
    return 1.0


def shape_of(text: str) -> str:
    """Return a regular expression of the shape of a text: `AB-12345` gives `[A-Z]{2}-[0-9]{5}`.

    Empty where it has no shape of its own: letters of words, or too long.
    """
    if len(text) > 40 or not text.isascii():
        return ""
    parts = []
    for match in re.finditer(r"[A-Z]+|[a-z]+|[0-9]+|[^A-Za-z0-9]", text):
        piece = match.group()
        first = piece[0]
        kind = "[A-Z]" if first.isupper() else "[a-z]" if first.islower() else "[0-9]"
        parts.append(re.escape(piece) if not piece.isalnum() else kind + _times(len(piece)))
    found = "".join(parts)
    return found if "[0-9]" in found else ""


def _times(count: int) -> str:
    return f"{{{count}}}" if count > 1 else ""
