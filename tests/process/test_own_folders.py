"""Cache and state of a user: where they are, for every process of ours, and who may read them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.process.support import end_processes_of

TOML = """
[jobs.show]
run = "sh -c 'echo $NTH $KEY $MLOPS_STATE_DIR; exit 1'"
retries = 1
[jobs.show.params]
key = { type = "secret", env = "KEY" }
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    yield folder
    end_processes_of(tmp_path)


def say(project: Path, *arguments: str, **environment: str | None) -> Any:
    """Return what a verb prints as JSON, called as in a shell of its own with the usual umask."""
    changed = {**os.environ, "MLOPS_AGENT_LINGER_SECONDS": "0.2", **environment}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mlops_tui", *arguments, "--json"],
        cwd=project,
        env={name: value for name, value in changed.items() if value is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=0o022,
        timeout=60,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines, done.stderr
    return lines[0]


def test_relative_folders_are_the_same_for_all_processes(project: Path) -> None:
    folders = {"MLOPS_STATE_DIR": "../st", "MLOPS_CACHE_DIR": "../ca"}
    state = project.parent / "st"
    for nth in ("1", "2"):
        given = say(project, "run", "show", "--follow", NTH=nth, KEY=f"k{nth}", **folders)
        output = project / ".mlops" / "runs" / given["id"] / "output.log"
        assert output.read_text() == f"{nth} k{nth} {state}\n"
    assert not list((state / "secrets").iterdir())
    assert len(list(state.glob("agents/*.log"))) == 1
    assert len(list((project.parent / "ca").glob("*/index.db"))) == 1


def test_nobody_else_can_read_what_is_kept_for_a_user(project: Path, isolated_home: Path) -> None:
    user = {"MLOPS_STATE_DIR": None, "MLOPS_CACHE_DIR": None, "KEY": "k", "NTH": "1"}
    say(project, "run", "show", "--follow", **user)
    say(project, "doctor", **user)
    say(project, "runs", **user)
    roots = [isolated_home / ".cache", isolated_home / ".local"]
    paths = [path for root in roots for path in [root, *root.rglob("*")]]
    assert len(paths) > 20
    assert {
        path: mode for path in paths if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077
    } == {}
