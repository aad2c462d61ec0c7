"""Marked rows found again in files of every kind, and files written with nothing else changed."""

from __future__ import annotations

import codecs
import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_tui.data import raw_rows
from mlops_tui.data.patching import (
    Located,
    Standing,
    locate,
    pin_rows,
    require_columns,
    require_writable,
    write_patched,
)
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patches import Change, Pin

TEXT = 'id,note,y\r\nA,plain,1\r\nB,"two\r\nlines, ""quoted""",2\r\n\r\nC,last,3'


def patched(path: Path, changes: Mapping[int, Mapping[str, str] | None]) -> bytes:
    """Return a file with rows at these lines edited, or left out where nothing is to be set."""
    pins = [it.pin for it in pin_rows(path, path.name, list(changes))]
    wanted = [
        (Change(pin, changes[pin.line] is None, changes[pin.line] or {}), pin.line) for pin in pins
    ]
    target = path.with_name("patched-" + path.name)
    target.unlink(missing_ok=True)
    write_patched(path, target, wanted, lambda _: None)
    return target.read_bytes()


def text_file(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, TEXT),
        ({2: None}, TEXT.replace("A,plain,1\r\n", "")),
        ({3: None}, TEXT.replace('B,"two\r\nlines, ""quoted""",2\r\n', "")),
        ({6: None}, TEXT.replace("C,last,3", "")),
        ({3: {"y": "9"}}, TEXT.replace('",2\r\n', '",9\r\n')),
        ({3: {"note": "now"}}, TEXT.replace('"two\r\nlines, ""quoted"""', "now")),
        ({6: {"note": 'a "b", c', "y": ""}}, TEXT.replace("last,3", '"a ""b"", c",')),
        ({2: None, 6: {"id": "D"}}, TEXT.replace("A,plain,1\r\n", "").replace("C,", "D,")),
    ],
)
def test_only_what_is_marked_changes(
    tmp_path: Path, changes: Mapping[int, Mapping[str, str] | None], expected: str
) -> None:
    assert patched(text_file(tmp_path, TEXT), changes).decode() == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"])
def test_every_encoding_is_kept(tmp_path: Path, encoding: str) -> None:
    text = "id;name;y\n" + "".join(f"{n};Jörg{n};{n}\n" for n in range(50))
    path = text_file(tmp_path, text, encoding)
    changed = text.replace("7;Jörg7;7\n", "").replace("9;Jörg9;9", "9;Ülf;9")
    assert patched(path, {9: None, 11: {"name": "Ülf"}}) == changed.encode(encoding)
    assert patched(path, {}) == path.read_bytes()


def test_a_letter_that_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "id,name\n1,Jörg\n2,Jürg\n", "cp1252")
    with pytest.raises(InputError, match="cannot be written"):
        require_writable(path, {"name": "Ω"})
    with pytest.raises(InputError, match="no column 'nam'"):
        require_columns(path, ["nam"])


def test_packed_files_are_packed_again_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    first, again = patched(path, {2: None}), patched(path, {2: None})
    assert gzip.decompress(first).decode() == TEXT.replace("A,plain,1\r\n", "")
    assert first == again


def test_bare_returns_and_short_rows(tmp_path: Path) -> None:
    path = text_file(tmp_path, "id,a,b\r1,2,3\r4\r5,6,7\r")
    assert patched(path, {3: {"b": "x"}, 4: None}) == b"id,a,b\r1,2,3\r4,,x\r"


def test_json_lines_keep_their_types_and_every_other_byte(tmp_path: Path) -> None:
    lines = ['{"id": "A", "y": 1, "s": "x"}', "", '{"id":"B",  "y":2.0}', '{"id": "C", "y": null}']
    path = text_file(tmp_path, "\n".join(lines) + "\n", name="t.jsonl")
    made = patched(path, {1: {"y": "5", "s": "7"}, 3: None, 4: {"y": "true", "new": "t"}})
    expected = ['{"id": "A", "y": 5, "s": "7"}', "", '{"id": "C", "y": true, "new": "t"}', ""]
    assert made.decode().split("\n") == expected
    assert json.loads(made.decode().split("\n")[0])["s"] == "7"


def test_parquet_keeps_types_and_groups(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    frame = pd.DataFrame({"id": [f"A{n}" for n in range(9)], "y": range(9), "f": 0.5})
    frame.to_parquet(path, row_group_size=4)
    patched(path, {2: None, 6: {"y": "70", "f": "1.25"}})
    target = tmp_path / "patched-t.parquet"
    made = pd.read_parquet(target)
    assert made["id"].tolist() == [f"A{n}" for n in range(9) if n != 1]
    assert made.loc[made["id"] == "A5", ["y", "f"]].to_numpy().tolist() == [[70, 1.25]]
    assert made.dtypes.equals(frame.dtypes)
    groups = pq.ParquetFile(target).metadata
    assert [groups.row_group(at).num_rows for at in range(3)] == [3, 4, 1]
    with pytest.raises(InputError, match="'many' is none"):
        require_writable(path, {"y": "many"})
    pins = [it.pin for it in pin_rows(path, "t.parquet", [2, 6])]
    frame.iloc[1:].to_parquet(path)
    moved = locate({"t.parquet": path}, pins)
    assert [moved[pin] for pin in pins] == [
        Located(Standing.MOVED, 1),
        Located(Standing.MOVED, 5),
    ]


def test_lines_that_begin_no_row_are_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, TEXT)
    for line in (1, 4, 5, 7):
        with pytest.raises(InputError, match=f"no row begins at lines {line}"):
            pin_rows(path, "t.csv", [2, line])


def test_a_changed_source_never_gets_another_row_patched(tmp_path: Path) -> None:
    rows = ["id,y", "A,1", "B,2", "same,3", "same,3", "C,4"]
    path = text_file(tmp_path, "\n".join(rows) + "\n")
    pins = {it.pin.line: it.pin for it in pin_rows(path, "t.csv", [2, 3, 4, 6])}

    def standings(lines: list[str]) -> dict[int, Located]:
        path.write_text("\n".join(lines) + "\n")
        found = locate({"t.csv": path}, pins.values())
        return {line: found[pin] for line, pin in pins.items()}

    applies = {line: Located(Standing.APPLIES, line) for line in pins}
    assert standings(rows) == applies
    # a new row before: those that are there once have moved, of two alike nobody knows which
    moved = standings([rows[0], "new,0", *rows[1:]])
    assert [moved[line].line for line in (2, 3, 6)] == [3, 4, 7]
    # line 4 of the pins holds `B,2` now, and `same,3` stands at two lines
    assert moved[4].standing is Standing.AMBIGUOUS
    gone = standings([rows[0], "A,9", *rows[2:]])
    assert gone[2] == Located(Standing.CHANGED)
    assert gone[3].standing is Standing.APPLIES
    other = {Pin("gone.csv", 1, "0" * 32, 1): Located(Standing.NO_FILE)}
    assert locate({"t.csv": path}, other) == other


cells = st.text(st.sampled_from('ab,"\n\r ;é'), max_size=6)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 40),
    data=st.data(),
)
def test_any_table_is_read_whole_and_one_cell_changes_alone(
    tmp_path: Path, rows: list[list[str]], end: str, size: int, data: st.DataObject
) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = text_file(tmp_path, end.join(["c0,c1,c2", *quoted]) + end)
    writing = raw_rows.writing_of(path)
    pieces = list(raw_rows.read_pieces(path, writing, size))
    assert b"".join(piece.data for piece in pieces) == path.read_bytes()
    lines = [int(line) for piece in pieces for line in piece.lines]
    content = [piece.row(at).decode() for piece in pieces for at in range(len(piece.lines))]
    assert content == quoted
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, 2))
    value = data.draw(cells)
    made = patched(path, {lines[at]: {f"c{column}": value}})
    again = text_file(tmp_path, made.decode(), name="again.csv")
    read = [
        raw_rows.cells_of(piece.row(place), writing.dialect, "utf-8")  # type: ignore[arg-type]
        for piece in raw_rows.read_pieces(again, writing)
        for place in range(len(piece.lines))
    ]
    expected = [list(row) for row in rows]
    expected[at][column] = value
    assert read == expected


def test_wide_characters_are_split_at_their_own_line_ends(tmp_path: Path) -> None:
    # U+0A0D has the bytes of a line end in it
    text = "id,name\n1,\u0a0d\n2,b\n"
    path = tmp_path / "t.csv"
    path.write_bytes(codecs.BOM_UTF16_BE + text.encode("utf-16-be"))
    made = patched(path, {2: None})
    assert made == codecs.BOM_UTF16_BE + "id,name\n2,b\n".encode("utf-16-be")
