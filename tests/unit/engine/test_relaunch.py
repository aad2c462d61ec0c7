from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.engine import retries, secrets
from mlops_tui.engine.endings import end_of
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.relaunch import relaunch, retry_if_due
from mlops_tui.engine.runnerlog import RunnerLog, record_end
from mlops_tui.engine.secrets import Waiting
from tests.process.support import journal_lines, make_project, make_run

WAITING = Waiting({"HF": "x"}, {"PATH": "/bin"})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "proj")


def end(project: Path, run_id: str, state: str) -> None:
    folder = RunFolder(project, run_id)
    log = RunnerLog(folder.runner_journal)
    assert record_end(folder, log, end_of(state, None, ended=1.0), 0)
    log.close()


def test_a_repeated_run_differs_in_what_makes_it_new_only(project: Path) -> None:
    old = make_run(project, "true", name="train-3", params={"lr": 1}, priority=4)
    new = relaunch(project, old, 2e9, WAITING)
    before = RunFolder(project, old).order()
    after = RunFolder(project, new).order()
    assert {key for key in before if before[key] != after[key]} == {
        "id", "name", "created", "retry_of", "attempt",
    }  # fmt: skip
    assert (after["retry_of"], after["attempt"], after["name"]) == (old, 2, "train-4")
    assert secrets.take(new) == WAITING
    assert journal_lines(project, "run.created")[1]["priority"] == 4


def test_a_retry_that_was_cut_off_anywhere_is_completed_once(project: Path) -> None:
    old = make_run(project, "true", retries=1)
    retries.offer(project, old, WAITING)
    assert retry_if_due(project, old, 2e9) is None
    end(project, old, "failed")
    new = retry_if_due(project, old, 2e9)
    assert new is not None

    journal = next((project / ".mlops").glob("journal-*.jsonl"))
    for missing in ("run.retried", "run.created", "nothing"):
        kept = [
            line for line in journal.read_text().splitlines(True)
            if missing not in line or (f'"run":"{old}"' in line and missing == "run.created")
        ]  # fmt: skip
        journal.write_text("".join(kept))
        retries.offer(project, old, WAITING)
        assert retry_if_due(project, old, 3e9) == new
        assert [line["run"] for line in journal_lines(project, "run.created")] == [old, new]
        assert [line["by_run"] for line in journal_lines(project, "run.retried")] == [new]
        assert retries.offered(project) == []


@pytest.mark.parametrize("state", ["finished", "stopped", "lost"])
def test_only_failed_runs_are_repeated(project: Path, state: str) -> None:
    run_id = make_run(project, "true", retries=1)
    retries.offer(project, run_id, WAITING)
    end(project, run_id, state)
    assert retry_if_due(project, run_id, 2e9) is None
    assert retries.offered(project) == []
    assert len(journal_lines(project, "run.created")) == 1


@pytest.mark.parametrize(
    ("attempt", "allowed", "is_due"), [(1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True)]
)
def test_a_retry_is_due_as_often_as_the_policy_says(
    attempt: int, allowed: int, is_due: bool
) -> None:
    assert retries.is_due({"attempt": attempt, "retries": allowed}) is is_due


def test_whoever_starts_a_run_again_starts_it_with_all_its_retries() -> None:
    by_hand = {"attempt": 2, "retries": 1, "retries_left": 1}
    assert retries.is_due(by_hand)
    assert not retries.is_due(by_hand | {"attempt": 3, "retries_left": 0})


def test_a_promise_that_cannot_be_read_is_not_kept(project: Path) -> None:
    run_id = make_run(project, "true", retries=1)
    end(project, run_id, "failed")
    retries.offer(project, run_id, WAITING)
    (places.claims_dir(project) / f"retry-{run_id}").write_text(json.dumps({"run": "../x"}))
    assert retry_if_due(project, run_id, 2e9) is None
