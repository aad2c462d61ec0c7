"""Histories as files: the table of all points."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from mlops_tui.domain.runs import Run, Series

COLUMNS = ("run_id", "run", "metric", "step", "time", "value")


def write_text(path: Path, write: Callable[[TextIO], object]) -> None:
    """Have `write` write a file of UTF-8 text, over what was there."""
    with open(path, "w", encoding="utf-8", newline="", errors="replace") as file:
        write(file)


def write_csv(
    file: TextIO, runs: Sequence[Run], metric: str, read: Callable[[Run], Series]
) -> None:
    """Write all points of a metric of some runs, a row each, one run in memory at a time.

    Times are Unix seconds, UTC; values that are no numbers are NaN, Infinity and -Infinity.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for run in runs:
        series = read(run)
        writer.writerows(
            (run.id, run.name, metric, step, repr(moment), number_text(value))
            for step, moment, value in zip(series.steps, series.times, series.values, strict=True)
        )


def number_text(value: float) -> str:
    """Return a number as it is read back the same, in the spelling of event lines."""
    if value - value == 0:
        return repr(value)
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
