"""The verb that compares two tables of data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling
from mlops_tui.cli.shapes_data import diff_shape
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_data_checks import row_lines
from mlops_tui.data.differing import By, ChangedRow, ColumnDiff, TableDiff
from mlops_tui.data.found import FoundRow
from mlops_tui.domain.checks import percent
from mlops_tui.domain.text import short_number
from mlops_tui.engine import actions

MOST_NAMES = 12
MOST_CHANGES = 6
"""Columns of a changed row that are told."""


def do_data_diff(options: argparse.Namespace) -> int:
    """Show what is different in the second of two tables; 0 whatever that is."""
    with telling("reading") as tell:
        found = actions.diff_data(options.project, options.before, options.data, options.id, tell)
    if options.json:
        output.json_data(diff_shape(found))
        return 0
    for line in row_words(found):
        output.data(line)
    _columns(found)
    for title, rows in (("added", found.added), ("removed", found.removed)):
        _examples(title, rows)
    if found.changed:
        output.data("changed, the first:")
        for row in found.changed:
            output.data(_changed_words(row))
    for problem in found.problems:
        output.words(f"noted: {problem}")
    return 0


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


def _columns(found: TableDiff) -> None:
    """Print the columns of which something is worth a look, and how many others there are."""
    told = [column for column in found.columns if column.has_changed]
    if told:
        heads = ("column", "type", "missing", "middle", "changed", "drift")
        right = ("changed",)
        columns = [Column(head, is_right=head in right) for head in heads]
        print_table(columns, [_cells(column) for column in told])
    rest = len(found.columns) - len(told)
    if rest and not found.is_same:
        output.data(f"{rest} other column{'' if rest == 1 else 's'}: no change worth a look")


def _cells(column: ColumnDiff) -> list[str]:
    drift = column.drift
    score = ""
    if drift is not None:
        verdict = str(drift.verdict).replace("_", " ")
        score = f"{verdict} ({drift.method} {short_number(drift.score, 3)})"
    return [
        column.column,
        _both(column.type_before, column.type_after),
        _both(percent(column.missing_before), percent(column.missing_after)),
        _both(column.middle_before, column.middle_after),
        "" if column.n_changed is None else f"{column.n_changed:,}",
        score,
    ]


def _both(before: str, after: str) -> str:
    return before if before == after else f"{before} -> {after}"


def _examples(title: str, rows: Sequence[FoundRow]) -> None:
    if rows:
        output.data(f"{title}, the first:")
        for line in row_lines(rows):
            output.data(line)


def _changed_words(row: ChangedRow) -> str:
    changes = [
        f"{name} {before or 'nothing'} -> {after or 'nothing'}"
        for name, (before, after) in list(row.columns.items())[:MOST_CHANGES]
    ]
    more = len(row.columns) - MOST_CHANGES
    tail = f" and {more} more" if more > 0 else ""
    return f"            {row.id} ({row.after.place}): {', '.join(changes)}{tail}"
