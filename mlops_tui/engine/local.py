"""Runs on this host: one runner a run, started here, found again by its locks."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.domain.errors import StorageError
from mlops_tui.engine import detached, liveness, secrets, slots, tree, wake
from mlops_tui.engine.creation import guarding
from mlops_tui.engine.executor import Capabilities, Grant, Presence, Resources, Sighting, whole
from mlops_tui.engine.recorded import RunFolder, read_facts
from mlops_tui.journal.lock import claim


class LocalExecutor:
    """The executor of this host. One thread; any number of processes may have one."""

    def __init__(self, project: Path) -> None:
        self.project = Path(os.path.realpath(project))
        self._runners: dict[str, subprocess.Popen[bytes]] = {}

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

    def cancel(self, run_ids: Sequence[str], by: str = "") -> None:
        """Ask for these runs to end: queued ones never start, others are stopped by their runner.

        Raises:
            StorageError: the wish cannot be written.
        """
        for run_id in run_ids:
            folder = RunFolder(self.project, run_id)
            with guarding(folder.path):
                self._cancel(folder, by)

    def _cancel(self, folder: RunFolder, by: str) -> None:
        sighting = self.find(folder.run_id)
        if sighting is None or sighting.presence is Presence.ENDED:
            return
        wish = {"t": time.time(), "by": by}
        if sighting.presence is Presence.QUEUED and claim(
            folder.start_claim, {**wish, "cancelled": True}
        ):
            secrets.drop(folder.run_id)
            liveness.settle(self.project, folder.run_id)
            return
        claim(folder.stop_file, wish)
        if sighting.presence is Presence.UNSUPERVISED:
            self.adopt(folder.run_id)

    def logs(self, run_id: str, offset: int = 0, limit: int = 65536) -> bytes:
        """Return output from a byte on, at most `limit` bytes; empty where there is none yet."""
        try:
            with open(RunFolder(self.project, run_id).output, "rb") as file:
                file.seek(offset)
                return file.read(limit)
        except FileNotFoundError:
            return b""

    def resources(self) -> Resources:
        """Return the slots and GPUs of this host, and how many of them nobody holds.

        Raises:
            StorageError: the local state cannot be written.
        """
        limits = slots.capacity()
        with guarding(wake.agent_file(self.project, "lock")):
            free = slots.free(limits)
        return Resources(limits.slots, free.slots, len(limits.gpus), len(free.gpus))

    def capabilities(self) -> Capabilities:
        """Return what this host can do."""
        return Capabilities("local", True, True, ends_escapees=tree.LINUX)
