"""Judges the runs that an agent looks after by the rules of their project, and raises alerts."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mlops_tui.domain import places
from mlops_tui.domain.alert_rules import DiskFull, settings_of
from mlops_tui.domain.alerts import Alert
from mlops_tui.domain.host import host_name
from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import run_findings as findings
from mlops_tui.engine.actions_alerts import clear, clear_others, raise_alert, run_prefix
from mlops_tui.engine.actions_lookup import is_of_here
from mlops_tui.engine.alert_care import ProjectFile
from mlops_tui.engine.run_findings import Subject
from mlops_tui.engine.run_rules import judge_curves, judgeable
from mlops_tui.index import Index
from mlops_tui.monitor.curve import Curve, median

JUDGE_SECONDS = 5.0
"""Between two judgements of one run."""
LOOK_SECONDS = 0.05
"""One look takes no longer, but for the run it has begun with: the agent starts runs too."""
DISK_SECONDS = 30.0
FEWEST_GAPS = 10
_LONGEST_GAPS = 3
"""Times the longest gap there ever was: an evaluation or a checkpoint takes its time."""
_CLEARED = 1.25
"""Times what is asked for has to be free before a disk counts as not full any more."""
_RECENT_SECONDS = 600.0
"""Runs that ended so long before the agent came are judged once."""
_MOST_RECENT = 50


class _Seen(NamedTuple):
    """What a judgement of curves rests on; the same again gives the same."""

    project: Project
    state: RunState
    progress: tuple[float, float | None] | None
    points: int


class RunJudge:
    """Judges runs whenever they have changed, each every few seconds at most. One thread.

    What it knows of a curve it reads once: an agent that is killed reads it again.
    """

    def __init__(self, project: Path, index: Index, file: ProjectFile) -> None:
        self._project = project
        self._index = index
        self._file = file
        self.has_raised = False
        """Whether the last look raised an alert that the look before had not."""
        self._raised: set[str] = set()
        self._judged: dict[str, tuple[_Seen, list[Alert]]] = {}
        self._curves: dict[str, dict[str, Curve]] = {}
        self._changed: set[str] | None = None
        self._next: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        """When points of a run came last, Unix seconds."""
        self._next_disk = 0.0

    def note(self, changed: Iterable[str], points: Iterable[str], now: float) -> None:
        """Remember which runs changed, and which of them got points."""
        if self._changed is not None:
            self._changed.update(changed)
        self._heard.update(dict.fromkeys(points, now))

    def look(self, live: Sequence[Run], mine: Collection[str], now: float) -> bool:
        """Judge what is due; say whether runs that ended are still to be judged.

        Args:
            live: All runs that have not ended.
            mine: Which of them this host's agent looks after; of others only silence is judged.
            now: Unix seconds.

        Raises:
            StorageError: the disk or the index failed.
            OSError: the disk failed.
        """
        self.has_raised = False
        self._judge_disk(now)
        self._judge_others([run for run in live if run.id not in mine], now)
        return self._look({run.id: run for run in live if run.id in mine}, now)

    def _look(self, live: Mapping[str, Run], now: float) -> bool:
        if self._changed is None:
            ended = self._index.last_ended(_MOST_RECENT)
            recent = {run.id for run in ended if now - (run.ended or 0.0) < _RECENT_SECONDS}
            self._changed = recent
        deadline = time.monotonic() + LOOK_SECONDS
        ended_ids = sorted(self._changed.difference(live), reverse=True)
        runs = [run for run in live.values() if self._next.get(run.id, 0.0) <= now]
        ended_runs = [run for run in self._index.runs(ended_ids) if run.state.is_ended]
        due = [*runs, *(run for run in ended_runs if is_of_here(run))]
        self._changed.difference_update(set(ended_ids).difference(run.id for run in due))
        for position, run in enumerate(due):
            if position and time.monotonic() >= deadline:
                return any(later.state.is_ended for later in due[position:])
            self._judge(run, now, is_here=run.id in live)
            self._changed.discard(run.id)
            self._next[run.id] = now + JUDGE_SECONDS
            if run.state.is_ended:
                self._forget(run.id)
        return False

    def _raise(self, alert: Alert, now: float) -> None:
        if alert.cause not in self._raised:
            self._raised.add(alert.cause)
            self.has_raised = True
        raise_alert(self._project, alert, index=self._index, now=now, wakes=False)

    def _forget(self, run_id: str) -> None:
        for known in (self._curves, self._next, self._heard, self._judged):
            known.pop(run_id, None)

    def _judge(self, run: Run, now: float, *, is_here: bool) -> None:
        if run.deleted or run.state in (RunState.QUEUED, RunState.STARTING):
            return
        project = self._file.read()
        subject = Subject(run, project, settings_of(project).rules, is_here)
        curves = self._read(project, run)
        found = [*self._judge_curves(project, subject, curves), *self._timed(subject, curves, now)]
        for alert in found:
            self._raise(alert, now)
        why = f"the run is {run.state}" if run.state.is_ended else "the cause is gone"
        causes = [alert.cause for alert in found]
        clear_others(self._project, run_prefix(run.id), causes, why, index=self._index, now=now)

    def _judge_curves(
        self, project: Project, subject: Subject, curves: Mapping[str, Curve]
    ) -> list[Alert]:
        """Judge the curves of a run, unless nothing has changed since the last time."""
        points = sum(summary.count for summary in subject.run.metrics.values())
        seen = _Seen(project, subject.run.state, subject.run.progress, points)
        before = self._judged.get(subject.run.id)
        if before is None or before[0] != seen:
            before = self._judged[subject.run.id] = seen, judge_curves(project, subject, curves)
        return before[1]

    def _read(self, project: Project, run: Run) -> dict[str, Curve]:
        """Return the curves of a run, brought up to date, of the metrics that may matter."""
        metrics = judgeable(project, run)
        before = self._curves.get(run.id, {})
        # a metric that is left out meanwhile would be stale when it comes back
        known = {metric: before[metric] for metric in metrics if metric in before}
        self._curves[run.id] = known
        for metric in metrics:
            summary = run.metrics[metric]
            curve = known.get(metric)
            if curve is None or curve.count > summary.count:
                curve = known[metric] = Curve()
            if curve.count == summary.count:
                continue
            after = None if curve.last_step is None else curve.last_step + 1
            series = self._index.series(run.id, metric, first_step=after)
            if curve.count + len(series.values) != series.count:
                # points came late, between the others: all is read again
                curve = known[metric] = Curve()
                series = self._index.series(run.id, metric)
            curve.extend(series.steps, series.times, series.values)
        return known

    def _timed(self, subject: Subject, curves: Mapping[str, Curve], now: float) -> list[Alert]:
        """Judge what depends on the clock: only runs that are supposed to be alive."""
        run, rule = subject.run, subject.rules.stall
        if run.state is not RunState.RUNNING:
            return []
        silence = self._silence(subject, now)
        if silence is not None:
            return [silence]
        curve = max(curves.values(), key=lambda it: len(it.times), default=Curve())
        if not rule.is_on or len(curve.times) <= FEWEST_GAPS:
            return []
        times = sorted(curve.times)
        gaps = [later - t for t, later in itertools.pairwise(times)]
        usual = median(gaps) / curve.width
        quiet = now - max(times[-1], self._heard.get(run.id, 0.0), self._printed(run.id))
        least = max(rule.least_seconds, rule.factor * usual, _LONGEST_GAPS * max(gaps))
        return [findings.stalled(subject, quiet, usual, curve.count)] if quiet > least else []

    def _silence(self, subject: Subject, now: float) -> Alert | None:
        """Judge whether nothing is heard of the process that looks after a run."""
        run, rule = subject.run, subject.rules.silent
        quiet = now - (run.heard or now)
        is_long = rule.is_on and run.state is RunState.RUNNING and quiet > rule.least_seconds
        # a script that began its run by itself has nobody who looks after it
        if is_long and self._index.heartbeats(run.id, 1):
            return findings.silent(subject, quiet)
        return None

    def _judge_others(self, live: Iterable[Run], now: float) -> None:
        """Judge whether something is still heard of the runs of other hosts."""
        project = self._file.read()
        for run in live:
            if self._next.get(run.id, 0.0) > now:
                continue
            self._next[run.id] = now + JUDGE_SECONDS
            subject = Subject(run, project, settings_of(project).rules, False)
            alert = self._silence(subject, now)
            if alert is not None:
                self._raise(alert, now)
            else:
                cause = subject.cause("silent")
                clear(self._project, cause, "it is heard of", index=self._index, now=now)

    def _printed(self, run_id: str) -> float:
        """Return when a run printed something last, 0 where that is not known."""
        try:
            return os.stat(places.run_dir(self._project, run_id) / "output.log").st_mtime
        except OSError:
            return 0.0

    def _judge_disk(self, now: float) -> None:
        rule = settings_of(self._file.read()).rules.disk
        if not rule.is_on or now < self._next_disk:
            return
        self._next_disk = now + DISK_SECONDS
        stat = os.statvfs(self._project)
        free, total = stat.f_bavail * stat.f_frsize, stat.f_blocks * stat.f_frsize
        alert = findings.disk_full(rule, host_name(), free, max(1, total))
        if _is_full(rule, free, total):
            self._raise(alert, now)
        elif not _is_full(rule, free / _CLEARED, total):
            clear(self._project, alert.cause, "there is room again", index=self._index, now=now)


def _is_full(rule: DiskFull, free: float, total: float) -> bool:
    return free < rule.free_gb * 1e9 and free < rule.share * total
