"""Reads the plain part of YAML: nested keys, scalars and lists by indentation.

What it does not understand (anchors, tags, documents) it leaves out; it never fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Node = dict[str, "Node"] | list["Node"] | str | int | float | bool | None

_ENTRY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#:\-?&*!|>%@`{}\[\]"'][^:#]*?)\s*:(?:\s+|$)""")
_NUMBER = re.compile(r"[-+]?(\d[\d_]*)?(\.\d*)?([eE][-+]?\d+)?")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(#.*)?$")
_WORDS: dict[str, Node] = {"": None, "~": None, "null": None, "true": True, "false": False}
MAX_DEPTH = 20
MAX_LINE = 4_000


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int
    text: str


class _Reader:
    """Walks over the lines of one document."""

    def __init__(self, text: str) -> None:
        rows = [
            row.rstrip()
            for row in text.splitlines()
            if len(row) <= MAX_LINE and not row.startswith(("---", "%"))
        ]
        self.lines = [_Line(len(row) - len(row.lstrip(" ")), row.lstrip(" ")) for row in rows]
        self.position = 0

    def block(self, indent: int, depth: int) -> Node:
        """Read the mapping or list whose lines stand at `indent`.

        A list may stand at the indent of the key that holds it, so the first line without a
        dash ends it.
        """
        mapping: dict[str, Node] = {}
        items: list[Node] = []
        while (line := self._next()) is not None and line.indent >= indent:
            is_item = line.text == "-" or line.text.startswith("- ")
            if items and line.indent == indent and not is_item:
                break
            self.position += 1
            if line.indent > indent:
                continue
            if is_item:
                items.append(self._item(line, depth))
            elif match := _ENTRY.match(line.text):
                key = match.group("key").strip("\"'")
                mapping[key] = self._value(line, line.text[match.end() :], depth)
        return mapping or items

    def _item(self, line: _Line, depth: int) -> Node:
        text = line.text[1:].strip()
        match = _ENTRY.match(text)
        if match is None or text.startswith(("{", "[")):
            return self._value(line, text, depth)
        inner = line.indent + 2
        first = {match.group("key").strip("\"'"): self._value(line, text[match.end() :], depth)}
        rest = self.block(inner, depth + 1) if self._is_deeper(line.indent) else {}
        return first | rest if isinstance(rest, dict) else first

    def _value(self, line: _Line, text: str, depth: int) -> Node:
        text = text.strip()
        if _BLOCK.match(text):
            return self._block_text(line.indent, text[0])
        if text and not text.startswith("#"):
            return scalar_or_flow(text)
        following = self._next()
        is_list = following is not None and following.text.startswith("-")
        least = line.indent if is_list else line.indent + 1
        if following is None or following.indent < least or depth > MAX_DEPTH:
            return None
        return self.block(following.indent, depth + 1)

    def _block_text(self, indent: int, style: str) -> str:
        rows: list[str] = []
        while self.position < len(self.lines):
            line = self.lines[self.position]
            if line.text and line.indent <= indent:
                break
            rows.append(line.text)
            self.position += 1
        return ("\n" if style == "|" else " ").join(rows).strip()

    def _next(self) -> _Line | None:
        """Return the next line that says something, None at the end."""
        while self.position < len(self.lines):
            line = self.lines[self.position]
            if line.text and not line.text.startswith("#"):
                return line
            self.position += 1
        return None

    def _is_deeper(self, indent: int) -> bool:
        line = self._next()
        return line is not None and line.indent > indent


def read_yaml(text: str) -> dict[str, Node]:
    """Return the mapping that a document is, as far as it is understood."""
    if "\t" in text:
        text = text.expandtabs(4)
    node = _Reader(text).block(0, 0)
    return node if isinstance(node, dict) else {}


def scalar_or_flow(text: str) -> Node:
    """Return the value of what stands after a colon."""
    text = _without_comment(text)
    if text.startswith("[") and text.endswith("]"):
        return [scalar(item) for item in _split(text[1:-1])]
    if text.startswith("{") and text.endswith("}"):
        pairs = [item.partition(":") for item in _split(text[1:-1])]
        return {key.strip().strip("\"'"): scalar(value) for key, _, value in pairs}
    return scalar(text)


def scalar(text: str) -> Node:
    """Return a text, number, bool or None."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        inner = text[1:-1]
        return inner.replace("''", "'") if text[0] == "'" else inner.replace('\\"', '"')
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text) and any(char.isdigit() for char in text):
        return _number(text.replace("_", ""))
    return None if text.startswith(("&", "*", "!")) else text


def _number(text: str) -> Node:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _without_comment(text: str) -> str:
    quote = text[:1] if text[:1] in ("'", '"') else ""
    start = text.find(quote, 1) + 1 if quote else 0
    match = re.search(r"(?:^|\s)#", text[start:])
    return (text[: start + match.start()] if match else text).strip()


def _split(text: str) -> list[str]:
    """Split at the commas outside quotes."""
    parts = re.findall(r"""(?:"[^"]*"|'[^']*'|[^,"'])+""", text)
    return [part.strip() for part in parts if part.strip()]
