"""`monitor performance` on real files, in a project or not, and with labels that come late."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from tests.unit.monitor.models import two_classes

TOML = """
[objective]
metric = "holdout_accuracy"
target = 0.5
[objective.cost]
currency = "EUR"
false_negative = 100
false_positive = 5
[datasets.usual]
path = "usual.csv"
role = "reference"
target = "y"
id = "id"
[datasets.live]
path = "live.csv"
role = "live"
id = "id"
[monitor]
prediction = "said"
score = "score"
labels = "labels.csv"
"""
ROLES = ("--truth", "y", "--prediction", "said", "--score", "score")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    two_classes(1, 2_000).rename_axis("id").to_csv("usual.csv")
    live = two_classes(2, 600, concept=-1.5).rename_axis("id").reset_index()
    live.drop(columns="y").to_csv("live.csv", index=False)
    live[["id", "y"]].tail(300).to_csv("labels.csv", index=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["monitor", "performance", *arguments])
    return code, *capsys.readouterr()


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert err == ""
    return code, json.loads(out)


def test_a_project_says_it_all_and_late_labels_find_their_rows(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "mlops.toml").write_text(TOML)
    code, report = shown(capsys)
    assert (code, report["verdict"]) == (1, "degraded")
    assert (report["n_current"], report["n_labelled"], report["n_reference"]) == (600, 300, 2_000)
    assert report["joined"]["matched"] == 300
    assert report["objective"]["metric"] == "accuracy"
    assert report["objective"]["is_reached"] is True
    assert [it["basis"] for it in report["money"]] == ["realised", "estimated"]
    assert report["money"][0]["extra_lower"] > 0
    assert not report["trust"]["is_kept"]
    code, out, err = run(capsys)
    assert code == 1
    assert out.startswith("degraded: accuracy, recall worse than usual; 600 rows")
    assert "300 with their truth" in out
    assert "errors cost: " in out
    assert "objective: holdout_accuracy as accuracy" in out
    assert "do not trust the estimate" in err


@pytest.mark.usefixtures("own_tasks")
def test_two_files_need_no_project(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = ("--reference", "usual.csv", "--current", "live.csv")
    code, report = shown(capsys, *sides, *ROLES)
    # without labels a changed concept is not seen: that is what the assumption says
    assert (code, report["verdict"], report["n_labelled"]) == (0, "ok", 0)
    assert {it["basis"] for it in report["metrics"]} == {"estimated"}
    assert "concept" in report["assumptions"][0]
    code, report = shown(capsys, *sides, *ROLES, "--labels", "labels.csv", "--id", "id")
    assert (code, report["n_labelled"]) == (1, 300)


@pytest.mark.usefixtures("own_tasks")
def test_files_and_segments_are_judged_one_by_one(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "live").mkdir()
    for number, concept in enumerate((0.0, -2.0)):
        week = two_classes(5 + number, 500, concept=concept)
        week.to_csv(f"live/week-{number}.csv", index=False)
    sides = ("--reference", "usual.csv", "--current", "live")
    code, report = shown(capsys, *sides, *ROLES, "--by", "said", "--files")
    assert code == 1
    assert [(it["name"], it["verdict"]) for it in report["files"]] == [
        ("week-0.csv", "ok"),
        ("week-1.csv", "degraded"),
    ]
    assert {it["name"] for it in report["segments"]} == {"0", "1"}
    code, out, _ = run(capsys, *sides, *ROLES, "--by", "said", "--files")
    assert "by said:" in out
    assert "week-1.csv  degraded" in out


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--reference FILE is missing"),
        (("--reference", "usual.csv", "--current", "live.csv"), "what was predicted"),
        (("--reference", "usual.csv", "--current", "gone.csv", *ROLES), "no file or folder"),
        (("--reference", "live.csv", "--current", "live.csv", *ROLES), "no column 'y'"),
        (
            ("--reference", "usual.csv", "--current", "live.csv", *ROLES, "--labels", "x.csv"),
            "which row a label",
        ),
        (
            ("--reference", "usual.csv", "--current", "live.csv", *ROLES, "--score", "a=x"),
            "does not fit",
        ),
    ],
)
def test_what_is_missing_is_said(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "hint:" in err
