"""The screens of models and evaluations: registered, aliased, measured."""

from __future__ import annotations

import pickle
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.engine.actions_models import register_file
from mlops_tui.index import Index
from mlops_tui.ui.screens.compare import CompareScreen
from mlops_tui.ui.screens.evaluation import EvaluationScreen
from mlops_tui.ui.screens.gate import GateScreen, TrustScreen
from mlops_tui.ui.screens.model import ModelScreen
from mlops_tui.ui.screens.models import ModelsScreen
from mlops_tui.ui.screens.shelves import ShelvesScreen
from mlops_tui.ui.stress_rows import stress_shelves
from tests.ui.driving import opened
from tests.ui.recorded import MLOPS_TOML, add_run, append, write_project

OUTPUT = """outputs = ["models/best.joblib"]
kind = "train"
"""


@pytest.fixture
def project(isolated_home: Path, tmp_path: Path) -> Path:
    toml = MLOPS_TOML.replace("[jobs.train.params]", OUTPUT + "[jobs.train.params]")
    project = write_project(tmp_path / "digits", toml)
    (project / "models").mkdir()
    (project / "models" / "best.joblib").write_bytes(b"no pickle at all")
    add_run(project, 1, metrics={"accuracy": [0.5, 0.9]}, params={"lr": 0.1})
    return project


def register(project: Path, content: bytes) -> None:
    file = project / "models" / "best.joblib"
    file.write_bytes(content)
    with Index.open(project) as index:
        index.ingest()
        register_file(project, index, "digits", file, note="by hand")


def predict(project: Path, run_id: str, rows: int = 120) -> None:
    """Record what a run predicted, as any language may."""
    draw = random.Random(3)
    lines = ["id,y_true,y_pred,y_score"]
    for number in range(rows):
        truth = number % 2
        score = min(0.99, max(0.01, 0.3 + 0.4 * truth + draw.gauss(0, 0.2)))
        lines.append(f"{number},{truth},{int(score >= 0.5)},{score:.4f}")
    folder = places.run_dir(project, run_id)
    (folder / "artifacts").mkdir(exist_ok=True)
    (folder / "artifacts" / "predictions.csv").write_text("\n".join(lines) + "\n")
    line = {"predictions": {"path": "artifacts/predictions.csv", "dataset": "holdout"}}
    append(folder / "events.jsonl", line)


async def test_an_output_is_registered_and_becomes_champion(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.press("8")
        await it.sees("models/best.joblib")
        await it.press("w")
        await it.sees("as a version of which model?")
        await it.press(*["backspace"] * 6, *"a:b", "enter")
        await it.sees("a name has none of")
        await it.press(*["backspace"] * 3, *"digits", "enter")
        await it.sees("1 model, 1 output")
        await it.sees("in digits:1")
        assert isinstance(it.app.screen, ModelsScreen)
        await it.press("home", "enter")
        await it.until(lambda: isinstance(it.app.screen, ModelScreen))
        await it.sees("not evaluated")
        await it.press("a")
        await it.sees("points at nothing")
        await it.press("enter")
        await it.sees("the champion? It is kept")
        await it.press("enter")
        await it.sees("a reason is missing")
        await it.press(*"the first", "enter")
        await it.until(lambda: "digits:1 is champion now" in it.notified())
        await it.press("tab")
        await it.sees("the first")
        await it.press("a")
        await it.until(lambda: "A version has to be under the cursor" in it.notified())
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, ModelsScreen))
        await it.sees(":1")


async def test_a_version_tells_what_was_recorded_and_whether_it_is_whole(project: Path) -> None:
    register(project, b"one")
    register(project, b"two")
    async with opened(project, (120, 40)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("enter")
        await it.sees(":2")
        await it.press("enter")
        await it.until(lambda: type(it.app.screen) is ShelvesScreen)
        await it.sees("digits:2, as it was registered")
        await it.press("tab")
        await it.sees("model  digits:2")
        await it.press("tab")
        await it.sees("best.joblib")
        await it.press("escape", "v")
        await it.until(lambda: "is what was registered" in it.notified())
        await it.press("d")
        await it.sees("Why is digits:2 deleted?")
        await it.press(*"worse", "enter")
        await it.until(lambda: "digits:2 is deleted" in it.notified())
        await it.sees("1 version")


GATE = """
[models.digits.gate]
size_max_mb = 0.01
"""


async def test_a_version_passes_its_gate_and_is_rolled_back(project: Path) -> None:
    (project / "mlops.toml").write_text((project / "mlops.toml").read_text() + GATE)
    register(project, b"one")
    register(project, b"two" * 5000)
    async with opened(project, (120, 40)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("enter")
        await it.sees(":2")
        await it.press("down", "p")
        await it.until(lambda: isinstance(it.app.screen, GateScreen))
        await it.sees("digits:1 for champion, now none yet: ✓ every condition holds")
        await it.press("p")
        await it.sees("May be left empty.")
        await it.press("enter")
        await it.until(lambda: "digits:1 is champion now" in it.notified())
        await it.until(lambda: isinstance(it.app.screen, ModelScreen))
        await it.press("b")
        await it.sees("go back to what it was before?")
        await it.press(*"slow", "enter")
        await it.sees("Nothing was rolled back")
        await it.press("escape", "home", "p")
        await it.until(lambda: isinstance(it.app.screen, GateScreen))
        await it.sees("✗ red")
        await it.press("p")
        await it.sees("OVERRIDE the gate (size)?")
        await it.press("enter")
        await it.sees("a reason is missing")
        await it.press(*"we know", "enter")
        await it.until(lambda: "digits:2 is champion now, before :1" in it.notified())
        await it.until(lambda: isinstance(it.app.screen, ModelScreen))
        await it.press("B")
        await it.until(lambda: "it would work" in it.notified())
        await it.press("b", *"slow", "enter")
        await it.until(lambda: "Rolled back champion of digits: :2 to :1" in it.notified())
        await it.press("tab")
        await it.sees("✗ overridden")
        await it.sees("rollback")


def cells_of(case: Mapping[str, object], name: str) -> list[str]:
    found = {
        "metrics": ("auc", "f1"),
        "cases": [case],
        "before": {"auc": 0.9},
        "n": 50,
        "notes": ["so"],
    }
    shelves = stress_shelves(found)
    assert [it.name for it in shelves] == [name, "Notes"]
    row = shelves[0].content.rows[0]
    assert len(row.cells) == len(shelves[0].content.heads)
    return [text for text, _ in row.cells]


def test_what_goes_wrong_is_told_with_how_far_the_model_falls() -> None:
    fall = {"before": 0.9, "after": 0.7, "fall": 0.2, "low": 0.1, "high": 0.3, "n": 50}
    falls = {name: {**fall, "is_sure": True} for name in ("auc", "f1")}
    case = {"kind": "missing", "words": "age is missing", "error": None, "falls": falls}
    told = ["age is missing", "0.7", "0.2", "0.1 to 0.3", "✗ sure", "0.7"]
    assert cells_of(case, "Falls") == told
    broken = {"kind": "missing", "words": "age is missing", "error": "NaN", "falls": {}}
    assert cells_of(broken, "Breaks it") == ["age is missing", "NaN"]


def test_many_cases_are_told_by_kind_first() -> None:
    fall = {"before": 0.9, "after": 0.7, "fall": 0.2, "low": 0.1, "high": 0.3, "n": 50}
    falls = {"auc": {**fall, "is_sure": True}}
    said = [("missing", "NaN", {}), ("scaled", None, falls), ("scaled", None, falls)]
    cases = [{"kind": k, "words": f"{k} {e}", "error": e, "falls": f} for k, e, f in said]
    shelves = stress_shelves({"metrics": ["auc"], "cases": cases, "n": 50, "notes": []})
    assert [it.name for it in shelves] == ["Kinds", "Falls", "Breaks it"]
    broken, scaled = ([text for text, _ in row.cells] for row in shelves[0].content.rows)
    assert broken == ["missing", "1", "1", "-", "-", "-", "missing NaN"]
    assert scaled == ["scaled", "2", "-", "2", "0.7", "0.2", "scaled None"]


@pytest.mark.usefixtures("own_tasks")
async def test_what_a_model_imports_is_seen_before_it_is_trusted(project: Path) -> None:
    register(project, pickle.dumps(print))
    async with opened(project, (120, 40)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("enter")
        await it.sees(":1")
        await it.press("t")
        await it.until(lambda: isinstance(it.app.screen, TrustScreen))
        await it.sees("nobody trusts it")
        await it.sees("builtins.print")
        await it.press("t", "enter")
        await it.until(lambda: not isinstance(it.app.screen, TrustScreen))
        await it.press(*"yes I made it", "enter")
        await it.until(lambda: "digits:1 may be loaded now" in it.notified())
        await it.until(lambda: isinstance(it.app.screen, ModelScreen))
        await it.press("t")
        await it.sees("trusted by")
        await it.press("x")
        await it.sees("not trusted any more?")
        await it.press(*"wrong one", "enter")
        await it.until(lambda: "is not loaded any more" in it.notified())


@pytest.mark.usefixtures("own_tasks")
async def test_what_a_run_predicted_is_measured_on_one_key(project: Path) -> None:
    run_id = add_run(project, 2, metrics={"accuracy": [0.9]})
    predict(project, run_id)
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-2")
        await it.press("A")
        await it.until(lambda: isinstance(it.app.screen, EvaluationScreen))
        await it.sees("Nothing of train-2 was evaluated yet.")
        await it.press("e")
        await it.sees("average_precision")
        await it.sees("train-2 on holdout")
        await it.press("tab")
        await it.sees("rows true, columns predicted; 25 of 120 wrong")
        await it.press("shift+tab", "o")
        await it.until(lambda: "no other evaluation" in it.notified())
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_a_run_without_predictions_says_how_they_are_kept(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        await it.sees("✓ finished train-1")
        await it.press("A")
        await it.sees("run.predictions(ids, y_true, y_pred, y_score)")
        await it.press("e")
        await it.until(lambda: "no predictions" in it.notified())


async def test_versions_are_marked_and_compared(project: Path) -> None:
    for content in (b"one", b"two" * 500, b"three"):
        register(project, content)
    async with opened(project, (80, 24)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("enter")
        await it.sees(":3")
        await it.press("space", "down", "space", "C")
        await it.until(lambda: isinstance(it.app.screen, CompareScreen))
        await it.sees("Compare 2 versions")
        await it.sees("3 B       5 B")
        header = it.screen_text().split("\n")[1]
        assert header.split() == ["digits:1", "digits:3"]
        await it.press("f")
        await it.until(lambda: "No metric of them" in it.notified())
        await it.press("b")
        await it.sees("There is nothing to compare digits:1 and digits:3 by")
        await it.press("escape", "escape")
        await it.until(lambda: isinstance(it.app.screen, ModelScreen))
        await it.press("down")
        await it.sees("◆ :3")
        await it.press("space", "home", "space", "down", "C")
        await it.until(lambda: isinstance(it.app.screen, CompareScreen))
        await it.sees("digits:2")
        assert "digits:3" not in it.screen_text()


@pytest.mark.usefixtures("own_tasks")
async def test_which_of_two_runs_is_better_is_told_on_one_key(project: Path) -> None:
    for number in (2, 3):
        run_id = add_run(project, number, params={"epochs": number}, metrics={"accuracy": [0.9]})
        predict(project, run_id)
    async with opened(project, (80, 24)) as it:
        await it.sees("train-3")
        await it.press("space", "space", "C")
        await it.sees("Compare 2 runs")
        await it.press("b")
        await it.sees("Is train-2 better than train-3?")
        await it.press("enter")
        await it.sees("they had different budgets")
        await it.press("y")
        await it.sees("? cannot tell whether train-2 is better than train-3")
        await it.sees("accuracy on holdout")
        await it.sees("notes: Enter")
        await it.press("enter")
        await it.sees("they had different budgets: epochs 3 and 2")
        await it.press("escape", "f", *"accu", "space", "enter")
        await it.sees("Pareto front")
        await it.press("f", "ctrl+r")
        await it.until(lambda: "Pareto front" not in it.screen_text())
