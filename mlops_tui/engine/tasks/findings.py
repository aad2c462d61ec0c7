"""Tasks about what can go wrong with data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mlops_tui.data.finding import FindingsReport
from mlops_tui.data.findings import Given, Relation, look_for_findings
from mlops_tui.data.problems import Problems
from mlops_tui.data.table_roles import SAMPLE_ROWS, Roles
from mlops_tui.engine.tasks.reading import Meter, files_of, reader_of, size_of, told
from mlops_tui.engine.worker import Progress

READINGS = 3
"""How often about each table is read: for a sample, for its keys, and to show rows."""


def look(
    progress: Progress, tables: Sequence[dict[str, Any]], most_rows: int = SAMPLE_ROWS
) -> FindingsReport:
    """Return what may go wrong with the first of the tables.

    Args:
        progress: told bytes read, of how many.
        tables: each with `name`, `path`, `relation` to the first one, and its `roles`.
        most_rows: drawn for what needs rows in memory.

    Raises:
        MlopsTuiError: one cannot be read.
    """
    files = [files_of(table["path"]) for table in tables]
    meter = Meter(progress, READINGS * sum(map(size_of, files)))
    problems = Problems()
    given = [
        Given(
            table["name"],
            reader_of(own, meter, problems),
            Roles(**table["roles"]),
            Relation(table["relation"]) if table["relation"] else None,
        )
        for table, own in zip(tables, files, strict=True)
    ]
    report = look_for_findings(given[0], given[1:], most_rows)
    return replace(report, problems=tuple(told(problems)))
