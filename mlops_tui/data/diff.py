"""Compares two tables row by row, by an id or by content, in bounded memory."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.differing import By, ChangedRow, ColumnDiff, TableDiff
from mlops_tui.data.found import FoundRow
from mlops_tui.data.keys import KeyStore, Whole, by_key, find, repeats, together
from mlops_tui.data.places import Places, Read, values_at
from mlops_tui.data.table_roles import Sampled, is_numbers, is_times
from mlops_tui.data.values import missing, numbers, row_hashes, texts, times
from mlops_tui.domain.text import short_number

SHOWN = 5
MOST_COMPARED = 10_000
"""Changed rows whose columns are compared one by one."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two tables: its name, how to read it, and a sample of it."""

    name: str
    read: Read
    sample: Sampled


@dataclass(slots=True)
class _Rows:
    """What became of the rows; places of the first of each kind."""

    same: int = 0
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    changed: list[tuple[int, int]] = field(default_factory=list)
    n_added: int = 0
    n_removed: int = 0
    n_changed: int = 0


def diff_tables(before: Side, after: Side, id: str | None = None) -> TableDiff:  # noqa: A002
    """Return what is different in the second of two tables.

    Args:
        before: the one that was first.
        after: the other one.
        id: the column that names a row; rows are compared by content where it does not.

    Raises:
        MlopsTuiError: a table cannot be read.
    """
    names = [_names(side) for side in (before, after)]
    common = [name for name in names[0] if name in names[1]]
    why = _why_not(before, after, id, common)
    places = Places(), Places()
    with contextlib.ExitStack() as stack:
        if id is not None and not why:
            stores = _keyed(before, after, id, common, places, stack)
            twice = [
                side.name
                for side, it in zip((before, after), stores, strict=True)
                if _has_twice(it)
            ]
            why = f"{id} is not unique in {' and '.join(twice)}" if twice else ""
        by_id = id is not None and not why
        if not by_id:
            stores = _keyed(before, after, None, common, places, stack)
        rows = _by_id(*stores) if by_id else _by_content(*stores)
    changed, counts, compared = _changed(before, after, rows, places, common, id if by_id else None)
    columns = tuple(
        _column(name, before, after, counts[name] if by_id else None) for name in common
    )
    return TableDiff(
        before.name,
        after.name,
        before.sample.n_rows,
        after.sample.n_rows,
        By.ID if by_id else By.CONTENT,
        id,
        why,
        rows.same,
        rows.n_added,
        rows.n_removed,
        rows.n_changed if by_id else None,
        compared,
        tuple(name for name in names[1] if name not in names[0]),
        tuple(name for name in names[0] if name not in names[1]),
        common != [name for name in names[1] if name in names[0]],
        columns,
        _shown(after, places[1], rows.added),
        _shown(before, places[0], rows.removed),
        changed,
    )


def _names(side: Side) -> list[str]:
    return [str(name) for name in side.sample.frame.columns]


def _why_not(before: Side, after: Side, name: str | None, common: Sequence[str]) -> str:
    if name is None or name in common:
        return ""
    lacking = [side.name for side in (before, after) if name not in _names(side)]
    return f"{' and '.join(lacking)} has no column {name}"


def _keyed(
    before: Side,
    after: Side,
    name: str | None,
    common: Sequence[str],
    places: tuple[Places, Places],
    stack: contextlib.ExitStack,
) -> tuple[KeyStore, KeyStore]:
    """Return of each table (id or content, content, place)."""
    rest = [it for it in common if it != name]
    stores = stack.enter_context(KeyStore(3)), stack.enter_context(KeyStore(3))
    for number, (side, store, own) in enumerate(zip((before, after), stores, places, strict=True)):
        for chunk in side.read():
            frame = chunk.frame
            contents = row_hashes(frame, [it for it in rest if it in frame.columns])
            if not common:  # then no row is the same as one of the other table
                contents = np.full_like(contents, number)
            is_named = name is not None and name in frame.columns
            keys = row_hashes(frame, [str(name)]) if is_named else contents
            store.add(keys, contents, own.of(chunk))
    return stores


def _has_twice(store: KeyStore) -> bool:
    return any(len(repeats(by_key(part))[0]) for part in store.parts())


def _by_id(one: KeyStore, two: KeyStore) -> _Rows:
    rows = _Rows()
    for old, new in together([one, two]):
        known = by_key(old)
        at = find(new[:, 0], known[:, 0])
        is_new = at < 0
        _first(rows.added, new[is_new, 2])
        rows.n_added += int(is_new.sum())
        is_gone = find(known[:, 0], np.sort(new[:, 0])) < 0
        _first(rows.removed, known[is_gone, 2])
        rows.n_removed += int(is_gone.sum())
        both = np.flatnonzero(~is_new)
        differs = both[new[both, 1] != known[at[both], 1]]
        rows.n_changed += len(differs)
        rows.same += len(both) - len(differs)
        pairs = np.column_stack([known[at[differs], 2], new[differs, 2]])
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")][:MOST_COMPARED]
        rows.changed += [(int(a), int(b)) for a, b in pairs.tolist()]
    return rows


def _by_content(one: KeyStore, two: KeyStore) -> _Rows:
    """Return rows that stand more often in one table than in the other."""
    rows = _Rows()
    for old, new in together([one, two]):
        known, given = by_key(old), by_key(new)
        removed, added = _beyond(known, given), _beyond(given, known)
        _first(rows.removed, known[removed, 2])
        _first(rows.added, given[added, 2])
        rows.n_removed += int(removed.sum())
        rows.n_added += int(added.sum())
        rows.same += len(known) - int(removed.sum())
    return rows


def _beyond(own: Whole, other: Whole) -> Any:
    """Return which sorted rows stand there more often than in the other table."""
    if not len(own):
        return np.empty(0, dtype=bool)
    starts = np.flatnonzero(np.concatenate([[True], own[1:, 0] != own[:-1, 0]]))
    number = np.arange(len(own)) - np.repeat(starts, np.diff(np.append(starts, len(own))))
    low = np.searchsorted(other[:, 0], own[:, 0], side="left")
    high = np.searchsorted(other[:, 0], own[:, 0], side="right")
    return number >= high - low


def _first(kept: list[int], found: Whole) -> None:
    """Add the first of some places, a few more than are shown."""
    kept += np.sort(found)[:SHOWN].tolist()


def _shown(side: Side, places: Places, found: Sequence[int]) -> tuple[FoundRow, ...]:
    first = sorted(found)[:SHOWN]
    values = values_at(side.read, places, first)
    return tuple(places.found(place, values.get(place)) for place in first)


def _changed(
    before: Side,
    after: Side,
    rows: _Rows,
    places: tuple[Places, Places],
    common: Sequence[str],
    name: str | None,
) -> tuple[tuple[ChangedRow, ...], Counter[str], int]:
    """Return the first changed rows, how many differ in each column, and of how many that is."""
    pairs = sorted(rows.changed)[:MOST_COMPARED]
    old = values_at(before.read, places[0], [pair[0] for pair in pairs], common)
    new = values_at(after.read, places[1], [pair[1] for pair in pairs], common)
    counts: Counter[str] = Counter()
    shown: list[ChangedRow] = []
    for one, two in pairs:
        first, second = old.get(one, {}), new.get(two, {})
        differs = {
            it: (first.get(it, ""), second.get(it, ""))
            for it in common
            if first.get(it, "") != second.get(it, "")
        }
        counts.update(differs.keys())
        if len(shown) < SHOWN:
            own = first.get(name or "", "")
            was, now = places[0].found(one), places[1].found(two)
            shown.append(ChangedRow(own, was, now, differs))
    return tuple(shown), counts, len(pairs)


def _column(name: str, before: Side, after: Side, n_changed: int | None) -> ColumnDiff:
    old, new = before.sample.frame[name], after.sample.frame[name]
    type_before, type_after = _type(old), _type(new)
    return ColumnDiff(
        name,
        type_before,
        type_after,
        float(missing(old).mean()) if len(old) else 0.0,
        float(missing(new).mean()) if len(new) else 0.0,
        _middle(old, type_before),
        _middle(new, type_after),
        len(old),
        len(new),
        n_changed,
    )


def _type(column: pd.Series[Any]) -> str:
    if missing(column).all():
        return "empty"
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if is_numbers(column):
        return "number"
    return "time" if is_times(column) else "text"


def _middle(column: pd.Series[Any], kind: str) -> str:
    if kind == "number":
        return short_number(float(np.nanmedian(numbers(column))))
    if kind == "time":
        middle = datetime.fromtimestamp(float(np.nanmedian(times(column))), UTC)
        return middle.strftime("%Y-%m-%d %H:%M:%S")
    codes, distinct = pd.factorize(texts(column))
    if not len(distinct):
        return ""
    return str(distinct[np.bincount(codes[codes >= 0]).argmax()])[:40]
