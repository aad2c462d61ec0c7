"""Sweeps, tags, slots and dry runs: what is recorded, refused and shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, StorageError
from mlops_tui.domain.runs import ParamValue
from mlops_tui.engine import actions, command
from mlops_tui.engine.actions_dry import contract
from mlops_tui.engine.actions_launch import queue_run
from mlops_tui.engine.actions_tags import read_tags
from mlops_tui.engine.recorded import RunFolder
from tests.process.support import end_processes_of

TOML = """
[jobs.train]
run = "python train.py --lr {lr} --seed {seed}"
env = { OMP_NUM_THREADS = "2" }
[jobs.train.params]
lr = { type = "float", default = 0.05, max = 1.0 }
seed = 1
token = { type = "secret", env = "PUSH_TOKEN" }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a project whose queue is paused."""
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    monkeypatch.setenv("PUSH_TOKEN", "hunter2")
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.1")
    actions.pause_queue(folder)
    yield folder
    end_processes_of(folder)


def record(project: Path, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = RunFolder(project, run_id).order()
    return found


def queued(project: Path) -> list[str]:
    runs = places.runs_dir(project)
    return os.listdir(runs)


def test_a_sweep_queues_every_combination_with_one_tag(project: Path) -> None:
    axes: dict[str, list[ParamValue]] = {"lr": [0.1, 0.2], "seed": [1, 2]}
    launched = actions.launch_sweep(project, "train", {}, axes, tags={"team": "forms"})
    records = [record(project, run_id) for run_id in launched.run_ids]
    assert [(it["params"]["lr"], it["params"]["seed"]) for it in records] == [
        *((0.1, 1), (0.1, 2)),
        *((0.2, 1), (0.2, 2)),
    ]
    assert launched.sweep is not None
    assert launched.sweep.startswith("train-")
    assert all(it["tags"] == {"team": "forms", "sweep": launched.sweep} for it in records)
    assert [it["name"] for it in records] == [f"train-{number}" for number in range(1, 5)]
    assert "hunter2" not in json.dumps(records)


def test_named_runs_of_a_sweep_are_numbered(project: Path) -> None:
    launched = actions.launch_sweep(project, "train", {}, {"seed": [1, 2]}, name="try", slots=2)
    records = [record(project, run_id) for run_id in launched.run_ids]
    assert [(it["name"], it["slots"]) for it in records] == [("try-1", 2), ("try-2", 2)]


def test_one_combination_is_a_run_like_any_other(project: Path) -> None:
    launched = actions.launch_sweep(project, "train", {}, {"seed": [7]}, name="alone")
    assert launched.sweep is None
    (run_id,) = launched.run_ids
    assert (record(project, run_id)["name"], record(project, run_id)["tags"]) == ("alone", {})


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({"lr": [0.1, 2.0]}, "expected a float <= 1, got 2.0"),
        ({"seed": list(range(501))}, "501 runs are too many at once"),
        ({"seed": []}, "no values"),
    ],
)
def test_nothing_is_queued_where_one_run_of_many_is_wrong(
    project: Path, axes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        actions.launch_sweep(project, "train", {}, axes)
    assert queued(project) == []


def test_a_full_disk_in_the_middle_says_how_many_are_queued(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = list[object]()

    def failing(*given: Any) -> str:
        calls.append(given)
        if len(calls) == 3:
            raise StorageError("disk: no space left")
        return queue_run(*given)

    monkeypatch.setattr("mlops_tui.engine.actions_sweep.queue_run", failing)
    with pytest.raises(StorageError, match="2 of 4 runs are queued, then: disk"):
        actions.launch_sweep(project, "train", {}, {"seed": [1, 2, 3, 4]})
    assert len(queued(project)) == 2


@pytest.mark.parametrize(
    ("tags", "slots"),
    [({"": "x"}, None), ({"a\x1b": "x"}, None), ({"a": "x" * 201}, None), ({}, 0), ({}, 9999)],
)
def test_odd_tags_and_slots_are_refused(
    project: Path, tags: dict[str, str], slots: int | None
) -> None:
    with pytest.raises(InputError):
        actions.launch(project, "train", {}, tags=tags, slots=slots)
    assert queued(project) == []


def test_tags_are_read_from_one_line() -> None:
    assert read_tags(" team = forms, best,, ") == {"team": "forms", "best": ""}
    with pytest.raises(InputError):
        read_tags("=x")


def test_a_dry_run_shows_all_but_secrets_and_writes_nothing(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/bin/true")
    dry = actions.dry_run(actions.plan_launch(project, "train", {"lr": 0.1}))
    assert dry.argv == (str(python), "train.py", "--lr", "0.1", "--seed", "1")
    assert (dry.cwd, dry.interpreter) == (str(project), str(python))
    assert dry.environment["OMP_NUM_THREADS"] == "2"
    assert dry.environment["PATH"] == f"{python.parent}{os.pathsep}$PATH"
    assert json.loads(dry.environment["MLOPS_PARAMS"]) == {"lr": 0.1, "seed": 1}
    assert dry.environment["PUSH_TOKEN"] == "(secret)"
    assert "hunter2" not in str(dry)
    assert queued(project) == []


def test_a_dry_run_names_the_variables_that_a_run_finds(project: Path) -> None:
    folder = RunFolder(project, "RUN")
    assert contract(project, {"a": 1}) == command.contract_variables(folder, {"params": {"a": 1}})
