"""Rows that two tables share, exactly or nearly, and equal rows with different labels.

Rows are compared by hashes of all their features, so that tables of any length take bounded
memory. Where features have few values, equal rows are chance: what two tables share is a finding
only where it is more than what the rows of the first one share among themselves.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.found import FoundRow
from mlops_tui.data.keys import KeyStore, Whole, by_key, find, together
from mlops_tui.data.places import Places, Read, values_at
from mlops_tui.data.table_roles import Sampled, as_numbers, classes_of
from mlops_tui.data.values import hashes, missing, ordering, row_hashes, texts
from mlops_tui.domain.checks import percent

SHOWN = 5
CHANCE = 0.01
"""How probable it may be that so many rows are shared by chance."""
CELL = 1e-3
"""Of a standard deviation: numbers that are nearer are nearly the same."""
MOST_TWINS = 0.2
"""Where more rows have an equal one, the features cannot tell rows apart."""
_NO_LETTER = re.compile(r"[^\w]+|_")


@dataclass(frozen=True, slots=True)
class Table:
    """A table to compare: what it is called, how to read it, and a sample of it."""

    name: str
    read: Read
    sample: Sampled


class RowKeys:
    """The keys of all rows of a table. One thread; a context manager's stack closes the stores."""

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        scales: Mapping[str, float | None] | None,
        stack: contextlib.ExitStack,
    ) -> None:
        """Read the table; without scales no near keys are kept."""
        self.table = table
        self.places = Places()
        self.exact = stack.enter_context(KeyStore(3))
        """Features, label, place."""
        self.near = stack.enter_context(KeyStore(2))
        """Features rounded and simplified, place."""
        self.named: dict[str, KeyStore] = {}
        """Ids and groups, place."""
        roles = table.sample.roles
        for chunk in table.read():
            own, frame = self.places.of(chunk), chunk.frame
            there = [name for name in columns if name in frame.columns]
            label = roles.target
            labels = hashes(frame[label]) if label in frame.columns else np.zeros_like(own)
            self.exact.add(row_hashes(frame, there), labels, own)
            if scales is not None:
                self.near.add(row_hashes(_simplified(frame, there, scales), there), own)
            for kind, name in (("id", roles.id), ("group", roles.group)):
                if name in frame.columns:
                    store = self.named.get(kind) or stack.enter_context(KeyStore(2))
                    self.named[kind] = store
                    known = ~missing(frame[name])
                    store.add(hashes(frame[name])[known], own[known])


def scales_of(sample: Sampled, columns: Sequence[str]) -> dict[str, float | None]:
    """Return the standard deviation of each column of numbers, None for one of text."""
    found: dict[str, float | None] = {}
    for name in columns:
        values = as_numbers(sample.frame[name])
        found[name] = None if values is None else float(np.nanstd(values)) or 1.0
    return found


def _simplified(
    frame: pd.DataFrame, columns: Sequence[str], scales: Mapping[str, float | None]
) -> pd.DataFrame:
    cells: dict[str, Any] = {}
    for name in columns:
        scale = scales[name]
        if scale is None:
            codes, distinct = pd.factorize(texts(frame[name]))
            words = np.array([*map(_plain_words, distinct), None], dtype=object)
            cells[name] = words[codes]
        else:
            rounded = np.round(ordering(frame[name]) / (CELL * scale))
            cells[name] = rounded + 0.0  # no negative zero
    return pd.DataFrame(cells, index=frame.index)


def _plain_words(text: str) -> str:
    """Return text without case, accents, blanks and signs."""
    bare = unicodedata.normalize("NFKD", str(text)).casefold()
    return _NO_LETTER.sub("", "".join(it for it in bare if not unicodedata.combining(it))) or text


def find_shared(first: Table, second: Table) -> tuple[list[Finding], list[Look]]:
    """Return what two tables share that should share nothing, as train and holdout."""
    columns = [name for name in first.sample.features if name in second.sample.features]
    what = f"rows that stand in {second.name} too"
    if not columns:
        return [], [Look(what, 0, f"{first.name} and {second.name} have no column in common")]
    scales = scales_of(first.sample, columns)
    with contextlib.ExitStack() as stack:
        one, two = (RowKeys(it, columns, scales, stack) for it in (first, second))
        exact = _shared(one.exact, two.exact)
        near = _shared(one.near, two.near)
        findings = []
        if exact.is_more_than_chance:
            findings.append(_shared_finding(one, two, exact, FindingKind.SHARED_ROWS))
        known = set(exact.pairs)
        extra = replace(
            near,
            pairs={it: of for it, of in near.pairs.items() if it not in known},
            count=near.count - exact.count,
        )
        if near.is_more_than_chance and extra.count >= 1 and extra.is_more_than_chance:
            findings.append(_shared_finding(one, two, extra, FindingKind.NEAR_DUPLICATES))
        for kind in one.named.keys() & two.named.keys():
            finding = _shared_names(one, two, kind)
            findings += [finding] if finding is not None else []
    return findings, [Look(what, two.exact.count)]


@dataclass(frozen=True, slots=True)
class _Shared:
    """Rows of a second table that a first one has too."""

    count: int
    n: int
    """Rows of the second table."""
    twins: int
    """Rows of the first one that have an equal one there."""
    n_first: int
    pairs: Mapping[int, int]
    """Places in the second table, and in the first; some of all."""

    @property
    def is_more_than_chance(self) -> bool:
        """Say whether rows drawn as those of the first table would hardly share as many."""
        from scipy.stats import binom

        expected = (self.twins + 1) / (self.n_first + 1)
        return self.count > 0 and binom.sf(self.count - 1, self.n, expected) < CHANCE


def _shared(first: KeyStore, second: KeyStore) -> _Shared:
    """Return what two stores share; the key stands first in both, the place last."""
    count, twins = 0, 0
    pairs: dict[int, int] = {}
    for one, two in together([first, second]):
        known = by_key(one)
        twins += int(_twins(known[:, 0]).sum())
        at = find(two[:, 0], known[:, 0])
        is_there = at >= 0
        count += int(is_there.sum())
        both = np.column_stack([two[is_there, -1], known[at[is_there], -1]])
        some = both[np.argsort(both[:, 0], kind="stable")][:1000]
        pairs |= dict(map(tuple, some.tolist()))
    return _Shared(count, second.count, twins, first.count, pairs)


def _twins(keys: Whole) -> npt.NDArray[np.bool_]:
    """Return which of sorted keys stand there more than once."""
    same = np.concatenate([[False], keys[1:] == keys[:-1], [False]]) if len(keys) else keys
    return np.asarray(same[1:] | same[:-1], dtype=bool)


def _shared_finding(one: RowKeys, two: RowKeys, shared: _Shared, kind: FindingKind) -> Finding:
    exactly = "" if kind is FindingKind.SHARED_ROWS else "nearly "
    first, second = one.table.name, two.table.name
    why = "a model is measured on rows it was fitted to, and looks better than it is"
    if exactly:
        why = "they differ by spelling or rounding only: " + why
    return Finding(
        kind,
        Sureness.CERTAIN if not exactly else Sureness.LIKELY,
        f"{shared.count:,} of {shared.n:,} rows ({percent(shared.count / shared.n)}) of {second} "
        f"stand {exactly}in {first} too",
        f"{why}; among themselves {shared.twins:,} of {shared.n_first:,} rows of {first} are equal",
        f"take them out of {first} or of {second}, and measure again",
        shared.n,
        shared.count,
        (),
        _rows(one, two, shared.pairs),
    )


def _rows(one: RowKeys, two: RowKeys, pairs: Mapping[int, int]) -> list[FoundRow]:
    first = sorted(pairs.items())[:SHOWN]
    values = values_at(two.table.read, two.places, [place for place, _ in first])
    return [
        two.places.found(
            place, values.get(place), f"{one.table.name}, {one.places.found(other).place}"
        )
        for place, other in first
    ]


def _shared_names(one: RowKeys, two: RowKeys, kind: str) -> Finding | None:
    shared = _shared(one.named[kind], two.named[kind])
    first, second = one.table, two.table
    name = getattr(second.sample.roles, kind)
    if not shared.count:
        return None
    # ids that were counted anew in each table say nothing
    if kind == "id" and _is_counted(first, name) and _is_counted(second, name):
        return None
    what = "ids" if kind == "id" else "groups"
    return Finding(
        FindingKind.SHARED_IDS,
        Sureness.CERTAIN,
        f"{shared.count:,} of {shared.n:,} rows ({percent(shared.count / shared.n)}) of "
        f"{second.name} have {what} ({name}) that stand in {first.name} too",
        "rows that belong together are alike: a model knows them already when it is measured",
        f"part the rows by {name}, so that none of its values is in both",
        shared.n,
        shared.count,
        (str(name),),
        _rows(one, two, shared.pairs),
    )


def _is_counted(table: Table, name: str) -> bool:
    """Say whether ids are 0, 1, 2, ... or 1, 2, 3, ... up to the number of rows."""
    if name not in table.sample.frame.columns:
        return False
    values = as_numbers(table.sample.frame[name])
    if values is None or not len(values):
        return False
    return bool(np.nanmin(values) in (0, 1) and np.nanmax(values) <= table.sample.n_rows)


def find_conflicts(table: Table) -> tuple[list[Finding], Look]:
    """Return rows with equal features and different labels."""
    what, sample = "equal rows with different labels", table.sample
    target = sample.roles.target
    if target is None or target not in sample.frame.columns:
        return [], Look(what, 0, "no target is declared or named with --target")
    if classes_of(sample.frame[target]) is None:
        return [], Look(what, 0, "the target is an amount, not a class")
    columns = sample.features
    if not columns:
        return [], Look(what, 0, "there is no column beside the target")
    with contextlib.ExitStack() as stack:
        keys = RowKeys(table, columns, None, stack)
        torn, twins, pairs = 0, 0, []
        for part in keys.exact.parts():
            rows = by_key(part)
            twins += int(_twins(rows[:, 0]).sum())
            found, own = _torn(rows)
            torn += found
            pairs += own
    n = keys.exact.count
    if not torn:
        return [], Look(what, n)
    return [_conflict(table, keys, torn, twins, pairs)], Look(what, n)


def _torn(rows: Whole) -> tuple[int, list[tuple[int, int]]]:
    """Return how many rows have an equal one with another label, and places of some pairs."""
    if not len(rows):
        return 0, []
    starts = np.flatnonzero(np.concatenate([[True], rows[1:, 0] != rows[:-1, 0]]))
    sizes = np.diff(np.append(starts, len(rows)))
    first = np.repeat(rows[starts, 1], sizes)
    differs = rows[:, 1] != first
    is_torn = np.add.reduceat(differs.astype(np.int64), starts) > 0
    at = np.flatnonzero(differs)
    begin = np.repeat(starts, sizes)[at]
    pairs = np.column_stack([rows[at, 2], rows[begin, 2]])
    pairs = pairs[np.argsort(pairs[:, 0])][:SHOWN]
    return int(sizes[is_torn].sum()), [(int(a), int(b)) for a, b in pairs.tolist()]


def _conflict(
    table: Table, keys: RowKeys, torn: int, twins: int, pairs: Sequence[tuple[int, int]]
) -> Finding:
    target = str(table.sample.roles.target)
    n = keys.exact.count
    shown_pairs = sorted(pairs)[:SHOWN]
    wanted = [place for pair in shown_pairs for place in pair]
    own_id = [table.sample.roles.id] if table.sample.roles.id else []
    values = values_at(table.read, keys.places, wanted, [*own_id, target])
    rows = [
        keys.places.found(
            place,
            values.get(place),
            f"{keys.places.found(other).place} has {values.get(other, {}).get(target, '?')}",
        )
        for place, other in shown_pairs
    ]
    few = twins > MOST_TWINS * n
    remedy = "look at them: correct the wrong label, or leave both out"
    why = "no model can be right about both, and what it learns from them is noise"
    if few:
        remedy = "add columns that tell such rows apart, or expect no more than chance for them"
        why = f"{percent(twins / n)} of the rows have an equal one: the columns hardly differ"
    return Finding(
        FindingKind.CONFLICTING_LABELS,
        Sureness.POSSIBLE if few else Sureness.CERTAIN,
        f"{torn:,} of {n:,} rows ({percent(torn / n)}) equal another one in all but {target}",
        why,
        remedy,
        n,
        torn,
        (target,),
        rows,
    )
