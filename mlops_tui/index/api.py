"""The index as its users see it: reads all journals into memory at each ingest, for now."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_tui.domain import lifecycle, places
from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.runs import MetricSummary, Run, RunState, Series
from mlops_tui.index.values import Changes, QueuedRun, RunFilter, RunSort


class Index:
    """What journals say, asked from one thread; any number of processes."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._runs: dict[str, Run] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._points: dict[str, dict[str, dict[int, tuple[float, float]]]] = {}
        self._beats: dict[str, list[dict[str, Any]]] = {}
        self._paused: dict[str, bool] = {}

    @classmethod
    def open(cls, project: Path, on_progress: Callable[[int, int], None] | None = None) -> Index:
        """Return the index of `project`, building it where there is none."""
        return cls(project)

    def ingest(self, budget_seconds: float | None = None) -> Changes:
        """Read what is new in the journals."""
        old, old_points = self._runs, self._points
        self._facts, self._runs, self._points, self._beats = {}, {}, {}, {}
        for journal in sorted(places.project_dot(self._project).glob("journal-*.jsonl")):
            for line in _lines(journal):
                self._project_line(line)
        for folder in sorted(places.runs_dir(self._project).glob("*")):
            if (folder / "run.json").is_file():
                for line in _lines(folder / "run.json"):
                    self._facts.setdefault(folder.name, {**line, "run": folder.name})
        for run_id in self._facts:
            self._read_run(run_id)
        changed = {i for i in {*old, *self._runs} if old.get(i) != self._runs.get(i)}
        points = {i for i in self._points if self._points[i] != old_points.get(i)}
        return Changes(frozenset(changed), frozenset(points))

    def _project_line(self, line: dict[str, Any]) -> None:
        event, run = line.get("event"), str(line.get("run"))
        if event in (lifecycle.QUEUE_PAUSED, lifecycle.QUEUE_RESUMED):
            self._paused[str(line.get("host"))] = event == lifecycle.QUEUE_PAUSED
            return
        facts = self._facts.setdefault(run, {})
        if event == lifecycle.RUN_CREATED:
            facts.update(line)
        elif event == lifecycle.RUN_ENDED:
            facts["end"] = line
        elif event == lifecycle.RUN_RENAMED:
            facts["name"] = line.get("name")
        elif event == lifecycle.RUN_PRIORITY:
            facts["priority"] = line.get("priority")
        elif event == lifecycle.RUN_PURGED:
            facts["purged"] = True
        else:
            facts["deleted"] = event == lifecycle.RUN_DELETED

    def _read_run(self, run_id: str) -> None:
        facts = self._facts[run_id]
        if facts.get("purged") or "job" not in facts:
            return
        run = Run(
            id=run_id,
            name=facts.get("name") or run_id,
            job=facts.get("job") or "",
            kind=facts.get("kind") or "other",
            state=RunState.QUEUED,
            created=facts.get("created") or facts.get("t") or 0.0,
            host=facts.get("host") or "",
            machine=facts.get("machine") or "",
            retry_of=facts.get("retry_of"),
            attempt=facts.get("attempt") or 1,
            params=dict(facts.get("params") or {}),
            tags=dict(facts.get("tags") or {}),
            deleted=bool(facts.get("deleted")),
        )
        folder = places.run_dir(self._project, run_id)
        for line in _lines(folder / "runner.jsonl"):
            run = self._runner_line(run, line)
        if "end" in facts:
            run = _ended(run, facts["end"])
        points: dict[str, dict[int, tuple[float, float]]] = {}
        for line in _lines(folder / "events.jsonl"):
            run = _event(run, line, points)
        self._points[run_id] = points
        self._runs[run_id] = replace(run, metrics={n: _summary(p) for n, p in points.items()})

    def _runner_line(self, run: Run, line: dict[str, Any]) -> Run:
        event = line.get("event")
        if event == lifecycle.RUNNER_ENDED:
            return _ended(run, line)
        if event == lifecycle.RUNNER_STARTING:
            return replace(run, state=RunState.STARTING)
        if event == lifecycle.RUNNER_STARTED:
            return replace(run, state=RunState.RUNNING, started=line["t"])
        if event == lifecycle.RUNNER_HEARTBEAT:
            self._beats.setdefault(run.id, []).append(line)
            return replace(run, heard=line["t"])
        return run

    def close(self) -> None:
        """Let go of the file."""

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run_ids(
        self,
        where: RunFilter | None = None,
        sort: RunSort | None = None,
        *,
        deleted: bool = False,
        limit: int | None = None,
    ) -> list[str]:
        """Return the ids of the runs wanted, newest first unless sorted."""
        chosen = [run for run in self._runs.values() if run.deleted == deleted]
        chosen.sort(key=lambda run: (run.created, run.id), reverse=True)
        if where is not None:
            chosen = [run for run in chosen if where.matches(lambda f, run=run: _value(run, f))]  # type: ignore[misc]
        for name, descends in reversed(sort.keys if sort is not None else ()):
            have = [run for run in chosen if _value(run, name) is not None]
            rest = [run for run in chosen if _value(run, name) is None]
            have.sort(key=lambda run: _value(run, name), reverse=descends)  # type: ignore[arg-type, return-value]
            chosen = have + rest
        return [run.id for run in chosen][:limit]

    def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return these runs in this order; those not there are left out."""
        return [self._runs[run_id] for run_id in ids if run_id in self._runs]

    def resolve(self, name: str) -> str:
        """Return the id of the run that goes by an id, a unique prefix of one, or a name."""
        if name in self._runs:
            return name
        found = [
            run.id for run in self._runs.values() if run.name == name or run.id.startswith(name)
        ]
        found = [i for i in found if not self._runs[i].deleted] or found
        if len(found) > 1:
            raise AmbiguousError(f"{len(found)} runs go by {name!r}", found)
        if not found:
            raise NotFoundError(f"no run goes by {name!r}")
        return found[0]

    def live(self) -> list[Run]:
        """Return the runs that have not ended."""
        return [run for run in self._runs.values() if not run.state.is_ended and not run.deleted]

    def queued(self, host_machine: str) -> list[QueuedRun]:
        """Return what waits to be started on a machine, the next first."""
        rows = []
        for run in self.live():
            facts = self._facts[run.id]
            if run.state is RunState.QUEUED and run.machine == host_machine:
                number = [
                    facts.get(k) or d for k, d in (("priority", 0), ("slots", 1), ("gpus", 0))
                ]
                rows.append(QueuedRun(run.id, number[0], run.created, number[1], number[2]))
        return sorted(rows, key=lambda row: (-row.priority, row.created))

    def is_paused(self, host: str) -> bool:
        """Say whether the queue of `host` is paused."""
        return self._paused.get(host, False)

    def series(
        self,
        run_id: str,
        metric: str,
        points: int | None = None,
        first_step: int | None = None,
        last_step: int | None = None,
    ) -> Series:
        """Return the history of a metric, at most `points` of it."""
        rows = sorted(self._points.get(run_id, {}).get(metric, {}).items())
        return Series(
            metric,
            len(rows),
            array("q", [r[0] for r in rows]),
            array("d", [r[1][0] for r in rows]),
            array("d", [r[1][1] for r in rows]),
        )

    def metric_names(self, run_ids: Sequence[str]) -> list[str]:
        """Return the names of all metrics of these runs, sorted."""
        return sorted({name for i in run_ids for name in self._points.get(i, {})})

    def heartbeats(self, run_id: str, limit: int) -> list[dict[str, Any]]:
        """Return the last heartbeats of a run, newest last."""
        return self._beats.get(run_id, [])[-limit:]

    def artifacts(self, run_id: str) -> list[str]:
        """Return the paths of what a run said it produced."""
        return []

    def values(self, fields: Sequence[str]) -> dict[str, dict[str, object]]:
        """Return field values of all runs: id -> field -> value."""
        return {i: {f: _value(run, f) for f in fields} for i, run in self._runs.items()}


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_bytes().splitlines() if line.strip()]


def _ended(run: Run, line: Mapping[str, Any]) -> Run:
    keys = ("exit_code", "signal", "reason", "ended")
    started = run.started or line.get("started")
    state = RunState(line["state"])
    return replace(run, state=state, started=started, **{k: line.get(k) for k in keys})


def _event(
    run: Run, line: dict[str, Any], points: dict[str, dict[int, tuple[float, float]]]
) -> Run:
    for name, value in line.get("m", {}).items():
        series = points.setdefault(name, {})
        step = line.get("s", max(series, default=-1) + 1)
        series[step] = (line.get("t", run.created), float(value))
    for key in ("params", "tags"):
        run = replace(run, **{key: {**getattr(run, key), **line.get(key, {})}})
    if "progress" in line:
        run = replace(run, progress=tuple(line["progress"]))
    return replace(run, note=line.get("note", run.note), heard=line.get("t", run.heard))


def _summary(points: dict[int, tuple[float, float]]) -> MetricSummary:
    rows = sorted((step, value) for step, (_, value) in points.items())
    real = [(value, step) for step, value in rows if not math.isnan(value)]
    low, high = min(real, default=(math.nan, None)), max(real, default=(math.nan, None))
    return MetricSummary(
        rows[-1][1], low[0], high[0], rows[0][1], len(rows), len(rows) - len(real), rows[-1][0],
        low[1], high[1],
    )  # fmt: skip


def _value(run: Run, field: str) -> object:
    head, _, rest = field.partition(".")
    if head == "param":
        return run.params.get(rest)
    if head == "tag":
        return run.tags.get(rest)
    if head in ("metric", "last", "min", "max", "first", "count"):
        summary = run.metrics.get(rest)
        return getattr(summary, "last" if head == "metric" else head) if summary else None
    if hasattr(run, field):
        return getattr(run, field)  # type: ignore[no-any-return]
    return run.params.get(field) or (run.metrics[field].last if field in run.metrics else None)
