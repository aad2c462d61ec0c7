"""The version of data follows from its files alone, and what was not touched is not read again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_tui.track import fingerprint as module
from mlops_tui.track.fingerprint import fingerprint, known_fingerprint, total_size


def fill(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        age(path)
    return folder


def age(path: Path) -> None:
    """Make a file look as if it was written an hour ago."""
    old = time.time() - 3600
    os.utime(path, (old, old))


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take files for settled at once: their inode changed just now, whatever `age` says."""
    monkeypatch.setattr(module, "_FRESH_NS", -(10**18))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files whose content is read from now on."""
    found: list[str] = []
    real = module.digest_of

    def noting(path: str, on_bytes: Callable[[int], object]) -> tuple[str, os.stat_result]:
        found.append(os.path.basename(path))
        return real(path, on_bytes)

    monkeypatch.setattr(module, "digest_of", noting)
    return found


def test_the_same_files_are_the_same_version_wherever_they_lie(tmp_path: Path) -> None:
    one = fill(tmp_path / "one", a_csv="1", sub__b_csv="2", _hidden="x")
    other = fill(tmp_path / "other", sub__b_csv="2", a_csv="1")
    found = fingerprint(str(one), None)
    assert found == fingerprint(str(other), None)
    assert (found.files, found.size_bytes, found.problem) == (2, 2, None)
    assert fingerprint(str(one / "a.csv"), None) == fingerprint(
        str(fill(tmp_path, z="1") / "z"), None
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.csv").write_text("2"),
        lambda folder: (folder / "a.csv").rename(folder / "c.csv"),
        lambda folder: (folder / "c.csv").write_text(""),
        lambda folder: (folder / "sub/b.csv").unlink(),
        lambda folder: (folder / "sub").rename(folder / "sub2"),
    ],
)
def test_any_change_is_another_version(tmp_path: Path, change: Callable[[Path], object]) -> None:
    folder = fill(tmp_path / "data", a_csv="1", sub__b_csv="2")
    before = fingerprint(str(folder), None)
    change(folder)
    assert fingerprint(str(folder), None).version != before.version


def test_a_pattern_takes_the_files_it_names(tmp_path: Path) -> None:
    fill(tmp_path, a_csv="1", b_csv="2", c_txt="3")
    found = fingerprint(str(tmp_path / "*.csv"), None)
    assert (found.files, found.problem) == (2, None)
    (tmp_path / "c.txt").unlink()
    assert fingerprint(str(tmp_path / "*.csv"), None) == found
    assert total_size(str(tmp_path / "*.csv")) == 2


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert fingerprint(str(tmp_path), None).problem == f"there is no file in {tmp_path}"
    gone = fingerprint(str(tmp_path / "gone"), None)
    assert gone.problem == f"{tmp_path}/gone: there is no such file or folder"
    assert gone.version is None
    assert total_size(str(tmp_path / "gone")) == 0


@pytest.mark.usefixtures("settled")
def test_a_file_that_was_not_touched_is_not_read_again(tmp_path: Path, reads: list[str]) -> None:
    folder, cache = fill(tmp_path / "data", a_csv="1", b_csv="2"), tmp_path / "cache"
    done: list[int] = []
    before = fingerprint(str(folder), cache, done.append)
    assert (reads, sum(done)) == (["a.csv", "b.csv"], 2)
    assert fingerprint(str(folder), cache, done.append) == before
    assert (len(reads), sum(done)) == (2, 4)
    assert known_fingerprint(str(folder), cache, 5) == before
    assert known_fingerprint(str(folder), cache, 1) is None
    (folder / "b.csv").write_text("3")
    age(folder / "b.csv")
    assert known_fingerprint(str(folder), cache, 5) is None
    assert known_fingerprint(str(folder), cache, 5, 1) == fingerprint(str(folder), None)
    (folder / "b.csv").write_text("4")
    age(folder / "b.csv")
    assert fingerprint(str(folder), cache).version != before.version
    assert reads[2:] == ["b.csv", "a.csv", "b.csv", "b.csv"]  # without a cache both are read


@pytest.mark.usefixtures("settled")
def test_a_change_that_keeps_size_and_time_is_noticed(tmp_path: Path) -> None:
    folder, cache = fill(tmp_path / "data", a_csv="1"), tmp_path / "cache"
    before = fingerprint(str(folder), cache)
    found = os.stat(folder / "a.csv")
    (folder / "a.csv").write_text("2")
    os.utime(folder / "a.csv", ns=(found.st_atime_ns, found.st_mtime_ns))
    assert fingerprint(str(folder), cache).version != before.version


def test_a_file_written_a_moment_ago_is_read_again(tmp_path: Path, reads: list[str]) -> None:
    folder, cache = fill(tmp_path / "data", a_csv="1"), tmp_path / "cache"
    fingerprint(str(folder), cache)
    fingerprint(str(folder), cache)
    assert reads == ["a.csv", "a.csv"]


def test_a_file_that_changes_while_it_is_read_has_no_version(tmp_path: Path) -> None:
    file = tmp_path / "growing.csv"
    file.write_bytes(b"x" * (3 << 20))

    def grow(size: int) -> None:
        if size > 0:
            with open(file, "ab") as stream:
                stream.write(b"y")

    found = fingerprint(str(file), None, grow)
    assert (found.version, found.problem) == (None, f"{file} changes while it is read")


@pytest.mark.usefixtures("settled")
def test_a_damaged_cache_costs_reading_and_nothing_else(tmp_path: Path) -> None:
    folder, cache = fill(tmp_path / "data", a_csv="1"), tmp_path / "cache"
    before = fingerprint(str(folder), cache)
    assert cache.stat().st_mode & 0o077 == 0
    (cache / "digests.db").write_bytes(b"no database at all, " * 100)
    assert fingerprint(str(folder), cache) == before
    assert fingerprint(str(folder), tmp_path / "data/a.csv/no folder") == before
