from __future__ import annotations

import csv
import io
import math
from array import array
from pathlib import Path

import pytest

from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.runs import Run, RunState, Series
from mlops_tui.engine.actions_export import export, write_csv


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


def test_no_file_is_written_over_another(tmp_path: Path) -> None:
    texts = [(".svg", lambda file: file.write("picture")), (".csv", lambda file: file.write("1"))]
    first, second = export(tmp_path, "loss", texts), export(tmp_path, "loss", texts)
    folder = tmp_path / ".mlops" / "exports"
    assert first == [folder / "loss.svg", folder / "loss.csv"]
    assert second == [folder / "loss-2.svg", folder / "loss-2.csv"]
    assert first[0].read_text() == "picture"


def test_a_metric_cannot_leave_the_folder(tmp_path: Path) -> None:
    paths = export(tmp_path, "../../val/loss \x1b", [(".csv", lambda file: file.write("x"))])
    assert [path.parent for path in paths] == [tmp_path / ".mlops" / "exports"]
    assert paths[0].name == "val-loss.csv"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".mlops").write_text("no folder")
    with pytest.raises(StorageError, match="exports cannot be written"):
        export(tmp_path, "loss", [(".csv", lambda file: file.write("x"))])
