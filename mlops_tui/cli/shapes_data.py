"""The shapes of `--json` of what is said about data; all keys always."""

from __future__ import annotations

from dataclasses import asdict

from mlops_tui.data.check_results import CheckReport
from mlops_tui.data.differing import TableDiff
from mlops_tui.data.finding import FindingsReport
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


def findings_shape(report: FindingsReport) -> dict[str, object]:
    """Return what was found as `data findings --json` gives it."""
    return {
        "dataset": report.dataset,
        "against": list(report.against),
        "n_rows": report.n_rows,
        "findings": [
            {
                "kind": finding.kind.value,
                "sure": finding.sure.value,
                "words": finding.words,
                "why": finding.why,
                "remedy": finding.remedy,
                "n": finding.n,
                "n_found": finding.n_found,
                "columns": list(finding.columns),
                "rows": [row_shape(row) for row in finding.rows],
            }
            for finding in report.findings
        ],
        "looked_for": [
            {"what": look.what, "n": look.n, "skipped": look.skipped or None}
            for look in report.looks
        ],
        "problems": list(report.problems),
    }


def diff_shape(found: TableDiff) -> dict[str, object]:
    """Return how two tables differ as `data diff --json` gives it."""
    return {
        "before": found.before,
        "after": found.after,
        "n_before": found.n_before,
        "n_after": found.n_after,
        "by": found.by.value,
        "id": found.id,
        "why_not_by_id": found.why or None,
        "n_same": found.n_same,
        "n_added": found.n_added,
        "n_removed": found.n_removed,
        "n_changed": found.n_changed,
        "n_compared": found.n_compared,
        "columns_added": list(found.columns_added),
        "columns_removed": list(found.columns_removed),
        "is_reordered": found.is_reordered,
        "columns": [asdict(column) for column in found.columns],
        "added": [row_shape(row) for row in found.added],
        "removed": [row_shape(row) for row in found.removed],
        "changed": [
            {
                "id": row.id,
                "before": row_shape(row.before),
                "after": row_shape(row.after),
                "columns": {name: list(pair) for name, pair in row.columns.items()},
            }
            for row in found.changed
        ],
        "problems": list(found.problems),
    }
