"""Runs small scripts that record themselves, and reads what they left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mlops_tui

SOURCE = Path(mlops_tui.__file__).parent.parent
DEADLINE_SECONDS = 30.0


def environment(extra: Mapping[str, str] = os.environ) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONWARNINGS": "error", **extra}


def until(condition: Callable[[], Any]) -> Any:
    """Return the first true value of `condition`; fail where there is none in time."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.01)


class Scripts:
    """A project, a run that mlops-tui would have launched in it, and scripts run in both."""

    def __init__(self, project: Path) -> None:
        self.project = project
        project.mkdir()
        (project / "mlops.toml").write_text('[project]\nname = "p"\n')
        self.launched = project / ".mlops" / "runs" / "20260101-000000-abcdef"

    def launch_environment(self, **params: object) -> dict[str, str]:
        self.launched.mkdir(parents=True, exist_ok=True)
        return {
            "MLOPS_RUN_DIR": str(self.launched),
            "MLOPS_RUN_ID": self.launched.name,
            "MLOPS_EVENTS": str(self.launched / "events.jsonl"),
            "MLOPS_PARAMS": json.dumps(params),
            "MLOPS_PROJECT": str(self.project),
        }

    def start(
        self, code: str, extra: Mapping[str, str] | None = None, python: str = sys.executable
    ) -> subprocess.Popen[str]:
        script = self.project / "train.py"
        if not script.exists() or script.read_text() != code:
            script.write_text(code)
        return subprocess.Popen(
            [python, str(script)],
            cwd=self.project,
            env=environment(extra or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        code: str,
        extra: Mapping[str, str] | None = None,
        python: str = sys.executable,
        exit_code: int = 0,
    ) -> subprocess.CompletedProcess[str]:
        process = self.start(code, extra, python)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == exit_code, err
        return subprocess.CompletedProcess([], process.returncode, out, err)

    def journal(self, project: Path | None = None) -> list[dict[str, Any]]:
        paths = ((project or self.project) / ".mlops").glob("journal-*.jsonl")
        return [fact for path in sorted(paths) for fact in records(path)]

    def created(self, project: Path | None = None) -> list[dict[str, Any]]:
        return [fact for fact in self.journal(project) if fact["event"] == "run.created"]

    def ended(self) -> list[dict[str, Any]]:
        return [fact for fact in self.journal() if fact["event"] == "run.ended"]

    def only_run(self) -> Path:
        (fact,) = self.created()
        return self.project / ".mlops" / "runs" / str(fact["run"])


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def points(path: Path) -> list[tuple[int | None, dict[str, float]]]:
    return [(fact.get("s"), fact["m"]) for fact in records(path) if "m" in fact]


def settle(folder: Path) -> None:
    """Wait until nobody writes below `folder` any more: every run by itself has its environment."""

    def has_settled() -> bool:
        return all(
            (path.parent / "environment.json").exists() for path in folder.glob("**/run.json")
        )

    until(has_settled)


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DEADLINE_SECONDS)
