"""Versions of data are recorded beside runs, whoever started them, and never hold one up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.track.fingerprint import fingerprint
from tests.process.support import make_run, project_folder, read_lines, start_runner, until


@pytest.fixture(name="project")
def _project(tmp_path: Path) -> Iterator[Path]:
    yield from project_folder(tmp_path)


def versions(project: Path, run_id: str, count: int) -> list[dict[str, Any]]:
    path = places.run_dir(project, run_id) / "datasets.jsonl"
    until(lambda: len(read_lines(path)) >= count, what=f"{count} versions of {run_id}")
    return [line["dataset"] for line in read_lines(path)]


def cli(project: Path, *words: str, code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "mlops_tui", *words, "-C", str(project)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout + done.stderr


def declare(project: Path) -> None:
    (project / "data").mkdir()
    (project / "data/train.csv").write_text("a,label\n1,0\n2,1\n")
    with open(project / "mlops.toml", "a", encoding="utf-8") as file:
        file.write('[datasets.train]\npath = "data/train.csv"\nrole = "train"\ntarget = "label"\n')


def test_declared_inputs_are_recorded_without_code(project: Path) -> None:
    declare(project)
    (project / "raw").mkdir()
    run_id = make_run(project, "true", inputs=["train", "raw", "data/train.csv"])
    assert start_runner(project, run_id).wait()["reason"] is None
    train, raw = versions(project, run_id, 2)
    path = str(project / "data/train.csv")
    expected = fingerprint(path, None)
    assert (train["name"], train["path"], train["version"]) == ("train", path, expected.version)
    assert raw["problem"] == f"there is no file in {project}/raw"
    shown = cli(project, "show", run_id, "--json")["datasets"]
    assert [(it["name"], it["version"]) for it in shown] == [
        ("raw", None),
        ("train", expected.version),
    ]
    page = cli(project, "show", run_id)
    assert str(expected.version)[:12] in page
    assert "there is no file in" in page


def test_a_script_names_its_data_in_a_run_of_ours_and_in_its_own(project: Path) -> None:
    declare(project)
    code = (
        "from mlops_tui import track\nwith track.run() as run: run.dataset('t', 'data/train.csv')"
    )
    run_id = make_run(project, [sys.executable, "-c", code])
    end = start_runner(project, run_id).wait()
    assert (end["state"], end["reason"]) == ("finished", None)
    (joined,) = versions(project, run_id, 1)
    subprocess.run([sys.executable, "-c", code], cwd=project, check=True)
    (own_id,) = set(os.listdir(places.runs_dir(project))) - {run_id}
    assert versions(project, own_id, 1) == [joined]
    (version,) = cli(project, "data", "versions", "--json")
    assert (version["name"], set(version["runs"])) == ("t", {own_id, run_id})
    assert version["version"] == fingerprint(str(project / "data/train.csv"), None).version


def test_reading_goes_on_when_the_run_is_over_and_is_no_leftover_of_it(project: Path) -> None:
    (project / "data").mkdir()
    big = project / "data/big.bin"
    with open(big, "wb") as file:
        file.truncate(3 << 30)  # a hole, which takes seconds to read
    run_id = make_run(project, "true", inputs=["data"])
    end = start_runner(project, run_id).wait()
    assert (end["state"], end["reason"]) == ("finished", None)
    assert not (places.run_dir(project, run_id) / "datasets.jsonl").exists()
    big.unlink()


def test_comparing_runs_tells_that_their_data_differ(project: Path) -> None:
    declare(project)
    runs = []
    for text in ("a,label\n1,0\n", "a,label\n1,1\n"):
        (project / "data/train.csv").write_text(text)
        runs.append(make_run(project, "true", inputs=["train"]))
        start_runner(project, runs[-1]).wait()
        versions(project, runs[-1], 1)
    (row,) = [
        row
        for row in cli(project, "compare", *runs, "--json")["data"]
        if row["key"] == "version of train"
    ]
    assert row["differs"]
    assert len(set(row["values"])) == 2
    listed = cli(
        project, "runs", "--filter", f"data.train={row['values'][0]}", "--columns", "id,data.train"
    )
    assert [line.split() for line in listed.splitlines()[1:]] == [[runs[0], row["values"][0]]]


def test_a_person_sees_datasets_and_asks_for_a_version(project: Path) -> None:
    declare(project)
    (before,) = cli(project, "data", "list", "--json")
    assert (before["name"], before["role"], before["latest"]) == ("train", "train", None)
    assert (before["size_bytes"], before["versions"], before["is_there"]) == (16, 0, True)
    (version,) = cli(project, "data", "versions", "train", "--json")
    assert (version["is_current"], version["runs"], version["files"]) == (True, [], 1)
    (project / "data/train.csv").write_text("a,label\n")
    newer, older = cli(project, "data", "versions", "train", "--json")
    assert (newer["is_current"], older["is_current"]) == (True, False)
    assert older["version"] == version["version"]
    (after,) = cli(project, "data", "list", "--json")
    assert after["latest"]["version"] == newer["version"]
    assert after["versions"] == 2
    assert newer["version"][:12] in cli(project, "data", "list")
    assert newer["version"][:12] in cli(project, "data", "versions")


def test_a_name_that_is_none_is_told(project: Path) -> None:
    declare(project)
    assert "did you mean train?" in cli(project, "data", "versions", "trian", code=2)
    (project / "data/train.csv").unlink()
    assert "there is no such file" in cli(project, "data", "versions", "train", code=2)
    assert "missing" in cli(project, "data", "list")
