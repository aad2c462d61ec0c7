"""Reads TOML files that people write: every reason why one cannot be read is a `Problem`."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

from mlops_tui.domain.problems import Problem
from mlops_tui.domain.tables import Report, Table
from mlops_tui.domain.toml_errors import syntax_problem
from mlops_tui.domain.toml_lines import KeyLines

MAX_BYTES = 1_000_000


def read_text(file: Path, absent: str, cure: str = "") -> str | Problem:
    """Return the text of the file, or why there is none; `absent` says that it is not there."""
    try:
        facts = file.stat()
        if stat.S_ISDIR(facts.st_mode):
            return Problem(str(file), 0, "", "is a folder, expected a file")
        if not stat.S_ISREG(facts.st_mode):
            return Problem(str(file), 0, "", "is no regular file")
        with open(file, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Problem(str(file), 0, "", absent, cure)
    except OSError as error:
        return Problem(str(file), 0, "", f"cannot be read: {error.strerror or error}")
    if len(data) > MAX_BYTES:
        return Problem(str(file), 0, "", "is larger than 1 MB, which no such file should be")
    return _decode(str(file), data)


def parse_toml(file: str, text: str) -> Table | Problem:
    """Return what `text` holds, with the lines of its keys, or why it is no TOML."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return syntax_problem(file, text, str(error))
    except RecursionError:
        return Problem(file, 0, "", "is nested too deeply")
    except ValueError as error:
        return Problem(file, 0, "", f"holds a value that cannot be read: {error}")
    return Table(Report(file, KeyLines(text)), (), data)


def _decode(file: str, data: bytes) -> str | Problem:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(file, 1, "", "is UTF-16, expected UTF-8", "save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return Problem(file, line, "", found, "save the file as UTF-8")
