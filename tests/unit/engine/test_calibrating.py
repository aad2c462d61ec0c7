"""A model wrapped so that its scores are probabilities."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.engine.tasks.calibrating import calibrate, threshold_like
from mlops_tui.engine.tasks.predicting import predictor
from tests.unit.monitor.models import two_classes


class Overconfident(LogisticRegression):  # type: ignore[misc]
    """Takes its scores three times as sure as they are."""

    def decision_function(self, rows: Any) -> Any:
        return 3 * super().decision_function(rows)

    def predict_proba(self, rows: Any) -> Any:
        positive = 1 / (1 + np.exp(-self.decision_function(rows)))
        return np.column_stack([1 - positive, positive])


def asked(folder: Path, saved: object, **more: object) -> dict[str, Any]:
    joblib.dump(saved, folder / "m.joblib")
    two_classes(2, 600)[["x", "y"]].to_csv(folder / "checked.csv", index=False)
    digest = hashlib.sha256((folder / "m.joblib").read_bytes()).hexdigest()
    trust = {"digest": digest, "types": []}
    model = {"path": str(folder / "m.joblib"), "format": "joblib", "trust": trust}
    dataset = {"name": "checked", "path": str(folder / "checked.csv"), "target": "y"}
    return {"model": model, "dataset": dataset, "target": str(folder / "new.joblib"), **more}


@pytest.fixture
def overconfident() -> Overconfident:
    frame = two_classes(1, 2_000)
    model = Overconfident()
    model.fit(frame[["x"]], frame["y"])
    return model


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_scores_become_probabilities_and_decisions_stay(
    tmp_path: Path, overconfident: Overconfident, method: str
) -> None:
    saved = {"model": overconfident, "threshold": 0.8, "epoch": 3}
    report = calibrate(lambda *_: None, **asked(tmp_path, saved, method=method))
    assert (report["method"], report["n"]) == (method, 600)
    assert (report["before"]["verdict"], report["after"]["verdict"]) == ("poor", "no sign")
    # a curve of steps may say 0 of what comes true after all
    assert method == "isotonic" or report["log_loss"]["verdict"] == "better"
    made = joblib.load(tmp_path / "new.joblib")
    assert made["epoch"] == 3
    rows = two_classes(3, 400)[["x"]]
    before, after = (predictor(it, None, ["x"])[0](rows) for it in (saved, made))
    assert (before["y_pred"] == after["y_pred"]).mean() > 0.97
    assert after["y_score_1"].std() < before["y_score_1"].std()


def test_what_cannot_be_calibrated_is_refused(tmp_path: Path, overconfident: Overconfident) -> None:
    arguments = asked(tmp_path, overconfident)
    frame = two_classes(2, 40).assign(y=0)
    frame.loc[:3, "y"] = 1
    frame[["x", "y"]].to_csv(tmp_path / "checked.csv", index=False)
    with pytest.raises(InputError, match="only 4 rows are of class 1"):
        calibrate(lambda *_: None, **arguments)
    frame.assign(y="maybe")[["x", "y"]].to_csv(tmp_path / "checked.csv", index=False)
    with pytest.raises(InputError, match="does not know the class 'maybe'"):
        calibrate(lambda *_: None, **arguments)
    arguments["model"]["trust"] = None
    with pytest.raises(RefusedError, match="nobody trusts"):
        calibrate(lambda *_: None, **arguments)


def test_the_threshold_is_the_one_that_changes_the_fewest_decisions() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.8, 0.9])
    assert threshold_like(scores, scores >= 0.8) == pytest.approx(0.6)
    assert threshold_like(scores, np.array([False, True, False, True, True])) in (
        *(pytest.approx(0.6), pytest.approx(0.25)),
    )
    assert threshold_like(scores, np.zeros(5, dtype=bool)) > 0.9
    assert threshold_like(scores, np.ones(5, dtype=bool)) <= 0.1
