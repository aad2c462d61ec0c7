"""Copies of the sample projects: whole, beside what is there, from a checkout and from a wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain.errors import RefusedError, StorageError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine import actions
from mlops_tui.engine.actions_samples import sample_folders

ROOT = Path(__file__).parents[3]
NAMES = ("any_language", "breast_cancer", "diabetes", "digits", "sensor_drift")


def test_samples_are_copied_whole_and_can_be_opened(tmp_path: Path) -> None:
    done = actions.copy_samples(tmp_path / "new" / "samples")
    assert (done.folder, done.copied) == (tmp_path / "new" / "samples", NAMES)
    for name in NAMES:
        assert load_project(done.folder / name).problems == ()
        for file in (ROOT / "sample_projects" / name).iterdir():
            if file.is_file():
                assert (done.folder / name / file.name).read_bytes() == file.read_bytes()


def test_nothing_that_is_there_is_touched(tmp_path: Path) -> None:
    mine = tmp_path / "digits"
    mine.mkdir()
    (mine / "mlops.toml").write_text("mine")
    (tmp_path / "diabetes").write_text("a file")
    done = actions.copy_samples(tmp_path)
    assert done.there_already == ("diabetes", "digits")
    assert "digits: there already" in done.words
    assert [path.name for path in mine.iterdir()] == ["mlops.toml"]
    assert (mine / "mlops.toml").read_text() == "mine"
    assert (tmp_path / "diabetes").read_text() == "a file"
    assert actions.copy_samples(tmp_path).copied == ()


def test_what_cannot_hold_them_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="is no folder"):
        actions.copy_samples(tmp_path / "file")
    with pytest.raises(StorageError):
        actions.copy_samples(tmp_path / "file" / "below")


def test_the_command_line_copies_them_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--samples", str(tmp_path / "it")]) == 0
    assert "mlops-tui " in capsys.readouterr().err
    assert main(["init", "--samples", str(tmp_path / "it"), "--json"]) == 0
    assert '"copied": []' in capsys.readouterr().out
    assert main(["init", "--samples", str(tmp_path / "it"), "--print"]) == 2


def test_a_wheel_has_the_samples_and_nothing_that_running_them_left(tmp_path: Path) -> None:
    build = pytest.importorskip("hatchling.builders.wheel")
    (wheel,) = build.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    inside = "mlops_tui/sample_projects/"
    with zipfile.ZipFile(wheel) as archive:
        packed = {it.removeprefix(inside) for it in archive.namelist() if it.startswith(inside)}
    files = {f"{it.name}/{file.name}" for it in sample_folders() for file in it.iterdir()}
    wanted = {file for file in files if (ROOT / "sample_projects" / file).is_file()}
    assert packed == wanted
