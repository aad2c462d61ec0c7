from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import pytest

from mlops_tui.domain.params import build_argv, resolve
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.actions_model_evaluation import evaluate_version
from mlops_tui.engine.actions_models import catch_up
from mlops_tui.engine.actions_promote import GateRefusedError, promote, rollback
from mlops_tui.engine.actions_stress import StressQuestion, stress_model
from mlops_tui.engine.actions_trust import trust_version
from mlops_tui.engine.evaluation_questions import RunQuestion
from mlops_tui.engine.tasks import model_calls
from mlops_tui.evaluate import stress
from mlops_tui.index import Index
from tests.process.support import until

REPOSITORY = Path(__file__).parents[2]
SAMPLES = REPOSITORY / "sample_projects"
AWKS = ["mawk", "gawk", "busybox", "original-awk"]
INSTALLED_AWKS = [name for name in AWKS if shutil.which(name)] or ["awk"]
TOOLS = ["cat", "cksum", "dirname", "grep", "mkdir", "mv", "rm", "sh"]
SMALL: dict[str, dict[str, object]] = {
    "digits": {"epochs": 2, "copies": 1, "hidden": "16"},
    "breast_cancer": {"folds": 2, "repeats": 1, "trees": 5},
    "diabetes": {"stages": 3},
}


@dataclass
class Outcome:
    """What a finished job left behind."""

    exit_code: int
    output: str
    errors: str
    lines: list[dict[str, Any]]

    def series(self, metric: str) -> list[float]:
        return [line["m"][metric] for line in self.lines if metric in line.get("m", {})]

    def last(self, metric: str) -> float:
        return self.series(metric)[-1]

    def facts(self, key: str) -> list[Any]:
        return [line[key] for line in self.lines if key in line]


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    while STARTED:
        with STARTED.pop() as process:
            process.kill()


class Launched:
    """A job of a sample, started as the runner starts it; `outcome` waits for its end."""

    def __init__(
        self, folder: Path, job_name: str, given: Mapping[str, object], path: str | None = None
    ) -> None:
        job = load_project(folder).jobs[job_name]
        values = resolve(job, given)
        argv = build_argv(job, values)
        run_dir = folder / ".mlops" / "runs" / job_name
        run_dir.mkdir(parents=True, exist_ok=True)
        self._events = run_dir / "events.jsonl"
        self._events.unlink(missing_ok=True)
        environment = {
            **os.environ,
            **job.env,
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONDONTWRITEBYTECODE": "1",
            "MLOPS_RUN_DIR": str(run_dir),
            "MLOPS_RUN_ID": "20260101-000000-abcdef",
            "MLOPS_EVENTS": str(self._events),
            "MLOPS_PARAMS": json.dumps(values),
            "MLOPS_PROJECT": str(folder),
            "PATH": path or os.environ["PATH"],
        }
        if argv[0] == "python":
            argv[0] = sys.executable
        else:
            argv[0] = shutil.which(argv[0], path=path) or argv[0]
        self._process = subprocess.Popen(
            argv,
            cwd=folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        STARTED.append(self._process)

    def interrupt_after(self, text: str) -> None:
        until(lambda: self._events.exists() and text in self._events.read_text(), 30, text)
        self._process.send_signal(signal.SIGINT)

    def outcome(self) -> Outcome:
        output, errors = self._process.communicate(timeout=60)
        text = self._events.read_text(encoding="utf-8") if self._events.exists() else ""
        lines = [json.loads(line) for line in text.splitlines()]
        return Outcome(self._process.returncode, output, errors, lines)


def copy_of(sample: str, folder: Path) -> Path:
    made = shutil.ignore_patterns("data", "models", "reports", ".mlops", "__pycache__")
    return Path(shutil.copytree(SAMPLES / sample, folder / sample, ignore=made))


def finished(folder: Path, job: str, given: Mapping[str, object]) -> Outcome:
    outcome = Launched(folder, job, given).outcome()
    assert outcome.exit_code == 0, outcome.errors
    assert outcome.errors == ""
    return outcome


def test_digits_trains_before_it_is_prepared_the_same_each_time(tmp_path: Path) -> None:
    folders = [copy_of("digits", tmp_path / name) for name in "ab"]
    launched = [Launched(folder, "train", SMALL["digits"]) for folder in folders]
    first, second = (run.outcome() for run in launched)
    assert (first.exit_code, first.errors) == (0, "")
    for metric in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert len(first.series(metric)) == 2
        assert first.series(metric) == second.series(metric)
    assert first.series("loss")[1] < first.series("loss")[0]
    assert [line["s"] for line in first.lines if "loss" in line.get("m", {})] == [0, 1]
    assert first.facts("progress") == [[1, 2], [2, 2]]
    assert first.facts("note") == ["data was missing: prepared with the defaults"]
    assert first.facts("artifact")[0]["path"] == "artifacts/models/digits.joblib"

    measured = finished(folders[0], "evaluate", {"repeats": 20})
    assert 0 < measured.last("holdout_accuracy") <= 1
    assert measured.last("holdout_rows") == 360
    assert measured.last("latency_p95_ms") > 0
    recalls = [measured.last(f"recall_{digit}") for digit in range(10)]
    assert measured.last("recall_min") == min(recalls)
    confusion = (folders[0] / "reports" / "confusion.csv").read_text().splitlines()
    assert sum(int(n) for line in confusion[1:] for n in line.split(",")[1:]) == 360
    assert not list(folders[0].rglob("*.tmp"))


@pytest.mark.usefixtures("own_tasks", "isolated_home")
def test_the_story_of_digits_is_that_of_its_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stress, "MOST_COLUMNS", 3)  # of 64, each with seven cases
    monkeypatch.setattr(model_calls, "TIMED_ROWS", 5)
    folder = copy_of("digits", tmp_path)
    small = "--hidden 64 --copies 2 --shift 0.5 --lr 0.005 --epochs 20".split()
    lines = [
        "import sys, train",
        f"for given in (['--sheets', 'A'], ['--missing', 'paper']): sys.argv = {small}; "
        "sys.argv = ['train.py', *sys.argv, *given]; train.main()",
    ]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    argv = [sys.executable, "-c", "\n".join(lines)]
    subprocess.run(argv, cwd=folder, env=environment, check=True, capture_output=True)
    with Index.open(folder) as index:
        index.ingest()
        catch_up(folder, index, patience_seconds=10)
        for number in (1, 2):
            trust_version(folder, index, f"digits:{number}", "trained here")
        first, second = (
            evaluate_version(folder, f"digits:{number}", RunQuestion("holdout")).report
            for number in (1, 2)
        )
        index.ingest()
        with pytest.raises(GateRefusedError, match=r"segments accuracy .* sheet = "):
            promote(folder, index, "digits:1")
        assert promote(folder, index, "digits:2").gate.verdict == "green"
    assert first["metrics"]["accuracy"]["high"] < second["metrics"]["accuracy"]["low"]
    assert len(second["confusion"]["counts"]) == len(second["per_class"]) == 10
    assert {it["column"] for it in second["segments"]} == {"sheet", "stroke"}
    validation = folder / "data" / "validation.csv"
    validation.write_text("\n".join(validation.read_text().splitlines()[:41]) + "\n")
    for number, is_broken in ((1, True), (2, False)):
        cases = stress_model(folder, f"digits:{number}", StressQuestion("validation", ["accuracy"]))
        missing = [it for it in cases["cases"] if it["kind"] == "missing"]
        assert [it["column"] for it in missing].count(None) == 1
        assert {it["error"] is not None for it in missing} == {is_broken}


def test_digits_stops_when_the_validation_no_longer_gets_better(tmp_path: Path) -> None:
    wild = {**SMALL["digits"], "epochs": 50, "patience": 2, "lr": 1.0}
    stopped = finished(copy_of("digits", tmp_path), "train", wild)
    assert 3 <= len(stopped.series("loss")) < 50
    assert "stopped early: no better val_loss for 2 epochs" in stopped.facts("note")


def test_digits_can_be_stopped_and_keeps_its_best_network(tmp_path: Path) -> None:
    folder = copy_of("digits", tmp_path)
    launched = Launched(folder, "train", {**SMALL["digits"], "epochs": 10_000})
    launched.interrupt_after('"progress":[3,')
    outcome = launched.outcome()
    assert (outcome.exit_code, outcome.errors) == (130, "")
    assert outcome.facts("end") == [{"state": "stopped", "reason": "KeyboardInterrupt"}]
    assert 3 <= len(outcome.series("loss")) < 10_000
    assert os.listdir(folder / "models") == ["digits.joblib"]


def test_every_family_of_breast_cancer_is_trained_and_priced(tmp_path: Path) -> None:
    families = ["logistic", "random_forest", "gradient_boosting"]
    folders = [copy_of("breast_cancer", tmp_path / family) for family in families]
    launched = [
        Launched(folder, "train", {**SMALL["breast_cancer"], "family": family})
        for folder, family in zip(folders, families, strict=True)
    ]
    for outcome in [run.outcome() for run in launched]:
        assert (outcome.exit_code, outcome.errors) == (0, "")
        assert len(outcome.series("cv_roc_auc")) == 2
        assert len(outcome.series("val_cost_at_threshold")) == 99
        assert outcome.last("val_cost") == min(outcome.series("val_cost_at_threshold"))
        assert 0 < outcome.last("threshold") < 1
        assert outcome.facts("progress")[-1] == [3, 3]

    measured = finished(folders[0], "evaluate", {})
    assert measured.last("roc_auc") > 0.9
    assert measured.last("recall") > 0.9
    missed, needless = measured.last("missed"), measured.last("needless")
    cost = (missed * 12000 + needless * 600) / measured.last("holdout_rows")
    assert measured.last("expected_cost_per_case") == pytest.approx(cost)
    assert cost < measured.last("cost_of_operating_on_everyone")


@pytest.mark.usefixtures("own_tasks", "isolated_home")
def test_the_story_of_breast_cancer_is_that_of_its_readme(tmp_path: Path) -> None:
    folder = copy_of("breast_cancer", tmp_path)
    small = ["--folds", "2", "--repeats", "1", "--trees", "20"]
    for given in (["--cells", "size"], ["--cells", "size", "--family", "random_forest"], []):
        argv = [sys.executable, "train.py", *small, *given]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        subprocess.run(argv, cwd=folder, env=environment, check=True, capture_output=True)
    with Index.open(folder) as index:
        index.ingest()
        catch_up(folder, index, patience_seconds=10)
        for number in (1, 2, 3):
            trust_version(folder, index, f"lumps:{number}", "trained here")
            evaluate_version(folder, f"lumps:{number}", RunQuestion("holdout"))
        index.ingest()
        promote(folder, index, "lumps:1")
        with pytest.raises(GateRefusedError, match=r"champion roc_auc"):
            promote(folder, index, "lumps:2")
        assert promote(folder, index, "lumps:3").gate.verdict == "green"
        assert rollback(folder, index, "lumps", "", is_drill=True).problems == ()
        assert rollback(folder, index, "lumps", "the stain").to == 1
        moves = index.alias_moves("lumps", "champion")
    assert [(it.before, it.to, it.kind) for it in reversed(moves)] == [
        (None, 1, "promote"),
        (1, 3, "promote"),
        (3, 1, "rollback"),
    ]


def test_both_families_of_diabetes_record_every_stage(tmp_path: Path) -> None:
    folders = [copy_of("diabetes", tmp_path / family) for family in "ab"]
    families = ["gradient_boosting", "ridge"]
    launched = [
        Launched(folder, "train", {**SMALL["diabetes"], "family": family, "lr": 0.3})
        for folder, family in zip(folders, families, strict=True)
    ]
    boosting, ridge = (run.outcome() for run in launched)
    for outcome in (boosting, ridge):
        assert (outcome.exit_code, outcome.errors) == (0, "")
        for metric in ("train_mae", "val_mae", "val_rmse", "val_r2"):
            assert len(outcome.series(metric)) == 3
    assert boosting.series("train_mae")[2] < boosting.series("train_mae")[0]

    measured = finished(folders[1], "evaluate", {"resamples": 100})
    assert measured.last("mae_low") < measured.last("mae") < measured.last("mae_high")
    assert measured.last("mae") < measured.last("mae_of_guessing")
    assert 0 < measured.last("r2") < 0.6
    assert measured.last("holdout_rows") == 89


def test_an_evaluation_without_a_model_says_what_to_run_first(tmp_path: Path) -> None:
    samples = ["any_language", "breast_cancer", "diabetes", "digits", "sensor_drift"]
    launched = [Launched(copy_of(name, tmp_path), "evaluate", {}) for name in samples]
    for outcome in [run.outcome() for run in launched]:
        assert outcome.exit_code == 2
        assert "is missing: run the train job first" in outcome.errors
        assert "Traceback" not in outcome.errors


def test_a_model_is_not_measured_on_rows_it_has_seen(tmp_path: Path) -> None:
    folder = copy_of("diabetes", tmp_path)
    (folder / "data").mkdir()
    (folder / "data" / "holdout.csv").write_text("patient_id,bmi,progression\nP001,21.6,75\n")
    (folder / "models").mkdir()
    joblib.dump({"trained_on": ["P001"]}, folder / "models" / "diabetes.joblib")
    refused = Launched(folder, "evaluate", {}).outcome()
    assert (refused.exit_code, refused.lines) == (2, [])
    assert "1 of the holdout patients: run the train job again" in refused.errors


@pytest.fixture(params=INSTALLED_AWKS)
def tools(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A PATH with one awk, dash as sh if there is one, and nothing like Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    # by the name it is called by, busybox knows which tool to be
    (folder / "awk").symlink_to(shutil.which(request.param) or "missing")
    for tool in TOOLS:
        found = shutil.which("dash" if tool == "sh" else tool) or shutil.which(tool)
        (folder / tool).symlink_to(found or "missing")
    return str(folder)


def test_any_language_needs_a_shell_and_an_awk_only(tmp_path: Path, tools: str) -> None:
    folder = copy_of("any_language", tmp_path)
    small = {"epochs": 12, "folds": 3, "lr": 1e-05}
    trained = Launched(folder, "train", small, tools).outcome()
    assert (trained.exit_code, trained.errors) == (0, "")
    for metric in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert len(trained.series(metric)) == 12
    assert trained.series("loss")[-1] < trained.series("loss")[0]
    assert trained.facts("progress")[-1] == [12, 12]
    assert trained.facts("note") == ["data was missing: prepared with the defaults"]
    assert trained.facts("artifact") == [{"path": "models/weights.csv"}]
    assert os.listdir(folder / "models") == ["weights.csv"]

    again = Launched(folder, "train", small, tools).outcome()
    assert again.series("val_loss") == trained.series("val_loss")

    measured = Launched(folder, "evaluate", {}, tools).outcome()
    assert (measured.exit_code, measured.errors) == (0, "")
    assert measured.last("holdout_rows") == 37
    assert 0.5 < measured.last("holdout_accuracy") <= 1
    assert measured.last("recall_min") == min(measured.last(f"recall_{k}") for k in (1, 2, 3))


def test_a_diverging_awk_writes_readable_lines_and_fails(tmp_path: Path) -> None:
    folder = copy_of("any_language", tmp_path)
    outcome = Launched(folder, "train", {"epochs": 5000, "folds": 2, "lr": 10.0}).outcome()
    assert outcome.exit_code == 1
    assert "take a smaller lr" in outcome.errors
    assert outcome.last("loss") > 1e30
    assert os.listdir(folder / "models") == []


def test_weights_are_not_measured_beside_another_split(tmp_path: Path) -> None:
    folder = copy_of("any_language", tmp_path)
    finished(folder, "train", {"epochs": 1, "folds": 2})
    before = (folder / "data" / "holdout.csv").read_text()
    finished(folder, "prepare", {"seed": 7})
    assert (folder / "data" / "holdout.csv").read_text() == before
    finished(folder, "prepare", {"seed": 8})
    refused = Launched(folder, "evaluate", {}).outcome()
    assert (refused.exit_code, refused.lines) == (2, [])
    assert "run the train job again" in refused.errors


def test_wrong_options_of_the_shell_jobs_are_refused(tmp_path: Path) -> None:
    folder = copy_of("any_language", tmp_path)
    for words in (["--lr", "fast"], ["--epochs", "0"], ["--folds"], ["--rate", "1"]):
        refused = subprocess.run(
            ["sh", "train.sh", *words], cwd=folder, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 2
        assert words[0] in refused.stderr


def test_the_wines_are_what_their_script_makes(tmp_path: Path) -> None:
    made = tmp_path / "wine.csv"
    script = SAMPLES / "any_language" / "make_data.py"
    subprocess.run([sys.executable, script, "--output", made], check=True)
    assert made.read_bytes() == (script.parent / "wine.csv").read_bytes()
