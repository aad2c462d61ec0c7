"""What came of checks: for each one ok, failed or undecided, with figures and the first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlops_tui.data.found import FoundRow
from mlops_tui.domain.checks import Check, percent


class Status(StrEnum):
    """What a check came to."""

    OK = "ok"
    FAILED = "failed"
    CANNOT_TELL = "cannot_tell"
    """There is nothing to judge by; `figures` says why."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check came to."""

    check: str
    """Its key below `[datasets.X.checks]`."""
    line: int
    """Where it is declared in the project file; 0 where it is not."""
    words: str
    """The expectation."""
    status: Status
    figures: str
    """What was found instead, or why nothing can be said."""
    n: int
    """Rows that were judged."""
    n_failed: int | None
    """Rows that fail; None where the check is not about single rows."""
    rows: Sequence[FoundRow] = ()
    """The first of them."""

    @property
    def told(self) -> str:
        """The failure in one sentence: `age is at most 120: 3 of 500 rows (0.6 %), line 42`."""
        first = f", {self.rows[0].place}" if self.rows else ""
        return f"{self.words}: {self.figures}{first}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What all checks of a dataset came to."""

    dataset: str
    status: Status
    """Failed where one failed, else undecided where one is."""
    n_rows: int
    n_files: int
    checks: Sequence[CheckResult]
    """In the order of the project file's tables."""
    problems: Sequence[str] = ()
    """What is wrong in the files and was read nevertheless, with file and line."""

    def with_status(self, status: Status) -> list[CheckResult]:
        """Return the checks that came to this."""
        return [result for result in self.checks if result.status is status]


def overall(results: Sequence[CheckResult]) -> Status:
    """Return what several checks come to together."""
    found = {result.status for result in results}
    for status in (Status.FAILED, Status.CANNOT_TELL):
        if status in found:
            return status
    return Status.OK


def result_of(
    check: Check,
    status: Status,
    figures: str,
    n: int,
    n_failed: int | None = None,
    rows: Sequence[FoundRow] = (),
) -> CheckResult:
    """Return what a check came to."""
    return CheckResult(
        check.key, check.line, check.words, status, figures, n, n_failed, tuple(rows)
    )


def share_words(count: int, total: int) -> str:
    """Return such as `3 of 500 rows (0.6 %)`."""
    if total == 1:
        return f"{count} of 1 row"
    if not count:
        return f"none of {total:,} rows"
    return f"{count:,} of {total:,} rows ({percent(count / total)})"


def report_of(told: Mapping[str, Any]) -> CheckReport:
    """Return the report that another process told as JSON."""
    return CheckReport(
        told["dataset"],
        Status(told["status"]),
        told["n_rows"],
        told["n_files"],
        tuple(_result_of(result) for result in told["checks"]),
        tuple(told["problems"]),
    )


def _result_of(told: Mapping[str, Any]) -> CheckResult:
    rows = tuple(FoundRow(**row) for row in told["rows"])
    return CheckResult(**{**told, "status": Status(told["status"]), "rows": rows})
