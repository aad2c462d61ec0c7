"""Sweeps from the command line: queued in one act, run to their ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places
from tests.process.support import end_processes_of, wait_ended

TOML = """
[jobs.train]
run = "sh -c 'echo {lr} {solver} > out-{lr}-{solver}'"
[jobs.train.params]
lr = 0.05
solver = { type = "choice", choices = ["adam", "sgd"], default = "adam" }
token = { type = "secret", env = "SWEEP_TOKEN" }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setenv("SWEEP_TOKEN", "hunter2")
    monkeypatch.chdir(folder)
    yield folder
    end_processes_of(folder)


def test_three_runs_are_queued_and_finish(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "train", "--sweep", "lr=0.1..0.3 step 0.1", "--tag", "team=forms"]) == 0
    said = capsys.readouterr()
    ids = said.out.split()
    assert len(ids) == 3
    assert [wait_ended(project, run_id)["state"] for run_id in ids] == ["finished"] * 3
    assert sorted(path.name for path in project.glob("out-*")) == [
        *("out-0.1-adam", "out-0.2-adam", "out-0.3-adam"),
    ]
    command = said.err.splitlines()[-1].split()
    assert main([*command[1:], "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {run["id"] for run in listed} == set(ids)
    assert {run["tags"]["team"] for run in listed} == {"forms"}


def test_a_dry_run_of_a_sweep_shows_every_command(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = ["--sweep", "lr=1,2", "--sweep", "solver=adam,sgd"]
    assert main(["run", "train", "--dry-run", *sweep]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[3] for line in lines] == ["1.0", "1.0", "2.0", "2.0"]
    assert main(["run", "train", "--dry-run", "--json", *sweep]) == 0
    assert len(json.loads(capsys.readouterr().out)["runs"]) == 4
    assert not places.runs_dir(project).exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sweep", "solvr=a,b"], "did you mean solver?"),
        (["--sweep", "lr=1,x"], "expected a float"),
        (["--sweep", "lr=0..1 x501"], "501 runs are too many"),
        (["--sweep", "lr=1", "--sweep", "lr=2"], "swept twice"),
        (["--sweep", "lr=1,2", "-p", "lr=3"], "given by -p and by --sweep"),
        (["--sweep", "token=a,b"], "a secret"),
        (["--sweep", "lr=1,2", "--follow"], "one run"),
        (["--sweep", "lr=1,2", "--slots", "0"], "0 slots"),
        (["--tag", "x"], "no tag"),
    ],
)
def test_what_cannot_be_swept_is_said_and_nothing_is_queued(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["run", "train", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not places.runs_dir(project).exists()
