"""How two tables differ, as it is told; needs no library, so that any process may show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlops_tui.data.found import FoundRow
from mlops_tui.domain.text import short_number

MOST_NAMES = 12
MOST_CHANGES = 6
"""Columns of a changed row that are told."""


class By(StrEnum):
    """How a row of one table is found in the other."""

    ID = "id"
    CONTENT = "content"
    """By everything in it: a row that was changed counts as removed and added."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a column has moved, and whether that beats chance."""

    method: str
    score: float
    threshold: float
    p_value: float
    verdict: str


@dataclass(frozen=True, slots=True)
class ColumnDiff:
    """One column that both tables have, before and after."""

    column: str
    type_before: str
    type_after: str
    missing_before: float
    """Share of the rows."""
    missing_after: float
    middle_before: str
    """The median of numbers and times, the most common value of text; empty for none."""
    middle_after: str
    n_before: int
    """Rows that these figures are of: all, or a sample."""
    n_after: int
    n_changed: int | None
    """Rows with the same id and another value here; None where rows have no id."""
    drift: Drift | None = None

    @property
    def has_changed(self) -> bool:
        """Say whether anything of it is worth a look."""
        is_drift = self.drift is not None and self.drift.verdict == "drift"
        return self.type_before != self.type_after or bool(self.n_changed) or is_drift


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that both tables have, with other values."""

    id: str
    before: FoundRow
    after: FoundRow
    columns: Mapping[str, tuple[str, str]]
    """Column to its value before and after."""


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What is different in the second of two tables."""

    before: str
    after: str
    n_before: int
    n_after: int
    by: By
    id: str | None
    why: str
    """Why rows are not compared by their id, where one is known; else empty."""
    n_same: int
    n_added: int
    n_removed: int
    n_changed: int | None
    """None where rows have no id."""
    n_compared: int
    """Changed rows whose columns were compared: all, or the first so many."""
    columns_added: Sequence[str]
    columns_removed: Sequence[str]
    is_reordered: bool
    """Whether the columns that both have stand in another order."""
    columns: Sequence[ColumnDiff]
    added: Sequence[FoundRow] = ()
    """The first of them, as the others below."""
    removed: Sequence[FoundRow] = ()
    changed: Sequence[ChangedRow] = ()
    problems: Sequence[str] = ()

    @property
    def is_same(self) -> bool:
        """Say whether nothing differs but perhaps the order of the rows."""
        differs = self.n_added or self.n_removed or self.n_changed or self.columns_added
        return not (differs or self.columns_removed or self.is_reordered)


def diff_of(told: Mapping[str, Any]) -> TableDiff:
    """Return the difference that another process told as JSON."""
    columns = [
        ColumnDiff(**{**it, "drift": Drift(**it["drift"]) if it["drift"] else None})
        for it in told["columns"]
    ]
    changed = [
        ChangedRow(
            it["id"],
            FoundRow(**it["before"]),
            FoundRow(**it["after"]),
            {name: (pair[0], pair[1]) for name, pair in it["columns"].items()},
        )
        for it in told["changed"]
    ]
    own = {
        "by": By(told["by"]),
        "columns": tuple(columns),
        "changed": tuple(changed),
        "added": tuple(FoundRow(**row) for row in told["added"]),
        "removed": tuple(FoundRow(**row) for row in told["removed"]),
        **{key: tuple(told[key]) for key in ("columns_added", "columns_removed", "problems")},
    }
    return TableDiff(**{**told, **own})


def row_words(found: TableDiff) -> list[str]:
    """Return how many rows differ, and which columns are new or gone."""
    by = f"by {found.id}" if found.by is By.ID else "by content"
    counts = [f"{found.n_added:,} added", f"{found.n_removed:,} removed"]
    if found.n_changed is not None:
        counts.append(f"{found.n_changed:,} changed")
    counts.append(f"{found.n_same:,} the same")
    lines = [
        f"rows {by}: {found.n_before:,} in {found.before}, {found.n_after:,} in {found.after}: "
        + ", ".join(counts)
    ]
    if found.why:
        lines.append(f"not by id: {found.why}")
    if found.columns_added:
        lines.append(f"new columns: {_listed(found.columns_added)}")
    if found.columns_removed:
        lines.append(f"columns gone: {_listed(found.columns_removed)}")
    if found.is_reordered:
        lines.append("the columns stand in another order")
    if found.n_changed and found.n_compared < found.n_changed:
        lines.append(f"columns of changed rows: counted in the first {found.n_compared:,}")
    return lines


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def drift_words(column: ColumnDiff) -> str:
    """Return such as `drift (psi 0.31)`; empty where that could not be judged."""
    drift = column.drift
    if drift is None:
        return ""
    return f"{drift.verdict.replace('_', ' ')} ({drift.method} {short_number(drift.score, 3)})"


def both(before: str, after: str) -> str:
    """Return one word where nothing changed, else `before -> after`."""
    return before if before == after else f"{before} -> {after}"


def changed_words(row: ChangedRow) -> str:
    """Return a changed row by its id, with what its values were and are."""
    changes = [
        f"{name} {before or 'nothing'} -> {after or 'nothing'}"
        for name, (before, after) in list(row.columns.items())[:MOST_CHANGES]
    ]
    more = len(row.columns) - MOST_CHANGES
    tail = f" and {more} more" if more > 0 else ""
    return f"{row.id} ({row.after.place}): {', '.join(changes)}{tail}"
