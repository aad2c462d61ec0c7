from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.report import Setting, evaluate
from mlops_tui.ui.confusion_rows import NONE_THERE
from mlops_tui.ui.evaluation_rows import evaluation_shelves, scale, scale_start
from mlops_tui.ui.place_rows import Shelf, widths

DRAW = np.random.default_rng(5)


def shelves_of(outcomes: Outcomes, setting: Setting | None = None) -> dict[str, Shelf]:
    report = evaluate(outcomes, setting).as_json()
    return {it.name: it for it in evaluation_shelves(report)}


def binary(n: int = 400) -> Outcomes:
    truth = (DRAW.random(n) < 0.4).astype(np.float64)
    score = np.clip(0.3 + 0.4 * truth + DRAW.normal(0, 0.2, n), 0.001, 0.999)
    scores = np.column_stack([1 - score, score])
    said = (score >= 0.5).astype(np.float64)
    return Outcomes(ProblemKind.BINARY, ("no", "yes"), said, truth, scores)


def cells(shelf: Shelf, key: str) -> list[str]:
    row = next(row for row in shelf.content.rows if row.key == key)
    return [text for text, _ in row.cells]


def test_two_classes_with_costs_fill_every_list_but_errors() -> None:
    outcomes = binary()
    columns = read_columns(pd.DataFrame({"ward": np.where(outcomes.truth == 1, "a", "b")}))
    setting = Setting(Cost("EUR", 10.0, 1.0), columns, columns, replicates=200)
    found = shelves_of(outcomes, setting)
    assert list(found) == [
        *("Metrics", "Worst segments", "Segments", "Confusion", "Thresholds", "Calibration")
    ]
    for shelf in found.values():
        widths = {len(row.cells) for row in shelf.content.rows}
        assert widths == {len(shelf.content.heads)}
        assert all(row.facts for row in shelf.content.rows)


def test_a_metric_has_its_interval_its_rows_and_what_it_means() -> None:
    found = shelves_of(binary())["Metrics"]
    name, value, interval, n, drawn = cells(found, "recall")
    low, high = map(float, interval.split(" to "))
    assert name == "recall"
    assert low < float(value) < high
    assert int(n) > 100
    assert "●" in drawn
    facts = dict(next(row for row in found.content.rows if row.key == "recall").facts)
    assert facts["means"] == "of what is positive, the share that was found"
    assert cells(found, "log_loss")[-1] == ""


def test_thresholds_begin_at_the_cheapest() -> None:
    shelf = shelves_of(binary(), Setting(Cost("EUR", 10.0, 1.0), replicates=200))["Thresholds"]
    assert "◀ cheapest" in cells(shelf, shelf.start)[-1]
    assert sum("◀" in row.cells[-1][0] for row in shelf.content.rows) == 1
    assert shelves_of(binary())["Thresholds"].start == ""


def test_the_confusion_counts_every_row_once() -> None:
    outcomes = binary()
    shelf = shelves_of(outcomes)["Confusion"]
    counts = [text for row in shelf.content.rows for text, _ in row.cells[2:]]
    assert sum(int(it) for it in counts if it != NONE_THERE) == len(outcomes)


def test_the_confusion_of_ten_classes_has_room_in_eighty_columns_and_begins_at_the_worst() -> None:
    n = 20_000
    truth = (np.arange(n) % 10).astype(np.float64)
    said = truth.copy()
    said[4::20] = 9.0
    names = tuple(map(str, range(10)))
    outcomes = Outcomes(ProblemKind.MULTICLASS, names, said, truth, np.empty((n, 0)))
    found = evaluate(outcomes, Setting(replicates=20)).as_json()
    shelf = next(it for it in evaluation_shelves(found) if it.name == "Confusion")
    assert len(widths(shelf.content, 78)) == len(shelf.content.heads) == 12
    assert shelf.content.words == "rows true, columns predicted; 1,000 of 20,000 wrong"
    assert shelf.start == "4"
    row = shelf.content.rows[4]
    assert [text for text, _ in row.cells] == ["4", "50.0%", *"····", "1000", *"····", "1000"]
    assert dict(row.facts)["taken"] == "1,000 as 9"


def test_metrics_of_several_classes_say_that_they_are_means_over_them() -> None:
    truth = (np.arange(90) % 3).astype(np.float64)
    outcomes = Outcomes(ProblemKind.MULTICLASS, ("a", "b", "c"), truth, truth, np.empty((90, 0)))
    rows = {row.key: dict(row.facts) for row in shelves_of(outcomes)["Metrics"].content.rows}
    assert rows["f1"]["means"].startswith("the mean over all classes: ")
    assert "classes:" not in rows["accuracy"]["means"]


def test_several_classes_are_told_one_by_one() -> None:
    n = 300
    truth = DRAW.integers(0, 3, n).astype(np.float64)
    said = np.where(DRAW.random(n) < 0.8, truth, 0.0)
    names = ("[red]", "b\x1b[31m", "c")
    outcomes = Outcomes(ProblemKind.MULTICLASS, names, said, truth, np.empty((n, 0)))
    found = shelves_of(outcomes)
    assert list(found)[:3] == ["Metrics", "Classes", "Confusion"]
    assert cells(found["Classes"], "1")[0] == "b␛[31m"


def test_numbers_have_errors_by_what_was_predicted() -> None:
    truth = DRAW.normal(100, 20, 200)
    said = truth * 0.5 + 50 + DRAW.normal(0, 5, 200)
    outcomes = Outcomes(ProblemKind.REGRESSION, (), said, truth, np.empty((200, 0)))
    found = shelves_of(outcomes)
    assert list(found) == ["Metrics", "Errors"]
    kinds = [row.cells[1][1] for row in found["Errors"].content.rows]
    assert kinds[0] == kinds[-1] == "bad"


def test_what_has_no_value_is_a_dash() -> None:
    outcomes = Outcomes(ProblemKind.BINARY, ("no", "yes"), np.ones(5), np.ones(5), np.empty((5, 0)))
    found = shelves_of(outcomes)
    assert cells(found["Metrics"], "specificity")[1] == "-"
    assert any("not defined" in row.cells[0][0] for row in found["Notes"].content.rows)


@pytest.mark.parametrize(
    ("value", "low", "high", "first", "drawn"),
    [
        (0.5, 0.25, 0.75, 0.0, "▏    ├───●───┤   ▕"),
        (0.95, None, None, 0.9, "▏       ●        ▕"),
        (1.0, 0.99, 1.0, 0.9, "▏              ├●▕"),
        (None, None, None, 0.0, ""),
        (1.5, 1.0, 2.0, 0.0, ""),
    ],
)
def test_an_interval_is_drawn_to_scale(
    value: float | None, low: float | None, high: float | None, first: float, drawn: str
) -> None:
    assert scale(value, low, high, first) == drawn


def test_a_scale_begins_at_the_tenth_below_all() -> None:
    def metric(low: float | None, value: float = 0.97) -> dict[str, object]:
        return {"value": value, "low": low, "direction": "maximize"}

    assert scale_start([metric(0.91), metric(None)]) == 0.9
    assert scale_start([metric(-0.2)]) == 0.0
    assert scale_start([]) == 0.0
