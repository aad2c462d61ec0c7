"""A run's files are listed whatever they are, and nothing outside its folder is ever opened."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mlops_tui.domain.errors import NotFoundError, RefusedError, StorageError
from mlops_tui.engine import run_files
from mlops_tui.engine.run_files import FileKind, RunFile, list_files, open_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "run"
    (home / "artifacts" / "plots").mkdir(parents=True)
    (home / "artifacts" / "plots" / "roc.png").write_bytes(b"12345")
    (home / "artifacts" / "a\x1b[2J\n.txt").write_text("x")
    (home / "run.json").write_text("{}")
    (home / "runner.lock").touch()
    (tmp_path / "secret").write_text("secret")
    return home


def kinds(folder: Path, *recorded: str) -> dict[str, FileKind]:
    return {file.path: file.kind for file in list_files(folder, recorded).artifacts}


def test_what_lies_in_artifacts_is_listed_with_what_was_named(folder: Path) -> None:
    found = list_files(folder, ["artifacts/plots/roc.png", "model.pt"])
    by_path = {file.path: file for file in found.artifacts}
    roc = by_path["artifacts/plots/roc.png"]
    assert (roc.kind, roc.size_bytes, roc.is_recorded) == (FileKind.FILE, 5, True)
    assert roc.modified == (folder / "artifacts/plots/roc.png").stat().st_mtime
    assert by_path["model.pt"] == RunFile("model.pt", FileKind.MISSING, is_recorded=True)
    assert not by_path["artifacts/a\x1b[2J\n.txt"].is_recorded
    assert [file.path for file in found.records] == ["run.json"]
    assert not found.has_more


@pytest.mark.parametrize(
    "path",
    ["../secret", "/etc/passwd", "artifacts/../../secret", "artifacts/link", "..", "a/../.."],
)
def test_what_leads_out_is_named_and_not_opened(folder: Path, path: str) -> None:
    (folder / "artifacts" / "link").symlink_to(folder.parent / "secret")
    assert FileKind.OUTSIDE in kinds(folder, path).values()
    with pytest.raises(RefusedError, match="leads out"):
        open_file(folder, path)


def test_a_folder_outside_behind_a_link_is_not_gone_into(folder: Path) -> None:
    (folder.parent / "others").mkdir()
    (folder.parent / "others" / "theirs").write_text("x")
    (folder / "artifacts" / "link").symlink_to(folder.parent / "others")
    assert not any("theirs" in path for path in kinds(folder, "artifacts/link"))
    with pytest.raises(RefusedError):
        open_file(folder, "artifacts/link/theirs")


def test_links_in_a_circle_end(folder: Path) -> None:
    (folder / "artifacts" / "loop").symlink_to("loop")
    (folder / "artifacts" / "up").symlink_to("..")
    found = kinds(folder, "artifacts/up")
    assert found["artifacts/loop"] is FileKind.LOOP
    assert not any(path.startswith("artifacts/up/") for path in found)
    with pytest.raises(StorageError, match="leads to itself"):
        open_file(folder, "artifacts/loop")


def test_a_pipe_or_a_socket_is_never_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "artifacts" / "pipe")
    here = os.getcwd()
    os.chdir(folder / "artifacts")  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        os.chdir(here)
        found = kinds(folder)
        assert found["artifacts/pipe"] is found["artifacts/socket"] is FileKind.OTHER
        for name in ("pipe", "plots"):
            with pytest.raises(RefusedError, match="no plain file"):
                open_file(folder, f"artifacts/{name}")
        with pytest.raises(StorageError):
            open_file(folder, "artifacts/socket")


@pytest.mark.parametrize("path", ["gone", "a\0b", "run.json/x", "x" * 5000, "artifacts/gone/x"])
def test_what_is_not_there_says_so(folder: Path, path: str) -> None:
    assert kinds(folder, path)[path] in (FileKind.MISSING, FileKind.UNREADABLE)
    with pytest.raises((NotFoundError, StorageError)):
        open_file(folder, path)


def test_a_run_without_folder_has_no_files(tmp_path: Path) -> None:
    assert list_files(tmp_path / "purged", []) == run_files.RunFiles((), ())


def test_a_list_has_an_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_files, "MOST_FILES", 3)
    for at in range(5):
        (folder / "artifacts" / f"f{at}").touch()
    found = list_files(folder, [])
    assert (len(found.artifacts), found.has_more) == (3, True)


def test_copies_that_are_being_made_are_left_out(folder: Path) -> None:
    (folder / "artifacts" / ".new-model.pt.12-ab").touch()
    assert not any(".new-" in path for path in kinds(folder))


def test_a_file_is_opened_where_it_lies(folder: Path) -> None:
    with open_file(folder, "artifacts/plots/roc.png") as file:
        assert file.read(10) == b"12345"
