"""A project on disk, written as its writers would write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.journal.append import append_locked

T = 1_766_000_000.0
"""When everything begins, Unix seconds."""


class Recorder:
    def __init__(self, project: Path, host: str = "here") -> None:
        self.project = project
        self.host = host
        project.mkdir(parents=True, exist_ok=True)
        (project / "mlops.toml").touch()
        places.runs_dir(project).mkdir(parents=True, exist_ok=True)
        self._number = 0

    def journal(self, event: str, t: float = T, **fields: Any) -> None:
        path = places.project_journal(self.project, self.host)
        append_locked(path, {"t": t, "event": event, **fields})

    def create(self, created: float = T, *, journaled: bool = True, **fields: Any) -> str:
        """Create a run and return its id."""
        self._number += 1
        run_id = str(fields.pop("id", f"20251217-{self._number:06d}-{self._number:06x}"))
        facts = {
            "name": f"train-{self._number}",
            "job": "train",
            "kind": "train",
            "host": self.host,
            "machine": "m-" + self.host,
            "created": created,
            "params": {},
            "tags": {},
            "retry_of": None,
            "attempt": 1,
            "source": "launch",
            "slots": 1,
            "gpus": 0,
            "priority": 0,
            **fields,
        }
        folder = self.folder(run_id)
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps({"id": run_id, **facts}))
        if journaled:
            self.journal("run.created", created, run=run_id, **facts)
        return run_id

    def folder(self, run_id: str) -> Path:
        return places.run_dir(self.project, run_id)

    def runner(self, run_id: str, event: str, t: float = T, **fields: Any) -> None:
        append_locked(self.folder(run_id) / "runner.jsonl", {"t": t, "event": event, **fields})

    def heartbeat(self, run_id: str, t: float, **sizes: int) -> None:
        """Write a heartbeat that saw the event files as they are now, or with these sizes."""
        files = {path.name: path.stat().st_size for path in self.folder(run_id).glob("events*")}
        self.runner(run_id, "heartbeat", t, files={**files, **sizes}, cpu_percent=1.0)

    def write(self, run_id: str, *lines: object, file: str = "events.jsonl") -> None:
        """Append event lines: objects become JSON, text and bytes stand as they are."""
        with open(self.folder(run_id) / file, "ab") as events:
            for line in lines:
                if isinstance(line, bytes):
                    events.write(line)
                elif isinstance(line, str):
                    events.write(line.encode() + b"\n")
                else:
                    events.write(json.dumps(line).encode() + b"\n")

    def end(
        self, run_id: str, state: str = "finished", ended: float = T + 60, **fields: Any
    ) -> None:
        facts = {"exit_code": 0, "signal": None, "reason": None, "started": T + 1, **fields}
        self.runner(run_id, "ended", ended, state=state, ended=ended, **facts)
        self.journal("run.ended", ended, run=run_id, state=state, ended=ended, **facts)
