"""Completion in real shells: what is typed with the tab key is what the program is called with."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlops_tui.cli.completion import candidates
from mlops_tui.domain import places
from mlops_tui.engine.creation import record_fact
from tests.process.support import make_project, make_run

TOML = """
[jobs.train]
run = "true"
params = { rate = 0.1 }
"""
PROGRAM = """#!/bin/sh
case $1 in
    __complete | completion) exec {python} -m mlops_tui "$@" ;;
    *) printf '<%s>' called "$@"; printf '\\n' ;;
esac
"""
SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(mlops-tui completion bash)"'),
    "zsh": (
        ["-f", "-i"],
        'autoload -Uz compinit; compinit -u -D; eval "$(mlops-tui completion zsh)"',
    ),
    "fish": (["--no-config", "-i"], "mlops-tui completion fish | source"),
}
"""Options that keep the person's own settings out, and how README says to begin."""


TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Shell:
    """An interactive shell in a terminal of its own."""

    def __init__(self, name: str, folder: Path, program: Path) -> None:
        options, begin = SHELLS[name]
        self._fd, child = pty.openpty()
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        self._process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, name, *options],
            cwd=folder,
            env={**os.environ, "PATH": path, "TERM": "dumb", "PS1": "> "},
            stdin=child,
            stdout=child,
            stderr=child,
            start_new_session=True,
        )
        os.close(child)
        self._said = ""
        self.type(f"{begin}; mlops-tui ready\n", "<called><ready>")

    def type(self, keys: str, expected: str, seconds: float = 15.0) -> str:
        """Type, and return what the shell wrote until `expected` came."""
        os.write(self._fd, keys.encode())
        deadline = time.monotonic() + seconds
        said = ""
        while expected not in said:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no {expected!r} in {said!r}"
            said += os.read(self._fd, 4096).decode(errors="replace")
        return said

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._fd)


@contextmanager
def shell_in(name: str, project: Path, program: Path) -> Iterator[Shell]:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    shell = Shell(name, project, program)
    try:
        yield shell
    finally:
        shell.close()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "bin" / "mlops-tui"
    path.parent.mkdir()
    path.write_text(PROGRAM.replace("{python}", sys.executable))
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = make_project(tmp_path / "p")
    (folder / "mlops.toml").write_text(TOML)
    (folder / "weights.bin").touch()
    return folder


@pytest.fixture
def offered(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Give what fits behind a line, from a project with one run and what it recorded."""
    run_id = make_run(project, "true", name="baseline")
    events = places.run_dir(project, run_id) / "events.jsonl"
    events.write_text('{"m": {"loss": 1.0, "accuracy": 0.5}}\n')
    (project / "data").mkdir()
    (project / ".hidden").mkdir()
    monkeypatch.chdir(project)

    def ask(line: str) -> list[str]:
        *before, current = line.split(" ")
        return [word for word in candidates(before, current) if word.startswith(current)]

    return ask


def test_runs_are_offered_only_where_one_fits(
    offered: Callable[[str], list[str]], project: Path
) -> None:
    for line in ("show base", "stop other base", "-C . logs base", "logs --tail 5 base"):
        assert offered(line) == ["baseline"], line
    assert offered("series base") == ["baseline"]
    assert offered("series baseline ") == ["accuracy", "loss"]
    for line in ("rename baseline ", "priority baseline ", "show baseline ", "log ", "doctor "):
        assert offered(line) == [], line
    assert offered("stop baseline base") == []


def test_values_of_options_are_no_runs(offered: Callable[[str], list[str]]) -> None:
    assert offered("show -C ") == ["data/"]
    assert offered("-C ") == ["data/"]
    assert offered("show -C .h") == [".hidden/"]
    assert offered("show -C nowhere/") == []
    for line in ("run train --name ", "logs --tail ", "runs --sort ", "queue pause "):
        assert offered(line) == [], line
    assert offered("run -p x=1 tr") == ["train"]


def test_live_datasets_and_their_batches_are_offered(
    offered: Callable[[str], list[str]], project: Path
) -> None:
    with (project / "mlops.toml").open("a") as file:
        file.write('[datasets.sensors]\npath = "live"\nrole = "live"\n')
    facts = {"batch": "abc123", "dataset": "sensors", "cut": "file", "key": "week-1.csv"}
    record_fact(project, "batch.judged", 1.0, **facts)
    for verb in ("status", "watch", "replay", "run"):
        assert offered(f"monitor {verb} s") == ["sensors"]
    assert offered("monitor show w") == ["week-1.csv"]
    assert offered("monitor show a") == ["abc123"]


def test_no_secret_is_offered_to_be_typed(
    offered: Callable[[str], list[str]], project: Path
) -> None:
    with (project / "mlops.toml").open("a") as file:
        file.write('[jobs.push]\nrun = "true"\n[jobs.push.params]\nbranch = "main"\n')
        file.write('token = { type = "secret", env = "HF_TOKEN" }\n')
    assert offered("run push -p ") == ["branch="]


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_completes_what_is_typed(name: str, project: Path, program: Path) -> None:
    run_id = make_run(project, "true", name="baseline")
    assert places.run_dir(project, run_id).is_dir()
    with shell_in(name, project, program) as shell:
        shell.type("mlops-tui sho\tbase\t\n", "<called><show><baseline>")
        shell.type(f"mlops-tui logs {run_id[:9]}\t--fol\t\n", f"<called><logs><{run_id}><--follow>")
        shell.type("mlops-tui run tr\t-p ra\t0.5\n", "<called><run><train><-p><rate=0.5>")
        shell.type("mlops-tui queue pau\t\n", "<called><queue><pause>")
        shell.type("mlops-tui runs --li\t5\n", "<called><runs><--limit><5>")
        shell.type(f"mlops-tui -C {project} stop base\t\n", f"<-C><{project}><stop><baseline>")
        shell.type(
            f"mlops-tui -C {project.parent}/p\t sto\tbase\t\n", f"<{project}/><stop><baseline>"
        )
        shell.type("mlops-tui init weig\t\n", "<called><init><weights.bin>")
