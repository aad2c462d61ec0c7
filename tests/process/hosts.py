"""The program as another host of the same project would run it: another machine, another home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Host:
    """A host by name; its cache and state are its own, the project is shared."""

    def __init__(self, home: Path, name: str) -> None:
        self.name = name
        self.environment = {
            **os.environ,
            "MLOPS_HOST": name,
            "MLOPS_MACHINE": f"machine-of-{name}",
            "MLOPS_CACHE_DIR": str(home / name / "cache"),
            "MLOPS_STATE_DIR": str(home / name / "state"),
        }

    def start(self, *arguments: str, module: str = "mlops_tui") -> subprocess.Popen[str]:
        """Start the program here."""
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def say(self, *arguments: str, code: int = 0) -> str:
        """Return what the program prints here; it must end with `code`."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=30)
        assert process.returncode == code, (arguments, out, err)
        return out if code == 0 else err

    def runs(self, project: Path) -> list[dict[str, Any]]:
        """Return the runs as this host lists them, oldest first."""
        found: list[dict[str, Any]] = json.loads(self.say("runs", "--json", "-C", str(project)))
        return found[::-1]

    def show(self, project: Path, run_id: str) -> dict[str, Any]:
        """Return one run as this host shows it."""
        shown: dict[str, Any] = json.loads(self.say("show", run_id, "--json", "-C", str(project)))
        return shown
