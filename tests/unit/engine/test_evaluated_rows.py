"""Predictions beside the rows of their dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlops_tui.domain.errors import InputError
from mlops_tui.engine.tasks import evaluated_rows, evaluating
from mlops_tui.engine.tasks.evaluated_rows import join_dataset, read_predicted

ROWS = "case,site,age,who,label\n3,a,30,p,0\n1,b,10,q,1\n2,a,20,p,0\n4,b,40,q,1\n"


@pytest.fixture
def dataset(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "d.csv").write_text(ROWS)
    return {"name": "d", "path": str(tmp_path / "d.csv"), "id": "case", "target": "label"}


def predicted(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"y_true": [1, 0], "y_pred": [1, 1], **columns})


def test_rows_are_found_by_id_and_what_is_odd_is_said(dataset: dict[str, Any]) -> None:
    joined = join_dataset(predicted(id=["1", "9"], age=[5, 6]), dataset | {"group": "who"})
    assert joined.frame.columns.tolist() == ["y_true", "y_pred", "id", "age", "site", "who"]
    assert joined.frame["site"].tolist()[0] == "b"
    assert joined.frame["site"].isna().tolist() == [False, True]
    assert (joined.group, joined.dataset_rows) == ("who", 4)
    assert joined.notes == (
        "1 of 2 predicted rows are not in d",
        "3 of the 4 rows of d were predicted, not all".replace("3", "1"),
    )


def test_truth_that_the_dataset_does_not_have_is_noticed(dataset: dict[str, Any]) -> None:
    notes = join_dataset(predicted(id=[1, 3]), dataset).notes
    assert not any("is not the label" in it for it in notes)
    notes = join_dataset(predicted(id=[3, 1]), dataset).notes
    assert "y_true is not the label of d in 2 of 2 rows: are they of other rows?" in notes


def test_rows_without_an_id_go_by_their_place_where_there_are_as_many(
    dataset: dict[str, Any],
) -> None:
    frame = pd.DataFrame({"id": range(4), "y_true": [0, 1, 0, 1], "y_pred": [0, 1, 1, 1]})
    by_place = join_dataset(frame, dataset | {"id": None})
    assert by_place.frame["age"].tolist() == [30, 10, 20, 40]
    assert by_place.notes == ()
    assert "is not known" in join_dataset(frame[:3], dataset | {"id": None}).notes[0]
    named = frame.assign(id=["w", "x", "y", "z"])
    assert "is not known" in join_dataset(named, dataset | {"id": None}).notes[0]


@pytest.mark.parametrize("content", ["", "case,site,label\n"])
def test_a_dataset_that_cannot_be_read_leaves_the_predictions(
    dataset: dict[str, Any], content: str
) -> None:
    Path(dataset["path"]).write_text(content)
    joined = join_dataset(predicted(id=[1, 2]), dataset)
    assert joined.frame.columns.tolist() == ["y_true", "y_pred", "id"]
    assert joined.dataset == "d"
    assert len(joined.notes) == 1
    assert join_dataset(predicted(), None).dataset is None
    assert join_dataset(predicted(), dataset | {"path": "/nowhere.csv"}).notes == ()


def test_columns_with_few_values_part_the_rows(dataset: dict[str, Any]) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "y_true": [1, 0, 0, 1], "y_pred": [1, 0, 1, 1]})
    report = evaluating.report_of(join_dataset(frame, dataset), {})
    assert {(it["column"], it["value"], it["n"]) for it in report["segments"]} == {
        *(("site", "a", 2), ("site", "b", 2), ("who", "p", 2), ("who", "q", 2))
    }
    assert report["metrics"]["accuracy"]["value"] == 0.75
    assert (report["dataset"], report["dataset_rows"]) == ("d", 4)


def test_too_many_rows_are_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.csv").write_text("id,y_true,y_pred\n1,1,1\n2,1,1\n")
    assert len(read_predicted(str(tmp_path / "p.csv"))) == 2
    monkeypatch.setattr(evaluated_rows, "MOST_ROWS", 1)
    with pytest.raises(InputError, match="more than 1 rows"):
        read_predicted(str(tmp_path / "p.csv"))


def test_rows_of_which_none_can_be_judged_are_no_evaluation() -> None:
    frame = pd.DataFrame({"y_true": [1, 0], "y_pred": [1, 0], "y_score": [float("inf"), None]})
    with pytest.raises(InputError, match="no row has both"):
        evaluating.report_of(join_dataset(frame, None), {})
