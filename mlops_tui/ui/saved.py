"""What leaves the screen for a file: the list of runs as CSV, details and output as plain text."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.ui.chosen_columns import Lens, sort_field
from mlops_tui.ui.columns import Column
from mlops_tui.ui.logtext import plain_line

LONGEST_LINE_BYTES = 1 << 20
"""A longer line is written in pieces: a file without any newline must not fill the memory."""
MOST_NAMES = 1000
_AS_SHOWN = ("delta", "curve", "progress")
"""Columns whose cells are no single value."""
_TIMES = ("created", "started", "ended", "heard")
_SUMMARY = {"metric": "last", "last": "last", "min": "min", "max": "max", "first": "first"}


def new_file(folders: Sequence[Path], name: str) -> TextIOWrapper:
    """Open a new file of about this name in the first of the folders that takes one.

    Raises:
        StorageError: none does.
    """
    stem, dot, ending = name.rpartition(".")
    problem = ""
    for folder in folders:
        for number in range(1, MOST_NAMES):
            path = folder / (name if number == 1 else f"{stem}-{number}{dot}{ending}")
            try:
                return open(path, "x", encoding="utf-8", newline="")
            except FileExistsError:
                continue
            except OSError as error:
                problem = f"{path}: {error.strerror or error}"
                break
    raise StorageError(problem or "there is no folder to save to", "go to a folder of yours first")


def folders_to_save(project: Path, is_read_only: bool) -> list[Path]:
    """Return where files may go: where the app was started, else home; no project only read."""
    found = [Path.cwd(), Path.home()]
    if not is_read_only:
        return found
    real = Path(os.path.realpath(project))
    return [it for it in found if real not in (there := Path(os.path.realpath(it)), *there.parents)]


def file_name(*parts: str) -> str:
    """Return the parts as a file's name, without what a shell or a folder would take amiss."""
    text = "-".join(parts)
    kept = "".join(it if it.isalnum() or it in "._-" else "-" for it in text)
    return kept.strip("-.")[:100] or "saved"


def write_runs(
    file: IO[str], runs: Sequence[Run], columns: Sequence[Column], lens: Lens, now: float
) -> None:
    """Write runs as CSV: the ids, then the columns, numbers in full and times as ISO 8601."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["id", *(column.id for column in columns)])
    for run in runs:
        table.writerow([run.id, *(cell_value(run, column, lens, now) for column in columns)])


def cell_value(run: Run, column: Column, lens: Lens, now: float) -> str:
    """Return what a cell of the table stands for, not cut or rounded; empty where nothing."""
    if column.id.partition(".")[0] in _AS_SHOWN:
        return column.text(run, now).strip()
    value = _value(run, sort_field(column.id, lens), now)
    if value is None:
        return ""
    if column.id in _TIMES and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
    return safe(str(value))


def _value(run: Run, field: str, now: float) -> object:
    kind, _, name = field.partition(".")
    if kind == "param":
        return run.params.get(name)
    if kind == "tag":
        return run.tags.get(name)
    summary = run.metrics.get(name)
    if name and kind == "count":
        return summary.count if summary else None
    if name and kind in _SUMMARY:
        return getattr(summary, _SUMMARY[kind]) if summary else None
    return run.duration_seconds(now) if field == "duration" else getattr(run, field, None)


def output_lines(file: IO[bytes]) -> Iterator[str]:
    """Give the lines of a log as one would see them, with nothing that acts on a terminal."""
    while raw := file.readline(LONGEST_LINE_BYTES):
        ends = raw.endswith(b"\n")
        yield plain_line(raw.removesuffix(b"\n").decode("utf-8", "replace")) + "\n" * ends
