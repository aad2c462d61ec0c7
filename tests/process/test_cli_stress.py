"""`stress` on a registered model of a project."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from mlops_tui.cli.main import main
from mlops_tui.cli.verbs_stress import print_stress
from tests.unit.monitor.models import two_classes

TOML = """
[objective.cost]
false_negative = 9
false_positive = 1
[datasets.train]
path = "train.csv"
role = "train"
target = "y"
id = "id"
[datasets.checked]
path = "checked.csv"
role = "validation"
target = "y"
id = "id"
[datasets.sealed]
path = "checked.csv"
role = "holdout"
target = "y"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlops.toml").write_text(TOML)
    for seed, name in enumerate(("train", "checked")):
        frame = two_classes(seed, 300).rename_axis("id")[["x", "y"]]
        frame.assign(idle=frame.index % 7).to_csv(f"{name}.csv")
        if name == "train":
            model = LogisticRegression().fit(frame[["x"]].assign(idle=0), frame["y"])
            joblib.dump({"model": model, "threshold": 0.1}, "m.joblib")
    assert main(["models", "register", "m", "m.joblib"]) == 0
    return tmp_path


def test_a_model_is_stressed_once_it_is_trusted(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "trust", "m:1", "--why", "mine"]) == 0
    capsys.readouterr()
    assert main(["stress", "m", "--labels", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["model"], report["dataset"], report["n"]) == ("m:1", "checked", 300)
    assert report["metrics"] == ["cost", "accuracy", "recall", "roc_auc"]
    broken = [it for it in report["cases"] if it["error"]]
    assert {it["kind"] for it in broken} == {"missing"}
    falls = [it["falls"]["cost"]["fall"] for it in report["cases"] if not it["error"]]
    assert falls == sorted(falls, reverse=True)
    assert {it["kind"] for it in report["cases"]} >= {"labels", "scaled", "shifted", "noise"}
    print_stress(report)
    out = capsys.readouterr().out
    assert out.startswith("m:1 on checked: cost")
    assert "broken by missing values of x, idle, all columns: the model failed: ValueError" in out
    assert main(["models", "calibrate", "m", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["model"], made["version"], made["from"]) == ("m", 2, "m:1")
    assert made["calibration"]["method"] == "sigmoid"
    assert main(["stress", "m", "--on", "sealed"]) == 1
    assert "sealed holdout" in capsys.readouterr().err
    assert main(["stress", "m", "--on", "chekced"]) == 2
    assert "did you mean checked?" in capsys.readouterr().err
