from __future__ import annotations

import io
import random

import pytest

from mlops_tui.ui.logpages import (
    BLOCK_BYTES,
    PIECE_BYTES,
    WINDOW_BYTES,
    LineCounts,
    LogWindow,
    read_window,
)


def window_of(data: bytes, offset: int | None = None) -> LogWindow:
    return read_window(io.BytesIO(data), len(data), offset)


def lines(window: LogWindow) -> list[bytes]:
    return [window.raw(line) for line in range(len(window.starts))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"one", [b"one"]),
        (b"one\n", [b"one"]),
        (b"\n", [b""]),
        (b"one\n\nthree\n", [b"one", b"", b"three"]),
    ],
)
def test_a_short_log_is_read_whole(data: bytes, expected: list[bytes]) -> None:
    window = window_of(data)
    assert lines(window) == expected
    assert window.has_start
    assert window.has_end


def test_the_end_of_a_long_log_is_read_in_whole_lines() -> None:
    data = b"".join(b"line %d\n" % number for number in range(200_000))
    window = window_of(data)
    assert not window.has_start
    assert window.has_end
    assert lines(window)[-1] == b"line 199999"
    assert all(line.startswith(b"line ") for line in lines(window))
    assert len(window.data) <= WINDOW_BYTES + PIECE_BYTES


def long_and_short_lines() -> bytes:
    chance = random.Random(7)
    sizes = [chance.choice([0, 3, 80, 5000, 8191, 8192, 8193, 50_000]) for _ in range(300)]
    return b"\n".join(b"x" * size for size in sizes)


def test_lines_begin_at_the_same_bytes_wherever_reading_begins() -> None:
    data = long_and_short_lines()
    starts: dict[int, bool] = {}
    for offset in range(0, len(data), 4099):
        window = window_of(data, offset)
        for line, start in enumerate(window.starts):
            assert starts.setdefault(start, window.continues(line)) == window.continues(line)
            assert len(window.raw(line)) < 2 * PIECE_BYTES
        inside = [start for start in starts if window.starts[0] <= start < window.end]
        assert sorted(inside) == list(window.starts)


def test_any_offset_lies_in_the_window_read_for_it() -> None:
    data = long_and_short_lines()
    for offset in range(0, len(data), 997):
        window = window_of(data, offset)
        line = window.line_with(offset)
        assert line is not None
        assert window.starts[line] <= offset < window.end_of(line)


def test_one_line_without_an_end_is_read_in_pieces() -> None:
    data = b"x" * (3 * WINDOW_BYTES)
    window = window_of(data)
    assert len(window.starts) > 50
    assert window.continues(0)
    assert max(len(line) for line in lines(window)) < 2 * PIECE_BYTES
    assert window_of(data, 0).continues(0) is False


def test_lines_are_counted_bit_by_bit() -> None:
    data = b"".join(b"line %d\n" % number for number in range(400_000))
    file, counts = io.BytesIO(data), LineCounts()
    assert len(data) > 4 * BLOCK_BYTES
    counts.extend(file, len(data), seconds=0)
    assert counts.before(file, len(data)) is None
    while counts.before(file, len(data)) is None:
        counts.extend(file, len(data), seconds=1e-9)
        total, is_exact = counts.total(file, len(data))
        assert abs(total - 400_000) < 60_000
    assert (total, is_exact) == (400_000, True)
    assert counts.before(file, data.index(b"line 300000\n")) == 300_000
    counts.extend(file, 10)
    assert counts.total(io.BytesIO(b"a\nb"), 3) == (2, True)


def test_lines_have_numbers() -> None:
    window = LogWindow(0, b"a\nb\nc", (0, 2, 4), 5, 5, lines_before=10)
    assert window.number_of(2) == 13
    assert LogWindow(0, b"a", (0,), 1, 1, lines_before=None).number_of(0) is None
