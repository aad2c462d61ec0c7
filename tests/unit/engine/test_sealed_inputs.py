"""A training does not start on data that is sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.errors import RefusedError
from mlops_tui.engine import actions

TOML = """
[datasets.train]
path = "train.csv"
role = "train"
[datasets.sealed]
path = "holdout.csv"
role = "holdout"
[jobs.by_name]
run = "python t.py"
kind = "train"
inputs = [
    "train",
    "sealed",
]
[jobs.by_path]
run = "python t.py"
kind = "train"
inputs = ["./holdout.csv"]
[jobs.by_command]
kind = "train"
run = "python t.py {data.sealed}"
[jobs.by_param]
run = ["python", "t.py", "{path}"]
kind = "train"
params.path = { type = "path", default = "train.csv" }
[jobs.judge]
run = "python e.py {data.sealed}"
kind = "evaluate"
inputs = ["sealed"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlops.toml").write_text(TOML)
    (tmp_path / "holdout.csv").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("job", "params", "line"),
    [
        ("by_name", {}, 13),
        ("by_path", {}, 18),
        ("by_command", {}, 21),
        ("by_param", {"path": "holdout.csv"}, 23),
    ],
)
def test_a_training_that_reads_the_holdout_is_refused_with_file_and_line(
    project: Path, job: str, params: dict[str, str], line: int
) -> None:
    with pytest.raises(RefusedError) as caught:
        actions.plan_launch(project, job, params)
    assert caught.value.message.startswith(f"{project}/mlops.toml, line {line}: the job {job}")
    assert "sealed" in caught.value.message


def test_other_data_and_other_kinds_of_jobs_are_not_refused(project: Path) -> None:
    assert actions.plan_launch(project, "judge", {}).job.name == "judge"
    assert actions.plan_launch(project, "by_param", {}).argv[-1] == "train.csv"
