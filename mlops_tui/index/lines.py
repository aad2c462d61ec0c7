"""JSON lines of any journal, and the values in them, checked; pure, knows no file and no SQL."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.text import safe
from mlops_tui.journal.tail import LONGEST_LINE_BYTES

GREATEST_STEP = 2**63 - 1
LONG_LINE = "(a line longer than 1 MiB)"
_SHOWN_CHARACTERS = 200
_SURROGATE = re.compile("[\ud800-\udfff]")


class BadLineError(ValueError):
    """A line is no event."""


def read_record(line: bytes) -> dict[str, Any]:
    """Return the JSON object in `line`; NaN and infinities may be bare.

    Raises:
        BadLineError: it holds no JSON object.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLineError(str(error)) from None
    if not isinstance(record, dict):
        raise BadLineError("no object")
    return record


def split_lines(data: bytes) -> list[bytes]:
    """Return the lines of `data` without blank ones, and without what a power cut put before."""
    stripped = (line.lstrip(b"\0").strip() for line in data.split(b"\n"))
    return [line for line in stripped if line]


def clean(text: str) -> str:
    """Return `text` with lone surrogates replaced: they cannot be stored."""
    return _SURROGATE.sub("\ufffd", text)


def shown(line: bytes) -> str:
    """Return the beginning of a line that is no event, safe to show."""
    if len(line) >= LONGEST_LINE_BYTES:
        return LONG_LINE
    text = line[: 4 * _SHOWN_CHARACTERS].decode("utf-8", "replace")
    return safe(text[:_SHOWN_CHARACTERS])


def is_number(value: object) -> bool:
    """Say whether `value` is an int or a float; a bool is neither."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_param(value: object) -> ParamValue:
    """Return a parameter's value as a scalar; a list or an object becomes JSON text."""
    if isinstance(value, int) and abs(value) >= 2**63:
        return _to_float(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return clean(value)
    return clean(json.dumps(value, ensure_ascii=False))


def to_params(values: object) -> dict[str, ParamValue]:
    """Return parameters by name.

    Raises:
        BadLineError: `values` is no object.
    """
    if not isinstance(values, dict):
        raise BadLineError("params must be an object")
    return {clean(name): to_param(value) for name, value in values.items()}


def to_tags(values: object) -> dict[str, str]:
    """Return tags by name; values that are no text become the JSON of them.

    Raises:
        BadLineError: `values` is no object.
    """
    if not isinstance(values, dict):
        raise BadLineError("tags must be an object")
    return {clean(name): _to_tag(value) for name, value in values.items()}


def _to_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _to_tag(value: object) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
