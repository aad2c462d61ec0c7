"""Rows drawn from tables of any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from mlops_tui.engine.table_samples import read_sample


def test_few_rows_are_all_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,a\n2,b\n")
    (tmp_path / "b.csv").write_text("x,y\n3,c\n")
    frame, rows = read_sample([tmp_path / "a.csv", tmp_path / "b.csv"], 3)
    assert (rows, frame["x"].tolist(), frame["y"].tolist()) == (3, [1, 2, 3], ["a", "b", "c"])


def test_of_many_rows_as_many_as_wanted_are_drawn_evenly_and_in_order(tmp_path: Path) -> None:
    files = []
    for part in range(4):
        files.append(tmp_path / f"{part}.csv")
        rows = np.arange(5_000) + 5_000 * part
        pd.DataFrame({"x": rows}).to_csv(files[-1], index=False)
    frame, count = read_sample(files, 2_000)
    drawn = frame["x"].to_numpy()
    assert (count, len(drawn)) == (20_000, 2_000)
    assert (np.diff(drawn) > 0).all()
    shares = np.bincount(drawn // 5_000) / 2_000
    assert shares.min() > 0.2
    again, _ = read_sample(files, 2_000)
    assert again["x"].tolist() == drawn.tolist()


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n")
    frame, rows = read_sample([tmp_path / "a.csv"], 5)
    assert (rows, list(frame.columns), len(frame)) == (0, ["x", "y"], 0)
