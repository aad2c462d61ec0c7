"""`evaluate` on files of predictions, without a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlops_tui.cli.main import main
from tests.unit.evaluate.test_report import two


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    frame = two(1, 600).rename_axis("id").reset_index()
    frame["site"] = frame["id"] % 2
    frame.to_csv("said.csv", index=False)
    return tmp_path / "said.csv"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["evaluate", "--predictions", *arguments])
    return code, *capsys.readouterr()


def test_a_file_is_measured_for_programs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(
        capsys, str(file), "--segments", "site", "--cost-fn", "9", "--cost-fp", "1", "--json"
    )
    assert code == 0, err
    report: dict[str, Any] = json.loads(out)
    assert len(report["metrics"]) == 12
    for it in (*report["metrics"].values(), *report["segments"][0]["metrics"].values()):
        assert {"value", "low", "high", "n", "method", "direction"} == set(it)
    assert [(it["column"], it["value"], it["n"]) for it in report["segments"]] == [
        ("site", "0", 300),
        ("site", "1", 300),
    ]
    assert report["thresholds"]["cheapest"]["ideal"] == pytest.approx(0.1)


@pytest.mark.usefixtures("own_tasks")
def test_a_file_is_measured_for_people(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, str(file), "--segments", "site", "--cost-fn", "9", "--group", "id")
    assert code == 0
    for words in ("binary, 600 rows, positive is 1, drawn by id", "roc_auc", "cheapest from"):
        assert words in out
    for words in ("by site:", "expected calibration error", "segments of"):
        assert words in out


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone.csv",), "no file or folder"),
        (("said.csv", "--segments", "sites"), "no column"),
        (("other.csv",), "no column y_true"),
    ],
)
def test_what_is_wrong_is_said(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    Path("other.csv").write_text("a,b\n1,2\n")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.usefixtures("own_tasks")
def test_two_files_are_compared(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    worse = pd.read_csv(file)
    worse["y_pred"] = worse["y_pred"].where(worse["id"] % 5 > 0, 0)
    worse.iloc[:-10].to_csv("worse.csv", index=False)
    sides = ("better", "--predictions", str(file), "worse.csv", "--metric", "accuracy")
    assert main([*sides, "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert list(found) == [
        *("verdict", "difference", "low", "high", "confidence", "n", "method", "rows_needed"),
    ]
    assert (found["verdict"], found["n"], found["confidence"]) == ("worse", 590, 0.95)
    assert "10 of 600 rows are in said.csv only" in err
    assert main([*sides[:2], "said.csv", "said.csv", *sides[4:]]) == 0
    assert capsys.readouterr().out.startswith("cannot tell")
    assert main([*sides, "--min-difference", "0"]) == 2
    assert "no difference to see" in capsys.readouterr().err


@pytest.mark.usefixtures("own_tasks")
def test_forecasts_and_own_metrics_are_measured(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("own.py").write_text("def half(y_true, y_pred, y_score):\n    return 0.5\n")
    code, out, _ = run(capsys, str(file), "--function", "own:half", "--json")
    assert json.loads(out)["metrics"]["own:half"]["value"] == 0.5
    frame = pd.read_csv(file)
    frame["day"] = pd.date_range("2026-01-01", periods=600, freq="D")
    frame["y_true"] = frame["x"] + frame["id"] % 7
    frame["y_pred"] = frame["x"] + 3
    frame.drop(columns="y_score").to_csv("days.csv", index=False)
    code, out, _ = run(capsys, "days.csv", "--time", "day", "--season", "7")
    assert code == 0
    for words in ("forecasting, 600 rows, drawn by blocks of", "mase", "by time:", "2026-03"):
        assert words in out
