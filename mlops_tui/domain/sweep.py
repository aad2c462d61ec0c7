"""Reads several values out of one text, and makes all combinations of them; launches nothing.

    0.1, 0.01, 0.001      these values; numbers only
    1..5                  whole numbers, both ends included
    1..10 step 3          1, 4, 7, 10
    0..1 x5               five values, equally far apart
    log 1e-4..1e-1 x4     four values, each the same factor from the last
    {adam, sgd}           these values, of any type; items with commas in quotes

A number's list needs no braces, text does: a comma is part of it. A JSON object is text, and so is
`{word}`. `{"..."}` is one value whatever stands in it.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlops_tui.domain import params
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Job, Param, ParamType
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.text import short_number

MOST_RUNS = 500
"""More at once is a slip of the finger: each of them is a folder and a process."""
EXAMPLES = "such as 0.1, 0.01 or 1..5 or 1..10 step 3 or log 1e-4..1e-1 x4"

_NUMBERS = (ParamType.INT, ParamType.FLOAT)
_RANGE = re.compile(
    r"(?P<log>log\s+)?(?P<low>\S+?)\s*\.\.\s*(?P<high>\S+?)"
    r"(?:\s+step\s+(?P<step>\S+)|\s*x\s*(?P<count>\d+))?",
    re.IGNORECASE | re.ASCII,
)
_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|((?!")[^,]*?))\s*(?:,|$)')


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of every parameter; their combinations are the runs of a sweep."""

    axes: Mapping[str, tuple[ParamValue, ...]]
    """By parameter, in the declared order; one value where it is not swept."""

    @property
    def count(self) -> int:
        """How many runs this makes."""
        return math.prod(len(values) for values in self.axes.values())

    @property
    def swept(self) -> list[str]:
        """Return the parameters that have more than one value."""
        return [name for name, values in self.axes.items() if len(values) > 1]

    def points(self) -> Iterator[dict[str, ParamValue]]:
        """Yield the combinations; the last parameter changes fastest."""
        for values in itertools.product(*self.axes.values()):
            yield dict(zip(self.axes, values, strict=True))


def check_grid(job: Job, given: Mapping[str, object]) -> tuple[Grid, dict[str, str]]:
    """Return the values of all parameters but secrets, and by name what is wrong with which.

    In text, lists and ranges are read; other values are taken as they are, None as not given.
    """
    wrong: dict[str, str] = {}
    axes: dict[str, tuple[ParamValue, ...]] = {}
    for name, value in given.items():
        param = job.params.get(name)
        if param is None or param.type is ParamType.SECRET or not isinstance(value, str):
            continue
        try:
            axes[name] = tuple(expand(param, value))
        except InputError as error:
            wrong[name] = error.message
    plain = {
        name: axes[name][0] if name in axes else value
        for name, value in given.items()
        if name not in wrong
    }
    values, others = params.check(job, plain)
    wrong = {name: words for name, words in others.items() if name not in wrong} | wrong
    return Grid({name: axes.get(name, (value,)) for name, value in values.items()}), wrong


def too_many(count: int) -> str:
    """Return what is wrong with launching so many runs at once; empty where nothing is."""
    return f"{count:,} runs are too many at once: {MOST_RUNS} at most" if count > MOST_RUNS else ""


def expand(param: Param, text: str, *, is_listed: bool = False) -> list[ParamValue]:
    """Return the values that `text` stands for, each once, in their order.

    Args:
        param: what they are values of.
        text: a value, a list, a range; see the module.
        is_listed: commas separate values whatever the type.

    Raises:
        InputError: it is not understood, or a value does not fit the parameter.
    """
    items = _listed(param, text, is_listed)
    if items is None:
        return [params.parse_value(param, text)]
    if not items:
        raise InputError(f"{param.name}: a list without values", EXAMPLES)
    values: list[ParamValue] = []
    for item, is_quoted in items:
        found = None if is_quoted else _ranged(param, item)
        values += [params.parse_value(param, item)] if found is None else found
        _require_few(param, len(values))
    return list(dict.fromkeys(values))


def written(param: Param, value: ParamValue) -> str:
    """Return the text that `expand` reads back as this value alone."""
    text = params.format_value(value)
    try:
        is_itself = _listed(param, text, False) is None or param.type in _NUMBERS
    except InputError:
        is_itself = False
    return text if is_itself else written_list([value])


def written_list(values: Sequence[ParamValue]) -> str:
    """Return the text in braces that `expand` reads back as these values, of any type."""
    return "{" + ", ".join(_quoted(params.format_value(value)) for value in values) + "}"


def _listed(param: Param, text: str, is_listed: bool) -> list[tuple[str, bool]] | None:
    """Return the items and which were quoted; None where the text is one value as it is."""
    stripped = text.strip()
    if stripped[:1] == "{" and stripped[-1:] == "}" and not _is_text(param, stripped):
        items = _items(param, stripped[1:-1])
        if len(items) > 1 or param.type in _NUMBERS or any(quoted for _, quoted in items):
            return items
    if is_listed or (param.type in _NUMBERS and stripped):
        return _items(param, stripped)
    return None


def _is_text(param: Param, text: str) -> bool:
    """Say whether a text in braces is a JSON object, which only text can be."""
    if param.type in _NUMBERS:
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _items(param: Param, text: str) -> list[tuple[str, bool]]:
    items: list[tuple[str, bool]] = []
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        if match is None:
            raise InputError(f"{param.name}: nothing but a comma may follow the quotes", EXAMPLES)
        quoted, plain = match.groups()
        if quoted is None and not plain:
            raise InputError(f"{param.name}: nothing between two commas", EXAMPLES)
        items.append((plain, False) if quoted is None else (_unescaped(quoted), True))
        at = match.end()
    if text.rstrip().endswith(",") and not items[-1][1]:
        raise InputError(f"{param.name}: nothing after the last comma", EXAMPLES)
    return items


def _quoted(text: str) -> str:
    plain = text and text == text.strip() and not re.search(r'[",{}]', text)
    return text if plain else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _ranged(param: Param, text: str) -> list[ParamValue] | None:
    """Return the values of a range; None where the text is none."""
    if param.type not in _NUMBERS or ".." not in text:
        return None
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{param.name}: {text!r} is no range", EXAMPLES)
    low, high = (_number(param, match[end]) for end in ("low", "high"))
    if match["log"]:
        numbers = _logarithmic(param, low, high, match["count"])
    elif match["count"]:
        numbers = _spread(low, high, _count(param, match["count"]))
    else:
        numbers = _stepped(param, low, high, match["step"])
    if param.type is ParamType.INT:
        numbers = [round(number) for number in numbers]
    return [params.parse_value(param, number) for number in numbers]


def _number(param: Param, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{param.name}: {text!r} is no number", EXAMPLES)
    is_whole = param.type is ParamType.INT and re.fullmatch(r"[+-]?\d+", text)
    return int(text) if is_whole else number


def _count(param: Param, text: str) -> int:
    count = int(text[:9])
    if count < 2:
        raise InputError(f"{param.name}: x{count} is too few: a range has two ends", EXAMPLES)
    _require_few(param, count)
    return count


def _require_few(param: Param, count: int) -> None:
    if problem := too_many(count):
        raise InputError(f"{param.name}: {problem}")


def _logarithmic(param: Param, low: float, high: float, count: str | None) -> list[float]:
    if count is None:
        raise InputError(f"{param.name}: say how many values, as in log 1e-4..1e-1 x4")
    if low <= 0 or high <= 0:
        raise InputError(f"{param.name}: both ends of a log range must be greater than 0")
    exponents = _spread(math.log10(low), math.log10(high), _count(param, count))
    least, greatest = min(low, high), max(low, high)
    inner = [min(max(_tidy(10**exponent), least), greatest) for exponent in exponents[1:-1]]
    return [low, *inner, high]


def _spread(low: float, high: float, count: int) -> list[float]:
    gap = (high - low) / (count - 1)
    return [low, *(_tidy(low + gap * number) for number in range(1, count - 1)), high]


def _stepped(param: Param, low: float, high: float, step: str | None) -> list[float]:
    if step is None and param.type is ParamType.FLOAT:
        ends = f"{short_number(low)}..{short_number(high)}"
        raise InputError(f"{param.name}: say how far apart: {ends} step 0.1, or {ends} x5")
    width = 1 if step is None else _number(param, step)
    if width <= 0:
        raise InputError(f"{param.name}: a step is greater than 0")
    steps = abs(high - low) / width + 1e-9
    _require_few(param, int(min(steps, 1e9)) + 1)
    direction = width if high >= low else -width
    return [low, *(_tidy(low + direction * number) for number in range(1, int(steps) + 1))]


def _tidy(number: float) -> float:
    """Return a number without the dust of its arithmetic: 0.3, not 0.30000000000000004."""
    return number if isinstance(number, int) else float(f"{number:.12g}")
