"""Event lines decoded; pure, knows no file and no SQL.

It loads msgspec, which whoever finds no new event line does without.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Annotated, Any

import msgspec

from mlops_tui.domain.runs import ParamValue
from mlops_tui.index.datasets import to_data
from mlops_tui.index.lines import (
    GREATEST_STEP,
    BadLineError,
    clean,
    is_number,
    read_record,
    shown,
    to_params,
    to_tags,
)
from mlops_tui.index.models import to_offered
from mlops_tui.index.predictions import to_predictions
from mlops_tui.journal.tail import LONGEST_LINE_BYTES

_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Step = Annotated[int, msgspec.Meta(ge=-(2**63), le=GREATEST_STEP)]


class Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """What an event line says about metrics."""

    t: float | None = None
    s: Step | None = None
    m: dict[str, float] | None = None


_LINES = msgspec.json.Decoder(Line)


@dataclass(slots=True)
class Facts:
    """What event lines say beside metrics; of two lines the later one stands."""

    params: dict[str, ParamValue] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    artifacts: list[str] = field(default_factory=list)
    datasets: list[dict[str, Any]] = field(default_factory=list)
    predictions: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    note: str | None = None
    progress: tuple[float, float | None] | None = None


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
        record = _read_record(text)
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


def _read_record(text: bytes) -> dict[str, Any]:
    """Return what `read_record` does, sooner: scripts may tell their progress at every step."""
    try:
        record = msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return read_record(text)
    if not isinstance(record, dict):
        raise BadLineError("no object")
    return record


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
    _add_named(facts, record)
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


def _add_named(facts: Facts, record: dict[str, Any]) -> None:
    """Add what a line says of data, predictions and models."""
    if record.get("dataset") is not None:
        facts.datasets.append(to_data(record["dataset"], record.get("t")))
    if record.get("predictions") is not None:
        facts.predictions.append(to_predictions(record["predictions"], record.get("t")))
    if isinstance(record.get("model"), dict):  # other words under that key are let be
        facts.models.append(to_offered(record["model"], record.get("t")))


def _add_facts(facts: Facts, later: Facts) -> None:
    facts.params.update(later.params)
    facts.tags.update(later.tags)
    facts.artifacts += later.artifacts
    facts.datasets += later.datasets
    facts.predictions += later.predictions
    facts.models += later.models
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


def _to_progress(value: object) -> tuple[float, float | None]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadLineError("progress must be [done, total]")
    total = 0.0 if value[1] is None else _to_finite(value[1])
    return (_to_finite(value[0]), total if total > 0 else None)
