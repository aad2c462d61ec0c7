"""What is wrong with a batch beside its distributions: missing, unseen, out of range, repeated.

Every finding that counts rows has to be of practical size and beyond chance, as drift has; the
chance level is shared by all columns.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column, Kind

Hashes = NDArray[np.uint64]

CHANCE = 0.01
"""Shared by the columns (Bonferroni): findings of one kind arise by chance in 1 % of batches."""
LEAST_MISSING = 0.05
"""By how much of the rows the missing ones must rise."""
LEAST_ROWS = 0.01
"""The share of rows from which unseen, outlying or repeated ones matter."""
MOST_UNREADABLE = 0.5
_EXAMPLES = 3
_LEAST_HASHED = 3
_LEAST_HISTORY = 5
_FUTURE_SECONDS = 3600.0


class Level(StrEnum):
    """How bad a finding is; an error breaks whatever reads the batch."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a batch."""

    kind: str
    level: Level
    column: str | None
    """None: the batch as a whole."""
    words: str
    """A sentence for people, with its numbers and their n."""
    count: int
    """Rows concerned."""
    n_reference: int
    n_current: int
    p_value: float | None
    """How often chance gives as much; None where no chance is involved."""
    rows: tuple[int, ...] = ()
    """The first few rows concerned, from 0."""


@dataclass(frozen=True)
class Setting:
    """What is known of a batch beside its columns."""

    now: float | None = None
    """Unix seconds; None: times are not judged."""
    time: str | None = None
    """The column that says when a row arose."""
    max_age_seconds: float | None = None
    """How old the newest row may be."""
    earlier_sizes: Sequence[int] = ()
    """Rows of the batches before; from five on an unusual size is told."""
    reference_hashes: Hashes | None = None
    """(rows,) a hash of each whole row; None: repeated rows are not looked for."""
    current_hashes: Hashes | None = None


def examine(
    reference: Mapping[str, Column], current: Mapping[str, Column], setting: Setting | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with a batch, errors first, then in the order of the columns.

    Args:
        reference: columns by name.
        current: those of the batch, read with the kinds of the reference.
        setting: what else is known.
    """
    given = setting or Setting()
    n = max((column.rows for column in current.values()), default=0)
    rows = max((column.rows for column in reference.values()), default=0)
    found = list(_of_columns(reference, current, rows, n))
    found += _of_whole(given, rows, n)
    found += _of_times(current, given, rows, n)
    chance = CHANCE / max(1, len(reference))
    for name, column in reference.items():
        if name in current:
            found += _of_column(column, current[name], chance)
    return tuple(sorted(found, key=lambda finding: finding.level is not Level.ERROR))


def row_hashes(columns: Mapping[str, Column], names: Sequence[str]) -> Hashes | None:
    """Return a hash of each row, (rows,), over the columns named that are no ids.

    Equal rows have equal hashes; 64 bits, so that different ones hardly ever do. None where fewer
    than three columns can be used, since then rows are bound to repeat.
    """
    usable = [columns[name] for name in names if columns[name].kind not in (Kind.ID, Kind.EMPTY)]
    if len(usable) < _LEAST_HASHED:
        return None
    found = np.zeros(usable[0].rows, dtype=np.uint64)
    for column in usable:
        found = _mixed(found ^ _value_hashes(column))
    return found


def _value_hashes(column: Column) -> Hashes:
    if column.kind in (Kind.NUMERIC, Kind.TIME):
        # adding 0 turns -0.0 into 0.0
        return _mixed((column.values + 0.0).view(np.uint64))
    if column.kind is Kind.TEXT:
        return np.array([_text_hash(text or "") for text in column.texts], dtype=np.uint64)
    labels = [*(_text_hash(label) for label in column.labels), 0]
    return np.array(labels, dtype=np.uint64)[column.codes]


def _text_hash(text: str) -> int:
    held = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8)
    return int.from_bytes(held.digest(), "little")


def _mixed(values: Hashes) -> Hashes:
    """Return values with each bit spread over all others (the end of splitmix64)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def _of_columns(
    reference: Mapping[str, Column], current: Mapping[str, Column], rows: int, n: int
) -> Iterator[Finding]:
    new = [name for name in current if name not in reference]
    for name in reference:
        if name not in current:
            words = f"the column is missing from all {n:,} rows"
            close = _close(name, new)
            words += f"; is it {close!r} now?" if close else ""
            yield Finding("missing_column", Level.ERROR, name, words, n, rows, n, None)
    for name in new:
        words = "the reference has no such column"
        yield Finding("new_column", Level.WARNING, name, words, n, rows, n, None)


def _close(name: str, others: Sequence[str]) -> str:
    import difflib

    folded = {other.strip().lower(): other for other in others}
    close = difflib.get_close_matches(name.strip().lower(), list(folded), n=1, cutoff=0.7)
    return folded[close[0]] if close else ""


def _of_whole(setting: Setting, rows: int, n: int) -> Iterator[Finding]:
    if not n:
        yield Finding("row_count", Level.ERROR, None, "the batch has no rows", 0, rows, 0, None)
        return
    sizes = setting.earlier_sizes
    if len(sizes) >= _LEAST_HISTORY and not min(sizes) / 2 <= n <= max(sizes) * 2:
        words = f"{n:,} rows; the {len(sizes)} batches before had {min(sizes):,} to {max(sizes):,}"
        yield Finding("row_count", Level.WARNING, None, words, n, rows, n, None)
    if setting.current_hashes is not None:
        yield from _of_hashes(setting.current_hashes, setting.reference_hashes, n)


def _of_hashes(current: Hashes, reference: Hashes | None, n: int) -> Iterator[Finding]:
    known = np.empty(0, np.uint64) if reference is None else np.sort(reference)
    rows, order = len(known), np.argsort(current, kind="stable")
    ascending = current[order]
    again = np.sort(order[1:][ascending[1:] == ascending[:-1]])
    is_twin = known[1:] == known[:-1]
    usual = int(is_twin.sum())
    words = f"{_share(len(again), n)} rows repeat another of the batch"
    words += f"; in the reference {_share(usual, rows)}" if rows else ""
    yield from _beyond("duplicates", None, words, (len(again), n, usual, rows), again)
    if not rows:
        return
    places = np.minimum(np.searchsorted(known, ascending), rows - 1)
    inside = np.sort(order[known[places] == ascending])
    with_twin = int((np.append(is_twin, False) | np.append(False, is_twin)).sum())
    words = f"{_share(len(inside), n)} rows are in the reference as well"
    words += f"; of its own rows {_share(with_twin, rows)} have a twin"
    yield from _beyond("in_reference", None, words, (len(inside), n, with_twin, rows), inside)


def _of_times(
    current: Mapping[str, Column], setting: Setting, rows: int, n: int
) -> Iterator[Finding]:
    column = current.get(setting.time or "")
    if column is None or column.kind is not Kind.TIME or setting.now is None or not column.count:
        return
    age = setting.now - float(column.present[-1])
    if setting.max_age_seconds is not None and age > setting.max_age_seconds:
        words = f"the newest row is {_span(age)} old, more than {_span(setting.max_age_seconds)}"
        yield Finding("freshness", Level.ERROR, column.name, words, n, rows, n, None)
    late = np.flatnonzero(column.values > setting.now + _FUTURE_SECONDS)
    if len(late):
        words = f"{_share(len(late), n)} times lie in the future"
        first = tuple(late[:_EXAMPLES].tolist())
        yield Finding("future", Level.WARNING, column.name, words, len(late), rows, n, None, first)


def _of_column(column: Column, other: Column, chance: float) -> Iterator[Finding]:
    yield from _unreadable(column, other, chance)
    yield from _missing(column, other, chance)
    if column.kind is Kind.NUMERIC:
        yield from _infinite(column, other)
        yield from _out_of_range(column, other, chance)
    elif column.kind in (Kind.CATEGORY, Kind.BOOLEAN):
        yield from _unseen(column, other, chance)


def _unreadable(column: Column, other: Column, chance: float) -> Iterator[Finding]:
    if not other.unreadable_count:
        return
    there = other.rows - other.missing
    what = {Kind.NUMERIC: "numbers", Kind.TIME: "times"}.get(column.kind, str(column.kind))
    examples = ", ".join(repr(value) for value in other.unreadable)
    words = f"{_share(other.unreadable_count, there)} values are no {what}: {examples}"
    sizes = (column.rows, other.rows)
    if other.unreadable_count > MOST_UNREADABLE * there:
        count = other.unreadable_count
        yield Finding("type_changed", Level.ERROR, column.name, words, count, *sizes, None)
        return
    counted = (other.unreadable_count, there, column.unreadable_count, column.rows)
    yield from _beyond("mixed_types", column.name, words, counted, None, chance, 0.0)


def _missing(column: Column, other: Column, chance: float) -> Iterator[Finding]:
    before, now = column.missing / max(column.rows, 1), other.missing / max(other.rows, 1)
    if now - before < LEAST_MISSING:
        return
    words = f"{_share(other.missing, other.rows)} are missing; in the reference "
    words += _share(column.missing, column.rows)
    p_value = tail(other.missing, other.rows, column.missing, column.rows)
    if p_value <= chance:
        level = Level.ERROR if other.missing == other.rows else Level.WARNING
        sizes = (column.rows, other.rows)
        yield Finding("missing", level, column.name, words, other.missing, *sizes, p_value)


def _infinite(column: Column, other: Column) -> Iterator[Finding]:
    if other.infinite and not column.infinite:
        words = f"{_share(other.infinite, other.rows)} values are infinite; in the reference none"
        level = Level.ERROR if 2 * other.infinite > other.rows else Level.WARNING
        where = tuple(np.flatnonzero(np.isinf(other.values))[:_EXAMPLES].tolist())
        facts = (other.infinite, column.rows, other.rows, None, where)
        yield Finding("infinite", level, column.name, words, *facts)


def _out_of_range(column: Column, other: Column, chance: float) -> Iterator[Finding]:
    if not column.count or not other.count:
        return
    lowest, highest = float(column.present[0]), float(column.present[-1])
    values = other.values
    with np.errstate(invalid="ignore"):
        outside = np.isfinite(values) & ((values < lowest) | (values > highest))
        above = int((np.isfinite(values) & (values > highest)).sum())
    count = int(outside.sum())
    if count < LEAST_ROWS * other.count:
        return
    sides = [beyond_extreme(side, other.count, column.count) for side in (above, count - above)]
    p_value = min(1.0, 2 * min(sides))
    if p_value > chance:
        return
    reached = f"{other.present[0]:.6g} to {other.present[-1]:.6g}"
    words = f"{_share(count, other.count)} values lie outside {lowest:.6g} to {highest:.6g}"
    words += f"; they go from {reached}"
    where = tuple(np.flatnonzero(outside)[:_EXAMPLES].tolist())
    facts = (count, column.count, other.count, p_value, where)
    yield Finding("out_of_range", Level.WARNING, column.name, words, *facts)


def _unseen(column: Column, other: Column, chance: float) -> Iterator[Finding]:
    new = {name: n for name, n in other.label_counts.items() if name not in column.label_counts}
    count = sum(new.values())
    if not count:
        return
    shown = sorted(new, key=lambda name: -new[name])[:_EXAMPLES]
    names = ", ".join(f"{name!r} ({new[name]:,})" for name in shown)
    more = f" and {len(new) - len(shown):,} more" if len(new) > len(shown) else ""
    words = f"{_share(count, other.count)} values are new to the column: {names}{more}"
    places = {at for at, name in enumerate(other.labels) if name in new}
    where = np.flatnonzero(np.isin(other.codes, list(places)))
    # Good (1953): what has never been seen is about as likely as what was seen once
    once = sum(n == 1 for n in column.label_counts.values())
    counted = (count, other.count, once, column.count)
    yield from _beyond("unseen", column.name, words, counted, where, chance)


def _beyond(
    kind: str,
    column: str | None,
    words: str,
    counted: tuple[int, int, int, int],
    where: NDArray[np.int64] | None,
    chance: float = CHANCE,
    least: float = LEAST_ROWS,
) -> Iterator[Finding]:
    """Yield a warning where so many of so many rows are more than the reference lets expect."""
    count, n, usual, rows = counted
    if not n or count / n - usual / max(rows, 1) < least:
        return
    p_value = tail(count, n, usual, rows)
    if p_value <= chance:
        first = () if where is None else tuple(where[:_EXAMPLES].tolist())
        yield Finding(kind, Level.WARNING, column, words, count, rows, n, p_value, first)


def tail(count: int, n: int, usual: int, rows: int) -> float:
    """Return how often n rows have `count` or more, given `usual` of N rows in the reference.

    Binomial, with the share of both samples together and half a row more: as the null says that
    they are one.
    """
    share = (count + usual + 0.5) / (n + rows + 1)
    return binomial_tail(count, n, share)


def binomial_tail(count: int, n: int, share: float) -> float:
    """Return P(X >= count) for X binomial of n and share, in [0, 1]."""
    if count <= 0 or share >= 1:
        return 1.0
    if count <= n * share:
        return 1.0 - _upward(n - count + 1, n, 1 - share)
    return _upward(count, n, share)


def _upward(count: int, n: int, share: float) -> float:
    """Return P(X >= count) by its terms, which fall from the first on: count is above the mean."""
    if count > n or share <= 0:
        return 0.0
    odds = share / (1 - share) if share < 1 else math.inf
    log_term = (
        math.lgamma(n + 1)
        - math.lgamma(count + 1)
        - math.lgamma(n - count + 1)
        + count * math.log(share)
        + ((n - count) * math.log1p(-share) if count < n else 0.0)
    )
    term = total = math.exp(log_term)
    for at in range(count, n):
        term *= (n - at) / (at + 1) * odds
        total += term
        if term < total * 1e-12:
            break
    return min(total, 1.0)


def beyond_extreme(count: int, n: int, rows: int) -> float:
    """Return how often `count` or more of n rows lie beyond the greatest of N rows.

    Exact for any continuous distribution: all orders of n + N rows are equally likely. Ties only
    make it rarer.
    """
    log_chance = 0.0
    for at in range(min(count, n)):
        log_chance += math.log((n - at) / (rows + n - at))
        if log_chance < -50:
            break
    return math.exp(log_chance)


def _share(count: int, n: int) -> str:
    return f"{count:,} of {n:,}"


def _span(seconds: float) -> str:
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
