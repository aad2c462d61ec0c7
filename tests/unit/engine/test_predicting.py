"""What models of several kinds say of the rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from mlops_tui.domain.errors import InputError
from mlops_tui.engine.tasks.predicting import predictor

COLUMNS = ["id", "b", "a"]


@pytest.fixture
def frame() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    return pd.DataFrame({"id": range(60), "b": draw.normal(size=60), "a": draw.normal(size=60)})


def inputs(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["a", "b"]]


def test_columns_are_found_by_their_names_in_the_order_of_the_model(frame: pd.DataFrame) -> None:
    truth = np.where(frame["a"] > 0, "yes", "no")
    model = LogisticRegression().fit(inputs(frame), truth)
    predict, names = predictor(model, None, COLUMNS)
    said = predict(frame)
    assert names == ["a", "b"]
    assert list(said) == ["y_pred", "y_score_no", "y_score_yes"]
    assert said["y_score_yes"].to_numpy() == pytest.approx(model.predict_proba(inputs(frame))[:, 1])
    with pytest.raises(InputError, match="needs a, which the dataset"):
        predictor(model, None, ["id", "b"])


def test_a_model_of_arrays_reads_what_its_signature_says_or_what_is_left(
    frame: pd.DataFrame,
) -> None:
    model = LinearRegression().fit(inputs(frame).to_numpy(), frame["a"].to_numpy())
    signature = {"inputs": [{"name": "a"}, {"name": "b"}]}
    by_name = predictor(model, signature, COLUMNS)[0](frame)
    assert by_name["y_pred"].to_numpy() == pytest.approx(frame["a"].to_numpy())
    left = predictor(model, None, ["a", "b"])[0](frame)
    assert left["y_pred"].to_numpy() == pytest.approx(by_name["y_pred"].to_numpy())


def test_a_threshold_that_was_saved_decides(frame: pd.DataFrame) -> None:
    model = LogisticRegression().fit(inputs(frame), (frame["a"] > 0).astype(int))
    saved = {"network": model, "threshold": 0.9, "trained_on": [1, 2]}
    said = predictor(saved, None, COLUMNS)[0](frame)
    assert (said["y_pred"] == (said["y_score_1"] >= 0.9)).all()
    plain: Any = predictor({"network": model}, None, COLUMNS)[0](frame)
    assert plain["y_pred"].sum() > said["y_pred"].sum()


def test_scores_need_not_be_probabilities(frame: pd.DataFrame) -> None:
    model = LinearSVC().fit(inputs(frame), (frame["a"] > 0).astype(int))
    said = predictor(model, None, COLUMNS)[0](frame)
    assert list(said) == ["y_pred", "y_score_1"]
    assert said["y_score_1"].min() < 0


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"weights": 1, "bias": 2}, r"a dict \(weights, bias\) with 0 values"),
        ({"a": LinearRegression(), "b": LinearRegression()}, "with 2 values"),
        ([1, 2], "list has no predict"),
    ],
)
def test_what_cannot_predict_says_so(model: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        predictor(model, None, COLUMNS)
