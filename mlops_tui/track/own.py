"""The facts of a run that nobody launched: its own process is creator, runner and command."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any, Dict, Mapping, Optional

from mlops_tui.domain import host, lifecycle, places
from mlops_tui.domain.ids import new_run_id
from mlops_tui.journal.append import (
    JournalWriter,
    append_locked,
    append_synced,
    encode,
    locked,
)
from mlops_tui.journal.lock import FileLock, sync_folder, write_atomically
from mlops_tui.journal.sharing import make_folder, open_shared
from mlops_tui.track.attempt import attempt, say_once, text_of
from mlops_tui.track.endings import Ending

PATIENCE_SECONDS = 2.0
"""Whoever holds a journal's lock for longer was stopped in the middle; a training waits no more."""
_FACTS_OF_CREATION = (
    *("name", "job", "kind", "host", "machine", "created", "params", "tags", "retry_of"),
    *("parent", "attempt", "source", "slots", "gpus", "priority"),
)
_RECORDED_ENV = (
    *("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED"),
    *("VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "RANK", "LOCAL_RANK", "WORLD_SIZE", "SLURM_JOB_ID"),
)


class OwnFacts:
    """Writer of `runner.jsonl` and holder of `runner.lock` for a run of this very process."""

    def __init__(self, project: Path, run_id: str, lock: FileLock) -> None:
        self.run_id = run_id
        self.run_dir = places.run_dir(project, run_id)
        self._journal = places.project_journal(project, host.host_name())
        self._lock = lock
        self._runner: Optional[JournalWriter] = None
        self._started = time.time()

    def start(self) -> None:
        """Record that the command, which is this process, has started.

        Raises:
            OSError: it cannot be written.
        """
        self._runner = JournalWriter(self.run_dir / "runner.jsonl")
        mark = host.mark_of(os.getpid())
        fact = {} if mark is None else mark._asdict()
        fact.update(pgid=os.getpgid(0), argv=_argv(), interpreter=sys.executable or None)
        self._runner.append({"t": self._started, "event": lifecycle.RUNNER_STARTED, **fact})

    def end(self, ending: Ending) -> None:
        """Record the end, on disk, and let the lock go."""
        ended = time.time()
        facts = {**ending._asdict(), "started": self._started, "ended": ended}
        error = attempt(self._write_end, ended, facts)
        if error is not None:
            say_once("the end of run %s is not recorded: %s" % (self.run_id, text_of(error)))
        self.leave_to_parent()

    def leave_to_parent(self) -> None:
        """Close our descriptors; the lock stays held where another process has it too."""
        if self._runner is not None:
            attempt(self._runner.close)
            self._runner = None
        attempt(self._lock.release)

    def _write_end(self, ended: float, facts: Dict[str, Any]) -> None:
        if self._runner is not None:
            event = {"t": ended, "event": lifecycle.RUNNER_ENDED, **facts}
            self._runner.append(event, sync=True)
        event = {"t": ended, "event": lifecycle.RUN_ENDED, "run": self.run_id, **facts}
        append_locked(self._journal, event, PATIENCE_SECONDS)


def start_own(
    project: Path,
    name: Optional[str],
    job: Optional[str],
    tags: Mapping[str, str],
    params: Mapping[str, Any],
    parent: Optional[str],
) -> OwnFacts:
    """Create a run of this process in `project` and record that it started.

    Raises:
        OSError: it cannot be written; then no run is left behind.
    """
    now = time.time()
    run_id = new_run_id(now)
    _make_project_folders(project)
    folder = places.run_dir(project, run_id)
    building = folder.with_name(".new-%s.%d" % (run_id, os.getpid()))
    make_folder(building)
    lock = FileLock(building / "runner.lock", is_shared=True)
    try:
        make_folder(building / "artifacts")
        attempt(lock.acquire)  # a file system without locks: the process mark has to do
        record = _record(project, run_id, now, job, tags, params, parent)
        with locked(places.project_journal(project, host.host_name()), PATIENCE_SECONDS) as fd:
            record["name"] = name or next_name(project, record["job"])
            write_atomically(building / "run.json", encode(record))
            os.rename(building, folder)
            own = OwnFacts(project, run_id, lock)
            own.start()
            facts = {key: record[key] for key in _FACTS_OF_CREATION}
            append_synced(fd, {"t": now, "event": lifecycle.RUN_CREATED, "run": run_id, **facts})
    except OSError:
        import shutil

        lock.release()
        shutil.rmtree(building, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sync_folder(folder.parent)
    return own


def next_name(project: Path, job: str) -> str:
    """Return `JOB-N` with the least N above all that the project's journals name."""
    text = json.dumps(job + "-", ensure_ascii=False)[:-1].encode("utf-8", "backslashreplace")
    pattern = re.compile(rb'"name":' + re.escape(text) + rb'(\d{1,9})"')
    greatest = 0
    for journal in places.project_dot(project).glob("journal-*.jsonl"):
        with open(journal, "rb") as file:
            while True:
                block = file.read(1 << 22) + file.readline()
                if not block:
                    break
                greatest = max([greatest, *map(int, pattern.findall(block))])
    return "%s-%d" % (job, greatest + 1)


def working_folder() -> Path:
    """Return the working folder, the root where it was removed under our feet."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path("/")


def default_job(argv0: str) -> str:
    """Return the name of the script, or what stands for it where there is none."""
    stem = os.path.splitext(os.path.basename(argv0))[0]
    if stem == "__main__":
        stem = os.path.basename(os.path.dirname(os.path.abspath(argv0)))
    if stem in ("", "-c", "-", "-m"):
        return "interactive"
    return "notebook" if stem == "ipykernel_launcher" else stem


def _record(
    project: Path,
    run_id: str,
    now: float,
    job: Optional[str],
    tags: Mapping[str, str],
    params: Mapping[str, Any],
    parent: Optional[str],
) -> Dict[str, Any]:
    return {
        "id": run_id,
        "name": "",
        "job": job or default_job(sys.argv[0] if sys.argv else ""),
        "kind": "train",
        "project": str(project),
        "folder": os.path.realpath(places.run_dir(project, run_id)),
        "created": now,
        "host": host.host_name(),
        "machine": host.machine_id(),
        "user": _user(),
        "cwd": str(working_folder()),
        "argv": _argv(),
        "params": dict(params),
        "tags": dict(tags),
        "inputs": [],
        "outputs": [],
        "timeout_seconds": None,
        "retries": 0,
        "retry_of": None,
        "attempt": 1,
        "slots": 1,
        "gpus": 0,
        "priority": 0,
        "source": "track",
        "secrets": {},
        "env": {key: os.environ[key] for key in _RECORDED_ENV if key in os.environ},
        "interpreter": sys.executable or None,
        "parent": parent,
    }


def _argv() -> Any:
    return list(getattr(sys, "orig_argv", None) or [sys.executable, *sys.argv])


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return os.environ.get("USER") or str(os.getuid())


def _make_project_folders(project: Path) -> None:
    project.mkdir(parents=True, exist_ok=True)
    dot = places.project_dot(project)
    for folder in (dot, places.runs_dir(project)):
        make_folder(folder)
    if not (dot / ".gitignore").exists():
        fd = open_shared(dot / ".gitignore", os.O_WRONLY | os.O_APPEND)
        os.write(fd, b"*\n")
        os.close(fd)
