"""Has the versions of a run's data recorded beside it, by a process that nobody waits for."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

MARKER = "mlops-tui-versions"
"""An argument of every process that records versions beside a run; it is none of the run's."""
_NICE = 19
_BEGIN = "import sys; del sys.path[0]; sys.path.append(%r); from %s import main; main(sys.argv[2:])"
_SCRIPT = '"$0" "$@" </dev/null >/dev/null 2>&1 &'


def start_recording(run_dir: Path, datasets: Sequence[Tuple[str, str]], python: str) -> None:
    """Have a line with its version appended to the run's file for each of `datasets`.

    Args:
        run_dir: the run's folder.
        datasets: name and absolute path of each.
        python: the interpreter that does it.

    Raises:
        OSError: no process can be started.
    """
    if datasets:
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        arguments = [MARKER, os.fspath(run_dir), json.dumps(list(datasets))]
        start_orphan([python, "-c", _BEGIN % (root, __name__), *arguments])


def start_orphan(command: Sequence[str]) -> None:
    """Start a process that belongs to nobody and to no run.

    Raises:
        OSError: it cannot be started.
    """
    environment: Dict[str, str] = {
        key: value for key, value in os.environ.items() if not key.startswith("MLOPS_RUN_")
    }
    pid = os.posix_spawn("/bin/sh", ["/bin/sh", "-c", _SCRIPT, *command], environment)
    try:
        os.waitpid(pid, 0)  # the shell alone, which is gone in a millisecond
    except ChildProcessError:
        pass  # whoever ignores SIGCHLD has it reaped by the system


def record(run_dir: Path, datasets: Sequence[Sequence[str]]) -> None:
    """Append a line for each of `datasets`, name and path, to the run's file of versions.

    Raises:
        OSError: it cannot be written.
    """
    from mlops_tui.domain.lifecycle import VERSIONS_FILE
    from mlops_tui.domain.places import cache_dir
    from mlops_tui.journal.append import append_locked
    from mlops_tui.track.fingerprint import fingerprint

    for name, path in datasets:
        begun = time.time()
        found = fingerprint(path, cache_dir())
        fact = {"name": name, "path": path, **found._asdict()}
        line = {"t": round(begun, 6), "dataset": fact, "seconds": round(time.time() - begun, 3)}
        append_locked(run_dir / VERSIONS_FILE, line)


def main(arguments: List[str]) -> None:
    """Record versions beside a run: RUN_DIR JSON."""
    os.setsid()  # a signal to the group of the run is none to us
    os.nice(_NICE)
    try:
        record(Path(arguments[0]), json.loads(arguments[1]))
    except OSError as error:
        sys.stderr.write("%s\n" % error)
