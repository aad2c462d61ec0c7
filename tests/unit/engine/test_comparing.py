"""Comparing reads run folders and asks git; nothing that is recorded can make git do anything."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import actions


def run(number: int) -> Run:
    ident = f"20260101-00000{number}-abcdef"
    return Run(ident, f"r{number}", "train", "train", RunState.FINISHED, 0.0, host="vm")


def record(project: Path, number: int, commit: object) -> Run:
    it = run(number)
    folder = places.run_dir(project, it.id)
    folder.mkdir(parents=True)
    (folder / "environment.json").write_text(json.dumps({"git": {"commit": commit}}))
    return it


def git(folder: Path, *words: str) -> str:
    identity = {f"GIT_{who}_{what}": "x@y" for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")}  # fmt: skip
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        env=os.environ | identity | alone,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "proj"
    folder.mkdir()
    git(folder, "init", "-q")
    return folder


def commit(project: Path, **files: str | bytes) -> str:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (project / name.replace("_", ".")).write_bytes(data)
    git(project, "add", "-A", "--", *(name.replace("_", ".") for name in files))
    git(project, "commit", "-q", "-m", "x")
    return git(project, "rev-parse", "HEAD")


def test_files_that_changed_between_commits_are_counted_against_the_first(project: Path) -> None:
    first = commit(project, train_py="a\nb\n", odd_bin=b"\0\1")
    second = commit(project, train_py="a\nc\nd\n", odd_bin=b"\0\2")
    runs = [record(project, at, one) for at, one in enumerate([first, second, first])]
    compared = actions.compare_runs(project, runs)
    changes = actions.changed_files(project, compared.runs)
    assert changes.note == ""
    assert {row.key: row.values for row in changes.rows} == {
        "odd.bin": (None, "binary", None),
        "train.py": (None, "+2 -1", None),
    }
    commits = next(row for row in compared.rows if row.key == "git commit")
    assert commits.values == (first, second, first)


@pytest.mark.parametrize(
    "recorded", ["--output=stolen", "HEAD", "", None, 7, "-" * 40, ["a"], "abcdefa\n"]
)
def test_what_is_no_commit_never_reaches_git(project: Path, recorded: object) -> None:
    first = commit(project, train_py="a\n")
    runs = [record(project, 0, first), record(project, 1, recorded)]
    compared = actions.compare_runs(project, runs)
    assert actions.changed_files(project, compared.runs) == actions.CodeChanges()
    assert not (project / "stolen").exists()


def test_a_commit_that_the_repository_lacks_is_named(project: Path) -> None:
    first = commit(project, train_py="a\n")
    runs = [record(project, 0, first), record(project, 1, "0" * 40)]
    changes = actions.changed_files(project, actions.compare_runs(project, runs).runs)
    assert changes.rows == ()
    assert "00000000" in changes.note


def test_many_changed_files_are_counted_not_listed(project: Path) -> None:
    first = commit(project, train_py="a\n")
    second = commit(project, **{f"f{at:03d}_txt": "x" for at in range(130)})
    runs = [record(project, 0, first), record(project, 1, second)]
    changes = actions.changed_files(project, actions.compare_runs(project, runs).runs)
    assert len(changes.rows) == 100
    assert changes.note == "30 more files changed"


def test_runs_without_folders_have_their_facts_of_the_index(tmp_path: Path) -> None:
    compared = actions.compare_runs(tmp_path, [run(0), run(1)])
    assert {row.key for row in compared.rows} == {"host"}
    assert actions.changed_files(tmp_path, compared.runs) == actions.CodeChanges()
