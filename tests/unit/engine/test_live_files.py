from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from mlops_tui.engine import live_files
from mlops_tui.engine.live_files import EMPTY_SECONDS, OPEN_SECONDS, LiveFiles
from mlops_tui.engine.live_keys import key_of, look_at, path_of, root_of

SETTLE = 1.0


class Folder:
    """A folder with files, a clock, and what was judged."""

    def __init__(self, path: Path, pattern: str = "") -> None:
        self.path = path
        self.now = 0.0
        self.known: set[str] = set()
        self.asked: list[str] = []
        self.files = LiveFiles(str(path / pattern), self._is_known, SETTLE, lambda: self.now)

    def _is_known(self, files: Sequence[tuple[str, int, int]]) -> set[str]:
        self.asked += [key for key, _, _ in files]
        return {key for key, _, _ in files if key in self.known}

    def write(self, key: str, text: str = "x\n1\n") -> Path:
        file = self.path / key
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
        os.utime(file, ns=(0, len(list(self.path.rglob("*"))) * 10**9))
        return file

    def ready(self, after: float = 0.0) -> list[str]:
        self.now += after
        return [file.key for file in self.files.ready()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "live")


def test_a_sweep_finds_tables_that_are_new_and_stay_as_they_are(folder: Folder) -> None:
    for key in ("b.csv", "a.csv", "sub/c.jsonl", ".hidden.csv", "notes.txt", "old.csv"):
        folder.write(key)
    os.mkfifo(folder.path / "pipe.csv")
    (folder.path / "gone.csv").symlink_to(folder.path / "nothing")
    folder.known = {"old.csv"}
    folder.files.sweep()
    assert folder.ready() == []
    assert folder.ready(SETTLE) == ["b.csv", "a.csv", "sub/c.jsonl"]
    assert folder.files.next_seconds == 0
    for file in folder.files.ready():
        folder.files.done(file)
    assert folder.files.next_seconds is None
    folder.asked.clear()
    folder.files.sweep()
    assert (folder.ready(SETTLE), folder.asked) == ([], [])


def test_one_that_changes_waits_and_one_that_was_judged_comes_again_when_it_does(
    folder: Folder,
) -> None:
    folder.write("a.csv")
    folder.files.sweep()
    folder.write("a.csv", "x\n1\n2\n")
    assert folder.ready(SETTLE) == []
    assert folder.ready(SETTLE / 2) == []
    assert folder.ready(SETTLE / 2) == ["a.csv"]
    folder.files.done(folder.files.ready()[0])
    file = folder.write("a.csv", "x\n3\n")
    folder.files.told(str(file), OPEN_SECONDS)
    assert folder.ready(SETTLE) == []
    assert folder.ready(OPEN_SECONDS) == ["a.csv"]


def test_what_was_renamed_is_complete_at_once_and_the_rest_is_none_of_ours(folder: Folder) -> None:
    file = folder.write("a.csv")
    for other in (folder.write(".part.csv"), folder.write("a.log"), folder.path / "gone.csv"):
        folder.files.told(str(other), 0.0)
    folder.files.told(str(file), 0.0)
    assert folder.ready() == ["a.csv"]


def test_what_comes_just_now_is_before_what_was_there_already(folder: Folder) -> None:
    folder.write("a.csv")
    folder.files.sweep()
    folder.files.told(str(folder.write("b.csv")), 0.0)
    assert folder.ready(SETTLE) == ["b.csv", "a.csv"]


def test_an_empty_file_is_given_time_to_be_written(folder: Folder) -> None:
    folder.write("a.csv", "")
    folder.files.sweep()
    assert folder.ready(SETTLE) == []
    assert folder.ready(EMPTY_SECONDS) == ["a.csv"]


def test_a_file_that_vanishes_is_told_of_once_it_was_complete(folder: Folder) -> None:
    first, second = folder.write("a.csv"), folder.write("b.csv")
    folder.files.sweep()
    second.unlink()
    assert folder.ready() == []
    first.unlink()
    assert folder.ready(SETTLE) == ["a.csv"]
    folder.files.done(folder.files.ready()[0])
    assert folder.files.next_seconds is None


def test_one_that_cannot_be_judged_now_comes_later(folder: Folder) -> None:
    folder.write("a.csv")
    folder.files.sweep()
    assert folder.ready(SETTLE) == ["a.csv"]
    folder.files.later(folder.files.ready()[0], 30.0)
    assert folder.ready(29.0) == []
    assert folder.ready(1.0) == ["a.csv"]


def test_of_very_many_files_the_oldest_come_first_and_nothing_is_kept_of_the_rest(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_files, "MOST_WAITING", 3)
    for number in range(7):
        folder.write(f"{number}.csv")
    judged = []
    while not folder.files.is_swept:
        folder.files.sweep()
        for file in folder.files.ready() or folder.files.ready():
            pytest.fail(f"{file} is too early")
        folder.now += SETTLE
        for file in folder.files.ready():
            folder.files.done(file)
            judged.append(file.key)
    assert judged == [f"{number}.csv" for number in range(7)]


def test_a_pattern_or_a_file_is_live_data_too(tmp_path: Path) -> None:
    by_pattern = Folder(tmp_path, "day-*.csv")
    by_pattern.write("day-1.csv")
    file = by_pattern.write("week.csv")
    by_pattern.files.sweep()
    assert by_pattern.ready(SETTLE) == ["day-1.csv"]
    by_pattern.files.told(str(file), 0.0)
    assert not by_pattern.files.is_swept
    of_one = LiveFiles(str(file), lambda _: set(), SETTLE, lambda: by_pattern.now)
    of_one.told(str(file), 0.0)
    assert [it.key for it in of_one.ready()] == ["week.csv"]
    nothing = LiveFiles(str(tmp_path / "none"), lambda _: set())
    nothing.sweep()
    assert nothing.ready() == []


def test_keys_name_a_file_wherever_the_dataset_lies(tmp_path: Path) -> None:
    (tmp_path / "live" / "a").mkdir(parents=True)
    path = str(tmp_path / "live")
    assert key_of(path, tmp_path / "live" / "a" / "b.csv") == "a/b.csv"
    assert path_of(path, "a/b.csv") == tmp_path / "live" / "a" / "b.csv"
    assert root_of(str(tmp_path / "live" / "*" / "x.csv")) == path
    assert root_of(str(tmp_path / "one.csv")) == str(tmp_path)
    assert look_at(path, "nothing.csv") is None
