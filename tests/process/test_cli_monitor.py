"""`monitor run` on real files: what it prints, how it ends, and what it makes of bad files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places

KEYS = {
    *("column", "type", "method", "score", "threshold", "null_q99", "p_value", "verdict"),
    *("n_reference", "n_current"),
}


def frame(seed: int, n: int, shift: float = 0.0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": np.arange(n) + 10_000 * seed,
            "heat": draw.normal(20, 5, n) + 5 * shift,
            "load": draw.lognormal(size=n),
            "line": draw.choice(["a", "b", "c"], n),
            "broken": draw.random(n) < 0.2,
        }
    )


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    frame(1, 2_000).to_csv("train.csv", index=False)
    frame(2, 200).to_csv("calm.csv", index=False)
    frame(3, 200, shift=1.0).to_csv("warm.csv", index=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["monitor", "run", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def compared(capsys: pytest.CaptureFixture[str], current: str, *more: str) -> tuple[int, Any]:
    sides = ("--reference", "train.csv", "--current", current)
    code, out, _ = run(capsys, *sides, *more, "--json")
    return code, json.loads(out)


def test_two_files_are_compared_without_a_project(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = compared(capsys, "calm.csv")
    assert (code, report["verdict"]) == (0, "ok")
    assert {"dataset", "reference", "current", "alerts", "columns"} <= set(report)
    assert (report["n_reference"], report["n_current"]) == (2_000, 200)
    assert report["reference"] == str(files / "train.csv")
    assert all(set(column) >= KEYS for column in report["columns"])
    assert [skipped["column"] for skipped in report["skipped"]] == ["id"]
    (cache,) = (places.cache_dir() / "nulls").iterdir()
    written = cache.stat().st_mtime_ns
    code, report = compared(capsys, "warm.csv")
    assert (code, report["verdict"], report["columns"][0]["column"]) == (1, "drift", "heat")
    assert cache.stat().st_mtime_ns == written  # what chance gives was known


@pytest.mark.usefixtures("own_tasks")
def test_people_read_a_table(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--reference", "train.csv", "--current", "warm.csv")
    lines = out.splitlines()
    assert code == 1
    assert lines[0] == "drift: 1 of 4 scores drifted; 200 rows against 2,000"
    assert lines[3].split()[0] == "column"
    assert lines[4].split()[:2] == ["heat", "drift"]
    assert lines[4].split()[6:8] == ["200", "2,000"]
    assert "not compared: id (id)" in err


@pytest.mark.usefixtures("own_tasks")
def test_what_is_broken_fails_whatever_its_distribution(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = frame(2, 200).drop(columns="line")
    broken["load"] = "n/k"
    broken.to_csv("broken.csv", index=False)
    code, report = compared(capsys, "broken.csv")
    assert (code, report["verdict"]) == (1, "drift")
    found = {(it["kind"], it["column"], it["level"]) for it in report["quality"]}
    assert ("missing_column", "line", "error") in found
    assert ("type_changed", "load", "error") in found
    code, out, _ = run(capsys, "--reference", "train.csv", "--current", "broken.csv")
    assert out.startswith("drift: 0 of 3 scores drifted, 2 errors in the data; 200 rows")
    assert "  error    line: the column is missing from all 200 rows" in out


@pytest.mark.usefixtures("own_tasks")
def test_roles_thresholds_methods_and_presets_are_taken(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ("--target", "broken", "--threshold", "heat=9", "--method", "load=psi")
    code, report = compared(capsys, "warm.csv", *chosen)
    by_name = {column["column"]: column for column in report["columns"]}
    assert (code, by_name["heat"]["threshold"], by_name["heat"]["verdict"]) == (0, 9.0, "ok")
    assert (by_name["load"]["method"], by_name["broken"]["role"]) == ("psi", "target")
    code, report = compared(capsys, "warm.csv", "--preset", "psi")
    assert (code, report["preset"]) == (1, "psi")
    assert {column["null_q99"] for column in report["columns"]} == {None}


@pytest.mark.usefixtures("own_tasks")
def test_columns_are_compared_together(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = compared(capsys, "warm.csv", "--multivariate")
    together = report["multivariate"]["domain_classifier"]
    assert (code, together["verdict"], together["giveaways"][0][0]) == (1, "drift", "heat")
    assert report["multivariate"]["pca"]["n_current"] == 200


@pytest.mark.usefixtures("own_tasks")
def test_drift_is_weighed_by_what_it_does_to_the_model(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("train", "calm", "warm"):
        rows = pd.read_csv(f"{name}.csv")
        score = 1 / (1 + np.exp(-(rows["load"] - 1)))
        rows.assign(said=score, y=(score > 0.5).astype(int)).to_csv(f"{name}.csv", index=False)
    model = ("--target", "y", "--score", "said")
    code, report = compared(capsys, "warm.csv", *model)
    assert (code, report["verdict"], report["performance"]["verdict"]) == (1, "drift", "ok")
    heat = next(it for it in report["matters"]["columns"] if it["column"] == "heat")
    assert (heat["verdict"], heat["drift"] > 1) == ("does_not_matter", True)
    sides = ("--reference", "train.csv", "--current", "warm.csv")
    code, out, err = run(capsys, *sides, *model)
    assert "  heat moved, the model does not care" in out
    assert "told by trees that explain" in err
    assert "the model:\nok: nothing worse than usual" in out


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty"), ("PK\x03\x04" + "x" * 40, "a zip archive"), (None, "there is no file")],
)
def test_files_that_are_no_tables_are_named(
    files: Path, capsys: pytest.CaptureFixture[str], text: str | None, words: str
) -> None:
    if text is not None:
        Path("none.csv").write_text(text)
    code, out, err = run(capsys, "--reference", "train.csv", "--current", "none.csv")
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--reference", "train.csv"),
        ("--reference", "train.csv", "--current", "calm.csv", "--threshold", "heat"),
        ("--reference", "train.csv", "--current", "calm.csv", "--threshold", "heat=high"),
        ("--reference", "train.csv", "--current", "calm.csv", "--method", "line=wasserstein"),
        ("--reference", "train.csv", "--current", "calm.csv", "--target", "label"),
        ("--reference", "train.csv", "--current", "calm.csv", "--preset", "whylogs"),
    ],
)
def test_what_is_asked_wrongly_ends_with_2(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "hint:" in err


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("id,heat,load,line,broken\n", "drift"),
        ("id,heat,load,line,broken\n1,20,1,a,True\n", "too_little_data"),
        ("broken,line,load,heat,id\n" + "False,b,1.5,21,7\n" * 9, "too_little_data"),
        ("x\n1\n", "drift"),
    ],
)
def test_tiny_files_are_judged(
    files: Path, capsys: pytest.CaptureFixture[str], text: str, verdict: str
) -> None:
    Path("tiny.csv").write_text(text)
    code, report = compared(capsys, "tiny.csv")
    assert (code, report["verdict"]) == (int(verdict == "drift"), verdict)
