"""Histories and charts as files: where they go, and the table of all points."""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.runs import Run, Series

COLUMNS = ("run_id", "run", "metric", "step", "time", "value")
LONGEST_STEM = 80


def export(
    project: Path, stem: str, texts: Iterable[tuple[str, Callable[[TextIO], object]]]
) -> list[Path]:
    """Write files into the project's folder of exports, none of which was there before.

    Args:
        project: its folder.
        stem: what the files are called, without suffix; what no file name can hold is left out.
        texts: for each file its suffix, such as `.svg`, and what writes it.

    Raises:
        StorageError: a file cannot be written.
    """
    folder = places.project_dot(project) / "exports"
    clean = re.sub(r"[^\w.@=+-]+", "-", stem)[:LONGEST_STEM].strip("-.") or "chart"
    todo = dict(texts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            name = clean if number == 1 else f"{clean}-{number}"
            paths = [folder / f"{name}{suffix}" for suffix in todo]
            if not any(os.path.lexists(path) for path in paths):
                break
        for path, write in zip(paths, todo.values(), strict=True):
            write_text(path, write, is_new=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error}", "check the disk") from error
    return paths


def write_text(path: Path, write: Callable[[TextIO], object], *, is_new: bool = False) -> None:
    """Have `write` write a file of UTF-8 text; with `is_new` never over another."""
    with open(path, "x" if is_new else "w", encoding="utf-8", newline="", errors="replace") as file:
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
