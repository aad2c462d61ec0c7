"""The tail of an output begins at the right line, however the file ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.cli.verbs_logs import tail_offset


@pytest.mark.parametrize("ending", [b"", b"\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 100])
def test_the_last_lines_are_those_that_splitting_gives(
    tmp_path: Path, ending: bytes, count: int
) -> None:
    path = tmp_path / "output.log"
    path.write_bytes(b"one\ntwo\n\nfour" + ending)
    tail = path.read_bytes()[tail_offset(path, count) :]
    assert tail.splitlines() == (path.read_bytes().splitlines()[-count:] if count else [])


def test_lines_longer_than_a_block_are_counted_right(tmp_path: Path) -> None:
    path = tmp_path / "output.log"
    path.write_bytes(b"".join(b"%d" % digit * 100_000 + b"\n" for digit in range(5)))
    assert path.read_bytes()[tail_offset(path, 2) :].split(b"\n")[0][:1] == b"3"


def test_a_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert tail_offset(tmp_path / "none", 5) == 0
    (tmp_path / "empty").touch()
    assert tail_offset(tmp_path / "empty", 5) == 0
