"""The agent's looks, seen from an executor that is none of ours: it is known by its interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mlops_tui.engine.care import Care
from mlops_tui.engine.executor import (
    Capabilities,
    Grant,
    Presence,
    Resources,
    Sighting,
    StopResult,
    SupervisedExecutor,
)
from mlops_tui.engine.slots import Shortage
from mlops_tui.index import Index
from mlops_tui.journal.lock import claim
from tests.process.support import make_project, make_run


class Room:
    """What the executor below gives away."""

    gpus: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()

    def __init__(self, executor: Elsewhere, slots: int) -> None:
        self._executor, self._slots = executor, slots

    def release(self) -> None:
        self._executor.released += self._slots


class Elsewhere:
    """An executor that notes what is asked of it and starts nothing."""

    def __init__(self, slots: int, gpus: int = 0) -> None:
        self.left, self.gpus = slots, gpus
        self.released = 0
        self.submitted: list[str] = []
        self.adopted: list[str] = []
        self.over: dict[str, int] = {}
        self.sighting = Sighting(Presence.SUPERVISED)

    def submit(self, run_id: str, grant: Grant | None) -> None:
        assert grant is not None
        self.submitted.append(run_id)

    def find(self, run_id: str) -> Sighting | None:
        return self.sighting

    def poll(self, run_ids: Sequence[str]) -> dict[str, Sighting]:
        return dict.fromkeys(run_ids, self.sighting)

    def cancel(self, run_ids: Sequence[str], by: str = "") -> dict[str, StopResult]:
        return dict.fromkeys(run_ids, StopResult.ASKED)

    def logs(self, run_id: str, offset: int = 0, limit: int = 65536) -> bytes:
        return b""

    def log_bytes(self, run_id: str) -> int:
        return 0

    def resources(self, with_gpus: bool = True) -> Resources:
        return Resources(self.left, self.left, self.gpus, self.gpus)

    def capabilities(self) -> Capabilities:
        return Capabilities("elsewhere", False, False, ends_escapees=True)

    def reserve(self, slots_wanted: int, gpus: int) -> Room | Shortage:
        if gpus > self.gpus:
            return Shortage.GPUS
        if slots_wanted > self.left:
            return Shortage.SLOTS
        self.left -= slots_wanted
        return Room(self, slots_wanted)

    def is_starting(self, run_id: str) -> bool:
        return run_id in self.submitted

    def collect(self) -> dict[str, int]:
        over, self.over = self.over, {}
        return over

    def adopt(self, run_id: str) -> None:
        self.adopted.append(run_id)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "p")


@pytest.fixture
def index(project: Path) -> Iterator[Index]:
    with Index.open(project) as opened:
        yield opened


def test_what_waits_is_submitted_as_there_is_room(project: Path, index: Index) -> None:
    executor: SupervisedExecutor = (elsewhere := Elsewhere(slots=3, gpus=1))
    runs = [
        make_run(project, "true", created=1.8e9 + number, slots=wanted, gpus=gpus)
        for number, (wanted, gpus) in enumerate([(1, 0), (1, 2), (2, 1), (1, 0)])
    ]
    care = Care(project, index, executor, print)
    assert care.look() is not None
    assert elsewhere.submitted == [runs[0], runs[2]]
    assert elsewhere.released == 3
    elsewhere.left = 1
    care.look()
    assert elsewhere.submitted == [runs[0], runs[2], runs[3]]


def test_a_runner_that_failed_is_not_started_again_at_once(project: Path, index: Index) -> None:
    elsewhere = Elsewhere(slots=9)
    run_id = make_run(project, "true")
    said: list[str] = []
    care = Care(project, index, elsewhere, said.append)
    care.look()
    elsewhere.submitted.clear()
    elsewhere.over = {run_id: 7}
    care.look()
    assert elsewhere.submitted == []
    assert said == [f"run {run_id}: its runner ended with 7"]


def test_a_command_without_its_runner_is_adopted_once_for_a_while(
    project: Path, index: Index
) -> None:
    elsewhere = Elsewhere(slots=9)
    elsewhere.sighting = Sighting(Presence.UNSUPERVISED)
    run_id = make_run(project, "true")
    claim(project / ".mlops" / "claims" / f"start-{run_id}", {"by": "runner"})
    journal = project / ".mlops" / "runs" / run_id / "runner.jsonl"
    journal.write_text('{"t": 1.0, "event": "started"}\n')
    care = Care(project, index, elsewhere, print)
    for _ in range(3):
        care.look()
    assert elsewhere.adopted == [run_id]
