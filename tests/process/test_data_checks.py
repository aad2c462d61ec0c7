"""Checks of data from the command line, and jobs that require them, with real processes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain.errors import RefusedError
from mlops_tui.engine import actions
from tests.process.support import end_processes_of, until, wait_ended

TOML = """
[datasets.customers]
path = "customers.csv"
[datasets.train]
path = "train.csv"
id = "id"
[datasets.train.checks]
unique = ["id"]
references = { customer = "customers.id" }
[datasets.train.checks.columns.age]
type = "int"
max = 120
[jobs.fit]
run = "sh -c 'echo fitted > done'"
inputs = ["train"]
require_checks = true
retries = 2
"""
GOOD = "id,age,customer\n1,30,7\n2,40,8\n"
BAD = "id,age,customer\n1,30,7\n2,300,9\n2,40,8\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "customers.csv").write_text("id\n7\n8\n")
    (folder / "train.csv").write_text(BAD)
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.chdir(folder)
    yield folder
    end_processes_of(folder)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main(["data", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def end_of(project: Path, run_id: str) -> dict[str, Any]:
    return wait_ended(project, run_id)


def test_a_check_that_fails_is_told_with_its_rows_and_ends_with_1(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, report = told(capsys, "check", "train")
    assert code == 1
    assert (report["dataset"], report["status"]) == ("train", "failed")
    assert (report["n_rows"], report["n_files"]) == (3, 1)
    failed = {it["check"]: it["rows"] for it in report["checks"] if it["status"] == "failed"}
    file = str(project / "train.csv")
    assert failed["columns.age.max"] == [
        {"file": file, "line": 3, "row": None, "values": {"id": "2", "age": "300"}, "note": ""}
    ]
    assert failed["unique[0]"][0]["note"] == "as in line 3"
    assert failed["references.customer"][0]["values"] == {"id": "2", "customer": "9"}
    assert main(["data", "check", "train"]) == 1
    words = capsys.readouterr()
    assert "FAILED      age is at most 120 (1 of 3 rows (33.3 %), from 30 to 300)" in words.out
    assert "            line 4: id=2 (as in line 3)" in words.out
    assert "train: 3 of 5 checks failed on 3 rows in 1 file" in words.err


@pytest.mark.usefixtures("own_tasks")
def test_another_file_is_judged_by_the_checks_of_a_dataset(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "new.csv").write_text(GOOD)
    code, report = told(capsys, "check", "new.csv", "--as", "train")
    assert (code, report["dataset"], report["status"]) == (0, "new.csv", "ok")
    for words, expected in (
        (["check", "new.csv"], "new.csv is no declared dataset"),
        (["check", "nope"], "'nope' is no dataset, and no file or folder"),
        (["check", "customers"], "no checks of customers are declared"),
        (["check", "train", "--rows", "-1"], "--rows is -1"),
        (["check", "train", "-C", "/nowhere"], "/nowhere is no folder"),
        (["chekc", "train"], "data what? data "),
    ):
        assert main(["data", *words]) == 2
        assert expected in capsys.readouterr().err


@pytest.mark.usefixtures("own_tasks")
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "train.csv").write_bytes(b"")
    assert main(["data", "check", "train"]) == 2
    assert f"{project / 'train.csv'} is empty" in capsys.readouterr().err


def test_a_job_does_not_start_on_data_that_does_not_meet_its_checks(project: Path) -> None:
    run_id = actions.launch(project, "fit", {})
    end = end_of(project, run_id)
    assert end["state"] == "failed"
    assert end["reason"].startswith(
        "checks of train are not met: age is at most 120: 1 of 3 rows (33.3 %), from 30 to 300, "
        "line 3; id is unique: "
    )
    folder = project / ".mlops" / "runs" / run_id
    assert "train.csv, line 3: id=2, age=300" in (folder / "output.log").read_text()
    assert not (project / "done").exists()
    assert len(list(folder.parent.iterdir())) == 1, "no retry: the data is still the same"
    with pytest.raises(RefusedError) as refused:
        actions.launch(project, "fit", {})
    assert "train: age is at most 120" in refused.value.message
    with pytest.raises(RefusedError):
        actions.launch_sweep(project, "fit", {}, {})
    (project / "train.csv").write_text(GOOD)
    assert end_of(project, actions.launch(project, "fit", {}))["state"] == "finished"
    assert (project / "done").exists()


def test_data_that_cannot_be_judged_does_not_start_a_job_either(project: Path) -> None:
    (project / "train.csv").unlink()
    end = end_of(project, actions.launch(project, "fit", {}))
    assert end["state"] == "failed"
    assert end["reason"].startswith("the checks of its data cannot be judged: there is no file")


def test_a_run_is_stopped_while_its_data_is_read(project: Path) -> None:
    """A pipe nobody writes to stands for data that takes long to read."""
    (project / "train.csv").unlink()
    (project / "train.csv").mkdir()
    os.mkfifo(project / "train.csv" / "part.csv")
    run_id = actions.launch(project, "fit", {})
    claim = project / ".mlops" / "claims" / f"start-{run_id}"
    until(claim.exists)
    actions.stop(project, run_id)
    end = end_of(project, run_id)
    assert end["state"] == "stopped"
    assert "before it started" in end["reason"]


@pytest.mark.usefixtures("own_tasks")
def test_findings_are_told_with_rows_and_a_remedy(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{number},{number * 7 % 90},{number % 2}" for number in range(80)]
    (project / "fit.csv").write_text("\n".join(["id,age,bought", *rows]) + "\n")
    rows = [f"{900 + number},{number * 11 % 97},{number % 2}" for number in range(60)]
    rows[5] = rows[5] + "\n7000,33,a@example.org"
    (project / "new.csv").write_text("\n".join(["id,age,bought", *rows]) + "\n")
    code, report = told(capsys, "findings", "new.csv", "--target", "bought", "--before", "fit.csv")
    assert (code, report["dataset"], report["against"]) == (0, "new.csv", ["fit.csv"])
    [finding] = [it for it in report["findings"] if it["kind"] == "personal_data"]
    assert finding["rows"][0]["line"] == 8
    assert finding["rows"][0]["values"] == {"bought": "a***"}
    assert {"what", "n", "skipped"} == set(report["looked_for"][0])
    assert main(["data", "findings", "new.csv"]) == 0
    said = capsys.readouterr()
    assert "remedy: leave the column out, or replace it by a keyed hash" in said.out
    assert "not looked for: equal rows with different labels; " in said.err


@pytest.mark.usefixtures("own_tasks")
def test_train_is_compared_with_holdout_without_being_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = TOML.replace('id = "id"', 'role = "train"\ntarget = "age"') + (
        '[datasets.holdout]\npath = "holdout.csv"\nrole = "holdout"\ntarget = "age"\n'
        '[datasets.gone]\npath = "gone.csv"\nrole = "holdout"\ntarget = "age"\n'
    )
    (project / "mlops.toml").write_text(text)
    (project / "holdout.csv").write_text(GOOD)
    _, report = told(capsys, "findings", "train")
    assert report["against"] == ["holdout"]
    _, report = told(capsys, "findings", "holdout")
    assert report["against"] == ["train"]


@pytest.mark.usefixtures("own_tasks")
def test_proposed_checks_are_written_where_there_are_none(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "mlops.toml"
    assert main(["data", "propose-checks", "train", "--write"]) == 1
    assert "checks of train are declared already (line 8)" in capsys.readouterr().err
    code, told_ = told(capsys, "propose-checks", "customers")
    assert (code, told_["written"], told_["n_rows"]) == (0, None, 2)
    assert file.read_text() == TOML
    file.chmod(0o640)
    code, told_ = told(capsys, "propose-checks", "customers", "--write")
    assert told_["written"] == str(file)
    assert told_["toml"] in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640
    assert main(["data", "check", "customers"]) == 0
    assert main(["data", "check", "train"]) == 1, "the others are as they were"


@pytest.mark.usefixtures("own_tasks")
def test_a_project_file_that_changed_meanwhile_is_left_alone(project: Path) -> None:
    from mlops_tui.engine import project_editing as acts

    file = project / "mlops.toml"
    with pytest.raises(RefusedError, match="changed meanwhile"):
        acts._replace(file, b"what was read", b"what is new")
    assert file.read_text() == TOML
    assert [it.name for it in project.iterdir() if it.name.startswith(".mlops.toml")] == []


@pytest.mark.usefixtures("own_tasks")
def test_two_tables_are_compared(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "train.csv").write_text("id,age,customer\n1,30,7\n2,40,8\n3,50,8\n")
    (project / "new.csv").write_text("id,age,more\n2,41,x\n3,50,x\n9,60,x\n")
    code, found = told(capsys, "diff", "train", "new.csv")
    assert code == 0
    counts = [found[key] for key in ("by", "id", "n_added", "n_removed", "n_changed")]
    assert counts == ["id", "id", 1, 1, 1]
    assert (found["columns_added"], found["columns_removed"]) == (["more"], ["customer"])
    [row] = found["changed"]
    assert (row["id"], row["after"]["line"], row["columns"]) == ("2", 2, {"age": ["40", "41"]})
    assert main(["data", "diff", "train", "new.csv"]) == 0
    said = capsys.readouterr().out
    assert "1 added, 1 removed, 1 changed, 1 the same" in said
    assert "            2 (line 2): age 40 -> 41" in said
    assert main(["data", "diff", "train", "nope.csv"]) == 2
