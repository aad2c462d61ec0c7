"""Profiles from the command line, made in a worker and kept while the data is the same."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places
from mlops_tui.track import fingerprint


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "_FRESH_NS", -(10**18))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mlops.toml").write_text('[datasets.train]\npath = "train.csv"\ntarget = "label"\n')
    rows = "".join(f"{number},{number % 7},{number % 2}\n" for number in range(200))
    (tmp_path / "train.csv").write_text("id,x,label\n" + rows)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["data", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_dataset_is_profiled_once_a_version(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = told(capsys, "profile", "train")
    assert (first["dataset"], first["rows"], first["target"]) == ("train", 200, "label")
    assert [it["type"] for it in first["columns"]] == ["id", "numeric", "boolean"]
    (version,) = told(capsys, "versions")
    assert version["version"] == first["version"]
    # the worker found the file too young to be sure of it, so what it found is read once more
    fingerprint.fingerprint(str(project / "train.csv"), places.cache_dir())
    again = told(capsys, "profile", "train.csv")
    assert again == {**first, "kept": True}
    assert told(capsys, "profile", "train", "--target", "x")["target"] == "x"
    assert not told(capsys, "profile", "train", "--anew")["kept"]
    (project / "train.csv").write_text("id,x,label\n1,2,3\n")
    assert told(capsys, "profile", "train")["rows"] == 1


@pytest.mark.usefixtures("own_tasks")
def test_a_file_needs_no_project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("größe;stadt\n1,5;Köln\n2,5;\n;Köln\nviel;Bonn\n")
    assert main(["data", "profile", "a.csv"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith("a.csv: 4 rows, 2 columns, 1 file of ")
    assert lines[-1].split()[:4] == ["stadt", "category", "25", "%"]
    assert "Köln (66.7 %)" in lines[-1]
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "a.csv is empty"),
        ("a,b\n1,\x002\n", "is no text"),
        (None, "is no dataset, and no file"),
    ],
)
def test_what_cannot_be_profiled_says_why(
    project: Path, capsys: pytest.CaptureFixture[str], content: str | None, words: str
) -> None:
    if content is not None:
        (project / "a.csv").write_text(content)
    assert main(["data", "profile", "a.csv"]) == 2
    assert words in capsys.readouterr().err
    assert main(["data", "profile", "train", "--target", "labl"]) == 2
    assert "label" in capsys.readouterr().err


@pytest.mark.usefixtures("own_tasks")
def test_old_profiles_make_room(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from mlops_tui.engine import actions_profile

    folder = places.cache_dir() / "profiles"
    places.make_private(folder)
    for number in range(actions_profile.MOST_KEPT + 5):
        (folder / f"{number}.json").write_text("{}")
        os.utime(folder / f"{number}.json", (time.time() - 10_000,) * 2)
    told(capsys, "profile", "train")
    assert len(os.listdir(folder)) == actions_profile.MOST_KEPT
