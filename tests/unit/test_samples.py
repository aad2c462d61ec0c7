from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from mlops_tui.domain.params import build_argv, resolve
from mlops_tui.domain.project import Job, JobKind, Project
from mlops_tui.domain.projectfile import load_project

SAMPLES = Path(__file__).parents[2] / "sample_projects"
NAMES = ["any_language", "breast_cancer", "diabetes", "digits", "sensor_drift"]


@pytest.fixture(params=NAMES)
def sample(request: pytest.FixtureRequest) -> Project:
    return load_project(SAMPLES / str(request.param))


def test_a_sample_has_no_problem(sample: Project) -> None:
    assert [str(problem) for problem in sample.problems] == []
    assert not sample.is_broken
    assert sample.name == sample.path.name


def test_a_sample_has_an_objective_with_a_metric_a_target_and_guardrails(sample: Project) -> None:
    assert sample.objective is not None
    assert sample.objective.statement
    assert sample.objective.target is not None
    assert sample.objective.metric in sample.metrics
    assert all(guardrail.metric in sample.metrics for guardrail in sample.objective.guardrails)
    assert sample.objective.guardrails


def test_the_form_offers_the_training_first(sample: Project) -> None:
    assert [job.kind for job in sample.jobs.values()] == [
        JobKind.TRAIN,
        JobKind.EVALUATE,
        JobKind.PREPARE,
    ]


def test_every_job_has_a_command_for_its_defaults(sample: Project) -> None:
    for job in sample.jobs.values():
        program, script, *arguments = build_argv(job, resolve(job, {}))
        assert program == ("sh" if sample.name == "any_language" else "python")
        assert (sample.path / script).is_file()
        assert len(arguments) == 2 * len(job.params)


def test_a_script_started_by_hand_has_the_defaults_of_its_job(sample: Project) -> None:
    for job in sample.jobs.values():
        wanted = {name: str(value) for name, value in resolve(job, {}).items()}
        if sample.name == "any_language":
            assert shell_defaults(sample, job) == wanted
        else:
            assert argparse_defaults(sample, job) == wanted


def test_a_readme_is_read_in_a_minute(sample: Project) -> None:
    assert len((sample.path / "README.md").read_text(encoding="utf-8").splitlines()) <= 60


def script_of(sample: Project, job: Job) -> str:
    return (sample.path / build_argv(job, resolve(job, {}))[1]).read_text(encoding="utf-8")


def shell_defaults(sample: Project, job: Job) -> dict[str, str]:
    options = re.search(r"^\w+=\S+(?: \w+=\S+)*$", script_of(sample, job), re.MULTILINE)
    assert options is not None
    return dict(word.split("=") for word in options.group().split())


def argparse_defaults(sample: Project, job: Job) -> dict[str, str]:
    seed = re.search(r"^SEED = (\d+)$", (sample.path / "prepare.py").read_text(), re.MULTILINE)
    assert seed is not None
    defaults = {}
    for node in ast.walk(ast.parse(script_of(sample, job))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "add_argument":
                option = str(ast.literal_eval(node.args[0])).removeprefix("--").replace("-", "_")
                value = next(word.value for word in node.keywords if word.arg == "default")
                defaults[option] = plain(value, seed.group(1))
    return defaults


def plain(default: ast.expr, seed: str) -> str:
    """The default as a parameter would have it: `Path("x")` is x, `(256, 128)` is 256,128."""
    if isinstance(default, ast.Name):
        return seed
    if isinstance(default, ast.Call):
        return str(ast.literal_eval(default.args[0]))
    value = ast.literal_eval(default)
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
