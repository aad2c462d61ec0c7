"""The line each key of a TOML text stands on, which `tomllib` does not tell.

The scanner trusts that `tomllib` has accepted the text. On any other text it says what it can and
never fails.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

KeyPath = tuple[str | int, ...]
"""Names of tables and keys from the top, with the running number of an item of an array."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[^\s.=\[\]{},#\"']+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?P<basic>(?:\\.|[^"\\\n])*)"'
    r"|'(?P<literal>[^'\n]*)'",
    re.DOTALL,
)
_LONG_QUOTES = ('"""', "'''")
_BARE_VALUE = re.compile(r"[^,\]}\n#]*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_MAX_DEPTH = 200
_MAX_NAMES = 32
# no file of ours nests deeper, and a hostile one must not cost the square of its length


class KeyLines:
    """Where keys stand in one text; made once, immutable after."""

    def __init__(self, text: str) -> None:
        scan = _Scan(text)
        scan.document()
        self.places: Mapping[KeyPath, int] = scan.places
        """The 1-based line of every table, key and item of a list."""
        self.last: KeyPath = scan.last
        """The key that was read last; names the culprit where the text ends at an error."""
        self.is_open: bool = scan.is_open
        """Whether the text ends within a list, a table in braces or a text of several lines."""

    def line(self, path: Sequence[str | int]) -> int:
        """Return the 1-based line of `path`, else of the nearest table around it, else 0."""
        for length in range(len(path), 0, -1):
            line = self.places.get(tuple(path[:length]))
            if line is not None:
                return line
        return 0


class _Scan:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.places: dict[KeyPath, int] = {}
        self.last: KeyPath = ()
        self.is_open = False
        self._implied: set[KeyPath] = set()
        self._items: dict[KeyPath, int] = {}
        self._newlines = [match.start() for match in re.finditer("\n", text)]

    def document(self) -> None:
        """Walk the whole text."""
        table: KeyPath = ()
        self._skip_blank()
        while self.position < len(self.text):
            before = self.position
            if self.text[self.position] == "[":
                table = self._header()
            else:
                self._entry(table, 0)
            self._skip_blank()
            if self.position == before:
                self.position += 1

    def _header(self) -> KeyPath:
        line = self._line()
        is_item = self.text.startswith("[[", self.position)
        self.position += 2 if is_item else 1
        names = self._key()
        closing = self.text.find("]", self.position)
        self.position = len(self.text) if closing < 0 else closing + (2 if is_item else 1)
        path: KeyPath = ()
        for name in names[:-1]:
            path += (name,)
            if path in self._items:
                path += (self._items[path] - 1,)
        path += tuple(names[-1:])
        self._note(path, line)
        if is_item:
            number = self._items.get(path, 0)
            self._items[path] = number + 1
            path += (number,)
            self._note(path, line)
        return path

    def _entry(self, table: KeyPath, depth: int) -> None:
        """Read `key = value`."""
        line = self._line()
        path = table + tuple(self._key())
        if path == table:
            return
        self._note(path, line)
        self._skip_space()
        if self.text.startswith("=", self.position):
            self.position += 1
            self._skip_space()
            self._value(path, depth)

    def _key(self) -> list[str]:
        """Read a key of one or more names with dots between."""
        names: list[str] = []
        while True:
            self._skip_space()
            match = _STRING.match(self.text, self.position)
            match = match or _BARE_KEY.match(self.text, self.position)
            if not match:
                return names
            self.position = match.end()
            if len(names) < _MAX_NAMES:
                names.append(_name(match))
            self._skip_space()
            if not self.text.startswith(".", self.position):
                return names
            self.position += 1

    def _value(self, path: KeyPath, depth: int) -> None:
        first = self.text[self.position : self.position + 1]
        if first in ("[", "{") and depth < _MAX_DEPTH:
            self._nested(path, "]" if first == "[" else "}", depth + 1)
            return
        match = _STRING.match(self.text, self.position)
        if self.text.startswith(_LONG_QUOTES, self.position) and _is_short(match):
            self.is_open, self.position = True, len(self.text)
            return
        match = match or _BARE_VALUE.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _nested(self, path: KeyPath, closing: str, depth: int) -> None:
        """Read the items of an array or the entries of an inline table."""
        self.position += 1
        number = 0
        while True:
            self._skip_blank()
            if self.position >= len(self.text):
                self.is_open = True
                return
            before = self.position
            if self.text[self.position] == closing:
                self.position += 1
                return
            if closing == "}":
                self._entry(path, depth)
            else:
                self._note((*path, number), self._line())
                self._value((*path, number), depth)
                number += 1
            self._skip_blank()
            if self.text.startswith(",", self.position):
                self.position += 1
            if self.position == before:
                return

    def _note(self, path: KeyPath, line: int) -> None:
        """Remember `path`, and the tables around it until they have a line of their own."""
        if path not in self.places or path in self._implied:
            self.places[path] = line
            self._implied.discard(path)
        for length in range(1, len(path)):
            if path[:length] not in self.places:
                self.places[path[:length]] = line
                self._implied.add(path[:length])
        self.last = path

    def _line(self) -> int:
        return bisect_right(self._newlines, self.position - 1) + 1

    def _skip_blank(self) -> None:
        match = _BLANK.match(self.text, self.position)
        self.position = match.end() if match else self.position

    def _skip_space(self) -> None:
        match = _SPACE.match(self.text, self.position)
        self.position = match.end() if match else self.position


def _is_short(match: re.Match[str] | None) -> bool:
    """Say whether what stands at quotes of a long text is none, for want of its end."""
    return match is None or not match.group().startswith(_LONG_QUOTES)


def _name(match: re.Match[str]) -> str:
    """Return the key that a bare word or a quoted text stands for."""
    groups = match.groupdict()
    if groups.get("basic") is not None:
        return _ESCAPE.sub(_unescaped, groups["basic"])
    if groups.get("literal") is not None:
        return groups["literal"]
    return match.group()


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) == 1:
        return _ESCAPED.get(code, code)
    number = int(code[1:], 16)
    return chr(number) if number <= 0x10FFFF else ""
