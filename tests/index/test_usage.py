"""What runs used: read from heartbeats when asked for, beside the metrics and never among them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.runs import Series
from mlops_tui.domain.usage import in_order, unit_of
from mlops_tui.index import Index
from mlops_tui.index.usage import MOST_KEPT
from tests.index.recorder import Recorder, T

MIB = 1 << 20


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "proj")


def beat(recorder: Recorder, run_id: str, at: float, **facts: Any) -> None:
    usual = {
        "cpu_percent": 50.0,
        "rss_bytes": 3 * MIB,
        "read_bytes": 0,
        "write_bytes": 0,
        "processes": 2,
        "gpus": [],
    }
    recorder.runner(run_id, "heartbeat", T + at, files={}, **usual | facts)


def usage(recorder: Recorder, run_id: str, points: int | None = None) -> dict[str, Series]:
    with Index.open(recorder.project) as index:
        index.ingest()
        return index.usage(run_id, points)


def values(found: dict[str, Series], name: str) -> list[float]:
    return found[name].values.tolist()


def test_samples_become_series_with_units(recorder: Recorder) -> None:
    run_id = recorder.create()
    gpu = {"index": 1, "util_percent": 80, "memory_bytes": 5 * MIB, "memory_total_bytes": 9}
    beat(recorder, run_id, 1)
    beat(recorder, run_id, 3, cpu_percent=150.0, read_bytes=4 * MIB, write_bytes=MIB, gpus=[gpu])
    found = usage(recorder, run_id)
    assert values(found, "sys/cpu") == [50.0, 150.0]
    assert values(found, "sys/memory") == [3.0, 3.0]
    assert values(found, "sys/read") == [2.0]
    assert values(found, "sys/write") == [0.5]
    assert values(found, "sys/gpu1_memory") == [5.0]
    assert found["sys/gpu1"].steps.tolist() == [1]
    assert found["sys/gpu1"].times.tolist() == [T + 3]
    assert in_order(set(found)) == [
        *("sys/cpu", "sys/memory", "sys/gpu1", "sys/gpu1_memory"),
        *("sys/read", "sys/write", "sys/processes"),
    ]
    assert {name: unit_of(name) for name in found} == {
        "sys/cpu": "%",
        "sys/memory": "MiB",
        "sys/gpu1": "%",
        "sys/gpu1_memory": "MiB",
        "sys/read": "MiB/s",
        "sys/write": "MiB/s",
        "sys/processes": "",
    }


def test_usage_is_no_metric_anywhere(recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, {"t": T, "s": 0, "m": {"loss": 1.0, "sys/cpu": 7.0}})
    beat(recorder, run_id, 1)
    with Index.open(recorder.project) as index:
        index.ingest()
        assert values(index.usage(run_id), "sys/cpu") == [50.0]
        assert index.series(run_id, "sys/cpu").values.tolist() == [7.0]
        assert index.metric_names([run_id]) == ["loss", "sys/cpu"]
        assert set(index.runs([run_id])[0].metrics) == {"loss", "sys/cpu"}
        assert not [it.field for it in index.field_facts() if "memory" in it.field]


def test_what_comes_later_is_read_on_and_a_rebuild_says_the_same(recorder: Recorder) -> None:
    run_id = recorder.create()
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.usage(run_id) == {}
        for at in range(5):
            beat(recorder, run_id, at, read_bytes=at * MIB)
            index.ingest()
            live = index.usage(run_id)
        path = recorder.folder(run_id) / "runner.jsonl"
        with open(path, "ab") as file:
            file.write(b'{"event":"heartbeat","t":1')
        assert repr(index.usage(run_id)) == repr(live)
    os.unlink(places.index_path(recorder.project))
    assert repr(usage(recorder, run_id)) == repr(live)
    assert values(live, "sys/read") == [1.0] * 4


def test_odd_lines_are_passed_over(recorder: Recorder) -> None:
    run_id = recorder.create()
    beat(recorder, run_id, 1, read_bytes=5 * MIB)
    recorder.runner(run_id, "heartbeat", T + 2, files={})
    beat(recorder, run_id, 3, cpu_percent="x")
    beat(recorder, run_id, 4, gpus=[{"index": "a"}])
    with open(recorder.folder(run_id) / "runner.jsonl", "ab") as file:
        file.write(b'"heartbeat"\n{"event":"heartbeat","t":NaN}\n\0\0{"heartbeat"\n')
    beat(recorder, run_id, 5, processes=0, cpu_percent=0.0)
    beat(recorder, run_id, 0.5)
    recorder.runner(run_id, "adopted", T + 6, gpus=["0"])
    beat(recorder, run_id, 7, read_bytes=MIB)
    beat(recorder, run_id, 9, read_bytes=3 * MIB)
    found = usage(recorder, run_id)
    assert found["sys/cpu"].times.tolist() == [T + 1, T + 7, T + 9]
    assert values(found, "sys/read") == [1.0]


def test_a_file_that_was_replaced_is_read_from_its_start(recorder: Recorder) -> None:
    run_id = recorder.create()
    with Index.open(recorder.project) as index:
        for at in range(5):
            beat(recorder, run_id, at)
        index.ingest()
        assert len(index.usage(run_id)["sys/cpu"].steps) == 5
        path = recorder.folder(run_id) / "runner.jsonl"
        line = json.loads(path.read_text().splitlines()[3]) | {"cpu_percent": 9.0}
        path.write_text(json.dumps(line) + "\n")
        assert values(index.usage(run_id), "sys/cpu") == [9.0]


def test_many_samples_are_thinned_with_their_extremes(recorder: Recorder) -> None:
    run_id = recorder.create()
    for at in range(1000):
        beat(recorder, run_id, at, cpu_percent=999.0 if at == 503 else 50.0)
    found = usage(recorder, run_id, 20)["sys/cpu"]
    assert found.count == 1000
    assert len(found.steps) <= 20
    assert max(found.values) == 999.0


def test_more_runs_than_are_kept_are_answered_the_same(recorder: Recorder) -> None:
    ids = [recorder.create() for _ in range(MOST_KEPT + 3)]
    for number, run_id in enumerate(ids):
        beat(recorder, run_id, 1, cpu_percent=float(number))
    with Index.open(recorder.project) as index:
        index.ingest()
        for _ in range(2):
            found = [values(index.usage(run_id), "sys/cpu") for run_id in ids]
            assert found == [[float(number)] for number in range(len(ids))]


def test_a_run_that_is_not_there_used_nothing(recorder: Recorder) -> None:
    assert usage(recorder, "../../etc") == {}
    assert usage(recorder, recorder.create()) == {}
