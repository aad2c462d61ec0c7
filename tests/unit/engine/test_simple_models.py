"""Simple models beside the one that is evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.engine.tasks import evaluating

RNG = np.random.default_rng(3)


def rows(n: int, kind: str) -> pd.DataFrame:
    frame = pd.DataFrame({"id": np.arange(n), "x": RNG.normal(size=n), "noise": RNG.normal(size=n)})
    frame["site"] = RNG.choice(["a", "b", "c"], n)
    score = 2 * frame["x"] + (frame["site"] == "a")
    frame["y"] = score if kind == "number" else np.where(score > 0.3, "yes", "no")
    if kind == "several":
        frame["y"] = frame["site"]
    frame.loc[: n // 20, "x"] = np.nan
    return frame


def report(folder: Path, kind: str, said: str, **train: Any) -> dict[str, Any]:
    """Return the report of predictions that are the truth, or the same for all rows."""
    for name, frame in (("train", rows(400, kind)), ("holdout", rows(300, kind))):
        frame.to_csv(folder / f"{name}.csv", index=False)
    truth = pd.read_csv(folder / "holdout.csv")
    predicted = truth["y"] if said == "truth" else truth["y"].mode()[0]
    table = pd.DataFrame({"id": truth["id"], "y_true": truth["y"], "y_pred": predicted})
    table.to_csv(folder / "p.csv", index=False)
    shapes = [
        {"name": it, "path": str(folder / f"{it}.csv"), "id": "id", "target": "y", "group": None}
        for it in ("holdout", "train")
    ]
    predictions = str(folder / "p.csv")
    found: dict[str, Any] = evaluating.measure(
        lambda done, total: None, predictions, shapes[0], {"segments": []}, {**shapes[1], **train}
    )
    return found


def verdicts(found: dict[str, Any], metric: str) -> dict[str, str]:
    return {it["name"]: it["model_against_it"][metric]["verdict"] for it in found["baselines"]}


@pytest.mark.parametrize(("kind", "metric"), [("two", "accuracy"), ("number", "mae")])
def test_what_predicts_well_is_better_than_what_is_simple(
    tmp_path: Path, kind: str, metric: str
) -> None:
    found = report(tmp_path, kind, "truth")
    assert verdicts(found, metric) == dict.fromkeys(("dummy", "linear", "tree"), "better")
    dummy, linear, _ = found["baselines"]
    assert dummy["trained_rows"] == 400
    assert linear["metrics"][metric]["n"] == 300
    if kind == "two":
        assert linear["metrics"]["accuracy"]["value"] > 0.9
        assert linear["metrics"]["roc_auc"]["value"] > 0.95
        assert dummy["metrics"]["roc_auc"]["value"] == 0.5


def test_what_is_no_better_than_a_constant_is_told(tmp_path: Path) -> None:
    found = report(tmp_path, "several", "mode")
    assert verdicts(found, "accuracy")["linear"] == "worse"
    assert verdicts(found, "accuracy")["dummy"] != "better"
    assert any("no better than logistic regression" in it for it in found["notes"])


def test_what_cannot_be_learned_is_said(tmp_path: Path) -> None:
    found = report(tmp_path, "two", "truth", target="gone")
    assert found["baselines"] == []
    assert found["notes"][-1] == "no simple model is compared: train has no column 'gone' to learn"
