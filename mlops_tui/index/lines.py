"""The text of event lines checked and decoded; pure, knows no file and no SQL."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Annotated, Any

import msgspec

from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.text import safe
from mlops_tui.journal.tail import LONGEST_LINE_BYTES

GREATEST_STEP = 2**63 - 1
LONG_LINE = "(a line longer than 1 MiB)"
_SHOWN_CHARACTERS = 200
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SURROGATE = re.compile("[\ud800-\udfff]")

Step = Annotated[int, msgspec.Meta(ge=-(2**63), le=GREATEST_STEP)]


class Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What an event line says about metrics."""

    t: float | None = None
    s: Step | None = None
    m: dict[str, float] | None = None


_LINES = msgspec.json.Decoder(Line)


class BadLineError(ValueError):
    """A line is no event."""


@dataclass(slots=True)
class Facts:
    """What event lines say beside metrics; of two lines the later one stands."""

    params: dict[str, ParamValue] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    artifacts: list[str] = field(default_factory=list)
    note: str | None = None
    progress: tuple[float, float] | None = None


@dataclass(slots=True)
class EventLines:
    """The readable lines of one stretch of an event file."""

    lines: list[Line]
    ends: list[int]
    """Offset in the file just after each line."""
    facts: Facts = field(default_factory=Facts)
    first_rank: int | None = None
    """The rank that the first line of the stretch names."""
    unreadable: int = 0
    unreadable_first: str | None = None

    def add_unreadable(self, line: bytes) -> None:
        """Count a line that is no event, and keep the first one for the person to see."""
        self.unreadable += 1
        if self.unreadable_first is None:
            self.unreadable_first = shown(line)


def decode_lines(data: bytes, base: int) -> EventLines:
    """Return the events in `data`, whole lines that begin at the offset `base` of their file."""
    try:
        lines = _LINES.decode_lines(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _decode_each(data, base)
    if not _has_one_object_a_line(data, len(lines)):
        return _decode_each(data, base)
    return EventLines(lines, _Ends(data, base))


def read_record(line: bytes) -> dict[str, Any]:
    """Return the JSON object in `line`; NaN and infinities may be bare.

    Raises:
        BadLineError: it holds no JSON object.
    """
    try:
        record = msgspec.json.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
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


class _Ends(list[int]):
    """Offsets after each line, worked out when first asked for: few files need them."""

    def __init__(self, data: bytes, base: int) -> None:
        super().__init__()
        self._data, self._base = data, base

    def __getitem__(self, position: Any) -> Any:
        if not self:
            lengths = [len(line) + 1 for line in self._data.split(b"\n")[:-1]]
            self.extend(accumulate(lengths, initial=self._base))
            del self[0]
        return super().__getitem__(position)


def _has_one_object_a_line(data: bytes, objects: int) -> bool:
    """Say whether every line is one short object; the decoder also takes one on two lines."""
    return (
        data.startswith(b"{")
        and data.count(b"\n") == objects
        and data.count(b"}\n{") == objects - 1
        and (
            len(data) <= LONGEST_LINE_BYTES or max(map(len, data.split(b"\n"))) < LONGEST_LINE_BYTES
        )
    )


def _decode_each(data: bytes, base: int) -> EventLines:
    found = EventLines([], [])
    decode, lines, ends = _LINES.decode, found.lines, found.ends
    offset = base
    for raw in data.split(b"\n")[:-1]:
        offset += len(raw) + 1
        line = None
        if len(raw) >= LONGEST_LINE_BYTES:
            found.add_unreadable(raw)
        else:
            try:
                line = decode(raw)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                line = _decode_other(raw, found, offset == base + len(raw) + 1)
        if line is not None:
            lines.append(line)
            ends.append(offset)
    return found


def _decode_other(raw: bytes, found: EventLines, is_first: bool) -> Line | None:
    """Return a line that the quick way rejects, None where it is blank or no event."""
    text = raw.lstrip(b"\0").removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return None
    try:
        record = read_record(text)
        line = _to_line(record)
        facts = _to_facts(record)
    except (BadLineError, RecursionError):
        found.add_unreadable(raw)
        return None
    rank = record.get("rank")
    if is_first and isinstance(rank, int) and not isinstance(rank, bool) and 0 <= rank < 2**31:
        found.first_rank = rank
    _add_facts(found.facts, facts)
    return line


def _to_line(record: dict[str, Any]) -> Line:
    t, step, metrics = record.get("t"), record.get("s"), record.get("m")
    if t is not None:
        t = _to_finite(t)
    if step is not None:
        step = _to_step(step)
    if metrics is None:
        return Line(t, step, None)
    if not isinstance(metrics, dict):
        raise BadLineError("m must be an object")
    return Line(t, step, {clean(name): _to_value(value) for name, value in metrics.items()})


def _to_facts(record: dict[str, Any]) -> Facts:
    facts = Facts()
    if record.get("params") is not None:
        facts.params = to_params(record["params"])
    if record.get("tags") is not None:
        facts.tags = to_tags(record["tags"])
    if record.get("progress") is not None:
        facts.progress = _to_progress(record["progress"])
    note, artifact = record.get("note"), record.get("artifact")
    if note is not None:
        if not isinstance(note, str):
            raise BadLineError("note must be text")
        facts.note = clean(note)
    if artifact is not None:
        if not isinstance(artifact, dict) or not isinstance(artifact.get("path"), str):
            raise BadLineError("artifact must be an object with a path")
        facts.artifacts.append(clean(artifact["path"]))
    return facts


def _add_facts(facts: Facts, later: Facts) -> None:
    facts.params.update(later.params)
    facts.tags.update(later.tags)
    facts.artifacts += later.artifacts
    facts.note = facts.note if later.note is None else later.note
    facts.progress = facts.progress if later.progress is None else later.progress


def _to_finite(value: object) -> float:
    if not is_number(value):
        raise BadLineError("no number")
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise BadLineError("too great a number") from None
    if not math.isfinite(number):
        raise BadLineError("not finite")
    return number


def _to_step(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadLineError("s must be an integer")
    if not -(2**63) <= value <= GREATEST_STEP:
        raise BadLineError("s is out of range")
    return value


def _to_value(value: object) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if not is_number(value):
        raise BadLineError("a metric must be a number")
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        raise BadLineError("too great a number") from None


def _to_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _to_progress(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadLineError("progress must be [done, total]")
    return (_to_finite(value[0]), 0.0 if value[1] is None else _to_finite(value[1]))


def _to_tag(value: object) -> str:
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
