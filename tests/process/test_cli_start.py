"""The command line starts soon: a verb loads what it needs and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, sys
from mlops_tui.cli.main import main
code = main(sys.argv[1:])
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
sys.exit(code)
"""
HEAVY = {"textual", "pandas", "numpy", "sklearn", "joblib", "watchdog", "psutil", "asyncio"}


def loaded(folder: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlops.toml").write_text('[jobs.a]\nrun = "true"\n')
    return tmp_path


@pytest.mark.parametrize("arguments", [("runs",), ("run", "a", "--dry-run"), ("logs", "x")])
def test_no_verb_loads_a_heavy_library(project: Path, arguments: tuple[str, ...]) -> None:
    assert loaded(project, *arguments) & HEAVY == set()


def test_the_version_is_told_before_anything_is_loaded(project: Path) -> None:
    modules = loaded(project, "--version")
    assert modules & {"argparse", "dataclasses", "sqlite3", "mlops_tui.cli.output"} == set()


def test_starting_a_job_loads_no_index(project: Path) -> None:
    assert loaded(project, "run", "a", "--dry-run") & {"sqlite3", "msgspec"} == set()


def test_recording_from_a_shell_loads_next_to_nothing(project: Path) -> None:
    assert loaded(project, "log", "a=1") & {"sqlite3", "msgspec", "tomllib"} == set()
