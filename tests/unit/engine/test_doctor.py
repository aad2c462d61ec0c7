"""The doctor tells what is wrong with a host, a disk or a project, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places
from mlops_tui.engine import doctor
from mlops_tui.engine.doctor import Level


def by_name(project: Path | None) -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.examine(project)}


def test_a_sound_host_and_project_are_called_so(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").write_text('[jobs.a]\nrun = "true"\n')
    places.project_dot(tmp_path).mkdir()
    checks = by_name(tmp_path)
    for name in ("versions", "clock", "state", "cache", "locks", "project locks", "disk clock"):
        assert checks[name].level is Level.GOOD, checks[name]
    assert checks["agent"].level is Level.INFO
    assert checks["executor"].found.startswith("local: output shows as it comes")
    assert not list(places.project_dot(tmp_path).iterdir())


def test_without_a_project_the_host_is_still_looked_at() -> None:
    checks = by_name(None)
    assert checks["project"].hint
    assert "locks" in checks


def test_a_broken_project_file_is_bad_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").write_text("[jobs.a]\nrnu = 1\n")
    check = by_name(tmp_path)["project file"]
    assert check.level is Level.BAD
    assert "mlops.toml:2" in check.found


def test_every_problem_of_a_project_file_stands_on_a_line_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mlops.toml").write_text("[jobs.a]\nrnu = 1\nkind = 2\n")
    assert len(by_name(tmp_path)["project file"].found.splitlines()) == 3
    capsys.readouterr()
    assert main(["doctor", "-C", str(tmp_path)]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if "mlops.toml:" in line]
    assert [line.index(str(tmp_path)) for line in lines] == [21, 21, 21]


def test_settings_that_are_ignored_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLOPS_SLOTS", "0")
    monkeypatch.setenv("MLOPS_GPUS", "all")
    check = by_name(None)["slots"]
    assert check.level is Level.WARN
    assert "MLOPS_SLOTS=0 is no number from 1" in check.found
    assert "MLOPS_GPUS=all" in check.found
    assert "queue pause" in check.hint


def test_a_state_folder_that_cannot_be_made_is_bad_and_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MLOPS_STATE_DIR", str(tmp_path / "file" / "state"))
    check = by_name(None)["state"]
    assert check.level is Level.BAD
    assert "MLOPS_STATE_DIR" in check.hint


def test_a_terminal_that_cannot_draw_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert by_name(None)["terminal"].level is Level.WARN


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        ({}, False),
        ({"etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, False),
        ({"etc/systemd/logind.conf": "[Login]\nKillUserProcesses = yes\n"}, True),
        (
            {
                "etc/systemd/logind.conf": "KillUserProcesses=yes\n",
                "etc/systemd/logind.conf.d/site.conf": "KillUserProcesses=no\n",
            },
            False,
        ),
    ],
)
def test_what_log_out_kills_is_read_as_logind_reads_it(
    tmp_path: Path, files: dict[str, str], kills: bool
) -> None:
    for name, text in files.items():
        path = tmp_path / name
        os.makedirs(path.parent, exist_ok=True)
        path.write_text(text)
    assert doctor.kills_user_processes(tmp_path) is kills
