"""One value of a TOML text is set, and nothing else is touched."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.errors import RefusedError
from mlops_tui.engine.proposals.value_writer import path_of, with_value


@pytest.mark.parametrize(
    ("text", "key", "value", "expected"),
    [
        ("", "a.b", 1, "\n[a]\nb = 1\n"),
        ("x = 1", "a.b", 0.5, "x = 1\n\n[a]\nb = 0.5\n"),
        ("[a]\nb = 1 # why\nc = 2\n", "a.b", 3, "[a]\nb = 3 # why\nc = 2\n"),
        ("[a] # why\n# more\nc = 2\n", "a.b", True, "[a] # why\nb = true\n# more\nc = 2\n"),
        ("[a]", "a.b", "x", '[a]\nb = "x"\n'),
        ("a = { b = 1, c = 2 }\n", "a.b", 3, "a = { b = 3, c = 2 }\n"),
        ("a = { c = 2 } # why\n", "a.b", 3, "a = { c = 2, b = 3 } # why\n"),
        ("a = {}\n", "a.b", 3, "a = { b = 3 }\n"),
        ("a.b = 'x, y' # b = 1\n", "a.b", "z", 'a.b = "z" # b = 1\n'),
        ("[a.'b c']\nd = 1\n", 'a."b c".d', 2, "[a.'b c']\nd = 2\n"),
        ("[a]\r\nx = 1\r\n", "a.b", 2, "[a]\r\nb = 2\r\nx = 1\r\n"),
        ("\ufeff[a]\nb = 1\n", "a.b", 2, "\ufeff[a]\nb = 2\n"),
        ("[a]\nb = [1,\n 2]\n[c]\n", "c.d", 'q"\\', '[a]\nb = [1,\n 2]\n[c]\nd = "q\\"\\\\"\n'),
    ],
)
def test_a_value_is_put_where_it_belongs(
    text: str, key: str, value: str | float | bool, expected: str
) -> None:
    assert with_value(text, path_of(key), value) == expected


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a = 1\n", "a.b"),
        ("[a]\nb = [1,\n2]\n", "a.b"),
        ("[a]\nb = '''\nx'''\n", "a.b"),
        ("[[a]]\nc = 1\n", "a.b"),
        ("[a]\nb = { c = 1 }\n", "a.b"),
    ],
)
def test_where_there_is_no_place_nothing_is_written(text: str, key: str) -> None:
    with pytest.raises(RefusedError):
        with_value(text, path_of(key), 5)


@pytest.mark.parametrize("key", ["", "a b", "a = 1\nb", "a.", "[a]"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(RefusedError):
        path_of(key)


NAMES = st.sampled_from(["a", "b", "c d", "e.f", "é"])
PATHS = st.lists(NAMES, min_size=1, max_size=3)
VALUES = st.one_of(
    st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, width=16), st.text(max_size=5)
)


@given(st.lists(st.tuples(PATHS, VALUES), max_size=6))
def test_whatever_is_set_is_read_again(pairs: list[tuple[list[str], str | float | bool]]) -> None:
    text = ""
    for path, value in pairs:
        try:
            made = with_value(text, path, value)
        except RefusedError:
            continue
        found: object = tomllib.loads(made)
        for name in path:
            assert isinstance(found, dict)
            found = found[name]
        assert found == value
        text = made
