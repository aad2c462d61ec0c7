"""What a run leaves in a project can be read and added to by the group that has the project."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.support import end_processes_of, until

TOML = """
[jobs.train]
run = "python train.py"
"""
TRAIN = """
import os, sys
from mlops_tui import track
os.umask(int(os.environ["UMASK"], 8))
open("model.bin", "w").close()
os.chmod("model.bin", 0o600)
os.makedirs("plots/deep", exist_ok=True)
open("plots/deep/roc.png", "w").close()
with track.run() as run:
    run.log({"loss": 0.5})
    run.artifact("model.bin")
    run.artifact("plots")
    if os.fork() == 0:
        run.log({"loss": 0.25})
        os._exit(0)
    os.wait()
"""
PYTHON = [sys.executable, "-P", "-m", "mlops_tui"]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "train.py").write_text(TRAIN)
    yield folder
    end_processes_of(folder)


def say(
    project: Path, umask: int, *command: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "UMASK": f"{umask:o}",
        "MLOPS_AGENT_LINGER_SECONDS": "0.2",
    }
    return subprocess.run(
        command,
        cwd=project,
        env={**os.environ, **environment, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        umask=umask,
        timeout=60,
        check=False,
    )


def record(project: Path, umask: int) -> list[Path]:
    """Launch a run, have a script start one, stop a third; return all that is in `.mlops` then."""
    done = say(project, umask, *PYTHON, "run", "train", "--follow")
    assert done.returncode == 0, done.stderr
    done = say(project, umask, sys.executable, "train.py")
    assert done.returncode == 0, done.stderr
    runs = project / ".mlops" / "runs"
    until(lambda: len(list(runs.glob("*/environment.json"))) == 2, what="environment")
    until(lambda: not list(runs.glob("*/.environment*")), what="environment")
    paths = [project / ".mlops", *(project / ".mlops").rglob("*")]
    names = {path.name for path in paths}
    assert names >= {"runner.lock", "command.lock", "output.log", "runner.jsonl", "roc.png"}
    assert len([name for name in names if name.startswith(("events", "start-", "journal-"))]) >= 4
    return paths


def modes(paths: list[Path]) -> tuple[set[str], set[str]]:
    """Return the modes of the folders, and those of the files."""
    folders = {stat.filemode(path.stat().st_mode) for path in paths if path.is_dir()}
    return folders, {stat.filemode(path.stat().st_mode) for path in paths if path.is_file()}


@pytest.mark.parametrize(
    ("mode", "umask", "folders", "files"),
    [
        (0o2770, 0o077, {"drwxrws---"}, {"-rw-rw----"}),
        (0o775, 0o022, {"drwxrwsr-x"}, {"-rw-rw-r--", "-rw-rw----"}),
        (0o750, 0o077, {"drwxr-x---"}, {"-rw-r-----"}),
        (0o755, 0o022, {"drwxr-xr-x"}, {"-rw-r--r--", "-rw-r-----"}),
        (0o700, 0o022, {"drwx------"}, {"-rw-------"}),
    ],
)
def test_all_that_is_recorded_follows_the_group_of_the_project(
    project: Path, mode: int, umask: int, folders: set[str], files: set[str]
) -> None:
    project.chmod(mode)
    assert modes(record(project, umask)) == (folders, files)


@pytest.mark.skipif(os.getuid() != 0, reason="only root is in a group that it is not in")
def test_all_that_is_recorded_is_of_the_group_of_the_project(project: Path) -> None:
    os.chown(project, -1, 12345)
    project.chmod(0o770)
    assert {path.stat().st_gid for path in record(project, 0o077)} == {12345}


def unreadable(command: list[str]) -> list[str]:
    """Return a command line for which files without modes are closed, for root too."""
    if os.getuid() != 0:
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("root reads everything here")
    without = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={without}", f"--inh-caps={without}", *command]


def test_files_that_cannot_be_read_are_said_and_end_no_verb(
    project: Path, isolated_home: Path
) -> None:
    record(project, 0o022)
    second, first = sorted(
        (project / ".mlops" / "runs").iterdir(), key=lambda run: (run / "runner.lock").exists()
    )
    other = str(isolated_home / "other-cache")
    for path in (first / "runner.jsonl", second / "run.json", second / "events.jsonl"):
        path.chmod(0)
    verified = say(
        project, 0o022, *unreadable([*PYTHON, "doctor", "--verify"]), MLOPS_CACHE_DIR=other
    )
    assert verified.returncode == 1
    assert "Traceback" not in verified.stderr
    assert f"{first.name}: runner.jsonl cannot be read" in verified.stdout
    assert f"{second.name}: run.json cannot be read" in verified.stdout
    assert f"{second.name}/events.jsonl: cannot be read: Permission denied" in verified.stdout
    assert verified.stdout.count("cannot be read") == 3
    for _ in range(2):
        listed = say(project, 0o022, *unreadable([*PYTHON, "runs"]), MLOPS_CACHE_DIR=other)
        assert listed.returncode == 0
        assert first.name in listed.stdout
        assert "Permission denied: what it says is left out" in listed.stderr
        assert "and so is that of 1 more" in listed.stderr
    (second / "events.jsonl").chmod(0o600)
    (first / "runner.jsonl").chmod(0o600)
    listed = say(project, 0o022, *unreadable([*PYTHON, "runs"]), MLOPS_CACHE_DIR=other)
    assert "left out" not in listed.stderr
    assert listed.stdout.count("0.5") == 2


def test_a_folder_that_cannot_be_looked_into_is_said(project: Path, isolated_home: Path) -> None:
    record(project, 0o022)
    first = next((project / ".mlops" / "runs").iterdir())
    first.chmod(0)
    other = str(isolated_home / "other-cache")
    listed = say(project, 0o022, *unreadable([*PYTHON, "runs"]), MLOPS_CACHE_DIR=other)
    assert f"{first.name}/: Permission denied" in listed.stderr
    verified = say(
        project, 0o022, *unreadable([*PYTHON, "doctor", "--verify"]), MLOPS_CACHE_DIR=other
    )
    first.chmod(0o700)
    assert verified.stdout.count("cannot be read") == 1
    assert "Traceback" not in verified.stderr
