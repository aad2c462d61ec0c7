"""The data-centric loop: rows marked, the same job run again, what changed told as the data's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain.lifecycle import BATCH_JUDGED
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.track.fingerprint import fingerprint

TOML = """
[datasets.train]
path = "data/train.csv"
target = "y"
id = "id"
[jobs.train]
run = "sh train.sh --in={data.train}"
inputs = ["train"]
[jobs.blind]
run = "sh train.sh --in=data/train.csv"
inputs = ["train"]
"""
SCRIPT = """
file=${1#--in=}
n=$(wc -l < "$file")
printf '{"m": {"lines": %d, "sum": %s}}\\n' "$n" "$(awk -F, '{s+=$2} END {print s}' "$file")" \\
  >> "$MLOPS_EVENTS"
"""
ROWS = "id,y\n" + "".join(f"A{n},{n}\n" for n in range(1, 8))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlops.toml").write_text(TOML)
    (tmp_path / "train.sh").write_text(SCRIPT)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv").write_text(ROWS)
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    return code, *capsys.readouterr()


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, err = call(capsys, *arguments, "--json")
    assert code in (0, 1), err
    return json.loads(out)


def test_the_loop_from_marks_to_what_they_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(capsys, "run", "train", "--follow")[0] == 0
    marks = shown(
        capsys, "data", "mark", "train", "--lines", "3,4", "--exclude", "--why", "bad sensor"
    )
    assert [(it["line"], it["act"], it["was"]["id"]) for it in marks] == [
        (3, "exclude", "A2"),
        (4, "exclude", "A3"),
    ]
    report = ("--findings", "report.json", "--kind", "label_errors", "--set", "y=40")
    found = {"file": str(project / "data" / "train.csv"), "line": 5, "row": None}
    findings = [
        {"kind": "label_errors", "rows": [found]},
        {"kind": "leakage", "rows": [{**found, "line": 6}]},
    ]
    (project / "report.json").write_text(json.dumps({"findings": findings}))
    assert len(shown(capsys, "data", "mark", "train", *report, "--why", "by eye")) == 1
    # said twice is said once
    assert shown(capsys, "data", "mark", "train", *report, "--why", "by eye") == []
    told = shown(capsys, "data", "marks", "train")
    assert [it["standing"] for it in told["marks"]] == ["applies"] * 3
    assert told["version"] != told["source_version"]

    assert call(capsys, "run", "train", "--follow")[0] == 0
    assert (project / "data" / "train.csv").read_text() == ROWS
    last = shown(capsys, "runs")[0]
    assert {name: it["last"] for name, it in last["metrics"].items()} == {"lines": 6, "sum": 59}
    compared = shown(capsys, "compare", "train-1", "train-2")
    assert compared["attribution"]["others"] == []
    assert {it["metric"]: it["change"] for it in compared["attribution"]["changes"]} == {
        "lines": -2,
        "sum": 31,
    }
    assert "2 rows excluded, 1 row edited by marks" in compared["attribution"]["words"]
    (written,) = (project / ".mlops" / "patched").iterdir()
    assert fingerprint(str(written / "train.csv"), None).version == told["version"]
    versions = {it["version"]: it["runs"] for it in shown(capsys, "data", "versions")}
    assert versions[told["version"]] == [last["id"]]
    assert call(capsys, "run", "blind", "--follow")[0] == 0
    assert "its marks have no effect here" in call(capsys, "logs", "blind-1")[1]
    assert shown(capsys, "runs")[0]["metrics"]["lines"]["last"] == 8

    assert len(shown(capsys, "data", "unmark", "train", "--all", "--why", "done")) == 3
    told = shown(capsys, "data", "marks", "train")
    assert (told["marks"], told["version"]) == ([], told["source_version"])


@pytest.mark.usefixtures("own_tasks")
def test_checks_that_a_job_requires_are_of_the_data_with_its_marks(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checks = "[datasets.train.checks.columns.y]\nmax = 6\n"
    required = TOML.replace('inputs = ["train"]', 'inputs = ["train"]\nrequire_checks = true')
    (project / "mlops.toml").write_text(required + checks)
    code, out, _ = call(capsys, "data", "check", "train", "--json")
    assert code == 1
    (project / "report.json").write_text(out)
    assert call(capsys, "run", "train")[0] == 1  # it is known to fail
    mark = ("data", "mark", "train", "--findings", "report.json", "--exclude", "--why", "checked")
    assert [it["line"] for it in shown(capsys, *mark)] == [8]
    assert call(capsys, "run", "train", "--follow")[0] == 0
    assert shown(capsys, "runs")[0]["metrics"]["lines"]["last"] == 7
    assert shown(capsys, "data", "list")[0]["marks"] == 1


@pytest.mark.usefixtures("own_tasks")
def test_marks_of_rows_that_changed_are_told_and_have_no_effect(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = ("data", "mark", "train", "--ids", "A2,A5", "--exclude", "--why", "bad")
    assert len(shown(capsys, *mark)) == 2
    changed = ROWS.replace("A2,2\n", "A2,2.5\n").replace("A1,1\n", "A0,0\nA1,1\n")
    (project / "data" / "train.csv").write_text(changed)
    code, out, _ = call(capsys, "data", "marks", "train")
    assert code == 1
    assert "NOT APPLIED: the row is not what it was" in out
    assert "applies, moved to line 7" in out
    assert call(capsys, "run", "train", "--follow")[0] == 0
    assert shown(capsys, "runs")[0]["metrics"]["lines"]["last"] == 8
    assert "1 marked row is not there any more" in call(capsys, "logs", "train-1")[1]


def test_a_patch_that_cannot_be_applied_ends_the_run_before_its_start(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(capsys, "data", "mark", "train", "--lines", "2", "--exclude", "--why", "bad")
    (project / "data" / "train.csv").unlink()
    assert call(capsys, "run", "train", "--follow")[0] == 1
    run = shown(capsys, "runs")[0]
    assert (run["state"], run["metrics"]) == ("failed", {})
    assert "the marks of its data cannot be applied" in run["reason"]


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lines", "2", "--why", "x"), "say one thing to do"),
        (("--lines", "2", "--exclude", "--review", "--why", "x"), "say one thing to do"),
        (("--exclude", "--why", "x"), "no row is named"),
        (("--lines", "2", "--exclude", "--why", " "), "a reason is missing"),
        (("--lines", "9-5", "--exclude", "--why", "x"), "no range of lines"),
        (("--ids", "A99", "--exclude", "--why", "x"), "no row has id A99"),
        (("--findings", "train.sh", "--review", "--why", "x"), "no report of findings"),
    ],
)
def test_what_is_asked_wrongly_marks_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = call(capsys, "data", "mark", "train", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    patch = project / "data" / "train.csv.patch.jsonl"
    assert not patch.exists()


LIVE = (
    TOML
    + """
[datasets.live]
path = "live"
role = "live"
[jobs.again]
run = "sh again.sh {data.live}"
inputs = ["live"]
"""
)


def test_a_file_in_quarantine_is_left_out_of_what_a_run_reads_of_live_data(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "mlops.toml").write_text(LIVE.replace('target = "y"', 'role = "train"'))
    (project / "again.sh").write_text('cat "$1"/*.csv | wc -l\n')
    (project / "live").mkdir()
    ensure_project_folders(project)
    for name in ("a", "b"):
        path = project / "live" / f"{name}.csv"
        path.write_text(ROWS)
        facts = {"batch": name * 8, "dataset": "live", "cut": "file", "key": path.name, "at": 1.0}
        facts |= {"size": path.stat().st_size, "mtime_ns": path.stat().st_mtime_ns}
        record_fact(project, BATCH_JUDGED, 2.0, **facts, verdict="drift")
    before = (project / "live" / "a.csv").stat()
    assert call(capsys, "monitor", "quarantine", "a.csv", "--why", "a test")[0] == 0
    code, out, _ = call(capsys, "run", "again", "--follow")
    assert code == 0
    assert "live: 1 quarantined file left out, version " in out
    assert "8" in out.splitlines()
    (run,) = (project / ".mlops" / "runs").iterdir()
    assert "1 quarantined file left out" in (run / "datasets.jsonl").read_text()
    after = (project / "live" / "a.csv").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert call(capsys, "monitor", "quarantine", "b.csv", "--why", "a test")[0] == 0
    code, out, err = call(capsys, "run", "again", "--follow")
    assert (code, "all of live is in quarantine" in out + err) == (1, True)
    for name in ("a.csv", "b.csv"):
        assert call(capsys, "monitor", "quarantine", name, "--undo")[0] == 0
    assert "16" in call(capsys, "run", "again", "--follow")[1]
