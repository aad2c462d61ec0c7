"""Creates what belongs to a project on disk: `.mlops`, its journal, and the folder of a new run."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import RUN_CREATED
from mlops_tui.journal.append import append_locked, append_synced, locked, write_whole
from mlops_tui.journal.lock import sync_folder
from mlops_tui.journal.sharing import make_folder, open_shared

Record = Mapping[str, Any]
FACTS_OF_CREATION = (
    *("name", "job", "kind", "host", "machine", "created", "params", "tags", "retry_of"),
    *("attempt", "source", "slots", "gpus", "priority"),
)
_CURES = {
    errno.ENOSPC: "free some space on that disk and try again",
    errno.EDQUOT: "your quota is used up: free some space and try again",
    errno.EACCES: "check who owns that folder and whether you may write there",
    errno.EPERM: "check who owns that folder and whether you may write there",
    errno.EROFS: "that file system is mounted read-only",
    errno.EMFILE: "too many files are open: raise ulimit -n",
}


@contextlib.contextmanager
def guarding(path: Path) -> Iterator[None]:
    """Turn a failing disk into a `StorageError` that names the file and a cure."""
    try:
        yield
    except OSError as error:
        named = error.filename if isinstance(error.filename, str) else str(path)
        cure = _CURES.get(error.errno or 0, "mlops-tui doctor says more about the disk")
        raise StorageError(f"{named}: {error.strerror or error}", cure) from error


def ensure_project_folders(project: Path) -> None:
    """Create `.mlops` and what has to be in it, shared with the group where the project is.

    Raises:
        StorageError: it cannot be created.
    """
    dot = places.project_dot(project)
    with guarding(dot):
        for folder in (dot, places.runs_dir(project), places.claims_dir(project)):
            make_folder(folder)
        for path, data in (
            (dot / ".gitignore", b"*\n"),
            (places.project_journal(project, host_name()), b""),
        ):
            if not path.exists():
                _write_new(path, data)


def create_run(project: Path, record: Record, choose_name: Callable[[], str] | None = None) -> None:
    """Put a whole run on disk: its folder with `run.json`, then the line of its creation.

    The folder is built under another name, so that nobody ever sees a half-made run; the line
    is on disk when this returns. The journal is locked from the choice of the name, where one is
    to be chosen, so that two launches at once do not choose the same.

    Raises:
        StorageError: it cannot be written; no run is left behind then.
    """
    ensure_project_folders(project)
    folder = places.run_dir(project, record["id"])
    journal = places.project_journal(project, host_name())
    with guarding(journal), locked(journal) as fd:
        name = record["name"] if choose_name is None else choose_name()
        record = {**record, "name": name, "folder": os.path.realpath(folder)}
        with guarding(folder):
            _build_folder(folder, record)
        facts = {key: record[key] for key in FACTS_OF_CREATION}
        line = {"t": record["created"], "event": RUN_CREATED, "run": record["id"], **facts}
        try:
            append_synced(fd, line)
        except OSError:
            _remove_new(folder)  # else it would be found, and started, although this failed
            raise


def record_fact(project: Path, event: str, now: float, **facts: object) -> None:
    """Append one fact to the project's journal of this host; it is on disk when this returns.

    Raises:
        StorageError: it cannot be written.
    """
    journal = places.project_journal(project, host_name())
    with guarding(journal):
        append_locked(journal, {"t": now, "event": event, **facts})


def _build_folder(folder: Path, record: Record) -> None:
    temporary = folder.with_name(f".new-{folder.name}.{os.getpid()}")
    make_folder(temporary)
    try:
        make_folder(temporary / "artifacts")
        data = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        _write_new(temporary / "run.json", data.encode("utf-8", "backslashreplace"))
        os.rename(temporary, folder)
    except OSError:
        _remove_new(temporary)
        raise
    sync_folder(folder.parent)


def _remove_new(temporary: Path) -> None:
    with contextlib.suppress(OSError):
        (temporary / "run.json").unlink(missing_ok=True)
        (temporary / "artifacts").rmdir()
        temporary.rmdir()


def _write_new(path: Path, data: bytes) -> None:
    try:
        fd = open_shared(path, os.O_WRONLY | os.O_EXCL)
    except FileExistsError:
        return
    try:
        write_whole(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
