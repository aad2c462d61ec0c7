"""Whether a run is alive, by locks held and marks that fit; records ends that no runner saw."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mlops_tui.domain.host import ProcessMark, host_name, is_alive, machine_id, mark_of
from mlops_tui.domain.runs import RunState
from mlops_tui.engine import retries, secrets
from mlops_tui.engine.endings import unseen_end
from mlops_tui.engine.executor import Presence, Sighting
from mlops_tui.engine.recorded import RunFolder, RunnerFacts, read_facts
from mlops_tui.engine.runnerlog import RunnerLog, record_end, record_in_project
from mlops_tui.journal.lock import NO_LOCKS, FileLock, claim, is_locked

_PATIENCE_SECONDS = 2.0


def sight(project: Path, run_id: str) -> Sighting:
    """Return what is there of a run; looks at locks and processes, changes nothing.

    Raises:
        FileNotFoundError: there is no such run.
        OSError: its files cannot be read.
    """
    folder = RunFolder(project, run_id)
    if is_locked(folder.runner_lock):
        return Sighting(Presence.SUPERVISED)
    return _sight_without_runner(folder, _order(folder))


def settle(project: Path, run_id: str) -> bool:
    """Record the end of a run of which nothing is alive any more; say whether this call did.

    Under `runner.lock`, so that neither a runner nor another call decides at the same time.

    Raises:
        OSError: its files cannot be read or written.
    """
    folder = RunFolder(project, run_id)
    order = _order(folder)
    if _sight_without_runner(folder, order).presence is not Presence.GONE:
        return False
    lock = FileLock(folder.runner_lock, is_shared=True)
    if not _take(lock, folder):
        return False
    try:
        if _sight_without_runner(folder, order).presence is not Presence.GONE:
            return False
        _record(folder, order)
        return True
    finally:
        lock.release()


def settle_all(project: Path, run_ids: Iterable[str]) -> list[str]:
    """Settle what can be settled of these runs; return the ids of those that this call ended.

    Raises:
        OSError: files of a run that is there cannot be read or written.
    """
    ended = []
    for run_id in run_ids:
        try:
            if settle(project, run_id):
                ended.append(run_id)
        except FileNotFoundError:
            continue  # purged meanwhile
    return ended


def repeat_end(project: Path, run_id: str) -> bool:
    """Tell the project's journal the end that only the runner's journal has; say if it was so.

    For a runner that was killed between the two lines.

    Raises:
        OSError: the journals cannot be read.
    """
    folder = RunFolder(project, run_id)
    end = read_facts(folder).end
    if end is None or _knows_end(folder):
        return False
    return record_in_project(folder, end)


def is_of_here(order: dict[str, Any]) -> bool:
    """Say whether a run belongs to this host: to this machine under this name."""
    machine, host = order.get("machine"), order.get("host")
    return machine in (None, "", machine_id()) and host in (None, "", host_name())


def is_cancelled(folder: RunFolder) -> bool:
    """Say whether the one start of a run was taken by whoever cancelled it."""
    try:
        return b'"cancelled":true' in folder.start_claim.read_bytes()
    except OSError:
        return False


def is_waiting_copy(folder: RunFolder) -> bool:
    """Say whether this is a copy of a run that was queued; only its original may start.

    Raises:
        OSError: its files cannot be read.
    """
    order = _order(folder)
    if folder.copied_from(order) is None:
        return False
    return _was_never_started(folder, order, read_facts(folder))


def _sight_without_runner(folder: RunFolder, order: dict[str, Any]) -> Sighting:
    facts = read_facts(folder)
    if facts.end is not None:
        state = str(facts.end.get("state"))
        known = RunState(state) if state in list(RunState) else RunState.LOST
        return Sighting(Presence.ENDED, known, facts.end.get("reason"))
    is_copy = folder.copied_from(order) is not None
    if _was_never_started(folder, order, facts):
        # it starts at most once, and that is where it was launched
        return Sighting(Presence.ELSEWHERE if is_copy else Presence.QUEUED)
    if not (is_of_here(order) and folder.is_of_user()) and not is_cancelled(folder):
        return Sighting(Presence.ELSEWHERE)
    return Sighting(_presence_here(folder, RunnerFacts() if is_copy else facts))


def _was_never_started(folder: RunFolder, order: dict[str, Any], facts: RunnerFacts) -> bool:
    if order.get("source") == "track" or facts.runner or facts.command:
        return False
    return not folder.start_claim.exists()


def _presence_here(folder: RunFolder, facts: RunnerFacts) -> Presence:
    has_locks = _locks_work(folder.runner_lock)
    if not has_locks and _is_alive(facts.runner):
        return Presence.SUPERVISED
    if is_locked(folder.command_lock) or _is_alive(facts.command):
        return Presence.UNSUPERVISED
    # without locks the marks alone speak, and those of another pid namespace say nothing here
    is_unknown = not has_locks and _is_of_other_namespace(facts.runner)
    return Presence.ELSEWHERE if is_unknown else Presence.GONE


def _is_alive(mark: ProcessMark | None) -> bool:
    return mark is not None and is_alive(mark)


def _is_of_other_namespace(mark: ProcessMark | None) -> bool:
    mine = mark_of(os.getpid())
    return (
        mark is not None
        and mine is not None
        and mark.boot == mine.boot
        and mark.namespace != mine.namespace
    )


def _locks_work(path: Path) -> bool:
    if not path.exists():
        return True  # nothing was ever locked here: the runner died before it, or there was none
    return is_locked(path) is not None


def _take(lock: FileLock, folder: RunFolder) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            if lock.acquire():
                return True
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return _take_by_claim(folder)
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)


def _take_by_claim(folder: RunFolder) -> bool:
    path = folder.start_claim.with_name(f"end-{folder.run_id}")
    return claim(path, {"t": time.time(), "host": host_name(), "pid": os.getpid()})


def _record(folder: RunFolder, order: dict[str, Any]) -> None:
    end = unseen_end(folder, read_facts(folder), time.time())
    original = folder.copied_from(order)
    if original is not None and end["state"] == "lost":
        end["reason"] = f"copied while it ran: its end is known to {original}"
    if end["state"] == "failed" and original is None and retries.is_due(order):
        retries.offer(folder.project, folder.run_id, secrets.Waiting({}, None))
    log = RunnerLog(folder.runner_journal)
    try:
        if not record_end(folder, log, end, _PATIENCE_SECONDS):
            raise log.error or OSError(errno.EIO, "the project's journal cannot be written")
    finally:
        log.close()
    secrets.drop(folder.run_id)


def _order(folder: RunFolder) -> dict[str, Any]:
    try:
        return folder.order()
    except ValueError:
        return {}  # spoiled: its claim, locks and journal still tell what there is


def _knows_end(folder: RunFolder) -> bool:
    wanted = b'"run.ended","run":"%s"' % folder.run_id.encode()
    for journal in (folder.project / ".mlops").glob("journal-*.jsonl"):
        if wanted in journal.read_bytes():
            return True
    return False
