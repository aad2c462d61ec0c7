"""The stack of a pickle with stand-ins for its values; nothing is loaded, called or hashed."""

from __future__ import annotations

from typing import NamedTuple

_MOST_OF_TUPLE = 40
_MOST_OF_DICT = 100


class UnreadableError(Exception):
    """The bytes are no pickle from here on, or a hostile one; says why."""


class Global(NamedTuple):
    """Something that would be imported."""

    module: str
    name: str


class Made:
    """What a call of something imported would return; the same one wherever it is used again."""

    def __init__(self, of: object, arguments: object) -> None:
        self.of = of
        self.arguments = arguments
        self.state: object = None


class Other:
    """Any other value."""


OTHER = Other()
MARK = Other()


class Stack:
    """Stand-ins for what a pickle puts on its stack, and what it remembers."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.memo: dict[int, object] = {}
        self._places = 0

    def pop(self) -> object:
        """Return the top of the stack, taken away."""
        if not self.values:
            raise UnreadableError("it takes more from the stack than is on it")
        return self.values.pop()

    def top(self) -> object:
        """Return the top of the stack."""
        if not self.values:
            raise UnreadableError("it takes more from the stack than is on it")
        return self.values[-1]

    def push(self, value: object) -> None:
        """Put a value on the stack."""
        self.values.append(value)

    def to_mark(self) -> list[object]:
        """Return what is above the last mark, taken away with it."""
        found: list[object] = []
        while (value := self.pop()) is not MARK:
            found.append(value)
        return found[::-1]

    def mark(self, _: object) -> None:
        """Follow MARK."""
        self.push(MARK)

    def pop_mark(self, _: object) -> None:
        """Follow POPMARK."""
        self.to_mark()

    def dup(self, _: object) -> None:
        """Follow DUP."""
        self.push(self.top())

    def memoize(self, _: object) -> None:
        """Follow MEMOIZE."""
        self.put(self._places)

    def put(self, argument: object) -> None:
        """Follow PUT and its short forms; what is of no interest is not kept."""
        self._places += 1
        value = self.top()
        if isinstance(argument, int) and value is not OTHER:
            self.memo[argument] = value
        elif isinstance(argument, int):
            self.memo.pop(argument, None)

    def get(self, argument: object) -> None:
        """Follow GET and its short forms."""
        self.push(self.memo.get(argument, OTHER) if isinstance(argument, int) else OTHER)

    def tuple_(self, _: object) -> None:
        """Follow TUPLE."""
        self.push(_small(self.to_mark()))

    def tuples(self, count: int) -> None:
        """Follow EMPTY_TUPLE, TUPLE1, TUPLE2 and TUPLE3."""
        self.push(_small([self.pop() for _ in range(count)][::-1]))

    def empty_dict(self, _: object) -> None:
        """Follow EMPTY_DICT."""
        self.push({})

    def dict_(self, _: object) -> None:
        """Follow DICT."""
        pairs = self.to_mark()
        self.push({})
        self._set(pairs)

    def setitem(self, _: object) -> None:
        """Follow SETITEM."""
        value, key = self.pop(), self.pop()
        self._set([key, value])

    def setitems(self, _: object) -> None:
        """Follow SETITEMS."""
        self._set(self.to_mark())

    def _set(self, pairs: list[object]) -> None:
        target = self.top()
        for key, value in zip(pairs[::2], pairs[1::2], strict=False):
            if isinstance(target, dict) and isinstance(key, str) and len(target) < _MOST_OF_DICT:
                target[key] = value


def _small(values: list[object]) -> object:
    return tuple(values) if len(values) <= _MOST_OF_TUPLE else OTHER
