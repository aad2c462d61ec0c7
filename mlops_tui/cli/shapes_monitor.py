"""The shapes of `--json` of what is said about live data; all keys always."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.monitoring import BatchFacts
from mlops_tui.domain.performed import Performed
from mlops_tui.engine.actions_live import MonitorState, Replay


def batch_shape(batch: BatchFacts, performed: Performed | None = None) -> dict[str, object]:
    """Return a batch as `monitor status --json` gives it, and how the model did on it."""
    return {
        "id": batch.id,
        "key": batch.key,
        "at": batch.at,
        "start": batch.start,
        "end": batch.end,
        "rows": batch.rows,
        "verdict": batch.verdict,
        "error": batch.error,
        "n_columns": batch.columns,
        "n_drifted": batch.n_drifted,
        "drifted": list(batch.drifted),
        "n_findings": batch.findings,
        "reference": batch.reference,
        "report": batch.report,
        "judged": batch.judged,
        "host": batch.host,
        "quarantined": batch.quarantined,
        "performance": None if performed is None else _performed_shape(performed),
    }


def _performed_shape(performed: Performed) -> dict[str, object]:
    told = {"judged": performed.t, "host": performed.host, "labels": performed.labels or None}
    return {**performed.figures, **told}


def state_shape(state: MonitorState, limit: int) -> dict[str, object]:
    """Return a live dataset as `monitor status --json` gives it, with its newest batches."""
    monitor = state.watched.monitor
    shown = state.batches[-limit:] if limit else []
    return {
        "dataset": state.watched.live.name,
        "reference": state.watched.reference.name,
        "path": state.path,
        "is_there": state.is_there,
        "watch": monitor.is_watched,
        "is_running": state.is_running,
        "batches_by": monitor.cut.words,
        "against": monitor.against.value,
        "alarm_after": monitor.alarm_after,
        "of_last": monitor.of_last,
        "level": state.level.value,
        "since": state.since,
        "batches": [batch_shape(it, state.performed.get(it.id)) for it in shown],
    }


def replay_shape(found: Replay) -> dict[str, object]:
    """Return what would have been raised as `monitor replay --json` gives it."""
    windows = [
        {**window, "level": level.value}
        for window, level in zip(found.windows, found.levels, strict=True)
    ]
    return {
        "dataset": found.watched.live.name,
        "reference": found.watched.reference.name,
        "alarm_after": found.alarm_after,
        "of_last": found.of_last,
        "n_windows": len(windows),
        "n_drift": sum(window["verdict"] == "drift" for window in windows),
        "n_too_little_data": sum(window["verdict"] == "too_little_data" for window in windows),
        "n_errors": sum(window["error"] is not None for window in windows),
        "windows": windows,
        "alerts": [
            {
                "raised": _moment(windows[it.first]),
                "alarm": None if it.alarm is None else _moment(windows[it.alarm]),
                "resolved": None if it.end is None else _moment(windows[it.end]),
                "windows": (len(windows) if it.end is None else it.end) - it.first,
                "columns": drifted_in(found, it.first, it.end),
            }
            for it in found.episodes
        ],
    }


def _moment(window: Mapping[str, Any]) -> dict[str, object]:
    return {"key": window["key"], "at": window["at"]}


def drifted_in(found: Replay, first: int, end: int | None) -> list[str]:
    """Return the columns that drifted in a stretch of windows, the most frequent first."""
    counts: dict[str, int] = {}
    for window in found.windows[first:end]:
        for name in window["drifted"]:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))
