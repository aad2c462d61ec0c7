"""Where the truth of live data comes later, what is there now, and what was looked at before."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.monitoring import Watched
from mlops_tui.domain.project import Project
from mlops_tui.engine.live_keys import live_files

Marks = tuple[tuple[str, int, int], ...]
"""Of each file its name, bytes, and time of the last change in ns."""


@dataclass(frozen=True, slots=True)
class LabelSource:
    """Where labels come, and what joins them to rows."""

    path: str
    """A file, folder or pattern, absolute."""
    key: str
    """The column of ids."""


def label_source(described: Project, watched: Watched) -> LabelSource | None:
    """Return where the truth of a live dataset comes later; None where that is not declared."""
    monitor = watched.monitor
    outputs = monitor.outputs
    key = watched.live.id or watched.reference.id
    has_truth = outputs.truth or watched.live.target or watched.reference.target
    is_predicted = monitor.prediction is not None or bool(outputs.all_scores)
    if outputs.labels is None or key is None or not has_truth or not is_predicted:
        return None
    return LabelSource(os.path.abspath(described.path / outputs.labels), key)


def marks_of(path: str) -> Marks:
    """Return what changes when the files at a place do; empty where there is none yet.

    Raises:
        StorageError: a folder cannot be read.
    """
    return tuple(sorted((it.key, it.size, it.mtime_ns) for it in live_files(path)))


class LookedAt:
    """Which batches were looked at with the labels as they are; kept beside the index.

    It saves work only: where it is lost, all is looked at again and nothing recorded twice.
    """

    def __init__(self, project: Path, dataset: str) -> None:
        """Read what was kept of a live dataset."""
        digest = hashlib.sha256(dataset.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        folder = places.cache_dir() / places.project_key(project) / "labels"
        self._file = folder / f"{digest}.json"
        self._state = ""
        self._batches: set[str] = set()
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads(self._file.read_bytes())
            self._state, self._batches = str(told["state"]), set(map(str, told["batches"]))

    def begin(self, state: str) -> None:
        """Take what the labels and what is declared of them amount to now."""
        if state != self._state:
            self._state, self._batches = state, set()

    def left(self, batch_ids: Sequence[str]) -> list[str]:
        """Return those of these batches that were not looked at."""
        return [it for it in batch_ids if it not in self._batches]

    def add(self, batch_ids: Collection[str]) -> None:
        """Take that these were looked at."""
        self._batches.update(batch_ids)

    def keep(self, batch_ids: Collection[str]) -> None:
        """Write down what of these batches was looked at; the others are forgotten."""
        self._batches.intersection_update(batch_ids)
        facts = {"state": self._state, "batches": sorted(self._batches)}
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._file.parent, delete=False) as file:
                json.dump(facts, file)
            os.replace(file.name, self._file)


def state_of(marks: Marks, source: LabelSource, watched: Watched) -> str:
    """Return a word that is another one as soon as what labels say could be."""
    outputs = watched.monitor.outputs
    told = repr((marks, source, outputs, watched.monitor.prediction, watched.live.target))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:20]
