"""What a person does about live data that is watched: see its state, judge it now, replay it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.monitoring import BatchFacts, Watched, watched_pairs
from mlops_tui.domain.performed import Performed
from mlops_tui.domain.replayed import Episode, episodes, levels
from mlops_tui.domain.verdicts import Level, Verdict
from mlops_tui.engine import workers
from mlops_tui.engine.actions_agent import agent_status
from mlops_tui.engine.creation import ensure_project_folders
from mlops_tui.engine.drift_alerts import HISTORY, drifting_since, level_of, tell_alerts
from mlops_tui.engine.late_labels import LateLabels
from mlops_tui.engine.live_files import CLOSED_SECONDS
from mlops_tui.engine.live_judge import LiveJudge
from mlops_tui.engine.live_keys import live_files
from mlops_tui.engine.monitored import live_path, monitored_project, require_watched
from mlops_tui.engine.wake import ensure_agent
from mlops_tui.engine.warm_worker import WarmWorker
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index

_REST_SECONDS = 5.0
"""A file that was not written for so long is taken for complete at once."""


@dataclass(frozen=True, slots=True)
class MonitorState:
    """One live dataset: what is watched, and what its batches amount to."""

    watched: Watched
    path: str
    """Where live data lies, absolute."""
    is_there: bool
    is_running: bool
    """Whether the background process is there; it looks for new batches where `[monitor]` lets it.
    """
    batches: Sequence[BatchFacts]
    """The newest ones, oldest first."""
    level: Level
    performed: Mapping[str, Performed]
    """How the model did on them, by id; those where nothing is known are left out."""
    since: float | None
    """When the drift of the newest batch began, Unix seconds; None where it is quiet."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What the monitor would have said."""

    watched: Watched
    windows: Sequence[Mapping[str, Any]]
    """Oldest first, as the task `batches.replay` tells them."""
    levels: Sequence[Level]
    """One a window."""
    episodes: Sequence[Episode]
    alarm_after: int
    of_last: int


def monitor_states(
    project: Path, index: Index, dataset: str | None = None, limit: int = HISTORY
) -> list[MonitorState]:
    """Return the state of every live dataset, or of one.

    Args:
        project: the project's folder.
        index: brought up to date.
        dataset: only this one.
        limit: no more batches of each than these; the level is told from them.

    Raises:
        MlopsTuiError: the project file is wrong, or there is no such live dataset.
    """
    described = monitored_project(project)
    if dataset is not None:
        pairs: Sequence[Watched] = [require_watched(described, dataset)]
    else:
        pairs = watched_pairs(described)
    is_running = agent_status(described.path).is_running
    found = []
    for watched in pairs:
        batches = index.batches(watched.live.name, limit)
        path = live_path(described, watched)
        now = level_of(batches, watched.monitor)
        first = drifting_since(batches) if now is not Level.QUIET else None
        is_there = os.path.lexists(path) or any(True for _ in live_files(path))
        since = None if first is None else first.at
        performed = index.performed([it.id for it in batches])
        facts = (watched, path, is_there, is_running, batches, now, performed, since)
        found.append(MonitorState(*facts))
    return found


def start_watching(project: Path) -> list[Watched]:
    """Make sure that the background process watches live data; return what it watches.

    Raises:
        InputError: there is nothing to watch, or `[monitor]` has `watch = false`.
        MlopsTuiError: the project file is wrong, or no process can be started.
    """
    described = monitored_project(project)
    pairs = watched_pairs(described)
    if not pairs:
        require_watched(described)
    if not described.monitor.is_watched:
        hint = "remove it, or judge what is there now: mlops-tui monitor watch --once"
        raise InputError("[monitor] has watch = false", hint)
    ensure_project_folders(described.path)
    ensure_agent(described.path)
    return list(pairs)


def judge_waiting(
    project: Path,
    dataset: str | None = None,
    on_judged: Callable[[str, str, Mapping[str, Any]], object] = lambda *_: None,
    on_performed: Callable[[str, str, Mapping[str, Any]], object] = lambda *_: None,
) -> int:
    """Judge every batch that is complete and was not judged; return how many that were.

    The model is judged once more on those whose truth came since they were judged.

    Args:
        project: the project's folder.
        dataset: only this live dataset.
        on_judged: told the dataset, the batch's key, and what the task `batches.judge` said.
        on_performed: told the same of what the task `batches.late` said.

    Raises:
        MlopsTuiError: the project file or a reference is wrong, or the disk failed.
    """
    described = monitored_project(project)
    pairs = [require_watched(described, dataset)] if dataset else watched_pairs(described)
    if not pairs:
        require_watched(described)
    worker = WarmWorker("batches")
    count = 0
    try:
        with Index.open(described.path) as index:
            index.ingest()
            for watched in pairs:

                def judged(key: str, told: Mapping[str, Any], watched: Watched = watched) -> None:
                    nonlocal count
                    count += 1
                    on_judged(watched.live.name, key, told)

                settle = _settle_seconds(live_path(described, watched))
                _drain(LiveJudge(described, watched, worker, index, judged, settle))
                performed = partial(on_performed, watched.live.name)
                LateLabels(described, watched, worker, index, performed).drain()
                tell_alerts(described, watched, index)
    finally:
        worker.let_go()
    return count


def _settle_seconds(path: str) -> float:
    """Return how long files have to be looked at: not at all where none was written just now."""
    newest = max((file.mtime_ns for file in live_files(path)), default=0) / 1e9
    return 0.0 if newest < time.time() - _REST_SECONDS else CLOSED_SECONDS


def _drain(judge: LiveJudge) -> None:
    """Judge until nothing is left but what another process is at, or what the clock completes."""
    while True:
        judge.files.sweep()
        left = judge.files.next_seconds
        while left is not None and left <= _REST_SECONDS:
            time.sleep(left)
            judge.tend()
            left = judge.files.next_seconds
        if judge.files.is_swept:
            return


def replay_live(
    project: Path,
    dataset: str | None = None,
    since: float | None = None,
    settings: Mapping[str, object] | None = None,
    alarm: tuple[int, int] | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Replay:
    """Return what the monitor would have raised over all the live data there is; records nothing.

    Args:
        project: the project's folder.
        dataset: the live dataset; None where there is one.
        since: only batches that stand for this moment or a later one, Unix seconds.
        settings: in place of the project file's: `thresholds`, `methods`, `against`.
        alarm: an alarm after so many of the last so many windows; None for the project file's.
        on_progress: told of batches.
        cancellation: ends it from another thread.

    Raises:
        MlopsTuiError: the project file, the reference or a setting is wrong.
    """
    described = monitored_project(project)
    watched = require_watched(described, dataset)
    arguments = _arguments(described.path, watched, settings) | {"since": since}
    windows = workers.work("batches.replay", arguments, on_progress, cancellation)
    monitor = watched.monitor
    alarm_after, of_last = alarm or (monitor.alarm_after, monitor.of_last)
    verdicts = [Verdict(it["verdict"]) if it["verdict"] else None for it in windows]
    found = levels(verdicts, alarm_after, of_last)
    return Replay(watched, windows, found, episodes(found), alarm_after, of_last)


def compare_live(
    project: Path,
    dataset: str | None = None,
    settings: Mapping[str, object] | None = None,
    is_multivariate: bool = False,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return how all of a live dataset differs from its reference; nothing is recorded.

    Args:
        project: the project's folder.
        dataset: the live dataset; None where there is one.
        settings: as for `replay_live`.
        is_multivariate: compare columns together as well.
        on_progress: told of steps.
        cancellation: ends it from another thread.

    Raises:
        MlopsTuiError: the project file or the data is wrong.
    """
    described = monitored_project(project)
    watched = require_watched(described, dataset)
    arguments = _arguments(described.path, watched, settings) | {"multivariate": is_multivariate}
    found: dict[str, Any] = workers.work("batches.compare", arguments, on_progress, cancellation)
    return found


def _arguments(
    project: Path, watched: Watched, settings: Mapping[str, object] | None
) -> dict[str, object]:
    return {
        "project": str(project),
        "dataset": watched.live.name,
        "now": time.time(),
        "settings": dict(settings or {}),
    }
