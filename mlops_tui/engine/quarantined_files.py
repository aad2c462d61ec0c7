"""Which files of live data are in quarantine as they are now."""

from __future__ import annotations

from pathlib import Path

from mlops_tui.engine.live_keys import look_at
from mlops_tui.index import Index


def quarantined_files(project: Path, dataset: str, path: str) -> list[str]:
    """Return the keys of the files of a live dataset that are batches in quarantine, sorted.

    A file that was written anew is another batch; a window that is a part of files is none of them.

    Args:
        project: the project's folder.
        dataset: its name.
        path: of the dataset, absolute.

    Raises:
        StorageError: the disk failed.
    """
    with Index.open(project) as index:
        index.ingest()
        aside = [it.key for it in index.quarantined(dataset)]
        files = [it for it in (look_at(path, key) for key in aside) if it is not None]
        known = index.known_files(dataset, [(it.key, it.size, it.mtime_ns) for it in files])
    return sorted(known)
