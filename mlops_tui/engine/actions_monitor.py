"""What a person does about live data: compare it with a reference, look at judged batches.

For the screens: `index.batches(dataset, limit)` is the timeline, `index.heat_map(dataset, limit,
columns)` the heat map, `index.batch_columns(ids)` single cells; `report_of(project, batch)` is the
whole report of a batch, with two overlaid distributions a column; `feed.Batch.topics` has `batches`
when any of it changed; `domain.monitoring.watched_pairs(project)` says what is watched.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.monitoring import BatchFacts
from mlops_tui.engine import workers
from mlops_tui.engine.objects import read_object
from mlops_tui.engine.workers import Cancellation, OnProgress

PRESETS = ("evidently", "nannyml", "psi")
"""Whose decisions may be asked for in place of ours."""


def compare_files(
    reference: Path,
    current: Path,
    preset: str | None = None,
    settings: Mapping[str, object] | None = None,
    is_multivariate: bool = False,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
    ask: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return how two files, folders or patterns of data differ; no project is needed.

    What chance gives is kept in the cache folder, so the same reference is faster the next time.

    Args:
        reference: what is usual.
        current: the batch.
        preset: one of `PRESETS`, or None for our own verdict.
        settings: fields of `mlops_tui.monitor.drift.Settings`.
        is_multivariate: compare the columns together as well.
        on_progress: told how far it is.
        cancellation: ends it from another thread.
        ask: what `actions_performance.ask_about` returns, to judge the model as well and to tell
            which drift matters to it; nothing is told without a prediction.

    Raises:
        NotFoundError: there is no such file.
        InputError: a file is no table, lacks a column that is named, or the preset is unknown.
        WorkerError: the worker process was lost.
    """
    if preset is not None and preset not in PRESETS:
        raise InputError(f"no preset {preset!r}", f"there are: {', '.join(PRESETS)}")
    paths = [_absolute(reference), _absolute(current)]
    arguments = {
        "reference": paths[0],
        "current": paths[1],
        "preset": preset,
        "settings": dict(settings or {}),
        "cache": str(null_cache_path(paths[0])),
        "multivariate": is_multivariate,
        "now": time.time(),
        "ask": dict(ask) if ask is not None else None,
    }
    found: dict[str, Any] = workers.work("monitoring.compare", arguments, on_progress, cancellation)
    return found


def report_of(project: Path, batch: BatchFacts) -> dict[str, Any]:
    """Return the whole report of a batch: what `compare_files` returns, and more.

    - `batch`: its `id`, `key`, `at`, `start`, `end`, `files`;
    - `against`: what it was compared with, in words;
    - `checks`: what the declared checks came to, as `data check --json` tells it; null for none;
    - `distributions`: by column, both sides over the same bins or categories:
      `{"kind": "numeric", "edges": [k + 1], "reference": [k], "current": [k], ...}` or
      `{"kind": "category", "labels": [k], "reference": [k], "current": [k], ...}`, as rows.

    Raises:
        NotFoundError: the batch could not be judged, or its report is gone.
        StorageError: the report cannot be read.
    """
    if batch.report is None:
        raise NotFoundError(f"there is no report of {batch.key}", batch.error or "")
    found: dict[str, Any] = json.loads(read_object(project, batch.report))
    return found


def null_cache_path(reference: str) -> Path:
    """Return the file that keeps what chance gives against the reference at this path."""
    name = hashlib.sha256(reference.encode(errors="surrogateescape")).hexdigest()[:24]
    return places.cache_dir() / "nulls" / f"{name}.npz"


def _absolute(path: Path) -> str:
    if not os.path.lexists(path) and not any(letter in str(path) for letter in "*?["):
        raise NotFoundError(f"there is no file or folder {path}")
    return os.path.abspath(path)
