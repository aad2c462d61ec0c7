"""The tail of an output begins at the right line, however the file ends."""

from __future__ import annotations

import pytest

from mlops_tui.cli.verbs_logs import tail_offset


def tail(output: bytes, count: int) -> bytes:
    return output[tail_offset(lambda at, limit: output[at : at + limit], len(output), count) :]


@pytest.mark.parametrize("ending", [b"", b"\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 100])
def test_the_last_lines_are_those_that_splitting_gives(ending: bytes, count: int) -> None:
    output = b"one\ntwo\n\nfour" + ending
    assert tail(output, count).splitlines() == (output.splitlines()[-count:] if count else [])


def test_lines_longer_than_a_block_are_counted_right() -> None:
    output = b"".join(b"%d" % digit * 100_000 + b"\n" for digit in range(5))
    assert tail(output, 2).split(b"\n")[0][:1] == b"3"


def test_an_empty_output_has_no_lines() -> None:
    assert tail(b"", 5) == b""
