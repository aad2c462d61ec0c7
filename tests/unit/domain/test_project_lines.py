from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.toml_lines import KeyLines, KeyPath

NASTY = '''\
# a = 1
top = "x = 2"                       # line 2
"quoted key" = 1
'literal "key"' = 2
"\\u0061scaped\\tkey" = 3
dotted . inner."deep.er" = 4
list = [ # line 7
    1,
    "]", # line 9
    { inline = "}", other.x = [1, 2] },

    [3], [
      4] ]
basic = """
[not.a.table]
fake = 1 \\"""
""""
literal = \'\'\'
fake2 = 1
\'\'\'\'
after = 2027-03-31T10:00:00Z
[table]   # line 22
key = { a = 1, b.c = { "d}" = "\\"," } }
[ table . "sub.table" ]
key = +1_000.5e-3
[[items]]
name = 1
[items.sub]
x = 1
[[items]]   # line 30
name = 2
  [[items.nested]]
  x = 1
  [[items.nested]]
  x = 2
[later.deep.one]
x = 1
[later]     # line 38
x = 2
'''

PLACES: list[tuple[KeyPath, int]] = [
    (("top",), 2),
    (("quoted key",), 3),
    (('literal "key"',), 4),
    (("ascaped\tkey",), 5),
    (("dotted",), 6),
    (("dotted", "inner", "deep.er"), 6),
    (("list",), 7),
    (("list", 0), 8),
    (("list", 1), 9),
    (("list", 2), 10),
    (("list", 2, "inline"), 10),
    (("list", 2, "other", "x", 1), 10),
    (("list", 3, 0), 12),
    (("list", 4), 12),
    (("list", 4, 0), 13),
    (("basic",), 14),
    (("literal",), 18),
    (("after",), 21),
    (("table",), 22),
    (("table", "key", "b", "c", "d}"), 23),
    (("table", "sub.table"), 24),
    (("table", "sub.table", "key"), 25),
    (("items",), 26),
    (("items", 0), 26),
    (("items", 0, "name"), 27),
    (("items", 0, "sub", "x"), 29),
    (("items", 1), 30),
    (("items", 1, "name"), 31),
    (("items", 1, "nested", 0, "x"), 33),
    (("items", 1, "nested", 1), 34),
    (("items", 1, "nested", 1, "x"), 35),
    (("later", "deep", "one", "x"), 37),
    (("later",), 38),
    (("later", "x"), 39),
]


def test_the_nasty_example_is_toml() -> None:
    assert tomllib.loads(NASTY)["later"]["x"] == 2


@pytest.mark.parametrize(("path", "line"), PLACES)
def test_each_key_has_its_own_line(path: KeyPath, line: int) -> None:
    assert KeyLines(NASTY).line(path) == line


def test_windows_line_ends_do_not_move_lines() -> None:
    lines = KeyLines(NASTY.replace("\n", "\r\n"))
    assert [lines.line(path) for path, _ in PLACES] == [line for _, line in PLACES]


def test_a_missing_key_has_the_line_of_the_table_around_it() -> None:
    lines = KeyLines(NASTY)
    assert lines.line(("table", "nothing", "here")) == 22
    assert lines.line(("nothing",)) == 0


@given(st.text(alphabet="ab.=[]{}\"'#\\\n ,1", max_size=60))
def test_any_text_is_scanned_without_failing(text: str) -> None:
    assert KeyLines(text).line(("a",)) >= 0


@given(st.text(alphabet="ab.=[]{}\"'#\\\n ,1", max_size=60))
def test_every_key_of_what_is_toml_is_found_where_it_stands(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = KeyLines(text)
    for key in data:
        line = lines.line((key,))
        assert line >= 1
        if key.isalnum():
            assert key in text.split("\n")[line - 1]


def test_a_file_made_to_be_slow_is_scanned_soon() -> None:
    for text in ("a." * 300_000 + "a = 1", "[" * 300_000, 'a = "' + "\\" * 300_000, "{" * 10**5):
        KeyLines(text)
    assert KeyLines("a = " + "[" * 100_000).line(("a",)) == 1
