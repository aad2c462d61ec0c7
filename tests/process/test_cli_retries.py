"""A followed job is followed into the retries that its policy makes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.cli.follow_job import follow_job
from mlops_tui.cli.main import main
from mlops_tui.engine import actions
from tests.process.support import end_processes_of, wait_ended

TOML = """
[jobs.flaky]
run = "sh flaky.sh {succeeds_at}"
retries = 2
params = { succeeds_at = 3 }
"""
FLAKY = """
echo x >> attempts
number=$(wc -l < attempts)
echo attempt $((number))
[ $((number)) -ge $1 ]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "flaky.sh").write_text(FLAKY)
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_SLOTS", "4")
    monkeypatch.chdir(folder)
    yield folder
    end_processes_of(folder)


def test_the_last_attempt_decides(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("run", "flaky", "--follow")) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[1:] == ["attempt 1", "attempt 2", "attempt 3"]
    assert "flaky-1 failed" in told.err
    assert "attempt 2: flaky-1 is repeated as" in told.err
    assert "flaky-3 finished" in told.err


def test_json_lines_name_every_attempt(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("run", "flaky", "-p", "succeeds_at=9", "--follow", "--json")) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    first, *retries = [line for line in lines if "id" in line]
    ends = [line["run"] for line in lines if "run" in line]
    assert [end["state"] for end in ends] == ["failed"] * 3
    assert [end["attempt"] for end in ends] == [1, 2, 3]
    assert [line["id"] for line in (first, *retries)] == [end["id"] for end in ends]
    assert [line["retry_of"] for line in retries] == [end["id"] for end in ends[:2]]


def test_a_run_that_is_tried_again_by_hand_has_all_its_retries(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(("run", "flaky", "-p", "succeeds_at=5", "--follow")) == 1
    capsys.readouterr()
    assert main(("retry", "flaky-3")) == 0
    again = capsys.readouterr().out.strip()
    assert follow_job(project, again, is_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    ends = [line["run"] for line in lines if "run" in line]
    assert [(end["name"], end["attempt"], end["state"]) for end in ends] == [
        ("flaky-4", 4, "failed"),
        ("flaky-5", 5, "finished"),
    ]


def test_a_stopped_run_is_not_waited_for(project: Path) -> None:
    (project / "flaky.sh").write_text("echo up; while [ ! -e go ]; do sleep 0.02; done")
    follower = subprocess.Popen(
        [sys.executable, "-m", "mlops_tui", "run", "flaky", "--follow"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert follower.stdout is not None
    run_id = follower.stdout.readline().strip()
    assert follower.stdout.readline() == "up\n"
    actions.stop(project, run_id)
    _, words = follower.communicate(timeout=20)
    assert follower.returncode == 1
    assert "flaky-1 stopped" in words
    assert "repeated" not in words


def test_who_leaves_a_retry_leaves_it_alone(project: Path) -> None:
    (project / "flaky.sh").write_text(
        "[ -e once ] || { touch once; exit 1; }; echo up; while [ ! -e go ]; do sleep 0.02; done"
    )
    follower = subprocess.Popen(
        [sys.executable, "-m", "mlops_tui", "run", "flaky", "--follow", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert follower.stdout is not None
    lines = (json.loads(line) for line in follower.stdout)
    retry_id = next(line["id"] for line in lines if "retry_of" in line)
    assert next(line for line in lines if "output" in line) == {"output": "up\n"}
    follower.send_signal(signal.SIGINT)
    assert follower.wait(20) == 130
    follower.stdout.close()
    assert follower.stderr is not None
    assert "flaky-2 goes on" in follower.stderr.read()
    follower.stderr.close()
    (project / "go").touch()
    assert wait_ended(project, retry_id)["state"] == "finished"
