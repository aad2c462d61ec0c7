"""Has the models registered that ended runs offered: a process of its own, so that nobody waits."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from mlops_tui.engine import detached, wake
from mlops_tui.index import Index

_BUSY_SECONDS = 0.5


class ModelCare:
    """What an agent does about models at each look. One thread."""

    def __init__(self, project: Path, index: Index, say: Callable[[str], None]) -> None:
        self._project = project
        self._index = index
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._tried: set[tuple[str, str]] = set()

    def look(self) -> float | None:
        """Start what is to be done; return seconds to the next look, None for nothing to do."""
        if self._process is not None and self._process.poll() is None:
            return _BUSY_SECONDS
        self._process = None
        offered = {(it.run_id, it.model) for it in self._index.offered_models()}
        if offered <= self._tried:
            return None  # what was tried in vain is left to whoever looks at models next
        self._tried |= offered
        self._say(f"{len(offered)} models of ended runs are to be registered")
        log = wake.agent_file(self._project, "log")
        module = "mlops_tui.engine.registering"
        self._process = detached.start(module, [str(self._project)], log)
        return _BUSY_SECONDS
