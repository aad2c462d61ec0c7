from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_tui.engine import slots
from mlops_tui.engine.executor import Executor, Resources, StopResult, SupervisedExecutor
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.local import LocalExecutor
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.journal.lock import claim
from tests.process.conformance import ExecutorConformance
from tests.process.support import make_run, project_folder, until, wait_ended


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_SLOTS", "4")
    monkeypatch.setenv("MLOPS_GPUS", "2")
    yield from project_folder(tmp_path)


def reserved(count: int = 1, gpus: int = 0) -> slots.Grant:
    grant = slots.reserve(count, gpus, slots.capacity())
    assert isinstance(grant, slots.Grant)
    return grant


class TestLocalExecutor(ExecutorConformance):
    @pytest.fixture
    def executor(self, project: Path) -> Executor:
        return LocalExecutor(project)

    @pytest.fixture
    def grant(self) -> Callable[[], slots.Grant]:
        return reserved

    def another(self, project: Path) -> Executor:
        return LocalExecutor(project)


def test_a_run_holds_its_slots_and_gpus_until_it_ends(project: Path) -> None:
    executor = LocalExecutor(project)
    run_id = make_run(project, 'echo "$CUDA_VISIBLE_DEVICES" > gpus; sleep 60', gpus=1)
    with_first = reserved(1, 1)
    with_second = reserved(2, 1)
    with_first.release()
    executor.submit(run_id, with_second)
    with_second.release()
    seen = until(lambda: (project / "gpus").is_file() and (project / "gpus").read_text())
    assert seen == "1\n"
    assert executor.resources() == Resources(slots=4, free_slots=2, gpus=2, free_gpus=1)
    executor.cancel([run_id])
    wait_ended(project, run_id)
    assert executor.resources() == Resources(slots=4, free_slots=4, gpus=2, free_gpus=2)


def test_a_cancel_that_was_cut_off_after_its_claim_is_finished_by_the_next(project: Path) -> None:
    run_id = make_run(project, "touch started")
    claim(RunFolder(project, run_id).start_claim, {"by": "ada", "cancelled": True})
    assert LocalExecutor(project).cancel([run_id], "bob") == {run_id: StopResult.CANCELLED}
    assert wait_ended(project, run_id)["state"] == "stopped"


def test_it_is_what_the_agent_needs(project: Path) -> None:
    executor: SupervisedExecutor = executor_of(project)
    run_id = make_run(project, "sleep 0.2")
    grant = executor.reserve(1, 2)
    assert executor.reserve(1, 1) is slots.Shortage.GPUS
    assert isinstance(grant, slots.Grant)
    executor.submit(run_id, grant)
    grant.release()
    assert executor.is_starting(run_id)
    assert until(executor.collect, what="runner over") == {run_id: 0}
    assert not executor.is_starting(run_id)


def test_a_command_does_not_hold_the_slots_of_its_runner(project: Path) -> None:
    executor = LocalExecutor(project)
    run_id = make_run(project, "ls -l /proc/self/fd")
    grant = reserved(3, 2)
    executor.submit(run_id, grant)
    grant.release()
    wait_ended(project, run_id)
    listed = executor.logs(run_id).decode()
    assert "command.lock" in listed
    assert "slot-" not in listed
    assert "gpu-" not in listed
    assert "runner.lock" not in listed
