"""Whatever the moments at which files are read, the index says the same as if read at one go."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_tui.domain import places
from mlops_tui.index import Index, packing, points
from tests.index.recorder import Recorder, T

NAMES = ("loss", "accuracy", "x@rank1", "\N{GREEK SMALL LETTER ALPHA}")
VALUES = st.one_of(
    st.floats(-5, 5, width=16), st.sampled_from([float("nan"), float("inf"), "NaN", "-Infinity"])
)
METRICS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)


@st.composite
def event_lines(draw: st.DrawFn) -> bytes:
    """Return one line: mostly events that lack this or that, sometimes rubbish."""
    kind = draw(st.integers(0, 19))
    if kind == 0:
        return draw(st.sampled_from([b"", b"{", b"[]", b"\0\0\0", b"\xff", b'{"m":{"loss":"a"}}']))
    if kind == 1:
        return b"\0\0" + json.dumps({"t": T + 5, "s": 1, "m": {"loss": 1}}).encode()
    if kind == 2:
        extra = st.sampled_from(
            [
                *({"params": {"lr": 1}}, {"tags": {"a": "b"}}, {"note": "n"}, {"progress": [1, 2]}),
                {"dataset": {"name": "train", "path": "/train.csv"}},
                {"t": T + 9, "dataset": {"name": "train", "path": "/t", "version": "abc"}},
                {"t": T + 3, "predictions": {"path": "a.csv", "dataset": "train"}},
                {"predictions": {"path": "b.csv", "dataset": "train"}},
            ]
        )
        return json.dumps(draw(extra)).encode()
    record: dict[str, Any] = {"m": draw(METRICS)}
    if draw(st.booleans()):
        record["t"] = T + draw(st.integers(0, 100))
    if draw(st.booleans()):
        record["s"] = draw(st.integers(-3, 30))
    if draw(st.integers(0, 5)) == 0:
        record["unknown"] = {"kept": True}
    return json.dumps(record).encode()


ACTIONS = st.one_of(
    st.tuples(st.just("read"), st.integers(0, 400)),
    st.tuples(st.just("read other"), st.integers(0, 400)),
    st.tuples(st.just("ingest"), st.just(0)),
    st.tuples(st.just("heartbeat"), st.integers(0, 5)),
    st.tuples(st.just("started"), st.just(0)),
    st.tuples(st.just("said"), st.integers(0, 5)),
)


def everything(index: Index) -> object:
    """Return all that an index says, in a form that compares NaN as equal."""
    runs = index.runs(index.run_ids())
    series = {
        (run.id, name, limit): index.series(run.id, name, limit)
        for run in runs
        for name in run.metrics
        for limit in (None, 7)
    }
    used = index.data_used([run.id for run in runs])
    predicted = index.predictions([run.id for run in runs])
    return repr((runs, series, used, predicted, index.data_versions()))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(event_lines(), max_size=40),
    others=st.lists(event_lines(), max_size=15),
    actions=st.lists(ACTIONS, max_size=25),
)
def test_ingest_at_any_byte_gives_what_a_rebuild_gives(
    monkeypatch: pytest.MonkeyPatch,
    lines: list[bytes],
    others: list[bytes],
    actions: list[tuple[str, int]],
) -> None:
    for module in (points, packing):
        monkeypatch.setattr(module, "CHUNK_POINTS", 8)
        monkeypatch.setattr(module, "BUCKET_POINTS", 4)
    monkeypatch.setattr(points, "PIECE_POINTS", 3)
    monkeypatch.setattr(points, "_READ_WHOLE_POINTS", 0)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "project")
        run_id = recorder.create()
        main = [b"".join(line + b"\n" for line in lines), "events.jsonl"]
        other = [b"".join(line + b"\n" for line in others), "events-b-1-2.jsonl"]
        with Index.open(recorder.project) as index:
            for time_of, (kind, amount) in enumerate(actions):
                if kind.startswith("read"):
                    _write_some(recorder, run_id, other if "other" in kind else main, amount)
                elif kind == "heartbeat":
                    recorder.heartbeat(run_id, T + 200 + time_of)
                elif kind == "said":
                    said = {"tags": {"a": str(amount), "b": None if amount % 2 else "x"}}
                    recorder.journal("run.tagged", T + amount, run=run_id, **said)
                    recorder.journal("run.noted", T + amount, run=run_id, note=str(amount))
                elif kind == "started":
                    recorder.runner(run_id, "started", T + 3)
                else:
                    index.ingest()
            _write_some(recorder, run_id, main, 10**6)
            _write_some(recorder, run_id, other, 10**6)
            index.ingest()
            live = everything(index)
        os.unlink(places.index_path(recorder.project))
        with Index.open(recorder.project) as index:
            index.ingest()
            assert everything(index) == live


def model(lines: list[bytes], beats: list[tuple[float, int]], start: float) -> dict[str, Any]:
    """Return name -> step -> (time, value) as the contract's words say it, one line at a time."""
    found: dict[str, dict[int, tuple[float, float]]] = {}
    previous: dict[str, int] = {}
    offset, last_t = 0, None
    for line in lines:
        offset += len(line) + 1
        try:
            record = json.loads(line.lstrip(b"\0"))
            metrics = {name: float(value) for name, value in record.get("m", {}).items()}
        except (ValueError, AttributeError):
            continue
        covering = [t for t, size in beats if size >= offset]
        t = record.get("t", covering[0] if covering else start if last_t is None else last_t)
        last_t = t
        for name, value in metrics.items():
            previous[name] = record.get("s", previous.get(name, -1) + 1)
            found.setdefault(name, {})[previous[name]] = (t, value)
    return {name: sorted(points.items()) for name, points in found.items()}


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(event_lines(), max_size=30),
    cuts=st.lists(st.integers(0, 3000), max_size=6).map(sorted),
    is_started=st.booleans(),
)
def test_series_are_what_the_contract_says(
    monkeypatch: pytest.MonkeyPatch, lines: list[bytes], cuts: list[int], is_started: bool
) -> None:
    monkeypatch.setattr(points, "CHUNK_POINTS", 8)
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder) / "project")
        run_id = recorder.create()
        data = b"".join(line + b"\n" for line in lines)
        beats = [(T + 500 + i, min(cut, len(data))) for i, cut in enumerate(cuts)]
        with Index.open(recorder.project) as index:
            done = 0
            for t, size in beats:
                recorder.write(run_id, data[done:size])
                done = size
                index.ingest()
                recorder.heartbeat(run_id, t, **{"events.jsonl": size})
            recorder.write(run_id, data[done:])
            index.ingest()
            if is_started:
                recorder.runner(run_id, "started", T + 3)
            index.ingest()
            wanted = model(lines, beats, T + 3 if is_started else T)
            assert index.metric_names([run_id]) == sorted(wanted)
            for name, rows in wanted.items():
                series = index.series(run_id, name)
                found = list(
                    zip(series.steps, zip(series.times, series.values, strict=True), strict=True)
                )
                assert repr(found) == repr(rows)


def _write_some(recorder: Recorder, run_id: str, source: list[Any], amount: int) -> None:
    data, file = source
    recorder.write(run_id, data[:amount], file=file)
    source[0] = data[amount:]
