"""The task that profiles a table, and finds its version meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.data.problems import Problems
from mlops_tui.data.profile import profile_table
from mlops_tui.data.tables import read_chunks
from mlops_tui.domain import places
from mlops_tui.engine.tasks.reading import Meter, files_of, size_of, told
from mlops_tui.engine.worker import Progress
from mlops_tui.track.fingerprint import Fingerprint, fingerprint


def profile(progress: Progress, path: str, target: str | None) -> dict[str, object]:
    """Return the profile and the version of the data at `path`.

    The version is None where it cannot be told, or the data changed while it was read.

    Raises:
        MlopsTuiError: the files cannot be read, or lack the target.
    """
    files = files_of(path)
    before = _marks(files)
    found: list[Fingerprint] = []
    hashing = threading.Thread(
        # the digest is computed without the lock of the interpreter
        target=lambda: found.append(fingerprint(path, places.cache_dir())),
        daemon=True,
    )
    hashing.start()
    meter = Meter(progress, size_of(files))
    problems = Problems()
    chunks = read_chunks(files, None, problems=problems, on_read=meter.add)
    made = profile_table(chunks, files, target, told, problems)
    hashing.join()
    is_same = _marks(files) == before
    return {
        "profile": made,
        "version": found[0].version if found and is_same else None,
        "fingerprint": found[0]._asdict() if found else None,
    }


def _marks(files: Sequence[Path]) -> list[tuple[int, int, int]]:
    marks = []
    for file in files:
        try:
            facts = os.stat(file)
        except OSError:
            continue
        marks.append((facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return marks
