"""The shapes of `--json` of what is said about data; all keys always."""

from __future__ import annotations

from mlops_tui.data.check_results import CheckReport
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
