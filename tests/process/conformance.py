"""What every executor must do, as tests: subclass, say how to make one, inherit the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.runs import RunState
from mlops_tui.engine.executor import Executor, Grant, Presence, Sighting, StopResult
from tests.process.support import make_run, until


class ExecutorConformance:
    """Tests that know an executor by its interface alone."""

    SECONDS = 15.0
    """How long a small run may take from submit to end."""

    @pytest.fixture
    def executor(self, project: Path) -> Executor:
        raise NotImplementedError

    @pytest.fixture
    def grant(self) -> Callable[[], Grant | None]:
        """Return what reserves room for one run."""
        raise NotImplementedError

    def end(self, executor: Executor, run_id: str) -> Sighting:
        def seen() -> Sighting | None:
            sighting = executor.poll([run_id])[run_id]
            return sighting if sighting.presence is Presence.ENDED else None

        return until(seen, self.SECONDS, f"end of {run_id}")  # type: ignore[no-any-return]

    def submit(self, executor: Executor, grant: Callable[[], Grant | None], run_id: str) -> None:
        given = grant()
        executor.submit(run_id, given)
        release: Any = getattr(given, "release", lambda: None)
        release()

    @pytest.mark.parametrize(
        ("script", "state"), [("exit 0", RunState.FINISHED), ("exit 3", RunState.FAILED)]
    )
    def test_a_submitted_run_ends_in_its_own_state(
        self, project: Path, executor: Executor, grant: Any, script: str, state: RunState
    ) -> None:
        run_id = make_run(project, script)
        assert executor.poll([run_id]) == {run_id: Sighting(Presence.QUEUED)}
        self.submit(executor, grant, run_id)
        assert self.end(executor, run_id).state is state

    def test_submitting_twice_starts_once(
        self, project: Path, executor: Executor, grant: Any
    ) -> None:
        run_id = make_run(project, "echo once >> count; sleep 0.2")
        for _ in range(3):
            self.submit(executor, grant, run_id)
        self.end(executor, run_id)
        self.submit(executor, grant, run_id)
        assert (project / "count").read_text() == "once\n"

    def test_a_running_run_is_seen_alive_and_can_be_cancelled(
        self, project: Path, executor: Executor, grant: Any
    ) -> None:
        run_id = make_run(project, ["sleep", "60"])
        self.submit(executor, grant, run_id)
        until(lambda: executor.poll([run_id])[run_id].is_alive)
        assert executor.cancel([run_id], "ada") == {run_id: StopResult.ASKED}
        again = executor.cancel([run_id], "ada")[run_id]
        assert again in (StopResult.ALREADY_ASKED, StopResult.ALREADY_ENDED)
        sighting = self.end(executor, run_id)
        assert (sighting.state, sighting.reason) == (RunState.STOPPED, "stopped by ada")

    def test_a_cancelled_queued_run_never_starts(
        self, project: Path, executor: Executor, grant: Any
    ) -> None:
        run_id = make_run(project, "touch started")
        assert executor.cancel([run_id], "ada") == {run_id: StopResult.CANCELLED}
        self.submit(executor, grant, run_id)
        sighting = self.end(executor, run_id)
        assert sighting.state is RunState.STOPPED
        assert sighting.reason == "stopped by ada before it started"
        assert executor.cancel([run_id]) == {run_id: StopResult.ALREADY_ENDED}
        assert not (project / "started").exists()

    def test_cancelling_an_ended_run_changes_nothing(
        self, project: Path, executor: Executor, grant: Any
    ) -> None:
        run_id = make_run(project, "true")
        self.submit(executor, grant, run_id)
        before = self.end(executor, run_id)
        assert executor.cancel([run_id]) == {run_id: StopResult.ALREADY_ENDED}
        assert self.end(executor, run_id) == before

    def test_output_is_read_in_pieces(self, project: Path, executor: Executor, grant: Any) -> None:
        run_id = make_run(project, "printf 0123456789")
        assert executor.logs(run_id) == b""
        assert executor.log_bytes(run_id) == 0
        self.submit(executor, grant, run_id)
        self.end(executor, run_id)
        assert executor.logs(run_id) == b"0123456789"
        assert executor.log_bytes(run_id) == 10
        assert executor.logs(run_id, 4, 3) == b"456"
        assert executor.logs(run_id, 99) == b""

    def test_runs_that_are_not_there_are_left_out(self, project: Path, executor: Executor) -> None:
        unknown: Sequence[str] = ["20260101-000000-000000"]
        assert executor.find(unknown[0]) is None
        assert executor.poll(unknown) == {}
        assert executor.cancel(unknown) == {}
        executor.submit(unknown[0], None)
        assert executor.log_bytes(unknown[0]) == 0
        assert executor.logs(unknown[0]) == b""

    def test_another_executor_of_the_same_project_sees_the_same(
        self, project: Path, executor: Executor, grant: Any
    ) -> None:
        run_id = make_run(project, "true")
        self.submit(executor, grant, run_id)
        seen = self.end(executor, run_id)
        assert self.another(project).find(run_id) == seen

    def another(self, project: Path) -> Executor:
        raise NotImplementedError

    def test_it_says_what_it_has_and_can(self, executor: Executor) -> None:
        resources = executor.resources()
        assert 0 <= resources.free_slots <= resources.slots
        assert 0 <= resources.free_gpus <= resources.gpus
        assert executor.resources(with_gpus=False).slots == resources.slots
        assert executor.capabilities().name
