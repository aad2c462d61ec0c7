"""`run.data("train")`: the path that a run was launched with, else the declared one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_tui.track.data_paths import DataPaths


def test_a_launched_run_is_given_its_paths() -> None:
    data = DataPaths({"MLOPS_DATA": json.dumps({"train": "/p/.mlops/patched/1/train.csv"})})
    assert data("train") == "/p/.mlops/patched/1/train.csv"


def test_a_script_by_itself_gets_the_declared_path_and_hears_of_marks(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mlops.toml").write_text('[datasets.train]\npath = "data/train.csv"\n')
    data = DataPaths({"MLOPS_PROJECT": str(tmp_path)})
    assert data("train") == str(tmp_path / "data" / "train.csv")
    assert capfd.readouterr().err == ""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train.csv.patch.jsonl").write_text("")
    assert data("train") == str(tmp_path / "data" / "train.csv")
    assert "marks of 'train' are not applied" in capfd.readouterr().err


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"train": "x"}'])
def test_what_is_not_known_is_the_default_and_never_an_error(text: str, tmp_path: Path) -> None:
    data = DataPaths({"MLOPS_DATA": text, "MLOPS_PROJECT": str(tmp_path)})
    assert data("other", "d.csv") == "d.csv"
    assert data("other") == "other"
