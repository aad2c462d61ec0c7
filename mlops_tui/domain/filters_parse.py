"""Reads the filter language by recursive descent; raises nothing but `InputError`."""

from __future__ import annotations

import re

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters_ast import (
    OPERATORS,
    PLAIN_NAME,
    RESERVED,
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
from mlops_tui.domain.filters_match import build_leaf
from mlops_tui.domain.filters_values import (
    DURATION_FIELDS,
    TIME_FIELDS,
    ValueProblemError,
    to_number,
)

DEEPEST = 40
"""Parentheses and `not` inside each other; more is a mistake, and recursion has an end."""
_SPACE = re.compile(r"\s*")
_WRONG_SIGNS = {
    "&&": "and", "&": "and", "||": "or", "|": "or", "=>": ">=", "=<": "<=", "<>": "!=",
    "=~": "~", "!~": "not FIELD ~ ...", "!": "not",
}  # fmt: skip


def parse_node(text: str) -> Node:
    """Return the tree that `text` says.

    Raises:
        InputError: something is not understood; the message says where.
    """
    reader = _Reader(text)
    node = reader.read_or(0)
    if not reader.at_end():
        raise reader.error(f"{reader.next_piece()!r} is not understood")
    return node


class _Cursor:
    """A text, how far it is read, and its smallest pieces; one use, one thread."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def error(self, message: str, hint: str = "", place: int | None = None) -> InputError:
        at = (self.place if place is None else place) + 1
        return InputError(f"filter, character {at}: {message}", hint)

    def at_end(self) -> bool:
        space = _SPACE.match(self.text, self.place)
        self.place = space.end() if space else self.place
        return self.place >= len(self.text)

    def next_piece(self) -> str:
        """Return what stands here, for a message: a name or a single character."""
        name = PLAIN_NAME.match(self.text, self.place)
        return name.group()[:40] if name else self.text[self.place : self.place + 1]

    def peek_keyword(self) -> str:
        if self.at_end():
            return ""
        name = PLAIN_NAME.match(self.text, self.place)
        word = name.group().lower() if name else ""
        return word if word in RESERVED else ""

    def take_keyword(self, word: str) -> bool:
        if self.peek_keyword() != word:
            return False
        self.place += len(word)
        return True

    def take(self, sign: str) -> bool:
        if self.at_end() or not self.text.startswith(sign, self.place):
            return False
        self.place += len(sign)
        return True

    def read_name(self) -> tuple[str, bool]:
        if self.text[self.place] in "\"'":
            return self.read_quoted(), True
        name = PLAIN_NAME.match(self.text, self.place)
        if name is None:
            raise self.error_at_sign()
        self.place = name.end()
        return name.group(), False

    def read_operator(self) -> str:
        """Return the comparison that stands here, or "" where none does."""
        if self.at_end():
            return ""
        rest = self.text[self.place : self.place + 2]
        if rest in _WRONG_SIGNS and rest not in OPERATORS:
            raise self.error_at_sign()
        for sign in OPERATORS:
            if self.take(sign):
                return sign
        return ""

    def error_at_sign(self) -> InputError:
        rest = self.text[self.place : self.place + 2]
        sign = rest if rest in _WRONG_SIGNS else rest[:1]
        meant = _WRONG_SIGNS.get(sign)
        if meant:
            return self.error(f"{sign!r} is not understood", f"write {meant}")
        if sign in "=<>~:":
            return self.error(f"a field is missing before {sign!r}")
        return self.error(f"{sign!r} is out of place")

    def read_value(self, expected: str) -> str:
        if self.at_end():
            raise self.error(f"{expected} is missing here")
        if self.text[self.place] in "\"'":
            return self.read_quoted()
        value = self.read_plain_value()
        if value.lower() in RESERVED and value.lower() != "has":
            self.place -= len(value)
            raise self.error(
                f"{expected} is missing before {value!r}", f'write "{value}" for the word'
            )
        if not value:
            raise self.error(f"{expected} is missing before {self.next_piece()!r}")
        return value

    def read_plain_value(self) -> str:
        """Read up to a blank, a comma or a parenthesis that this value did not open."""
        start, open_count = self.place, 0
        while self.place < len(self.text):
            character = self.text[self.place]
            if character.isspace() or (character == "," and not open_count):
                break
            if character == ")" and not open_count:
                break
            open_count += {"(": 1, ")": -1}.get(character, 0)
            self.place += 1
        value = self.text[start : self.place]
        if value[:1] in ("=", "<", ">", "~", "!"):
            self.place = start
            raise self.error(f"{value[0]!r} is out of place", "quote the value if it begins so")
        return value

    def read_quoted(self) -> str:
        start, quote = self.place, self.text[self.place]
        letters: list[str] = []
        self.place += 1
        while self.place < len(self.text):
            character = self.text[self.place]
            self.place += 1
            if character == quote:
                return "".join(letters)
            if character == "\\" and self.text[self.place : self.place + 1] in ("\\", quote):
                character = self.text[self.place]
                self.place += 1
            letters.append(character)
        raise self.error("this quote is never closed", f"add {quote}", start)


class _Reader(_Cursor):
    """The grammar: what the pieces mean together."""

    def read_or(self, depth: int) -> Node:
        parts = [self.read_and(depth)]
        while self.take_keyword("or"):
            parts.append(self.read_and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def read_and(self, depth: int) -> Node:
        parts = [self.read_not(depth)]
        while True:
            if self.take_keyword("and"):
                parts.append(self.read_not(depth))
                continue
            if self.at_end() or self.text[self.place] == ")" or self.peek_keyword() == "or":
                return parts[0] if len(parts) == 1 else And(tuple(parts))
            parts.append(self.read_not(depth))

    def read_not(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.error(f"more than {DEEPEST} levels of parentheses")
        if self.take_keyword("not"):
            return Not(self.read_not(depth + 1))
        opened = self.place
        if not self.take("("):
            return self.read_condition()
        node = self.read_or(depth + 1)
        if not self.take(")"):
            opened = self.text.find("(", opened)
            raise self.error("this parenthesis is never closed", "add )", opened)
        return node

    def read_condition(self) -> Leaf:
        if self.at_end():
            raise self.error("a condition is missing here", "write lr>0.01, tag:best or a word")
        start = self.place
        keyword = self.peek_keyword()
        if keyword in ("and", "or", "in"):
            raise self.error(f"a condition is missing before {keyword!r}")
        name, is_quoted = self.read_name()
        return self.checked(self.read_rest(name, is_quoted), start)

    def checked(self, leaf: Leaf, start: int) -> Leaf:
        try:
            build_leaf(leaf)
        except ValueProblemError as problem:
            raise self.error(str(problem), problem.hint, start) from None
        return leaf

    def read_rest(self, name: str, is_quoted: bool) -> Leaf:
        after_name = self.place
        sign = self.read_operator()
        if sign == ":" and name.lower() == "has" and not is_quoted:
            return Has(self.read_value("a field"))
        if sign:
            value = self.read_value(f"a value after {sign!r}")
            return Compare(name, "=" if sign == "==" else sign, value)
        is_negated = self.take_keyword("not")
        if self.take_keyword("in"):
            return Member(name, self.read_choices(name), is_negated)
        self.place = after_name
        return Word(name)

    def read_choices(self, field: str) -> tuple[str | Range, ...]:
        if not self.take("("):
            return (self.read_choice(field),)
        choices = [self.read_choice(field)]
        while self.take(","):
            choices.append(self.read_choice(field))
        if not self.take(")"):
            raise self.error("the list after 'in' is not closed", "write in (a, b)")
        return tuple(choices)

    def read_choice(self, field: str) -> str | Range:
        is_quoted = not self.at_end() and self.text[self.place] in "\"'"
        value = self.read_value("a value after 'in'")
        if is_quoted or ".." not in value:
            return value
        low, _, high = value.partition("..")
        return Range(low, high) if _is_range(field, low, high) else value


def _is_range(field: str, low: str, high: str) -> bool:
    if not low and not high:
        return False
    if field in TIME_FIELDS or field in DURATION_FIELDS:
        return True
    return all(not end or to_number(end) is not None for end in (low, high))
