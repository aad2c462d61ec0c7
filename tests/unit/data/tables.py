"""Tables for tests: a frame given as several chunks, as a reader of a CSV would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mlops_tui.data.tables import Chunk


def reader(
    *frames: pd.DataFrame | Mapping[str, Sequence[object]],
    rows: int = 3,
    has_lines: bool = True,
    suffix: str = ".csv",
) -> Callable[[], Iterable[Chunk]]:
    """Return what reads these frames, each as a file `0.csv`, `1.csv`, ... in chunks of `rows`."""

    def read() -> Iterable[Chunk]:
        for number, given in enumerate(frames):
            frame = pd.DataFrame(given)
            file = Path(f"/data/{number}{suffix}")
            for first in range(0, max(len(frame), 1), rows):
                part = frame.iloc[first : first + rows].reset_index(drop=True)
                lines = np.arange(len(part), dtype=np.int64) + first + 2 if has_lines else None
                yield Chunk(part, file, first, lines)

    return read
