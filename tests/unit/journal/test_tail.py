from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlops_tui.journal.append import JournalWriter, append_locked
from mlops_tui.journal.tail import Position, read_chunk


def test_a_torn_last_line_is_not_there_yet(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":')
    first = read_chunk(path, Position())
    assert first.data == b'{"a":1}\n'
    with path.open("ab") as file:
        file.write(b"2}\n")
    assert read_chunk(path, first.position).data == b'{"b":2}\n'


def test_a_writer_begins_a_new_line_after_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"torn":')
    writer = JournalWriter(path)
    writer.append({"a": 1})
    writer.close()
    append_locked(path, {"b": 2})
    assert path.read_bytes() == b'{"torn":\n{"a":1}\n{"b":2}\n'


def test_a_nul_tail_stays_unread_until_a_line_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"a":1}\n' + b"\0" * 4096)
    first = read_chunk(path, Position())
    assert first.data == b'{"a":1}\n'
    append_locked(path, {"b": 2})
    assert read_chunk(path, first.position).data == b"\0" * 4096 + b'\n{"b":2}\n'


def test_a_truncated_file_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":2}\n')
    position = read_chunk(path, Position()).position
    path.write_bytes(b'{"c":3}\n')
    again = read_chunk(path, position)
    assert again.restarted
    assert again.data == b'{"c":3}\n'


def test_a_replaced_file_of_greater_size_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"a":1}\n')
    position = read_chunk(path, Position()).position
    other = tmp_path / "other"
    other.write_bytes(b'{"x":9}\n{"y":10}\n')
    os.replace(other, path)
    again = read_chunk(path, position)
    assert again.restarted
    assert again.data == b'{"x":9}\n{"y":10}\n'


def test_a_copy_with_the_same_beginning_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_bytes(b'{"a":1}\n')
    position = read_chunk(path, Position()).position
    other = tmp_path / "other"
    other.write_bytes(b'{"a":1}\n{"b":2}\n')
    os.replace(other, path)
    again = read_chunk(path, position)
    assert not again.restarted
    assert again.data == b'{"b":2}\n'


def test_a_line_of_50_megabytes_is_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    with path.open("wb") as file:
        file.write(b'{"a":1}\n')
        for _ in range(50):
            file.write(b"x" * 1_000_000)
    position, skipped, data = Position(), 0, b""
    for _ in range(4):
        chunk = read_chunk(path, position)
        position, skipped, data = chunk.position, skipped + chunk.skipped_lines, data + chunk.data
    assert (data, skipped) == (b'{"a":1}\n', 0)
    with path.open("ab") as file:
        file.write(b'\n{"b":2}\n')
    for _ in range(4):
        chunk = read_chunk(path, position)
        position, skipped, data = chunk.position, skipped + chunk.skipped_lines, data + chunk.data
    assert (data, skipped) == (b'{"a":1}\n{"b":2}\n', 1)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_chunk(tmp_path / "none", Position())
