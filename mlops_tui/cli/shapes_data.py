"""The shapes of `--json` of what is said about data; all keys always."""

from __future__ import annotations

from mlops_tui.data.check_results import CheckReport
from mlops_tui.data.found import FoundRow


def check_shape(report: CheckReport) -> dict[str, object]:
    """Return what checks came to as `data check --json` gives it."""
    return {
        "dataset": report.dataset,
        "status": report.status.value,
        "n_rows": report.n_rows,
        "n_files": report.n_files,
        "checks": [
            {
                "check": result.check,
                "line": result.line or None,
                "words": result.words,
                "status": result.status.value,
                "figures": result.figures,
                "n": result.n,
                "n_failed": result.n_failed,
                "rows": [row_shape(row) for row in result.rows],
            }
            for result in report.checks
        ],
        "problems": list(report.problems),
    }


def row_shape(row: FoundRow) -> dict[str, object]:
    """Return one row that something was said about."""
    return {
        "file": row.file,
        "line": row.line,
        "row": row.row,
        "values": dict(row.values),
        "note": row.note,
    }
