from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_tui.track import facts
from tests.unit.track.scripts import until


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("https://me:secret@host/team/repo.git", "https://host/team/repo.git"),
        ("https://ghp_token@host/repo", "https://host/repo"),
        ("https://host/repo?private_token=abc", "https://host/repo"),
        ("https://host:8443/a@b/repo", "https://host:8443/a@b/repo"),
        ("ssh://git@host:22/repo", "ssh://host:22/repo"),
        ("git@host:team/repo.git", "git@host:team/repo.git"),
        ("/srv/repo.git", "/srv/repo.git"),
        ("https://me:p@ss@host", "https://host"),
    ],
)
def test_a_remote_is_shown_without_its_credentials(remote: str, shown: str) -> None:
    assert facts.without_credentials(remote) == shown


def test_outside_a_repository_there_are_no_git_facts(tmp_path: Path) -> None:
    found = facts.collect(tmp_path, is_python=True)
    assert found["git"] is None
    assert found["python"] == sys.version.split()[0]
    assert isinstance(found["packages"], dict)
    assert found["packages"]["pytest"]


def test_a_repository_without_commit_and_with_changes(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q", "-b", "new"], check=True)
    (tmp_path / "f").write_text("1")
    subprocess.run([*git, "add", "f"], check=True)
    found = facts.collect(tmp_path, is_python=False)
    assert found["git"] == {"commit": None, "branch": "new", "dirty": True, "remote": None}
    assert found["python"] is None
    assert found["packages"] == {}


def test_the_facts_of_another_command_need_no_interpreter_of_its_own(tmp_path: Path) -> None:
    facts.start_recording(tmp_path, tmp_path, None)
    until((tmp_path / "environment.json").exists)
    found = json.loads((tmp_path / "environment.json").read_text())
    assert found["executable"] is None
    assert found["platform"]
    until(lambda: [path.name for path in tmp_path.iterdir()] == ["environment.json"])


def test_facts_that_are_there_are_not_written_again(tmp_path: Path) -> None:
    (tmp_path / "environment.json").write_text("{}")
    facts.start_recording(tmp_path, tmp_path, sys.executable)
    facts.main([str(tmp_path), os.getcwd(), "python"])
    assert (tmp_path / "environment.json").read_text() == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["environment.json"]


def test_facts_by_an_interpreter_that_is_not_there_raise_nothing(tmp_path: Path) -> None:
    facts.start_recording(tmp_path, tmp_path, str(tmp_path / "no python"))
