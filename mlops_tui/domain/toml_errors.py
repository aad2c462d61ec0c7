"""Says where a text stops being TOML: at which key, what was expected there, and the cure."""

from __future__ import annotations

import re

from mlops_tui.domain.problems import Problem
from mlops_tui.domain.tables import dotted
from mlops_tui.domain.toml_lines import KeyLines, KeyPath

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")
_QUOTE_OPEN = ("Illegal character '\\n'", 'Expected "\'"', "Unterminated string")
_STATEMENT = re.compile(r"\[\[?[^\[\],]+\]\]?\s*(?:#.*)?$|\s*[\w.\"'-]+\s*=")
_OPENING = re.compile(r"=\s*(\"\"\"|'''|\[|\{)")
_ENDLESS = {
    "[": ("the list that begins here has no end", "close it with ]"),
    "{": ("the table that begins here has no end", "close it with } on the same line"),
    '"""': ("the text that begins here has no end", 'close it with """'),
    "'''": ("the text that begins here has no end", "close it with '''"),
}
_WORD = re.compile(r"[^\s,\]}#]+")
_LONGEST_SHOWN = 40


def syntax_problem(file: str, text: str, message: str) -> Problem:
    """Return the problem that `tomllib` met, with the line and the key it stands at.

    Args:
        file: the path, as the person would write it.
        text: the whole file.
        message: the sentence of `tomllib`.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    match = _AT.search(message)
    line, column = len(lines), 0
    if match and match.group(1):
        line, column = int(match.group(1)), int(match.group(2))
    elif not lines[-1]:
        line = max(1, line - 1)
    words = _AT.sub("", message)
    is_twice = words.startswith(_TWICE)
    end = len(lines[line - 1]) if column == 0 else column if is_twice else column - 1
    before, rest = lines[line - 1][:end], lines[line - 1][end:]
    keys = KeyLines("\n".join([*lines[: line - 1], before]))
    if is_twice:
        hint = "keep one of the two"
        return Problem(file, line, dotted(keys.last), "stands here a second time", hint)
    path = keys.last
    while path and isinstance(path[-1], int):
        path = path[:-1]
    if not keys.is_open and words.startswith("Invalid statement"):
        path = ()
    began = keys.line(path)
    opening = _OPENING.search(lines[began - 1]) if keys.is_open and began else None
    if opening and (column == 0 or (began < line and _STATEMENT.match(lines[line - 1]))):
        line, (found, hint) = began, _ENDLESS[opening.group(1)]
    else:
        found, hint = _expected(words, before, rest, path, keys.is_open)
    return Problem(file, line, dotted(path), f"is no valid TOML: {found}", hint)


def _expected(words: str, before: str, rest: str, path: KeyPath, is_open: bool) -> tuple[str, str]:
    """Return what was expected between `before` and `rest`, and the cure."""
    if words.startswith("Invalid value"):
        return _value(rest, str(path[-1]) if path else "KEY")
    if words.startswith("Expected newline"):
        return _end_of_line(before, rest)
    if words.startswith(_QUOTE_OPEN):
        return "the quote is not closed", "close it on the same line"
    if words.startswith("Unescaped '\\'"):
        return "a lone \\ in a text", "write \\\\, or put the text in single quotes"
    if words.startswith("Unclosed array"):
        return f"expected a comma or ], found {_shown(rest)}", "put a comma between two items"
    if is_open and words.startswith(("Invalid initial", "Unclosed inline")):
        hint = "give a longer one a header of its own"
        return "a table in { } stands on one line, without a comma at its end", hint
    if words.startswith(("Expected '='", "Invalid statement")):
        return f"expected KEY = VALUE, found {_shown(rest)}", "write = between key and value"
    return words[:1].lower() + words[1:], "close it with ]" if words.startswith(
        "Expected ']'"
    ) else ""


def _value(rest: str, name: str) -> tuple[str, str]:
    match = _WORD.match(rest)
    if match is None:
        return "expected a value, found nothing", f'write {name} = "..."'
    word = match.group()[:_LONGEST_SHOWN]
    message = f"expected a value, found {word}"
    if word.lower() in ("true", "false", "yes", "no", "on", "off"):
        return message, "write true or false"
    if word.lower() in ("none", "null", "nil"):
        return message, "leave the key out"
    if re.match(r"[+-]?\.\d", word):
        return message, f"write {word.replace('.', '0.', 1)}"
    if word[0] in "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}":
        return message, 'use straight quotes, "..."'
    return message, f'put text in quotes: "{word}"'


def _end_of_line(before: str, rest: str) -> tuple[str, str]:
    message = f"expected the end of the line, found {_shown(rest)}"
    if before.endswith(('"', "'")):
        return message, "put a text with quotes in it into quotes of the other kind"
    if before[-1:].isdecimal():
        return message, "write a number as 20 or 0.5, a date as 2027-03-31, text in quotes"
    return message, "write one key on a line"


def _shown(rest: str) -> str:
    return rest.strip()[:_LONGEST_SHOWN] or "nothing"
