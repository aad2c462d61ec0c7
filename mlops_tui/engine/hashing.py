"""Records which versions of its declared inputs a run found, beside its command.

`python -m mlops_tui.engine.hashing MARKER PROJECT RUN_ID` does it; the runner starts that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.track import datasets

MARKER = datasets.MARKER


def start(project: Path, run_id: str, order: Mapping[str, object]) -> None:
    """Start the process for a run; nothing happens where it has no inputs.

    Raises:
        OSError: it cannot be started.
    """
    if order.get("inputs"):
        module = [sys.executable, "-P", "-m", "mlops_tui.engine.hashing"]
        datasets.start_orphan([*module, MARKER, str(project), run_id])


def named_paths(project: Path, inputs: Sequence[object]) -> list[tuple[str, str]]:
    """Return name and absolute path of inputs, which are names of datasets or paths.

    A path that a dataset names as its own is that dataset.
    """
    from mlops_tui.domain.projectfile import load_project  # the runner imports this module

    declared = {
        it.name: os.path.abspath(project / it.path)
        for it in load_project(project).datasets.values()
        if it.path
    }
    names = {path: name for name, path in reversed(declared.items())}
    found = {}
    for given in map(str, inputs):
        path = declared.get(given) or os.path.abspath(project / given)
        found[given if given in declared else names.get(path, given)] = path
    return list(found.items())


def main(arguments: Sequence[str]) -> None:
    """Record the versions of a run's inputs: MARKER PROJECT RUN_ID."""
    from mlops_tui.engine.recorded import RunFolder, read_versions

    os.setsid()  # we are none of the run's, whose group may be stopped
    os.nice(19)
    project, run_id = Path(arguments[1]), arguments[2]
    try:
        inputs = RunFolder(project, run_id).order().get("inputs") or []
    except (OSError, ValueError):
        return
    folder = places.run_dir(project, run_id)
    # of data with marks the runner has told the version
    known = read_versions(folder)
    wanted = [it for it in named_paths(project, inputs) if it[0] not in known]
    datasets.record(folder, wanted)


if __name__ == "__main__":
    main(sys.argv[1:])
