"""What the folder of one run says: its order, its runner's facts, the end its script announced."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from mlops_tui.domain import lifecycle, places
from mlops_tui.domain.host import ProcessMark

_HEARTBEAT = b'"event":"heartbeat"'
_TAIL_BYTES = 256 * 1024


class RunFolder:
    """Names of the files of one run; opens nothing by itself."""

    def __init__(self, project: Path, run_id: str) -> None:
        self.project = project
        self.run_id = run_id
        self.path = places.run_dir(project, run_id)
        self.runner_lock = self.path / "runner.lock"
        self.command_lock = self.path / "command.lock"
        self.runner_journal = self.path / "runner.jsonl"
        self.stop_file = self.path / "stop"
        self.output = self.path / "output.log"
        self.events = self.path / "events.jsonl"
        self.start_claim = places.claims_dir(project) / f"start-{run_id}"

    def order(self) -> dict[str, Any]:
        """Return `run.json`.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no JSON object.
        """
        return read_object(self.path / "run.json")

    def copied_from(self, order: dict[str, Any]) -> Path | None:
        """Return where the run was recorded if this folder is a copy of that, else None.

        A copy brings along the marks of processes that belong to the original. A folder that was
        moved is none: nothing is left at its old place.
        """
        told = order.get("folder")
        try:
            if not isinstance(told, str) or os.path.samefile(told, self.path):
                return None
        except (OSError, ValueError):
            return None
        return Path(told)

    def is_of_user(self) -> bool:
        """Say whether the run is ours to start and to judge: we own its order, or it names us.

        In a project that a team shares, everybody's agent starts only what its own user queued.

        Raises:
            OSError: the order cannot be read.
        """
        if os.stat(self.path / "run.json").st_uid == os.getuid():
            return True
        import getpass  # hardly ever needed, and runners import this

        try:
            user = self.order().get("user")
            return not user or user == getpass.getuser()
        except (ValueError, KeyError):
            return False

    def stop_asked_by(self) -> str:
        """Return who asked for the stop of the run, empty where nobody says."""
        try:
            return str(read_object(self.stop_file).get("by") or "")
        except (OSError, ValueError):
            return ""

    def event_files(self) -> dict[str, int]:
        """Return the size in bytes of every event file, by name."""
        sizes = {}
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.startswith("events") and entry.name.endswith(".jsonl"):
                    sizes[entry.name] = entry.stat().st_size
        return sizes

    def announced_end(self) -> dict[str, Any] | None:
        """Return the `end` that the script wrote as it left, None where it wrote none.

        Where there is an `events.jsonl` only it counts: another rank's end is not the run's.
        """
        names = sorted(self.path.glob("events*.jsonl"))
        files = [self.events] if self.events in names else names
        for path in files:
            for line in reversed(_tail(path).splitlines()):
                end = _parsed(line).get("end") if b'"end"' in line else None
                if isinstance(end, dict) and end.get("state") in ("finished", "failed", "stopped"):
                    return end
        return None


class RunnerFacts(NamedTuple):
    """What `runner.jsonl` says, heartbeats left out."""

    runner: ProcessMark | None = None
    """The last runner that took the run on."""
    command: ProcessMark | None = None
    group: int = 0
    """Process group of the command."""
    started: float | None = None
    gpus: tuple[str, ...] = ()
    """The GPUs that the command was given."""
    signals: tuple[dict[str, Any], ...] = ()
    end: dict[str, Any] | None = None


def read_facts(folder: RunFolder) -> RunnerFacts:
    """Return what the runners of a run have recorded; nothing where there is no file."""
    facts = RunnerFacts()
    try:
        with open(folder.runner_journal, "rb") as file:
            for line in file:
                if _HEARTBEAT not in line[:80]:
                    facts = _with_line(facts, _parsed(line))
    except FileNotFoundError:
        pass
    return facts


def _with_line(facts: RunnerFacts, line: dict[str, Any]) -> RunnerFacts:
    event, mark = line.get("event"), _mark(line)
    if event in (lifecycle.RUNNER_STARTING, lifecycle.RUNNER_ADOPTED) and mark is not None:
        return facts._replace(runner=mark)
    if event == lifecycle.RUNNER_STARTED and mark is not None:
        group, started, gpus = line.get("pgid"), line.get("t"), line.get("gpus")
        return facts._replace(
            command=mark,
            group=group if isinstance(group, int) else 0,
            started=started if isinstance(started, int | float) else None,
            gpus=tuple(map(str, gpus)) if isinstance(gpus, list) else (),
        )
    if event == lifecycle.RUNNER_SIGNAL:
        return facts._replace(signals=(*facts.signals, line))
    if event == lifecycle.RUNNER_ENDED:
        return facts._replace(end=line)
    return facts


def _mark(line: dict[str, Any]) -> ProcessMark | None:
    pid = line.get("pid")
    if not isinstance(pid, int) or pid <= 1:
        return None
    texts = [str(line.get(key) or "") for key in ("start", "boot", "namespace")]
    return ProcessMark(pid, *texts)


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is something else.
    """
    try:
        found = json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} is no JSON object")
    return found


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _tail(path: Path) -> bytes:
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        return file.read()


def read_versions(run_dir: Path) -> dict[str, str]:
    """Return the versions of the data that a run found, by name; of two the later stands."""
    return _told_of_data(run_dir, "version")


def read_marks_of(run_dir: Path) -> dict[str, str]:
    """Return what marks made of the data that a run read, in words, by name."""
    return _told_of_data(run_dir, "patch")


def _told_of_data(run_dir: Path, key: str) -> dict[str, str]:
    try:
        data = (run_dir / lifecycle.VERSIONS_FILE).read_bytes()
    except OSError:
        return {}
    found = {}
    for line in data.splitlines():
        told = _parsed(line).get("dataset")
        if isinstance(told, dict) and isinstance(told.get(key), str):
            found[str(told.get("name"))] = told[key]
    return found
