from __future__ import annotations

import pytest

from mlops_tui.domain.groups import Group, Spread, spread
from mlops_tui.engine.grouping import Grouped
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.grouped import aligned, as_text, head_and_rows, spread_texts


@pytest.mark.parametrize(
    ("mean", "half", "text"),
    [
        (0.91234, 0.00412, ("0.9123", "±0.0041")),
        (123.456, 12.3, ("123", "±12")),
        (0.5, 0.0, ("0.5", "±0")),
        (0.5, None, ("0.5", "")),
        (12345.6, 678.9, ("12346", "±679")),
        (1.5e9, 2.5e6, ("1.5e+09", "±2.5e+06")),
        (1e-12, 3e-13, ("1e-12", "±3e-13")),
    ],
)
def test_the_interval_says_how_many_digits_count(
    mean: float, half: float | None, text: tuple[str, str]
) -> None:
    assert spread_texts(Spread(3, mean, half, mean, mean), 3) == text


def test_how_many_runs_have_the_metric_is_told_where_not_all_do() -> None:
    assert spread_texts(Spread(2, 1.0, 0.25, 1, 1), 3) == ("1.00", "±0.25 of 2")
    assert spread_texts(None, 3) == ("-", "")


def test_points_stand_below_each_other() -> None:
    texts = aligned([("1.25", "±0.5"), ("10.5", ""), ("-", ""), ("7", "±2")])
    assert texts == [" 1.25 ±0.5", "10.5", " -", " 7    ±2"]


def test_a_table_of_groups_has_fields_runs_and_metrics_with_units() -> None:
    found = spread([1.0, 2.0])
    assert found is not None
    groups = (Group((0.1, None), ("a", "b"), {"cost": found}),)
    head, rows = head_and_rows(
        Grouped(("param.lr", "tag.team"), ("cost",), groups), Meaning({"cost": "EUR"})
    )
    assert head == ("lr=", "team:", "runs", "cost EUR")
    assert rows == [("0.1", "-", "2", "1.5 ±6.4")]
    assert as_text(head, rows) == "lr=\tteam:\truns\tcost EUR\n0.1\t-\t2\t1.5 ±6.4"
