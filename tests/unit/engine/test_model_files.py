from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError, StorageError
from mlops_tui.domain.models import ModelFile
from mlops_tui.engine.model_files import (
    check_path,
    copy_hashed,
    keep_model,
    missing_files,
    put_out,
    verify_files,
)
from mlops_tui.engine.objects import object_path


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_files_are_kept_once_by_their_content_and_cannot_be_written(tmp_path: Path) -> None:
    project, folder = tmp_path / "p", tmp_path / "model"
    project.mkdir()
    (folder / "deep").mkdir(parents=True)
    for name, data in (("a.bin", b"one"), ("deep/b.bin", b"one"), (".hidden", b"")):
        (folder / name).write_bytes(data)
    (folder / "link.bin").symlink_to("a.bin")
    kept = keep_model(project, folder)
    assert set(kept) == {
        ModelFile("a.bin", 3, sha(b"one")),
        ModelFile("deep/b.bin", 3, sha(b"one")),
        ModelFile("link.bin", 3, sha(b"one")),
        ModelFile(".hidden", 0, sha(b"")),
    }
    objects = [it for it in (project / ".mlops" / "objects").rglob("*") if it.is_file()]
    assert len(objects) == 2
    assert all(stat.S_IMODE(it.stat().st_mode) & 0o222 == 0 for it in objects)
    (folder / "a.bin").write_bytes(b"two")  # what is kept is no link to it
    assert verify_files(project, kept) == missing_files(project, kept) == []
    put_out(project, kept, tmp_path / "out")
    assert (tmp_path / "out" / "deep" / "b.bin").read_bytes() == b"one"


@pytest.mark.parametrize("has_copy", [True, False])
def test_what_is_told_is_the_digest_of_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_copy: bool
) -> None:
    if not has_copy:

        def refuse(*_: object) -> int:
            raise OSError(errno.EXDEV, "no")

        monkeypatch.setattr(os, "copy_file_range", refuse)
    data = os.urandom(3_000_001)
    (tmp_path / "a").write_bytes(data)
    told: list[int] = []
    assert copy_hashed(tmp_path / "a", tmp_path / "b", told.append) == (sha(data), len(data))
    assert (tmp_path / "b").read_bytes() == data
    assert sum(told) == len(data)


def link_out(folder: Path) -> None:
    (folder / "out").symlink_to("/etc/passwd")


def link_above(folder: Path) -> None:
    (folder.parent / "secret").write_text("x")
    (folder / "out").symlink_to("../secret")


def link_nowhere(folder: Path) -> None:
    (folder / "out").symlink_to("gone")


def link_to_folder(folder: Path) -> None:
    (folder / "out").symlink_to(folder, target_is_directory=True)


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


@pytest.mark.parametrize("make", [link_out, link_above, link_nowhere, link_to_folder, pipe])
def test_what_leads_elsewhere_or_is_no_file_is_refused(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a").write_bytes(b"x")
    make(folder)
    with pytest.raises(RefusedError):
        keep_model(tmp_path, folder)


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        keep_model(tmp_path, tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no file in it"):
        keep_model(tmp_path, tmp_path / "empty")
    with pytest.raises(InputError, match="has this project in it"):
        keep_model(tmp_path, tmp_path)


def test_damage_is_told_and_a_new_copy_mends_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"good")
    kept = keep_model(tmp_path, tmp_path / "a")
    path = object_path(tmp_path, kept[0].sha256)
    path.chmod(0o644)
    path.write_bytes(b"evil")
    assert "is damaged" in verify_files(tmp_path, kept)[0]
    assert missing_files(tmp_path, kept) == []
    with pytest.raises(StorageError, match="not what was registered"):
        put_out(tmp_path, kept, tmp_path / "out")
    path.write_bytes(b"longer than before")
    assert "is damaged" in missing_files(tmp_path, kept)[0]
    keep_model(tmp_path, tmp_path / "a")
    assert verify_files(tmp_path, kept) == []
    path.unlink()
    assert "is gone" in verify_files(tmp_path, kept)[0]
    assert "is gone" in missing_files(tmp_path, kept)[0]


@pytest.mark.parametrize("path", ["", "/etc/x", "../x", "a/../../x", "a//b", "a\\b", "a\0", "."])
def test_a_path_that_leads_out_of_a_model_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(RefusedError):
        check_path(path)
    with pytest.raises(RefusedError):
        put_out(tmp_path, [ModelFile(path, 1, "a" * 64)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_path_inside_a_model_is_let_be() -> None:
    check_path("a/b.c/..d")
