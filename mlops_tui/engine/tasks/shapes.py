"""What windows of time a file has rows of, kept until the file changes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mlops_tui.data.tables import read_chunks
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.monitoring import Cut
from mlops_tui.engine.live_keys import LiveFile, path_of
from mlops_tui.engine.tasks.row_sums import NO_ROWS, RowSum, sum_rows
from mlops_tui.evaluate.columns import Kind, read_column


@dataclass(frozen=True, slots=True)
class Shape:
    """What is in a file."""

    windows: Mapping[float, RowSum] = field(default_factory=dict)
    """By the start of a window, its rows in this file."""
    newest: float = -np.inf
    """The newest row, Unix seconds."""
    problem: str = ""
    """Why nothing of it falls into a batch; with the file, and the line where there is one."""


class Shapes:
    """What is in the files of a dataset; a file is read again only once it changed."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, list[Any]] = {}
        self._is_changed = False
        if path is not None:
            try:
                kept = json.loads(path.read_text(encoding="utf-8"))
                self._known = kept if isinstance(kept, dict) else {}
            except (OSError, ValueError):
                self._known = {}

    def of(self, path: str, file: LiveFile, cut: Cut, timestamp: str) -> Shape:
        """Return what is in a file of the dataset at `path`."""
        mark = [file.size, file.mtime_ns, cut.words, timestamp]
        kept = self._known.get(file.key)
        if kept is not None and kept[:4] == mark:
            windows = {float(start): RowSum(*rows) for start, *rows in kept[4]}
            return Shape(windows, kept[5], kept[6])
        found = _shape(path_of(path, file.key), cut, timestamp)
        windows_told = [[start, *rows] for start, rows in found.windows.items()]
        self._known[file.key] = [*mark, windows_told, found.newest, found.problem]
        self._is_changed = True
        return found

    def keep(self) -> None:
        """Write what was found out; where that fails it is found out again."""
        if self._path is None or not self._is_changed:
            return
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(json.dumps(self._known), encoding="utf-8")
            os.replace(temporary, self._path)
        except OSError:
            temporary.unlink(missing_ok=True)


def _shape(file: Path, cut: Cut, timestamp: str) -> Shape:
    rows = 0
    windows: dict[float, RowSum] = {}
    newest = -np.inf
    try:
        for chunk in read_chunks([file]):
            frame = chunk.frame
            rows += len(frame)
            if timestamp not in frame or not len(frame):
                continue
            times = read_column(timestamp, frame[timestamp], Kind.TIME).values
            is_timed = np.isfinite(times)
            if is_timed.any():
                newest = max(newest, float(times[is_timed].max()))
                _add(windows, frame[is_timed], times[is_timed], cut)
    except MlopsTuiError as error:
        return Shape(problem=error.message)
    if not windows:
        words = f"{file}: none of its {rows:,} rows has a time in {timestamp}"
        return Shape(problem=f"{words}: they fall into no window")
    return Shape(windows, newest)


def _add(windows: dict[float, RowSum], frame: Any, times: Any, cut: Cut) -> None:
    assert cut.seconds is not None
    first = cut.window_start(float(times.min()))
    numbers = np.floor((times - first) / cut.seconds).astype(np.int64)
    for number in np.unique(numbers).tolist():
        start = first + number * cut.seconds
        windows[start] = windows.get(start, NO_ROWS) + sum_rows(frame[numbers == number])
