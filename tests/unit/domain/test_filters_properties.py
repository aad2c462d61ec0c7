"""The parser answers any text with a filter or an `InputError`, and reads its own print."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import parse_filter, parse_sort
from mlops_tui.domain.filters_ast import And, Compare, Has, Member, Node, Not, Or, Range, Word

PIECES = [
    *("and", "or", "not", "in", "has:", "(", ")", ",", "=", "==", "!=", "<", ">=", "~", ":"),
    *("lr", "state", "started", "duration", "tag", "failed", "-2d", "0.1..2", "..", "'", '"'),
    *("&&", "!", "\\", "5m", "2026-11-01", "[[a]", "nan", " "),
]
soup = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map(" ".join)

texts = st.text(max_size=8)
names = texts.filter(lambda name: name not in ("state", "tag", "tags", "exit_code"))
numbers = st.floats(allow_nan=False, allow_infinity=False).map(str)
ranges = st.builds(Range, numbers, numbers) | st.builds(Range, numbers, st.just(""))
choices = st.lists(texts | ranges, min_size=1, max_size=3).map(tuple)
free_names = names.filter(
    lambda name: (
        name not in ("started", "created", "ended", "heard", "duration", "attempt", "priority")
    )
)
leaves: st.SearchStrategy[Node] = (
    st.builds(Word, texts)
    | st.builds(Compare, free_names, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", ":"]), texts)
    | st.builds(Member, free_names, choices, st.booleans())
    | st.builds(Has, texts)
)


def _branches(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, children)


trees = st.recursive(leaves, _branches, max_leaves=6)


@settings(max_examples=400, deadline=None)
@given(text=st.text(max_size=40) | soup)
def test_no_text_raises_anything_but_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        chosen = parse_filter(text)
        chosen.matches(lambda field: None, 0.0)
        chosen.matches(lambda field: 0.5, 0.0)
        chosen.matches(lambda field: "text", 0.0)
        assert parse_filter(str(chosen)) == chosen
    with contextlib.suppress(InputError):
        assert parse_sort(str(parse_sort(text))) == parse_sort(text)


@settings(max_examples=300, deadline=None)
@given(tree=trees)
def test_a_printed_tree_reads_back_to_itself(tree: Node) -> None:
    assert parse_filter(str(tree)).node == tree
