"""Rows of tables that may be larger than memory: all of them, or so many drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import join_frames, read_chunks

_SEED = 7
_SLACK = 1.3
"""How many times the wanted rows are held before the surplus is dropped."""


def read_sample(
    files: Sequence[Path], most_rows: int, problems: Problems | None = None
) -> tuple[pd.DataFrame, int]:
    """Return rows in the order of the files, at most so many, and how many there are in all.

    Of more rows than `most_rows` every set of that size is equally likely, always the same for the
    same files. Memory is that of about 1.3 times as many rows.

    Raises:
        InputError: as for `mlops_tui.data.tables.read_chunks`.
    """
    draw = np.random.default_rng(_SEED)
    frames: list[pd.DataFrame] = []
    chances: list[NDArray[np.float64]] = []
    rows = 0
    for chunk in read_chunks(files, problems=problems):
        frames.append(chunk.frame)
        chances.append(draw.random(len(chunk.frame)))
        rows += len(chunk.frame)
        if sum(map(len, frames)) > _SLACK * most_rows:
            _thin(frames, chances, most_rows)
    _thin(frames, chances, most_rows)
    return join_frames(frames), rows


def _thin(frames: list[pd.DataFrame], chances: list[NDArray[np.float64]], most: int) -> None:
    """Keep the rows with the smallest numbers; there may be one frame without rows."""
    drawn = np.concatenate(chances)
    if len(drawn) <= most:
        return
    last = np.partition(drawn, most - 1)[most - 1]
    for at, chance in enumerate(chances):
        is_kept = chance <= last
        if not is_kept.all():
            frames[at], chances[at] = frames[at][is_kept], chance[is_kept]
