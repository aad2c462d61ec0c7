"""Runs on this host: one runner a run, started here, found again by its locks."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import StorageError
from mlops_tui.engine import liveness, secrets, slots, tree, wake
from mlops_tui.engine.creation import guarding
from mlops_tui.engine.executor import (
    Capabilities,
    Grant,
    Presence,
    Resources,
    Sighting,
    StopResult,
    whole,
)
from mlops_tui.engine.recorded import RunFolder, read_facts
from mlops_tui.journal.lock import claim

if TYPE_CHECKING:
    import subprocess


class LocalExecutor:
    """The executor of this host. One thread; any number of processes may have one."""

    def __init__(self, project: Path) -> None:
        self.project = Path(os.path.realpath(project))
        self._runners: dict[str, subprocess.Popen[bytes]] = {}
        self._gpus: tuple[str, ...] | None = None

    def submit(self, run_id: str, grant: Grant | None) -> None:
        """Start the runner of a run, which starts the command at most once.

        Raises:
            StorageError: the runner cannot be started.
        """
        sighting = self.find(run_id)
        if sighting is not None and sighting.presence is Presence.QUEUED:
            self._start_runner(run_id, [], grant)

    def adopt(self, run_id: str) -> None:
        """Start a runner for a command that has lost its own.

        Raises:
            StorageError: the runner cannot be started.
        """
        grant = self._same_grant(run_id)
        try:
            self._start_runner(run_id, ["--adopt"], grant)
        finally:
            if grant is not None:
                grant.release()

    def _start_runner(self, run_id: str, more: Sequence[str], grant: Grant | None) -> None:
        words = [str(self.project), run_id, *more]
        inherited: tuple[int, ...] = ()
        if grant is not None:
            inherited = grant.descriptors
            words += ["--gpus", ",".join(grant.gpus), "--hold", ",".join(map(str, inherited))]
        from mlops_tui.engine import detached  # who only looks starts nothing

        log = wake.agent_file(self.project, "log")
        with guarding(log):
            self._runners[run_id] = detached.start("mlops_tui.engine.runner", words, log, inherited)

    def _same_grant(self, run_id: str) -> slots.Grant | None:
        """Return what a command that runs already was given, as far as it is still free."""
        folder = RunFolder(self.project, run_id)
        try:
            limits = slots.Capacity(slots.slot_count(), ())
            wanted = whole(folder.order(), "slots", 1)
            return slots.reserve_again(wanted, read_facts(folder).gpus, limits)
        except (OSError, ValueError):
            return None

    def collect(self) -> dict[str, int]:
        """Return the exit codes of the runners of ours that have ended since the last call."""
        codes = {run_id: process.poll() for run_id, process in self._runners.items()}
        over = {run_id: code for run_id, code in codes.items() if code is not None}
        for run_id in over:
            del self._runners[run_id]
        return over

    def is_starting(self, run_id: str) -> bool:
        """Say whether a runner that we started for this run is alive."""
        return run_id in self._runners and self._runners[run_id].poll() is None

    def find(self, run_id: str) -> Sighting | None:
        """Return what is there of a run, None where there is no such run."""
        try:
            return liveness.sight(self.project, run_id)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"run {run_id} cannot be looked at: {error}") from error

    def poll(self, run_ids: Sequence[str]) -> dict[str, Sighting]:
        """Return what is there of these runs; unknown ones are left out."""
        found = {run_id: self.find(run_id) for run_id in run_ids}
        return {run_id: sighting for run_id, sighting in found.items() if sighting is not None}

    def cancel(self, run_ids: Sequence[str], by: str = "") -> dict[str, StopResult]:
        """Ask for these runs to end: queued ones never start, others are stopped by their runner.

        Raises:
            StorageError: the wish cannot be written.
        """
        results: dict[str, StopResult] = {}
        for run_id in run_ids:
            folder = RunFolder(self.project, run_id)
            sighting = self.find(run_id)
            if sighting is not None:
                with guarding(folder.path):
                    results[run_id] = self._cancel(folder, sighting.presence, by)
        return results

    def _cancel(self, folder: RunFolder, presence: Presence, by: str) -> StopResult:
        if presence is Presence.ENDED:
            return StopResult.ALREADY_ENDED
        wish = {"t": time.time(), "by": by}
        is_copy = liveness.is_waiting_copy(folder)
        if presence is Presence.QUEUED or is_copy:
            claim(folder.start_claim, {**wish, "cancelled": True})
        # a cancel that was killed after its claim is finished by the next one
        if liveness.is_cancelled(folder):
            if not is_copy:  # what waits for the run is the original's
                secrets.drop(folder.run_id)
            liveness.settle(self.project, folder.run_id)
            return StopResult.CANCELLED
        is_new = claim(folder.stop_file, wish)
        if presence is Presence.UNSUPERVISED:
            self.adopt(folder.run_id)
        return StopResult.ASKED if is_new else StopResult.ALREADY_ASKED

    def logs(self, run_id: str, offset: int = 0, limit: int = 65536) -> bytes:
        """Return output from a byte on, at most `limit` bytes; empty where there is none yet.

        Raises:
            StorageError: it cannot be read.
        """
        path = RunFolder(self.project, run_id).output
        with guarding(path):
            try:
                with open(path, "rb", buffering=0) as file:
                    file.seek(offset)
                    return file.read(limit) or b""
            except FileNotFoundError:
                return b""

    def log_bytes(self, run_id: str) -> int:
        """Return how long the output is by now.

        Raises:
            StorageError: it cannot be read.
        """
        path = RunFolder(self.project, run_id).output
        with guarding(path):
            try:
                return os.stat(path).st_size
            except FileNotFoundError:
                return 0

    def resources(self, with_gpus: bool = True) -> Resources:
        """Return the slots and GPUs of this host, and how many of them nobody holds.

        Raises:
            StorageError: the local state cannot be written.
        """
        limits = self._limits(with_gpus=with_gpus)
        with guarding(wake.agent_file(self.project, "lock")):
            free = slots.free(limits)
        return Resources(limits.slots, free.slots, len(limits.gpus), len(free.gpus))

    def reserve(self, slots_wanted: int, gpus: int) -> slots.Grant | slots.Shortage:
        """Take slots and GPUs of this host, all or none; never waits for them.

        Raises:
            StorageError: the local state cannot be written.
        """
        with guarding(wake.agent_file(self.project, "lock")):
            return slots.reserve(slots_wanted, gpus, self._limits(with_gpus=gpus > 0))

    def _limits(self, *, with_gpus: bool) -> slots.Capacity:
        """Return what this host has; the driver is asked once, for that takes a while."""
        if with_gpus and self._gpus is None:
            self._gpus = slots.gpu_names()
        return slots.Capacity(slots.slot_count(), (self._gpus or ()) if with_gpus else ())

    def capabilities(self) -> Capabilities:
        """Return what this host can do."""
        return Capabilities("local", True, True, ends_escapees=tree.LINUX)
