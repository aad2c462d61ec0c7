"""What an agent does at each look: ends, adoptions, retries and starts of one project's runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mlops_tui.domain import host, places
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import liveness, retries
from mlops_tui.engine.alert_care import AlertCare
from mlops_tui.engine.dispatch import dispatch, startable
from mlops_tui.engine.executor import Presence, SupervisedExecutor
from mlops_tui.engine.model_care import ModelCare
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.relaunch import retry_if_due
from mlops_tui.index import Index, QueuedRun

_QUEUE_SECONDS = 1.0
"""Slots that another project's agent frees show without a word to us after so long."""
_LIVE_SECONDS = 2.0
_INGEST_SECONDS = 1.0
_CANCEL_SECONDS = 3.0
"""Whoever claimed a start to cancel it writes the end; after so long they are not coming back."""
_ADOPT_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 60.0


class Care:
    """Looks after the runs of one project; `look` may be repeated freely. One thread."""

    def __init__(
        self, project: Path, index: Index, executor: SupervisedExecutor, say: Callable[[str], None]
    ) -> None:
        self._project = project
        self.index = index
        self._executor = executor
        self._say = say
        self._gpus: int | None = None
        self._not_before: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._copies: dict[str, bool] = {}
        self._told: dict[str, str] = {}
        self._alerts = AlertCare(project, index, say)
        self._models = ModelCare(project, index, say)

    def look(self) -> float | None:
        """Do all that is to be done; return seconds to the next look, None for nothing to do.

        Raises:
            MlopsTuiError: the index or the disk failed.
            OSError: the disk failed.
        """
        self._collect()
        self._read()
        live = self.index.live()
        mine = [run for run in live if self._is_mine(run)]
        self._each(self._tend, (run for run in mine if run.state is not RunState.QUEUED))
        waiting = {run.id for run in mine if run.state is RunState.QUEUED}
        spoiled = [run for run in mine if run.id in waiting and self._is_claimed(run.id)]
        self._each(self._tend_claimed, spoiled)
        waiting -= {run.id for run in spoiled}
        if self._repeat_failed():
            return 0.0
        has_queue = self._start_queued(waiting)
        pauses = [self._alerts.look(live, {run.id for run in mine})]
        pauses += [self._models.look(), _QUEUE_SECONDS if has_queue else None]
        pauses += [_LIVE_SECONDS if len(mine) > len(waiting) else None]
        return min((pause for pause in pauses if pause is not None), default=None)

    def _read(self) -> None:
        has_more = True
        while has_more:
            changes = self.index.ingest(_INGEST_SECONDS)
            self._alerts.note(changes)
            has_more = changes.more
            if has_more:
                self._collect()

    def _is_mine(self, run: Run) -> bool:
        if run.machine != host.machine_id() or run.host not in ("", host.host_name()):
            return False
        try:
            is_ours = RunFolder(self._project, run.id).is_of_user()
            return is_ours and not (run.state is RunState.QUEUED and self._is_copy(run.id))
        except OSError:
            return False  # without an order there is nothing that could be started or judged

    def _is_copy(self, run_id: str) -> bool:
        if run_id not in self._copies:
            folder = RunFolder(self._project, run_id)
            try:
                self._copies[run_id] = folder.copied_from(folder.order()) is not None
            except ValueError:
                self._copies[run_id] = False
        return self._copies[run_id]

    def _each(self, act: Callable[[str], None], runs: Iterable[Run]) -> None:
        """Act on each; what is wrong with one run does not keep us from the others."""
        for run in runs:
            try:
                act(run.id)
            except FileNotFoundError:
                continue  # purged meanwhile
            except (MlopsTuiError, OSError) as error:
                self._say_once(run.id, str(error))

    def _say_once(self, run_id: str, words: str) -> None:
        """Say what is wrong with a run, but not again at every look."""
        if self._told.get(run_id) != words:
            self._told[run_id] = words
            self._say(f"run {run_id}: {words}")

    def _collect(self) -> None:
        for run_id, code in self._executor.collect().items():
            if code == 0:
                self._failures.pop(run_id, None)
                continue
            failures = self._failures[run_id] = self._failures.get(run_id, 0) + 1
            pause = min(2.0**failures, _LONGEST_PAUSE_SECONDS)
            self._not_before[run_id] = time.monotonic() + pause
            self._say(f"run {run_id}: its runner ended with {code}")
            liveness.repeat_end(self._project, run_id)

    def _tend(self, run_id: str) -> None:
        sighting = self._executor.find(run_id)
        if sighting is None:
            return
        if sighting.presence is Presence.GONE:
            if liveness.settle(self._project, run_id):
                self._say(f"run {run_id}: recorded an end that nobody saw")
        elif sighting.presence is Presence.UNSUPERVISED and self._is_claimed(run_id):
            self._adopt(run_id)

    def _adopt(self, run_id: str) -> None:
        if self._executor.is_starting(run_id) or self._is_too_early(run_id):
            return
        self._say(f"run {run_id}: its runner is gone, its command is alive: adopting it")
        self._not_before[run_id] = time.monotonic() + _ADOPT_PAUSE_SECONDS
        self._executor.adopt(run_id)

    def _tend_claimed(self, run_id: str) -> None:
        """Look at a queued run whose start was claimed, but not yet recorded."""
        if self._executor.is_starting(run_id):
            return
        claimed = os.stat(places.claims_dir(self._project) / f"start-{run_id}").st_mtime
        if time.time() - claimed > _CANCEL_SECONDS:
            self._tend(run_id)

    def _repeat_failed(self) -> bool:
        """Create the retries that are due; say whether there is a new run."""
        created = False
        for run_id in retries.offered(self._project):
            try:
                new_id = retry_if_due(self._project, run_id, time.time())
            except FileNotFoundError:
                retries.drop(self._project, run_id)
                continue
            except (MlopsTuiError, OSError, ValueError) as error:
                self._say(f"run {run_id}: not repeated: {error}")
                continue
            if new_id is not None:
                self._say(f"run {run_id} failed and is repeated as {new_id}")
                created = True
        return created

    def _start_queued(self, waiting: set[str]) -> bool:
        """Start what can be started; say whether there is more that could be, later."""
        if not waiting or self.index.is_paused(host.host_name()):
            return any(self._executor.is_starting(run_id) for run_id in waiting)
        queued = [run for run in self.index.queued(host.machine_id()) if run.id in waiting]
        left = startable(queued, self._gpu_count(queued))
        ready = [run for run in left if not self._executor.is_starting(run.id)]
        ready = [run for run in ready if not self._is_too_early(run.id)]
        for run, grant in dispatch(ready, self._executor.reserve):
            try:
                self._executor.submit(run.id, grant)
            finally:
                grant.release()
        return bool(left)

    def _gpu_count(self, queued: Sequence[QueuedRun]) -> int:
        if self._gpus is None and any(run.gpus for run in queued):
            self._gpus = self._executor.resources().gpus
        return self._gpus or 0

    def _is_claimed(self, run_id: str) -> bool:
        return (places.claims_dir(self._project) / f"start-{run_id}").exists()

    def _is_too_early(self, run_id: str) -> bool:
        return time.monotonic() < self._not_before.get(run_id, 0.0)
