"""A job of kind `evaluate` in a shell, its agent, and the verbs: real files, real processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.engine import actions
from mlops_tui.engine.actions_evaluations import list_evaluations
from tests.process.support import end_processes_of, until, wait_ended

TOML = """
[datasets.holdout]
path = "holdout.csv"
role = "holdout"
id = "case"
target = "label"
[jobs.evaluate]
run = ["sh", "evaluate.sh"]
kind = "evaluate"
inputs = ["holdout"]
"""
SCRIPT = """
mkdir -p out
awk -F, 'NR == 1 { print "id,y_true,y_pred,y_score" } NR > 1 { print $1 "," $3 ",1,0." $1 % 10 }' \
    holdout.csv > out/said.csv
echo '{"predictions": {"path": "out/said.csv", "dataset": "holdout"}}' >> "$MLOPS_EVENTS"
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "evaluate.sh").write_text(SCRIPT)
    rows = "".join(f"{n},{'ab'[n % 2]},{int(n % 10 > 4)}\n" for n in range(200))
    (folder / "holdout.csv").write_text("case,site,label\n" + rows)
    yield folder
    end_processes_of(folder)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_a_shell_script_predicted_is_evaluated_when_it_ends(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = actions.launch(project, "evaluate", {})
    assert wait_ended(project, run_id)["state"] == "finished"
    until(lambda: list_evaluations(project).evaluations, 20.0, "an evaluation by the agent")
    place = ("-C", str(project))
    listed = told(capsys, "evaluate", "--list", *place)
    (only,) = listed["evaluations"]
    assert (only["run"], only["error"], only["n"], only["task"]) == (run_id, None, 200, "binary")
    assert [(it["dataset"], it["looks"]) for it in listed["looks"]] == [("holdout", 1)]
    report = told(capsys, "evaluate", run_id, *place)
    assert report["evaluation"]["id"] == only["id"]
    assert report["evaluation"]["is_new"] is False
    assert report["metrics"]["accuracy"]["value"] == 0.5
    assert report["metrics"]["roc_auc"]["value"] == 1.0
    assert {(it["column"], it["value"]) for it in report["segments"]} == {
        *(("site", "a"), ("site", "b"))
    }
    assert report["notes"] == [it for it in report["notes"] if "rows of holdout" not in it]
    assert main(["evaluate", "--list", *place]) == 0
    assert "evaluate-1" in capsys.readouterr().out
    assert main(["evaluate", "evaluate-1", *place]) == 0
    shown = capsys.readouterr().out
    assert "holdout is sealed, 1 look: worth what its interval says" in shown
    assert told(capsys, "show", run_id, *place)["predictions"][0]["path"] == "out/said.csv"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing is named"),
        (["nobody"], "no run goes by"),
        (["x", "--predictions", "y.csv"], "stands alone"),
        (["--list", "-n", "0"], "asks for nothing"),
    ],
)
def test_what_makes_no_sense_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["evaluate", *arguments, "-C", str(project)]) == 2
    assert words in capsys.readouterr().err


def test_readiness_tells_what_is_recorded_and_what_people_attach(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ("-C", str(project))
    words = ("--evidence", "wiki/privacy", "--why", "reviewed")
    told(capsys, "readiness", "attach", "d5", *words, *place)
    found = told(capsys, "readiness", *place)
    (attached,) = [it for it in found["ml_test_score"]["tests"] if it["score"]]
    assert (attached["id"], attached["score"]) == ("D5", 0.5)
    assert attached["attached"]["evidence"] == "wiki/privacy"
    assert found["ml_test_score"]["score"] == 0
    assert found["mlops_level"]["level"] == 0
    assert found["objective"] is None
    assert main(["readiness", *place]) == 0
    shown = capsys.readouterr().out
    assert "by hand: wiki/privacy (reviewed;" in shown
    told(capsys, "readiness", "attach", "D5", "--remove", "--why", "gone", *place)
    assert not any(
        it["score"] for it in told(capsys, "readiness", *place)["ml_test_score"]["tests"]
    )
    for wrong in (["X1", *words], ["D5", "--why", "x"], ["D5", "--remove", "--why", "x"]):
        assert main(["readiness", "attach", *wrong, *place]) == 2
        assert "mlops-tui:" in capsys.readouterr().err
