"""The command line starts soon: a verb loads what it needs and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_tui.engine.endings import end_of
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.runnerlog import RunnerLog, record_end
from mlops_tui.index import Index
from tests.process.support import make_project, make_run

SCRIPT = """
import json, sys
from mlops_tui.cli.main import main
code = main(sys.argv[1:])
sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
sys.exit(code)
"""
NEVER = {"textual", "pandas", "numpy", "sklearn", "joblib", "watchdog", "psutil", "asyncio", "rich"}
PROJECT_FILE = {"mlops_tui.domain.projectfile", "mlops_tui.domain.params"}
FILTERS = {"mlops_tui.domain.filters"}
DECODER = {"msgspec", "uuid"}
INDEX = {"sqlite3", *DECODER, *FILTERS}
STARTERS = {"subprocess", "mlops_tui.engine.actions_launch", "mlops_tui.engine.detached"}
"""What starts processes; most verbs start none."""
NO_READER_NEEDS = PROJECT_FILE | FILTERS | DECODER | STARTERS


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
    """A project with one ended run, all of it in the index."""
    folder = make_project(tmp_path / "p")
    (folder / "mlops.toml").write_text('[jobs.a]\nrun = "true"\n')
    run = RunFolder(folder, make_run(folder, "true", name="a-1", params={"lr": 0.5}))
    run.events.write_text('{"t": 1, "m": {"loss": 0.5, "accuracy": 0.9}}\n')
    end = end_of("finished", None, exit_code=0, started=1.0, ended=2.0)
    assert record_end(run, RunnerLog(run.runner_journal), end, patience=0.0)
    with Index.open(folder) as index:
        index.ingest()
    return folder


@pytest.mark.parametrize(
    ("command", "spared"),
    [
        ("runs", NO_READER_NEEDS),
        ("runs --filter lr>1 --json", PROJECT_FILE | DECODER | STARTERS),
        ("show a-1", NO_READER_NEEDS),
        ("series a-1 loss", NO_READER_NEEDS),
        ("logs a-1", NO_READER_NEEDS),
        ("compare a-1 a-1", FILTERS | DECODER | {"mlops_tui.engine.actions_launch"}),
        ("queue", PROJECT_FILE | FILTERS | DECODER | {"mlops_tui.engine.actions_launch"}),
        ("agent status", PROJECT_FILE | INDEX | STARTERS),
        ("projects", FILTERS | DECODER | STARTERS),
        ("run a --dry-run", INDEX | {"subprocess"}),
        ("data list", FILTERS | DECODER | STARTERS),
        ("data versions", FILTERS | DECODER | STARTERS),
        ("alerts list", NO_READER_NEEDS),
        ("delete a-1", NO_READER_NEEDS),
        ("completion bash", PROJECT_FILE | INDEX | STARTERS),
        ("--help", PROJECT_FILE | INDEX | STARTERS | {"dataclasses"}),
    ],
)
def test_a_verb_loads_what_it_needs(project: Path, command: str, spared: set[str]) -> None:
    assert loaded(project, *command.split()) & (NEVER | spared) == set()


def test_the_version_is_told_before_anything_is_loaded(project: Path) -> None:
    modules = loaded(project, "--version")
    assert modules & {"argparse", "dataclasses", "sqlite3", "mlops_tui.cli.output"} == set()


def test_starting_a_job_loads_no_index(project: Path) -> None:
    assert loaded(project, "run", "a", "--dry-run") & {"sqlite3", "msgspec"} == set()


def test_recording_from_a_shell_loads_next_to_nothing(project: Path) -> None:
    assert loaded(project, "log", "a=1") & {"sqlite3", "msgspec", "tomllib"} == set()
