from __future__ import annotations

import csv
import io
import math
from array import array

from mlops_tui.domain.runs import Run, RunState, Series
from mlops_tui.engine.actions_export import write_csv


def run(ident: str, name: str) -> Run:
    return Run(ident, name, "train", "train", RunState.FINISHED, 1.0)


def test_the_table_has_all_points_of_all_runs_as_they_were_recorded() -> None:
    points = {"a": [0.1, math.nan], "b": [1e-300, -math.inf]}

    def read(one: Run) -> Series:
        values = array("d", points[one.id])
        return Series("loss", 2, array("q", [3, 7]), array("d", [1766000000.25, 2.0]), values)

    file = io.StringIO()
    write_csv(file, [run("a", 'one, "two"'), run("b", "b")], "loss", read)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert [row["run"] for row in rows] == ['one, "two"'] * 2 + ["b"] * 2
    assert [row["value"] for row in rows] == ["0.1", "NaN", "1e-300", "-Infinity"]
    assert rows[0]["step"] == "3"
    assert float(rows[0]["time"]) == 1766000000.25
