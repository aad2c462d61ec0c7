"""How live data falls into batches: by file, by rows, or by windows of time; and reading one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import join_frames, read_chunks
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.monitoring import Cut
from mlops_tui.engine.batch_records import batch_id, digest_of_file
from mlops_tui.engine.live_keys import LiveFile, path_of
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.tasks.comparing import MOST_ROWS, Data
from mlops_tui.engine.tasks.row_sums import NO_ROWS, sum_rows
from mlops_tui.engine.tasks.shapes import Shape, Shapes
from mlops_tui.evaluate.columns import Kind, read_column

MOST_FILES = 20_000
"""Of a dataset that is cut by rows or by time: each is read once to know what is in it."""
_GRACE = (0.1, 3600.0)
"""A window is over this share of its length after its end, but at most an hour, by the clock."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One batch, before it is read."""

    key: str
    files: tuple[LiveFile, ...]
    """Where its rows are, in order."""
    rows: tuple[int, int] | None = None
    """By rows: from which to which (exclusive) of all rows of these files."""
    window: tuple[float, float] | None = None
    """By time: from when to when (exclusive), Unix seconds."""
    digest: str | None = None
    """Of its rows; None for a whole file, whose bytes are what counts."""

    @property
    def at(self) -> float:
        """When it was written, or when its window ended, Unix seconds."""
        if self.window is not None:
            return self.window[1]
        return max(file.mtime_ns for file in self.files) / 1e9


@dataclass(frozen=True, slots=True)
class Loaded:
    """A batch that was read."""

    id: str
    """The same wherever and whenever the same rows are cut the same way."""
    data: Data


@dataclass(frozen=True, slots=True)
class Cutting:
    """What is to be judged now, and what has to wait."""

    pieces: list[Piece]
    """Complete ones, oldest first."""
    broken: list[tuple[LiveFile, str]]
    """Files of which nothing falls into a batch, and why."""
    due: float | None = None
    """When the clock completes a window that waits, Unix seconds; None where none does."""


def cut_pieces(
    path: str,
    files: Sequence[LiveFile],
    cut: Cut,
    timestamp: str | None,
    now: float,
    shapes: Shapes,
) -> Cutting:
    """Return the batches that the files of a dataset make.

    By file each is one. By rows they follow each other in the order of the names of the files; the
    rest waits. By time a window is complete once there are later rows, or by the clock.

    Args:
        path: the dataset's, absolute.
        files: all of them.
        cut: how.
        timestamp: the column of times, for windows.
        now: Unix seconds.
        shapes: what is known of files; told what is found out.

    Raises:
        InputError: there are too many files to look into each.
    """
    ordered = sorted(files)
    if cut.rows is None and cut.seconds is None:
        return Cutting(sorted((Piece(it.key, (it,)) for it in ordered), key=_by_time), [])
    if len(ordered) > MOST_FILES:
        words = f"{path} has more than {MOST_FILES:,} files, too many to cut by {cut.words}"
        raise InputError(words, "without `rows` and `window` each file is a batch")
    if cut.rows is not None:
        return _by_rows(path, ordered, cut.rows)
    return _by_window(path, ordered, cut, timestamp, now, shapes)


def _by_time(piece: Piece) -> tuple[float, str]:
    return piece.at, piece.key


def _by_rows(path: str, files: Sequence[LiveFile], rows: int) -> Cutting:
    """Cut in one pass over all rows."""
    pieces: list[Piece] = []
    broken: list[tuple[LiveFile, str]] = []
    inside: list[LiveFile] = []
    total, skipped, whole = 0, 0, NO_ROWS
    for file in files:
        kept = len(pieces), list(inside), total, skipped, whole
        inside.append(file)
        before = total
        try:
            for part in _parts(path_of(path, file.key), rows, total):
                whole += sum_rows(part)
                total += len(part)
                if total % rows == 0:
                    key = f"rows {total - rows}-{total - 1}"
                    own = (skipped, skipped + rows)
                    pieces.append(Piece(key, tuple(inside), rows=own, digest=whole.digest))
                    whole, inside, skipped = NO_ROWS, [file], total - before
        except MlopsTuiError as error:
            broken.append((file, error.message))
            count, inside, total, skipped, whole = kept
            del pieces[count:]
            continue
        if total == before + skipped and inside == [file]:
            inside, skipped = [], 0
    return Cutting(pieces, broken)


def _parts(file: Path, rows: int, total: int) -> Iterator[pd.DataFrame]:
    """Yield the rows of a file in parts that no batch begins or ends within."""
    for chunk in read_chunks([file]):
        frame = chunk.frame
        while len(frame):
            room = rows - total % rows
            part, frame = frame.iloc[:room], frame.iloc[room:]
            total += len(part)
            yield part


def _by_window(
    path: str,
    files: Sequence[LiveFile],
    cut: Cut,
    timestamp: str | None,
    now: float,
    shapes: Shapes,
) -> Cutting:
    assert cut.seconds is not None
    assert timestamp is not None
    known = [(file, shapes.of(path, file, cut, timestamp)) for file in files]
    broken = [(file, shape.problem) for file, shape in known if shape.problem]
    inside: dict[float, list[tuple[LiveFile, Shape]]] = {}
    for file, shape in known:
        for start in shape.windows:
            inside.setdefault(start, []).append((file, shape))
    newest = max((shape.newest for _, shape in known), default=-np.inf)
    grace = min(_GRACE[0] * cut.seconds, _GRACE[1])
    pieces, due = [], None
    for start in sorted(inside):
        end = start + cut.seconds
        if newest >= end or now >= end + grace:
            key = datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%MZ")
            whole = sum((shape.windows[start] for _, shape in inside[start]), NO_ROWS)
            own = tuple(file for file, _ in inside[start])
            pieces.append(Piece(key, own, window=(start, end), digest=whole.digest))
        else:
            due = end + grace if due is None else min(due, end + grace)
    return Cutting(pieces, broken, due)


def load_piece(path: str, piece: Piece, cut: Cut, timestamp: str | None, dataset: str) -> Loaded:
    """Return the rows of a batch, and what it is called everywhere.

    Raises:
        MlopsTuiError: they cannot be read.
    """
    files = [path_of(path, file.key) for file in piece.files]
    problems = Problems()
    if piece.digest is None:
        digest = digest_of_file(files[0])
        frame, rows = read_sample(files, MOST_ROWS, problems)
    else:
        digest = piece.digest
        kept = [frame for frame in _selected(files, piece, timestamp, problems) if len(frame)]
        frame = join_frames(kept) if kept else pd.DataFrame()
        rows = len(frame)
    place = str(files[0]) if piece.digest is None else f"{path}: {piece.key}"
    told = [str(problem) for problem in problems.all()]
    return Loaded(batch_id(dataset, cut, piece.key, digest), Data(place, frame, rows, told))


def _selected(
    files: Sequence[Path], piece: Piece, timestamp: str | None, problems: Problems
) -> Iterator[pd.DataFrame]:
    first = 0
    for chunk in read_chunks(files, problems=problems):
        frame = chunk.frame
        if piece.rows is not None:
            start, end = (min(max(at - first, 0), len(frame)) for at in piece.rows)
            yield frame.iloc[start:end]
        elif piece.window is not None and timestamp is not None and timestamp in frame:
            times = times_of(frame, timestamp)
            yield frame[(times >= piece.window[0]) & (times < piece.window[1])]
        first += len(frame)


def times_of(frame: pd.DataFrame, timestamp: str) -> NDArray[np.float64]:
    """Return the times of rows in Unix seconds, (n_rows,), NaN where there is none."""
    return read_column(timestamp, frame[timestamp], Kind.TIME).values
