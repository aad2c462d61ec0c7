"""Filters turned into tests of one run; nothing that reads the language."""

from __future__ import annotations

import math
import operator
import re
import warnings
from collections.abc import Callable

from mlops_tui.domain.filters_ast import (
    And,
    Compare,
    Has,
    Leaf,
    Member,
    Node,
    Not,
    Or,
    Range,
    Word,
)
from mlops_tui.domain.filters_values import (
    TAG_FIELDS,
    TIME_FIELDS,
    Literal,
    ValueProblemError,
    read_literal,
    tag_texts,
    to_number,
    to_text,
)
from mlops_tui.domain.patterns import SLOW, SLOW_HINT, may_explode
from mlops_tui.domain.runs import WORD_FIELDS, WORDS

Get = Callable[[str], object]
Test = Callable[[Get, float], bool]
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT_ORDERS: dict[str, Callable[[str, str], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def build_test(node: Node) -> Test:
    """Return the test that says whether a run, read by `get`, passes at the time `now`.

    Raises:
        ValueProblemError: a value does not fit its field, or a regular expression is broken.
    """
    match node:
        case And(parts):
            every = [build_test(part) for part in parts]
            return lambda get, now: all(test(get, now) for test in every)
        case Or(parts):
            some = [build_test(part) for part in parts]
            return lambda get, now: any(test(get, now) for test in some)
        case Not(part):
            inner = build_test(part)
            return lambda get, now: not inner(get, now)
        case Word() | Compare() | Member() | Has():
            return build_leaf(node)
    return lambda get, now: True


def build_leaf(leaf: Leaf) -> Test:
    """Return the test of one condition.

    Raises:
        ValueProblemError: a value does not fit its field, or a regular expression is broken.
    """
    match leaf:
        case Word(text):
            return _word_test(text)
        case Has(field):
            return _has_test(field)
        case Member(field, choices, is_negated):
            return _member_test(field, choices, is_negated)
        case Compare(field, ":", value):
            return _contains_test(field, value)
        case Compare(field, "~", value):
            return _regex_test(field, value)
        case Compare(field, "=" | "!=" as sign, value):
            return _member_test(field, (value,), sign == "!=")
        case Compare(field, sign, value):
            return _order_test(field, sign, value)


def fields_of(node: Node) -> frozenset[str]:
    """Return the names of all fields that the test of `node` reads."""
    match node:
        case And(parts) | Or(parts):
            return frozenset().union(*(fields_of(part) for part in parts))
        case Not(part):
            return fields_of(part)
        case Word():
            return frozenset({WORDS})
        case Compare(field=field) | Member(field=field) | Has(field=field):
            return frozenset({_read_name(field)})
    return frozenset()


def _read_name(field: str) -> str:
    return "tags" if field in TAG_FIELDS else field


def _word_test(text: str) -> Test:
    needle = text.lower()

    def test(get: Get, now: float) -> bool:
        words = get(WORDS)
        return isinstance(words, str) and needle in words

    return test


def words_of(get: Get) -> str:
    """Return what stands for a run in the field `WORDS`: in small letters, a line for each text."""
    return with_tags("\n".join(to_text(get(field) or "") for field in WORD_FIELDS), get("tags"))


def with_tags(text: str, tags: object) -> str:
    """Return a text, a line for each value of `WORD_FIELDS`, with the tags of the run added."""
    return "\n".join([text, *tag_texts(tags)]).lower() if tags else text.lower()


def _has_test(field: str) -> Test:
    if field in TAG_FIELDS:
        return lambda get, now: bool(get("tags"))
    return lambda get, now: get(field) is not None


def _contains_test(field: str, value: str) -> Test:
    needle, number = value.lower(), to_number(value)
    if field in TAG_FIELDS:
        return lambda get, now: any(needle in item.lower() for item in tag_texts(get("tags")))

    def test(get: Get, now: float) -> bool:
        found = get(field)
        if found is None:
            return False
        if isinstance(found, int | float) and number is not None:
            return float(found) == number
        return needle in to_text(found).lower()

    return test


def _regex_test(field: str, value: str) -> Test:
    if may_explode(value):
        raise ValueProblemError(SLOW, SLOW_HINT)
    try:
        with warnings.catch_warnings():
            # "possible nested set" is for people who write programs
            warnings.simplefilter("ignore")
            pattern = re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueProblemError(f"broken regular expression: {error}") from None
    if field in TAG_FIELDS:
        return lambda get, now: any(pattern.search(item) for item in tag_texts(get("tags")))

    def test(get: Get, now: float) -> bool:
        found = get(field)
        return found is not None and pattern.search(to_text(found)) is not None

    return test


def _member_test(field: str, choices: tuple[str | Range, ...], is_negated: bool) -> Test:
    tests = [_choice_test(field, choice) for choice in choices]
    if field in TAG_FIELDS:
        return lambda get, now: (
            is_negated != any(test(item, now) for item in tag_texts(get("tags")) for test in tests)
        )

    def test(get: Get, now: float) -> bool:
        found = get(field)
        return found is not None and is_negated != any(each(found, now) for each in tests)

    def test_one(get: Get, now: float) -> bool:
        found = get(field)
        return found is not None and is_negated != tests[0](found, now)

    return test_one if len(tests) == 1 else test


def _choice_test(field: str, choice: str | Range) -> Callable[[object, float], bool]:
    if isinstance(choice, Range):
        return _range_test(field, choice)
    literal = read_literal(field, choice, is_equality=True)
    text = literal.text
    if literal.number is not None:
        return lambda found, now: _equals(found, literal, now)
    return lambda found, now: found == text if type(found) is str else _equals(found, literal, now)


def _range_test(field: str, bounds: Range) -> Callable[[object, float], bool]:
    low = read_literal(field, bounds.low) if bounds.low else None
    high = read_literal(field, bounds.high) if bounds.high else None

    def test(found: object, now: float) -> bool:
        number = to_number(found)
        if number is None or math.isnan(number):
            return False
        if low is not None and number < (low.at(now) or 0.0):
            return False
        if high is None:
            return True
        end = high.at(now) or 0.0
        return number < end + high.width if high.width else number <= end

    return test


def _equals(found: object, literal: Literal, now: float) -> bool:
    wanted, number = literal.at(now), to_number(found)
    if wanted is None or number is None:
        text = to_text(found)
        return text == literal.text or (isinstance(found, bool) and text == literal.text.lower())
    if math.isnan(wanted):
        return math.isnan(number)
    if literal.width:
        return wanted <= number < wanted + literal.width
    return number == wanted


def _order_test(field: str, sign: str, value: str) -> Test:
    if field in TAG_FIELDS:
        raise ValueProblemError("tags are not ordered", "write tag:best, tag=best or tag.KEY > 3")
    literal = read_literal(field, value)
    compare, compare_text = _ORDERS[sign], _TEXT_ORDERS[sign]
    is_time = field in TIME_FIELDS
    fixed = None if literal.is_relative else literal.number

    def test(get: Get, now: float) -> bool:
        found = get(field)
        if type(found) is float and fixed is not None:
            return compare(found, fixed)
        if found is None:
            return False
        wanted, number = literal.at(now), to_number(found)
        if wanted is not None and number is not None:
            return compare(number, wanted)
        if is_time or wanted is not None or number is not None:
            return False
        return compare_text(to_text(found), literal.text)

    return test
