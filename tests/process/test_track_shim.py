"""`track` for commands whose interpreter lacks mlops-tui, and on the oldest and newest Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlops_tui.engine.shim import track_folder
from tests.unit.track.pythons import other_python
from tests.unit.track.scripts import SOURCE, Scripts, points, settle

LOG_ONE = """
import sys
from mlops_tui import track
with track.run() as run:
    run.log({"a": 1}, step=0)
    run.param("lr", 0.1)
    run.artifact(sys.argv[0])
    run.progress(1, 2)
import mlops_tui
print(mlops_tui.__file__)
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Scripts]:
    yield Scripts(tmp_path / "p")
    settle(tmp_path)


def bare(python: str, cwd: Path, path: str, code: str) -> str:
    environ = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [python, "-c", code], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12", "3.13"])
def test_a_bare_interpreter_records_by_the_folder_alone(
    scripts: Scripts, tmp_path: Path, version: str
) -> None:
    python = other_python(version)
    folder = track_folder(tmp_path / "cache")
    done = scripts.run(LOG_ONE, {"PYTHONPATH": str(folder)}, python)
    assert done.stdout.startswith(str(folder))
    assert done.stderr == ""
    assert points(scripts.only_run() / "events.jsonl") == [(0, {"a": 1})]


def test_the_folder_holds_track_and_nothing_heavier(tmp_path: Path) -> None:
    folder = track_folder(tmp_path)
    held = {path.name for path in (folder / "mlops_tui").iterdir()}
    assert held == {"__init__.py", "track", "journal", "domain"}
    assert os.stat(tmp_path).st_uid == os.getuid()


def test_only_its_owner_can_read_the_folder(tmp_path: Path) -> None:
    folder = track_folder(tmp_path / "cache")
    modes = {path.stat().st_mode & 0o777 for path in [folder.parent, folder, *folder.rglob("*")]}
    assert modes == {0o700, 0o600}


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a folder away")
def test_a_whole_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    folder = track_folder(tmp_path)
    os.chown(folder, 65534, 65534)
    with pytest.raises(PermissionError, match="another user"):
        track_folder(tmp_path)


def test_the_folder_is_made_once_and_mended_where_a_file_is_gone(tmp_path: Path) -> None:
    folder = track_folder(tmp_path)
    init = folder / "mlops_tui" / "track" / "__init__.py"
    before = os.stat(folder / "mlops_tui" / "track" / "begin.py").st_mtime_ns
    init.unlink()
    assert track_folder(tmp_path) == folder
    assert init.exists()
    assert os.stat(folder / "mlops_tui" / "track" / "begin.py").st_mtime_ns == before


def test_many_that_need_the_folder_at_once_all_get_it_whole(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = set(pool.map(track_folder, [tmp_path / "cache"] * 16))
    (folder,) = folders
    assert not list(folder.rglob(".*"))
    assert len(list((folder / "mlops_tui" / "track").glob("*.py"))) == len(
        list((SOURCE / "mlops_tui" / "track").glob("*.py"))
    )


def test_the_package_in_the_folder_steps_aside_for_an_installed_one(tmp_path: Path) -> None:
    folder = track_folder(tmp_path / "cache")
    code = (
        "import mlops_tui, mlops_tui.track, mlops_tui.domain.filters\n"
        "print(mlops_tui.__file__, mlops_tui.track.__file__)"
    )
    path = os.pathsep.join([str(folder), str(SOURCE)])
    shown = bare(sys.executable, tmp_path, path, code).split()
    assert shown == [
        str(SOURCE / "mlops_tui" / "__init__.py"),
        str(SOURCE / "mlops_tui" / "track" / "__init__.py"),
    ]


def test_two_such_folders_do_not_look_for_each_other(tmp_path: Path) -> None:
    python = other_python("3.9")
    folder = track_folder(tmp_path / "cache")
    older = folder.with_name("mlops-tui-track-000000000000")
    os.rename(folder, older)
    path = os.pathsep.join([str(track_folder(tmp_path / "cache")), str(older)])
    shown = bare(python, tmp_path, path, "import mlops_tui.track; print(mlops_tui.__file__)")
    assert shown.startswith(str(folder))
