from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.runs import MetricSummary, Run, RunState
from mlops_tui.ui.chosen_columns import Lens
from mlops_tui.ui.columns import Wishes, candidates
from mlops_tui.ui.saved import file_name, folders_to_save, new_file, output_lines, write_runs

LOSS = MetricSummary(1 / 3, 1 / 3, 1.0, 1.0, 7, 0, 6, 6, 0)
RUN = Run(
    *("id-1", 'a, "b"\x1b[31m', "train", "train", RunState.FINISHED, 0.0, 1_760_000_000.0),
    ended=1_760_000_090.5,
    params={"lr": 0.1},
    metrics={"loss": LOSS},
)


def test_runs_are_written_in_full_under_their_columns() -> None:
    other = Run("id-2", "c", "train", "train", RunState.QUEUED, 0.0, params={"lr": 0.2})
    columns = candidates([RUN, other], 2e9, Wishes())
    file = io.StringIO()
    write_runs(file, [RUN, other], columns, Lens(), 2e9)
    head, first, second = file.getvalue().splitlines()
    assert head == "id," + ",".join(column.id for column in columns)
    assert first.startswith('id-1,finished,"a, ""b""')
    assert "\x1b" not in first
    for value in ("2025-10-09T08:53:20+00:00", "90.5", repr(1 / 3), "0.1"):
        assert value in first.split(",")
    assert second.count(",,") >= 1


def test_a_file_that_is_there_stays_and_another_name_is_taken(tmp_path: Path) -> None:
    for name in ("it.csv", "it-2.csv", "it-3.csv"):
        with new_file([tmp_path], "it.csv") as file:
            file.write(name)
    assert sorted(os.listdir(tmp_path)) == ["it-2.csv", "it-3.csv", "it.csv"]
    assert (tmp_path / "it.csv").read_text() == "it.csv"


def test_the_next_folder_is_taken_where_one_takes_no_file(tmp_path: Path) -> None:
    with new_file([tmp_path / "missing", tmp_path], "it.txt") as file:
        assert file.name == str(tmp_path / "it.txt")
    with pytest.raises(StorageError, match="missing"):
        new_file([tmp_path / "missing"], "it.txt")
    with pytest.raises(StorageError):
        new_file([], "it.txt")


def test_a_project_that_is_only_read_gets_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert folders_to_save(tmp_path, False) == [tmp_path / "src", Path.home()]
    assert folders_to_save(tmp_path, True) == [Path.home()]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("train-1", "train-1-x.txt"), ("../../etc", "etc-x.txt"), ("a b\n$c", "a-b--c-x.txt")],
)
def test_names_of_files_are_tame(name: str, kept: str) -> None:
    assert file_name(name, "x.txt").lstrip("-.") == kept


def test_output_is_what_one_sees_in_the_end() -> None:
    raw = b"1 %\r50 %\r\x1b[32mdone\x1b[0m\n\x1b]0;title\x07two\tthree\nno end"
    assert "".join(output_lines(io.BytesIO(raw))) == "done\ntwo     three\nno end"
