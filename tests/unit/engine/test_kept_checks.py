from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_tui.data.check_results import CheckReport, Status
from mlops_tui.domain.errors import NotFoundError, ProjectFileError
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine import kept_checks
from mlops_tui.engine.data_sources import find_source, sound_datasets
from mlops_tui.engine.worker import plain

TOML = """
[datasets.train]
path = "data"
timestamp = "t"
[datasets.train.checks]
rows = { min = 1 }
[datasets.other]
path = "o.csv"
"""


def made(folder: Path, text: str = TOML) -> Project:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "a.csv").write_text("x\n1\n")
    (folder / "mlops.toml").write_text(text)
    return load_project(folder)


def keep(project: Project, status: Status = Status.OK) -> CheckReport:
    report = CheckReport("train", status, 3, 1, ())
    told = plain(report)
    assert isinstance(told, dict)
    key = kept_checks.signature(project, "train")
    kept_checks.save(project.path, "train", key, {**told, "status": status.value})
    return report


def test_what_checks_came_to_is_known_until_data_or_checks_change(tmp_path: Path) -> None:
    project = made(tmp_path)
    assert kept_checks.load(project, "train") is None
    report = keep(project)
    assert kept_checks.load(project, "train") == report
    (tmp_path / "data" / "b.csv").write_text("x\n")
    assert kept_checks.load(project, "train") is None
    keep(project)
    os.utime(tmp_path / "data" / "a.csv", (5, 5))
    assert kept_checks.load(project, "train") is None
    keep(project)
    changed = made(tmp_path, TOML.replace("min = 1", "min = 2"))
    assert kept_checks.load(changed, "train") is None


def test_data_that_was_fresh_may_be_old_by_now_but_not_the_other_way_round(tmp_path: Path) -> None:
    project = made(tmp_path, TOML.replace("rows =", 'fresh = "1d"\nrows ='))
    keep(project, Status.OK)
    assert kept_checks.load(project, "train") is None
    failed = keep(project, Status.FAILED)
    assert kept_checks.load(project, "train") == failed


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', '{"key": "x", "report": {}}'])
def test_what_is_kept_and_cannot_be_read_counts_as_unknown(tmp_path: Path, text: str) -> None:
    project = made(tmp_path)
    keep(project)
    kept_checks._path(project.path, "train").write_text(text)
    assert kept_checks.load(project, "train") is None


def test_nothing_is_kept_of_data_with_too_many_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made(tmp_path)
    monkeypatch.setattr(kept_checks, "MOST_FILES", 0)
    assert kept_checks.signature(project, "train") is None
    keep(project)
    assert kept_checks.load(project, "train") is None


def test_data_is_a_dataset_by_name_or_by_its_path_or_else_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = made(tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.csv").write_text("x\n")
    train = project.datasets["train"]
    assert find_source(project, "train").dataset == train
    assert find_source(project, "data/").dataset == train
    assert find_source(project, "new.csv").dataset is None
    assert find_source(None, "*.csv").path == str(tmp_path / "*.csv")
    with pytest.raises(NotFoundError, match="'trian' is no dataset") as raised:
        find_source(project, "trian")
    assert raised.value.hint == "did you mean train?"
    with pytest.raises(NotFoundError):
        find_source(replace(project, datasets={}), "x")


def test_only_mistakes_about_data_keep_data_from_being_read(tmp_path: Path) -> None:
    made(tmp_path, TOML + "\n[jobs.x]\n")
    assert "train" in sound_datasets(tmp_path).datasets
    made(tmp_path, TOML + "\nroll = 'x'\n")
    with pytest.raises(ProjectFileError):
        sound_datasets(tmp_path)
