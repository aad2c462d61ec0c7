"""The shapes of `--json`, all keys always; and the words for times that people read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_tui.domain.runs import Run, Series
from mlops_tui.domain.text import safe, short_bytes, short_duration

if TYPE_CHECKING:
    from mlops_tui.domain.datasets import UsedData
    from mlops_tui.engine.machine import MachineLoad
    from mlops_tui.engine.waiting import QueueStatus


def run_shape(run: Run, now: float) -> dict[str, object]:
    """Return a run as `runs --json` and `show --json` give it."""
    return {
        "id": run.id,
        "name": run.name,
        "job": run.job,
        "kind": run.kind,
        "state": run.state.value,
        "created": run.created,
        "started": run.started,
        "ended": run.ended,
        "duration_seconds": run.duration_seconds(now),
        "exit_code": run.exit_code,
        "signal": run.signal,
        "reason": run.reason,
        "host": run.host,
        "retry_of": run.retry_of,
        "attempt": run.attempt,
        "params": dict(run.params),
        "tags": dict(run.tags),
        "progress": list(run.progress) if run.progress is not None else None,
        "unreadable_lines": run.unreadable_lines,
        "metrics": {name: asdict(summary) for name, summary in run.metrics.items()},
    }


def used_shape(data: UsedData) -> dict[str, object]:
    """Return data that a run used as `show --json` gives it."""
    return {
        "name": data.name,
        "path": data.path,
        "version": data.version,
        "files": data.files,
        "size_bytes": data.size_bytes,
        "recorded": data.t,
        "problem": data.problem,
    }


def queue_shape(status: QueueStatus) -> dict[str, object]:
    """Return what runs and waits as `queue --json` gives it."""
    return {
        "host": status.host,
        "paused": status.is_paused,
        "running": [
            {
                "id": run.id,
                "name": run.name,
                "state": run.state.value,
                "host": run.host,
                "started": run.started,
                "progress": list(run.progress) if run.progress is not None else None,
                "priority": run.priority,
                "slots": run.slots,
                "gpus": run.gpus,
            }
            for run in status.running
        ],
        "queued": [
            {
                "id": row.id,
                "name": status.runs[row.id].name,
                "priority": row.priority,
                "created": row.created,
                "slots": row.slots,
                "gpus": row.gpus,
                "reason": status.reasons[row.id],
            }
            for row in status.queued
        ],
    }


def machine_lines(load: MachineLoad) -> list[str]:
    """Return what a host does, a line for each kind of thing."""
    used = "?" if load.cores_used is None else f"{load.cores_used:.1f}"
    memory = f"{short_bytes(load.memory_bytes)} of {short_bytes(load.memory_total_bytes)}"
    lines = [f"{'cores':<8}{used} of {load.cores} in use", f"{'memory':<8}{memory} in use"]
    if load.load is not None:
        means = " ".join(f"{mean:.2f}" for mean in load.load)
        lines.append(f"{'load':<8}{means} over 1, 5 and 15 minutes")
    lines.append(f"{'slots':<8}{load.slots - load.free_slots} of {load.slots} taken")
    for gpu in load.gpus:
        util = "? %" if gpu.util_percent is None else f"{gpu.util_percent} %"
        memory = f"{short_bytes(gpu.memory_bytes)} of {short_bytes(gpu.memory_total_bytes)}"
        lines.append(f"{f'GPU {gpu.index}':<8}{util}, {memory}, {safe(gpu.name)}")
    return lines


def series_shape(series: Series) -> dict[str, object]:
    """Return a series as `series --json` gives it."""
    return {
        "metric": series.metric,
        "count": series.count,
        "steps": series.steps.tolist(),
        "times": series.times.tolist(),
        "values": series.values.tolist(),
    }


def ago(moment: float | None, now: float) -> str:
    """Return how long ago something was: `3 m ago`, `2 d ago`, `-` for never."""
    if moment is None:
        return "-"
    seconds = now - moment
    if seconds < 0:
        return f"in {_rough(-seconds)}" if seconds < -1 else "now"
    return "now" if seconds < 1 else f"{_rough(seconds)} ago"


def local_time(moment: float | None) -> str:
    """Return a Unix time as the person's own clock showed it, `-` for None."""
    if moment is None:
        return "-"
    try:
        return datetime.fromtimestamp(moment, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return str(moment)


def when(moment: float | None, now: float) -> str:
    """Return a time with how long ago that is, `-` for None."""
    return "-" if moment is None else f"{local_time(moment)} ({ago(moment, now)})"


def duration(run: Run, now: float) -> str:
    """Return how long a run took or takes."""
    return short_duration(run.duration_seconds(now))


def _rough(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"
