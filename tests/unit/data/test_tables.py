"""Tables are read in chunks, whatever they are written in; what is wrong names file and line."""

from __future__ import annotations

import csv
import gzip
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.data import csv_blocks
from mlops_tui.data.dialect import Dialect, sniff
from mlops_tui.data.files import find_tables
from mlops_tui.data.problems import ProblemKind, Problems
from mlops_tui.data.tables import Chunk, column_names, read_chunks, read_table
from mlops_tui.domain.errors import InputError, NotFoundError


def write(folder: Path, data: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def read(path: Path, chunk_rows: int = 1000) -> tuple[list[Chunk], Problems]:
    problems = Problems()
    return list(read_chunks([path], None, chunk_rows, problems)), problems


def told(problems: Problems) -> list[tuple[str, int | None, int]]:
    return [(problem.kind.value, problem.line, problem.count) for problem in problems.all()]


def lines_of(chunks: list[Chunk]) -> list[int]:
    return [int(line) for chunk in chunks for line in (() if chunk.lines is None else chunk.lines)]


PLAIN = "a,b\n1,x\n2,y\n3,z\n"


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-32"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        gzip.compress(PLAIN.encode(), mtime=0),
        gzip.compress(PLAIN.encode("utf-16"), mtime=0),
        b"'a','b'\n1,'x'\n2,'y'\n3,'z'\n",
    ],
)
def test_a_table_is_the_same_however_it_is_written(tmp_path: Path, data: bytes) -> None:
    chunks, problems = read(write(tmp_path, data))
    assert [chunk.frame.to_dict("list") for chunk in chunks] == [
        {"a": [1, 2, 3], "b": ["x", "y", "z"]}
    ]
    assert (lines_of(chunks), told(problems)) == ([2, 3, 4], [])


def test_accents_are_right_in_the_usual_encodings(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"):
        path = write(tmp_path, "größe,ort\n1,Málaga\n".encode(encoding))
        chunks, problems = read(path)
        assert chunks[0].frame.to_dict("list") == {"größe": [1], "ort": ["Málaga"]}
        assert told(problems) == []


def test_a_byte_that_is_no_utf_8_behind_the_sample_is_counted_with_its_line(tmp_path: Path) -> None:
    rows = [b"name,n"] + [b"plain,%d" % number for number in range(40_000)]
    rows[30_000] = b"M\xe1laga,1"
    chunks, problems = read(write(tmp_path, b"\n".join(rows) + b"\n"))
    assert told(problems) == [("bad_text", 30_001, 1)]
    assert "Málaga" in set(pd.concat(chunk.frame for chunk in chunks)["name"])


def test_decimal_commas_and_points_between_thousands_are_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, "preis;menge\n1.234,50;1\n0,5;2\n-3,25;3\n")
    assert read_table([path])["preis"].tolist() == [1234.5, 0.5, -3.25]
    plain = write(tmp_path, "a;b\n1.5;x\n2.5;y\n")
    assert read_table([plain])["a"].tolist() == [1.5, 2.5]


def test_codes_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    frame = read_table([write(tmp_path, "zip,n,x\n01234,1,0.5\n99999,10,01\n")])
    assert frame["zip"].tolist() == ["01234", "99999"]
    assert frame["n"].tolist() == [1, 10]


def test_lines_are_right_with_line_ends_and_delimiters_in_quotes(tmp_path: Path) -> None:
    text = 'a,b\n"one\ntwo",1\n\n"say ""hi"", twice",2\nplain,3\n"\n\n",4\nlast,5\n'
    chunks, problems = read(write(tmp_path, text))
    frame = chunks[0].frame
    assert frame["a"].tolist() == ["one\ntwo", 'say "hi", twice', "plain", "\n\n", "last"]
    assert lines_of(chunks) == [2, 5, 6, 7, 10]
    assert told(problems) == []


def test_a_quote_within_a_cell_is_a_character(tmp_path: Path) -> None:
    text = 'a,b\n5" pipe,1\nplain,2\n6" pipe 3",3\nend 7",4\nx,5\n'
    chunks, problems = read(write(tmp_path, text))
    assert chunks[0].frame["a"].tolist() == ['5" pipe', "plain", '6" pipe 3"', 'end 7"', "x"]
    assert (lines_of(chunks), told(problems)) == ([2, 3, 4, 5, 6], [])


def test_quotes_behind_a_backslash_end_no_cell(tmp_path: Path) -> None:
    chunks, _ = read(write(tmp_path, 'a,b\n"say \\"hi\\", you",1\n"x\ny",2\n'))
    assert chunks[0].frame["a"].tolist() == ['say "hi", you', "x\ny"]
    assert lines_of(chunks) == [2, 3]


def test_ragged_rows_are_counted_with_their_first_line(tmp_path: Path) -> None:
    text = 'a,b,c\n1,2,3\n4,5\n\n6,7,8,9\n"x,y",2,3\n"x,y",2,3,4\n1\n'
    chunks, problems = read(write(tmp_path, text))
    assert chunks[0].frame["a"].tolist() == ["1", "4", "x,y", "1"]
    assert lines_of(chunks) == [2, 3, 6, 8]
    assert told(problems) == [("long_rows", 5, 2), ("short_rows", 3, 2)]
    assert "4 cells instead of 3" in problems.all()[0].words


def test_a_quote_that_is_never_closed_is_told_with_its_line(tmp_path: Path) -> None:
    chunks, problems = read(write(tmp_path, 'a,b\n1,x\n2,"y\n3,z\n4,w\n'))
    assert chunks[0].frame["a"].tolist() == [1]
    assert told(problems) == [("open_quote", 3, 1)]


def test_a_row_without_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "LONGEST_ROW_BYTES", 100_000)
    path = write(tmp_path, 'a,b\n1,2\n2,"' + "y\n" * 200_000)
    with pytest.raises(InputError, match=r"table\.csv:3: a row is longer than"):
        read(path)


def test_duplicate_and_empty_names_are_made_different(tmp_path: Path) -> None:
    chunks, problems = read(write(tmp_path, "a,b,a,,a.1\n1,2,3,4,5\n"))
    assert list(chunks[0].frame.columns) == ["a", "b", "a.2", "Unnamed: 3", "a.1"]
    assert told(problems) == [("duplicate_header", 1, 1)]


def test_a_table_as_r_writes_it_gets_a_name_for_its_first_column(tmp_path: Path) -> None:
    assert column_names(write(tmp_path, 'a,b\n"1",2,3\n"2",3,4\n')) == ["Unnamed: 0", "a", "b"]
    assert column_names(write(tmp_path, "a,b\n1,2,\n2,3,\n")) == ["a", "b", "Unnamed: 2"]


def test_numbers_as_header_are_mentioned(tmp_path: Path) -> None:
    _, problems = read(write(tmp_path, "1.5,2.5\n1,2\n"))
    assert told(problems) == [("numbers_as_header", 1, 1)]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    for text in ("a,b\n", "a,b", "a,b\n\n\n"):
        chunks, problems = read(write(tmp_path, text))
        assert [list(chunk.frame.columns) for chunk in chunks] == [["a", "b"]]
        assert (len(chunks[0].frame), told(problems)) == (0, [("no_rows", None, 1)])


@pytest.mark.parametrize("data", [b"", b"\n\n \n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_an_error_that_names_it(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match=r"table\.csv is empty"):
        read(write(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,\x002\n", "zero byte"),
        (b"PK\x03\x04....", "zip archive"),
        (b"\x28\xb5\x2f\xfd....", "zstandard"),
        (gzip.compress(PLAIN.encode() * 50, mtime=0)[:-12], "cut off"),
        (b"\x1f\x8bnot gzip at all", "damaged"),
    ],
)
def test_what_is_no_table_is_an_error_that_says_what_it_is(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=rf"table\.csv.*{words}"):
        read(write(tmp_path, data))


def test_a_file_that_disappears_is_an_error_that_names_it(tmp_path: Path) -> None:
    one, other = write(tmp_path, PLAIN, "1.csv"), write(tmp_path, PLAIN, "2.csv")
    reading = read_chunks([one, other])
    next(reading)
    other.unlink()
    with pytest.raises(NotFoundError, match=r"2\.csv is gone"):
        next(reading)


def test_files_with_other_columns_are_mentioned(tmp_path: Path) -> None:
    one = write(tmp_path, "a,b\n1,2\n", "1.csv")
    other = write(tmp_path, "b,c\n3,4\n", "2.csv")
    turned = write(tmp_path, "b,a\n3,4\n", "3.csv")
    problems = Problems()
    frame = read_table([one, other, turned], problems=problems)
    assert list(frame.columns) == ["a", "b", "c"]
    assert frame["b"].tolist() == [2, 3, 3]
    assert [problem.words.partition(": ")[2] for problem in problems.all()] == [
        "without a and with c",
        "another order",
    ]


def test_a_column_that_turns_to_text_in_a_later_chunk_is_text_throughout(tmp_path: Path) -> None:
    rows = [str(number) for number in range(200_000)]
    rows[150_000] = "unknown"
    path = write(tmp_path, "a,b\n" + "".join(f"{row},1\n" for row in rows))
    chunks, problems = read(path, chunk_rows=50_000)
    assert all(len(chunk.frame) <= 50_000 for chunk in chunks)
    assert len({str(chunk.frame["a"].dtype) for chunk in chunks}) == 2
    assert read_table([path])["a"].tolist() == rows
    assert lines_of(chunks) == list(range(2, 200_002))
    assert [chunk.first_row for chunk in chunks] == np.cumsum(
        [0, *(len(chunk.frame) for chunk in chunks[:-1])]
    ).tolist()
    assert told(problems) == []


def test_an_empty_file_among_others_is_left_out(tmp_path: Path) -> None:
    empty, full = write(tmp_path, "", "1.csv"), write(tmp_path, PLAIN, "2.csv")
    problems = Problems()
    assert len(read_table([empty, full], problems=problems)) == 3
    assert [str(problem) for problem in problems.all()] == [f"{empty}: it is empty"]
    with pytest.raises(InputError, match=r"1\.csv is empty"):
        read_table([empty, empty])


def test_only_the_columns_wanted_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,c\n1,2,3\n")
    assert read_table([path], ["c", "a"]).to_dict("list") == {"c": [3], "a": [1]}
    with pytest.raises(InputError, match="has no column 'labl'") as raised:
        read_table([write(tmp_path, "label,b\n1,2\n")], ["labl"])
    assert "label" in raised.value.hint


def test_json_lines_are_a_table(tmp_path: Path) -> None:
    text = '{"a": 1, "b": "x"}\n\n{"a": null, "c": [1, 2]}\nnonsense\n[1]\n{"a": NaN, "b": "y"}'
    chunks, problems = read(write(tmp_path, text, "table.jsonl"))
    frame = chunks[0].frame
    assert list(frame.columns) == ["a", "b", "c"]
    assert frame["a"].isna().tolist() == [False, True, True]
    assert frame["c"].tolist()[1] == "[1, 2]"
    assert lines_of(chunks) == [1, 3, 6]
    assert told(problems) == [("bad_lines", 4, 2), ("nested", None, 1)]
    path = write(tmp_path, gzip.compress(text.encode(), mtime=0), "table.jsonl.gz")
    assert read_table([path], ["b"])["b"].tolist()[0] == "x"
    with pytest.raises(InputError, match="has no column 'z'"):
        read_table([path], ["z"])


def test_parquet_is_a_table(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "table.parquet"
    table = pa.table({"a": [1, None, 3], "b": ["x", "y", None], "c": [[1], [], None]})
    pq.write_table(table, path)
    chunks, problems = read(path, chunk_rows=2)
    assert [len(chunk.frame) for chunk in chunks] == [2, 1]
    assert chunks[0].frame["c"].tolist() == ["[1]", "[]"]
    assert chunks[0].lines is None
    assert told(problems) == [("nested", None, 1)]
    assert read_table([path], ["b"])["b"].isna().tolist() == [False, False, True]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"table\.parquet is damaged"):
        read(path)
    with pytest.raises(InputError, match="is no Parquet file"):
        read(write(tmp_path, PLAIN, "wrong.parquet"))


def test_tables_of_a_folder_or_a_pattern_are_found(tmp_path: Path) -> None:
    for name in ("b.csv", "a.tsv.gz", ".hidden.csv", "notes.txt", "sub/c.jsonl", "sub/.x/d.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        write(tmp_path, PLAIN, name)
    names = [os.path.relpath(path, tmp_path) for path in find_tables(tmp_path)]
    assert names == ["a.tsv.gz", "b.csv", "sub/c.jsonl"]
    assert find_tables(tmp_path / "*.csv") == [tmp_path / "b.csv"]
    assert find_tables(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]
    with pytest.raises(NotFoundError, match="no table in"):
        find_tables(tmp_path / "*.txt")
    with pytest.raises(NotFoundError, match="no file or folder"):
        find_tables(tmp_path / "nothing")


def test_what_was_read_is_told_in_bytes_on_disk(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 300_000, mtime=0), "table.csv.gz")
    sizes: list[int] = []
    list(read_chunks([path], on_read=sizes.append))
    assert sum(sizes) == path.stat().st_size


CELLS = st.text(st.sampled_from(list('ab1 ,;"\n\t')), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=30), st.sampled_from([7, 40, 500])
)
def test_blocks_hold_what_the_csv_module_reads_at_the_lines_it_says(
    rows: list[tuple[str, str, str]], size: int
) -> None:
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerows([("x", "y", "z"), *rows])
    text = made.getvalue()
    reader = csv.reader(io.StringIO(text, newline=""))
    expected, line = [], 0
    for row in reader:
        expected.append((line + 1, row))
        line = reader.line_num
    path = Path("table.csv")
    dialect = Dialect(
        "utf-8", ",", '"', ".", None, None, ("x", "y", "z"), frozenset(), 6, 1, 10.0, False
    )
    problems = Problems()
    found = []
    for block in csv_blocks.read_blocks(io.BytesIO(text.encode()), path, dialect, size, problems):
        parsed = list(csv.reader(io.StringIO(block.data.decode(), newline="")))
        found += list(zip(block.lines.tolist(), parsed, strict=True))
    assert found == expected[1:]
    assert told(problems) == []


def test_the_sniffed_dialect_says_where_rows_begin(tmp_path: Path) -> None:
    dialect = sniff(write(tmp_path, '\n"a\nb";c\n1;2\n'))
    assert (dialect.columns, dialect.header_lines, dialect.delimiter) == (("a\nb", "c"), 3, ";")


def test_a_kind_of_problem_is_kept_once_a_file_with_its_first_words() -> None:
    problems = Problems()
    problems.add(ProblemKind.LONG_ROWS, Path("a"), 3, "first", 2)
    problems.add(ProblemKind.LONG_ROWS, Path("a"), 9, "second")
    assert [str(problem) for problem in problems.all()] == ["a:3: first (3 times)"]
