"""Kills an act at every step it takes on the disk, and tells what is there afterwards.

`python -m tests.process.killing TEMPLATE FOLDER ACT` prints a line of JSON a step. The act is done
in a fork of this process that is killed just before its nth call of the functions named here, and
for writes also in the middle of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.engine import actions_aliases, actions_models, actions_promote
from mlops_tui.index import Index

STEPS = (
    *("open", "write", "fsync", "link", "rename", "replace", "unlink", "chmod", "mkdir", "rmdir"),
    "copy_file_range",
)
EACH = 4
"""After so many steps the act is done once more, whole."""
Act = Callable[[Path, Index], object]


def register(project: Path, index: Index) -> object:
    return actions_models.register_file(project, index, "cancer", project / "new.joblib")


def alias(project: Path, index: Index) -> object:
    reasons = actions_aliases.Reasons("it is better")
    return actions_aliases.move_alias(project, index, "cancer:2", "champion", reasons)


def promote(project: Path, index: Index) -> object:
    return actions_promote.promote(project, index, "cancer:2")


def rollback(project: Path, index: Index) -> object:
    return actions_promote.rollback(project, index, "cancer", "it is worse", to=1)


ACTS: dict[str, Act] = {it.__name__: it for it in (register, alias, promote, rollback)}


class Countdown:
    """Kills this process at its nth step."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            """Count a step; what the disk does after a power cut is not asked here."""
            self._left -= 1
            if self._left == 0 and name == "write" and len(args[1]) > 1:
                function(args[0], bytes(args[1])[: len(args[1]) // 2])
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return None if name == "fsync" else function(*args, **named)

        return counted


def state_of(project: Path) -> dict[str, Any]:
    """Return what anybody who looks at the project now is told."""
    with Index.open(project) as index:
        index.ingest()
        actions_models.catch_up(project, index)
        (model,) = index.models()
        versions = index.model_versions("cancer")
        problems = [
            problem
            for it in versions
            for problem in actions_models.verify_version(project, index, it.name).problems
        ]
        moves = [(it.generation, it.to) for it in index.alias_moves("cancer")]
        return {
            "versions": [it.number for it in versions],
            "champion": model.aliases.get("champion"),
            "moves": sorted(moves),
            "problems": problems,
        }


def act_killed(project: Path, act: Act, steps: int) -> bool:
    """Do an act in a fork that is killed at its nth step; return whether it was."""
    child = os.fork()
    if not child:
        countdown = Countdown(steps)
        with Index.open(project) as index:
            index.ingest()
            for name in STEPS:
                setattr(os, name, countdown.wrap(name, getattr(os, name)))
            act(project, index)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
    return os.WIFSIGNALED(status)


def again(project: Path, act: Act) -> None:
    """Do the act once more, whole; where it was done there is nothing to do."""
    with Index.open(project) as index, contextlib.suppress(MlopsTuiError):
        index.ingest()
        act(project, index)


def main() -> None:
    template, folder, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    os.environ["MLOPS_CACHE_DIR"] = str(folder / "cache")
    os.fsync = lambda fd: None
    steps, is_killed = 0, True
    while is_killed:
        steps += 1
        project = folder / f"p{steps}"
        shutil.copytree(template, project, copy_function=shutil.copyfile)
        is_killed = act_killed(project, ACTS[name], steps)
        told: dict[str, Any] = {"step": steps, "state": state_of(project), "after": None}
        if steps % EACH == 1 or not is_killed:
            again(project, ACTS[name])
            told["after"] = state_of(project)
        sys.stdout.write(json.dumps(told) + "\n")
        shutil.rmtree(project)


if __name__ == "__main__":
    main()
