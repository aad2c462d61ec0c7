"""What checks and findings about data come to, as parts of a text to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlops_tui.data.check_results import CheckReport, CheckResult, Status
from mlops_tui.data.found import FoundRow, row_texts
from mlops_tui.domain.text import count, safe
from mlops_tui.ui.widgets.pieces import Piece


class Part(NamedTuple):
    """Some text, and what stands before its first line."""

    label: str
    kind: str
    text: str
    """Safe to show."""


MARKS = {
    Status.OK: ("✓ ok", "good"),
    Status.FAILED: ("✗ failed", "bad"),
    Status.CANNOT_TELL: ("? unsure", "warn"),
}


def checked_piece(report: CheckReport) -> Piece:
    """Return what checks came to, in two words."""
    failed = len(report.with_status(Status.FAILED))
    unsure = len(report.with_status(Status.CANNOT_TELL))
    if failed:
        return (f"✗ {failed} failed", "bad")
    return (f"? {unsure} unsure", "warn") if unsure else (f"✓ {len(report.checks)} met", "good")


def check_parts(report: CheckReport) -> list[Part]:
    """Return all checks, those that failed first, with the first rows that fail."""
    order = (Status.FAILED, Status.CANNOT_TELL, Status.OK)
    parts = [part for status in order for it in report.with_status(status) for part in _check(it)]
    return parts + [Part("noted", "warn", safe(problem)) for problem in report.problems]


def check_title(report: CheckReport) -> str:
    """Return such as `Checks of train: 1 of 9 failed, on 500 rows`."""
    failed = len(report.with_status(Status.FAILED))
    words = f"{failed} of {len(report.checks)} failed" if failed else checked_piece(report)[0][2:]
    return f"Checks of {report.dataset}: {words}, on {count(report.n_rows, 'row')}"


def _check(result: CheckResult) -> list[Part]:
    label, kind = MARKS[result.status]
    figures = f": {result.figures}" if result.figures else ""
    return [Part(label, kind, safe(result.words + figures)), *_rows(result.rows)]


def _rows(rows: Sequence[FoundRow]) -> list[Part]:
    return [Part("", "dim", safe(text)) for text in row_texts(rows)]
