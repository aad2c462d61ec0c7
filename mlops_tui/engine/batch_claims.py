"""Who judges a batch: one process anywhere, and another one where that died before its verdict.

The first claim of a batch is the file `batch-ID` in `.mlops/claims`, the next ones `batch-ID.2`,
`batch-ID.3` and so on, each made by exclusive creation; the one with the highest number holds. It
may be followed where its holder cannot give a verdict any more: on its own host where that process
is gone, elsewhere where the claim was not touched for `LEASE_SECONDS` of the looker's own clock, as
a holder touches it every `RENEW_SECONDS`. Should the holder come back after all, there are two
lines of one batch in the journals, which the index takes for one: the reports are the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mlops_tui.domain import host, places
from mlops_tui.engine.creation import ensure_project_folders, guarding
from mlops_tui.journal.lock import claim

RENEW_SECONDS = 20.0
LEASE_SECONDS = 120.0


@dataclass
class Looker:
    """What one process has seen of the claims of others; one thread."""

    clock: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[int, float]] = field(default_factory=dict)

    def take(self, project: Path, batch_id: str, kind: str = "batch") -> Path | None:
        """Claim a batch, or work of another kind; None where somebody holds it who may be alive.

        Raises:
            StorageError: the folder of claims cannot be written.
        """
        ensure_project_folders(project)
        first = places.claims_dir(project) / f"{kind}-{batch_id}"
        number, path = 1, first
        with guarding(first):
            while True:
                if claim(path, _mark()):
                    return path
                following = first.with_name(f"{first.name}.{number + 1}")
                if not following.exists() and not self._is_over(path):
                    return None
                number, path = number + 1, following

    def _is_over(self, path: Path) -> bool:
        """Say whether the holder of a claim will give no verdict any more."""
        try:
            found = json.loads(path.read_bytes())
            touched = path.stat().st_mtime_ns
        except (OSError, ValueError):
            return False
        if isinstance(found, dict) and _is_of_here(found):
            return not _is_alive(found)
        before, since = self._seen.setdefault(path, (touched, self.clock()))
        if before != touched:
            self._seen[path] = (touched, self.clock())
            return False
        return self.clock() - since >= LEASE_SECONDS


def _mark() -> dict[str, object]:
    mark = host.mark_of(os.getpid())
    facts = {} if mark is None else mark._asdict()
    return {"host": host.host_name(), "machine": host.machine_id(), "t": time.time(), **facts}


def _is_of_here(found: dict[str, object]) -> bool:
    return (found.get("host"), found.get("machine")) == (host.host_name(), host.machine_id())


def _is_alive(found: dict[str, object]) -> bool:
    """Say whether the process of a claim may be there; one of another container may always be."""
    pid = found.get("pid")
    if not isinstance(pid, int) or found.get("boot") != host.boot_id():
        return False
    own = host.mark_of(os.getpid())
    if own is not None and found.get("namespace") != own.namespace:
        return True
    mark = host.mark_of(pid)
    return mark is not None and mark.start == found.get("start")


@contextlib.contextmanager
def held(path: Path, seconds: float = RENEW_SECONDS) -> Iterator[None]:
    """Keep a claim of ours fresh for those who cannot see our process."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(seconds):
            with contextlib.suppress(OSError):
                os.utime(path)

    thread = threading.Thread(target=renew, name="claim", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
