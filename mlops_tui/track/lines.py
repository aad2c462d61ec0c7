"""Event lines as bytes: numbers and texts from anywhere made JSON, fast; touches no file."""

from __future__ import annotations

import json
import operator
import time
from typing import Any, Dict, List, Mapping, Optional, Tuple

from mlops_tui.journal.append import encode
from mlops_tui.track.attempt import attempt, say_once, text_of

LONGEST_LINE_BYTES = 256 * 1024
"""Well below what a reader skips as too long to be an event (`journal.tail`)."""
_LONGEST_NAME = 1000
_LONGEST_TEXT = 32 * 1024
_MOST_KEYS = 10_000
_GREATEST_STEP = 2**63 - 1
_BARE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


class PointLines:
    """Makes the line of one `log` call; keeps the names it has met ready encoded."""

    def __init__(self) -> None:
        self._keys: Dict[object, str] = {}

    def line(self, metrics: Mapping[str, Any], step: Any = None) -> bytes:
        """Return the line with its newline, empty where there is nothing to record.

        What is no number is left out, and said once for each name.
        """
        keys = self._keys
        parts = []
        for name, value in metrics.items():
            key = keys.get(name) or self._key_of(name)
            finite = type(value) is float and value - value == 0.0
            text = repr(value) if finite else number_text(value)
            if text and key:
                parts.append(key + text)
            elif key:
                kind = type(value).__name__
                say_once("metric %.100r is left out: %s is no number" % (name, kind))
            else:
                say_once("a metric is left out: its name has over %d letters" % _LONGEST_NAME)
        if not parts:
            return b""
        head = '{"t":%.6f,' % time.time() if step is None else _head(step)
        return (head + '"m":{' + ",".join(parts) + "}}\n").encode()

    def _key_of(self, name: object) -> str:
        """Return the name as a JSON key with its colon, empty where it is too long."""
        text = clean(name if isinstance(name, str) else text_of(name))
        key = json.dumps(text, ensure_ascii=False) + ":" if len(text) <= _LONGEST_NAME else ""
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        self._keys[name] = key
        return key


def _head(step: Any) -> str:
    if type(step) is not int:
        step = _whole_step(step)
    if step is None or not -_GREATEST_STEP <= step <= _GREATEST_STEP:
        say_once("a step is no 64-bit integer: its points are numbered in their order instead")
        return '{"t":%.6f,' % time.time()
    return '{"t":%.6f,"s":%d,' % (time.time(), step)


def _whole_step(step: Any) -> Optional[int]:
    whole = attempt(operator.index, step)
    if isinstance(whole, int):
        return whole
    number = foreign_number(step)
    if number is None or number - number != 0.0:
        return None
    if number != int(number):
        say_once("a step such as %r is rounded down: steps are integers" % number)
    return int(number // 1)


def number_text(value: Any) -> Optional[str]:
    """Return `value` as a JSON number (or bare NaN, Infinity, -Infinity); None if it is none."""
    if type(value) is int and -_GREATEST_STEP <= value <= _GREATEST_STEP:
        return repr(value)
    number = foreign_number(value)
    if number is None:
        return None
    text = repr(number)
    return _BARE.get(text, text)


def foreign_number(value: Any) -> Optional[float]:
    """Return the float that a number, NumPy scalar or one-element array or tensor stands for.

    A text is no number, whatever it says. None where `value` is none.
    """
    if isinstance(value, (str, bytes, bytearray)):
        return None
    if hasattr(type(value), "item"):  # `float` of a one-element 1-d array is deprecated
        single = attempt(value.item)
        value = value if isinstance(single, Exception) else single
        if isinstance(value, (str, bytes)):
            return None
    number = attempt(float, value)
    return number if isinstance(number, float) else None


def fact_line(fact: Mapping[str, Any]) -> bytes:
    """Return the line of a fact that is no point; its values are plain already."""
    return encode({"t": round(time.time(), 6), **fact})


def flat_params(params: Mapping[Any, Any], prefix: str = "") -> Dict[str, Any]:
    """Return params as plain values, nested mappings as dotted names (`optimizer.lr`).

    An object without `items`, such as an `argparse.Namespace`, is taken by its attributes.
    """
    flat: Dict[str, Any] = {}
    pairs = params if hasattr(params, "items") else vars(params)
    for name, value in pairs.items():
        key = prefix + clean(text_of(name))
        if hasattr(value, "items") and len(prefix) < _LONGEST_NAME:
            flat.update(flat_params(value, key + "."))
        else:
            flat[key] = plain(value)
    return flat


def plain(value: Any) -> Any:
    """Return a str, int, float, bool or None that stands for `value`."""
    if value is None or isinstance(value, (bool, str)):
        return clean(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value) if -_GREATEST_STEP <= value <= _GREATEST_STEP else str(value)
    if isinstance(value, float):
        return float(value)
    if hasattr(type(value), "item"):
        single = attempt(value.item)
        if isinstance(single, (bool, int, float, str)):
            return plain(single)
    return clean(text_of(value))


def clean(text: str) -> str:
    """Return `text` as UTF-8 can hold it, cut where it is too long for a line."""
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + "..."
    return text.encode("utf-8", "backslashreplace").decode()


def halves(pairs: Mapping[str, Any]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """Return the first and the second half of a mapping, for a line that is too long."""
    items: List[Tuple[str, Any]] = list(pairs.items())
    middle = len(items) // 2
    return dict(items[:middle]), dict(items[middle:])
