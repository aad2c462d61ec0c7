"""Heartbeats decoded; loads msgspec, which whoever looks at no usage does without."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import msgspec


class Gpu(msgspec.Struct, gc=False):
    """One GPU of a sample."""

    index: int
    memory_bytes: float
    util_percent: float | None = None


class Beat(msgspec.Struct, gc=False):
    """One sample of what a run uses."""

    event: Literal["heartbeat"]
    t: float
    cpu_percent: float
    rss_bytes: float
    read_bytes: float
    write_bytes: float
    processes: int
    gpus: list[Gpu] = []


_BEAT = msgspec.json.Decoder(Beat)


def decode_beats(data: bytes) -> Iterator[Beat]:
    """Give the heartbeats in lines of a `runner.jsonl`; all else in them is passed over."""
    for line in data.split(b"\n"):
        if b'"heartbeat"' not in line:
            continue
        try:
            beat = _BEAT.decode(line.lstrip(b"\0"))
        except (msgspec.MsgspecError, ValueError, RecursionError):
            continue
        if math.isfinite(beat.t):
            yield beat
