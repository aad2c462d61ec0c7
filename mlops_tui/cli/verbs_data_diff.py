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
from mlops_tui.data.differing import (
    ColumnDiff,
    TableDiff,
    both,
    changed_words,
    drift_words,
    row_words,
)
from mlops_tui.data.found import FoundRow
from mlops_tui.domain.checks import percent
from mlops_tui.engine import actions


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
            output.data(f"            {changed_words(row)}")
    for problem in found.problems:
        output.words(f"noted: {problem}")
    return 0


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
    return [
        column.column,
        both(column.type_before, column.type_after),
        both(percent(column.missing_before), percent(column.missing_after)),
        both(column.middle_before, column.middle_after),
        "" if column.n_changed is None else f"{column.n_changed:,}",
        drift_words(column),
    ]


def _examples(title: str, rows: Sequence[FoundRow]) -> None:
    if rows:
        output.data(f"{title}, the first:")
        for line in row_lines(rows):
            output.data(line)
