"""The task that compares two tables: their rows, their columns, and how far these have moved."""

from __future__ import annotations

from dataclasses import replace

from mlops_tui.data.diff import Side, diff_tables
from mlops_tui.data.differing import Drift, TableDiff
from mlops_tui.data.problems import Problems
from mlops_tui.data.table_roles import Roles, draw
from mlops_tui.engine.tasks.reading import Meter, files_of, reader_of, size_of, told
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.monitor import drift

READINGS = 3
"""How often about each table is read: for a sample, for its keys, and to show rows."""


def diff(
    progress: Progress,
    before: str,
    after: str,
    names: tuple[str, str],
    id: str | None,  # noqa: A002 as the project file calls it
    with_drift: bool = True,
) -> TableDiff:
    """Return what is different in the tables at `after`.

    Args:
        progress: told bytes read, of how many.
        before: a file, folder or pattern; absolute.
        after: the same.
        names: what a person calls the two.
        id: the column that names a row; one that is plain is found where none is declared.
        with_drift: also judge how far columns have moved.

    Raises:
        MlopsTuiError: one cannot be read.
    """
    files = files_of(before), files_of(after)
    meter = Meter(progress, READINGS * sum(map(size_of, files)))
    problems = Problems()
    sides = []
    for name, own in zip(names, files, strict=True):
        read = reader_of(own, meter, problems)
        sides.append(Side(name, read, draw(read, Roles(id=id))))
    found = diff_tables(sides[0], sides[1], id or sides[0].sample.roles.id)
    if with_drift:
        found = _with_drift(found, sides[0], sides[1])
    return replace(found, problems=tuple(told(problems)))


def _with_drift(found: TableDiff, before: Side, after: Side) -> TableDiff:
    """Return the difference with a score of each column that can be compared."""
    if not len(before.sample.frame) or not len(after.sample.frame):
        return found
    names = [column.column for column in found.columns if column.column != found.id]
    columns = read_columns(before.sample.frame[names])
    kinds = {name: column.kind for name, column in columns.items()}
    others = read_columns(after.sample.frame[names], kinds)
    scored = {it.column: it for it in drift.compare(columns, others).columns}
    told_columns = [
        replace(
            column,
            drift=Drift(it.method, it.score, it.threshold, it.p_value, str(it.verdict)),
        )
        if (it := scored.get(column.column)) is not None and it.score == it.score
        else column
        for column in found.columns
    ]
    return replace(found, columns=tuple(told_columns))
