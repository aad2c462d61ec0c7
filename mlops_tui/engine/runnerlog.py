"""Where a runner writes its facts; a full disk delays them and never ends the runner."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import RUN_ENDED, RUNNER_ENDED, RUNNER_HEARTBEAT
from mlops_tui.domain.places import project_journal
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.journal.append import JournalWriter, append_locked

_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 10.0


class RunnerLog:
    """The writer of `runner.jsonl`; facts wait in order while the disk refuses them.

    One process, one thread, and only while it holds `runner.lock`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: JournalWriter | None = None
        self._waiting: list[dict[str, Any]] = []
        self.error: OSError | None = None
        """Why the last write failed; None once one went through."""

    def fact(self, event: str, **facts: object) -> None:
        """Record what must not be missing: now, or as soon as the disk takes it."""
        self._waiting.append({"t": round(time.time(), 6), "event": event, **facts})
        self.flush()

    def heartbeat(self, **facts: object) -> None:
        """Record a sign of life, unless facts wait: it would only be one of many."""
        if self.flush():
            self._waiting.append({"t": round(time.time(), 6), "event": RUNNER_HEARTBEAT, **facts})
            if not self.flush():
                self._waiting.clear()

    def flush(self) -> bool:
        """Write what waits, and say whether nothing is left."""
        while self._waiting:
            try:
                if self._writer is None:
                    self._writer = JournalWriter(self._path)
                line = self._waiting[0]
                self._writer.append(line, sync=line["event"] != RUNNER_HEARTBEAT)
            except OSError as error:
                self.error = error
                return False
            self._waiting.pop(0)
        self.error = None
        return True

    def close(self) -> None:
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def record_end(folder: RunFolder, log: RunnerLog, end: dict[str, Any], patience: float) -> bool:
    """Record the end of a run in its own journal and in the project's.

    Args:
        folder: the run's.
        log: the journal that the holder of `runner.lock` writes.
        end: state, exit_code, signal, reason, started, ended.
        patience: seconds to go on trying on a disk that refuses.

    Returns:
        Whether both are on disk.
    """
    log.fact(RUNNER_ENDED, **end)
    return keep_trying(log.flush, patience) and keep_trying(
        lambda: record_in_project(folder, end), patience
    )


def record_in_project(folder: RunFolder, end: dict[str, Any]) -> bool:
    """Append `run.ended` to the project's journal of this host; say whether it is there."""
    facts = {key: end.get(key) for key in END_FACTS}
    line = {"t": round(time.time(), 6), "event": RUN_ENDED, "run": folder.run_id, **facts}
    try:
        append_locked(project_journal(folder.project, host_name()), line)
    except OSError:
        return False
    return True


END_FACTS = ("state", "exit_code", "signal", "reason", "started", "ended")


def keep_trying(attempt: Callable[[], bool], patience: float) -> bool:
    """Call `attempt` until it returns True or `patience` seconds are over, ever less often."""
    deadline = time.monotonic() + patience
    pause = _FIRST_PAUSE_SECONDS
    while not attempt():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    return True
