from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mlops_tui.engine import interpreter


def make_python(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "work" / "project").mkdir(parents=True)
    return tmp_path


def test_the_nearest_environment_wins_up_to_home(home: Path) -> None:
    project = home / "work" / "project"
    assert interpreter.find_environment(project, home) is None
    make_python(home / "venv" / "bin", "python")
    assert interpreter.find_environment(project, home) == home / "venv"
    assert interpreter.find_environment(project, home / "work") is None
    make_python(project / ".venv" / "bin", "python")
    assert interpreter.find_environment(project, home) == project / ".venv"


@pytest.mark.parametrize("asked", ["python", "python3"])
def test_python_means_the_environments_own(home: Path, asked: str) -> None:
    project = home / "work" / "project"
    folder = make_python(project / ".venv" / "bin", "python")
    given = {"HOME": str(home), "PATH": "/bin", "PYTHONHOME": "/x"}
    made = interpreter.resolve([asked, "t.py"], given, project)
    assert made.argv == [str(folder / "python"), "t.py"]
    assert made.interpreter == str(folder / "python")
    assert made.environment["PATH"] == f"{folder}:/bin"
    assert made.environment["VIRTUAL_ENV"] == str(project / ".venv")
    assert "PYTHONHOME" not in made.environment


def test_without_an_environment_path_decides(home: Path) -> None:
    folder = make_python(home / "bin", "python3")
    given = {"HOME": str(home), "PATH": f"relative:{folder}"}
    made = interpreter.resolve(["python", "t.py"], given, home / "work")
    assert made.argv[0] == str(folder / "python3")
    assert "VIRTUAL_ENV" not in made.environment


def test_without_any_python_ours_is_used(home: Path) -> None:
    made = interpreter.resolve(["python"], {"HOME": str(home), "PATH": "/none"}, home / "work")
    assert made.argv == [sys.executable]


def test_other_programs_keep_their_name_and_get_the_environment(home: Path) -> None:
    folder = make_python(home / "work" / "venv" / "bin", "python", "accelerate")
    made = interpreter.resolve(["accelerate", "x"], {"HOME": str(home)}, home / "work")
    assert made.argv == ["accelerate", "x"]
    assert made.environment["PATH"].startswith(f"{folder}{os.pathsep}")
    assert made.interpreter == str(folder / "python")
