"""What importing a part of the product must not load, so that it starts soon and runs anywhere."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mlops_tui

PACKAGE = Path(mlops_tui.__file__).parent
HEAVY = ("pandas", "sklearn", "scipy", "numpy", "pyarrow", "joblib", "matplotlib")
SLOW_TO_START = ("textual", "rich", "msgspec", "uuid", "psutil", "watchdog", "asyncio", "pynvml")
"""A launch waits for what agent and runner import; what a verb may load: test_cli_start."""
PYTHON_3_9 = (
    "track/*.py",
    "journal/*.py",
    "domain/__init__.py",
    "domain/ids.py",
    "domain/places.py",
    "domain/host.py",
    "domain/lifecycle.py",
)


def loaded_by(module: str) -> set[str]:
    """Return the names in `sys.modules` after a fresh interpreter imports `module`."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print('\\n'.join(sys.modules))"],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("mlops_tui.cli.main", ("textual", "rich", *HEAVY)),
        ("mlops_tui.ui.app", HEAVY),
        ("mlops_tui.ui.mlops_app", ("sqlite3", "mlops_tui.index", "mlops_tui.journal", *HEAVY)),
        ("mlops_tui.index", ("msgspec", "uuid", "calendar", *HEAVY)),
        ("mlops_tui.engine.agent", (*SLOW_TO_START, *HEAVY)),
        ("mlops_tui.engine.runner", ("sqlite3", "dataclasses", *SLOW_TO_START, *HEAVY)),
        ("mlops_tui.engine.actions", ("sqlite3", "dataclasses", *SLOW_TO_START, *HEAVY)),
        ("mlops_tui.engine.actions_launch", ("sqlite3", "subprocess", *SLOW_TO_START, *HEAVY)),
        ("mlops_tui.domain.projectfile", ("textual", "rich", "msgspec", "psutil", *HEAVY)),
        ("mlops_tui.track", ("textual", "rich", "msgspec", "psutil", "watchdog", *HEAVY)),
    ],
)
def test_importing_a_part_loads_nothing_it_need_not(
    module: str, forbidden: tuple[str, ...]
) -> None:
    assert loaded_by(module).intersection(forbidden) == set()


@pytest.mark.parametrize("pattern", PYTHON_3_9)
def test_what_runs_inside_a_training_is_python_3_9(pattern: str) -> None:
    for path in PACKAGE.glob(pattern):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
