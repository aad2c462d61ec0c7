"""When and how often files are read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.index import Index, ingest
from mlops_tui.journal.tail import Chunk, read_chunk
from tests.index.recorder import Recorder, T


def metric_lines(start: int, end: int) -> list[dict[str, object]]:
    return [{"t": T + step, "s": step, "m": {"loss": step / 2}} for step in range(start, end)]


def count(index: Index, run_id: str) -> int:
    return index.series(run_id, "loss").count


def test_lines_count_once_however_often_they_are_looked_at(
    index: Index, recorder: Recorder
) -> None:
    run_id = recorder.create()
    recorder.write(run_id, *metric_lines(0, 10), b'{"t": 1, "s": 10,')
    assert index.ingest().points == {run_id}
    assert index.ingest().runs == frozenset()
    assert count(index, run_id) == 10
    recorder.write(run_id, b' "m": {"loss": 1}}\n', "rubbish")
    assert index.ingest().points == {run_id}
    run = index.runs([run_id])[0]
    assert (count(index, run_id), run.unreadable_lines, run.unreadable_first) == (11, 1, "rubbish")


def test_what_another_process_read_is_told_too(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, *metric_lines(0, 10))
    with Index.open(recorder.project) as other:
        other.ingest()
    changes = index.ingest()
    assert changes.runs == changes.points == {run_id}
    recorder.heartbeat(run_id, T + 5)
    with Index.open(recorder.project) as other:
        other.ingest()
    changes = index.ingest()
    assert changes.runs == {run_id}
    assert not changes.points


@pytest.mark.parametrize("name", ["events.jsonl", "runner.jsonl"])
def test_a_replaced_file_is_read_from_its_start(
    index: Index, recorder: Recorder, name: str
) -> None:
    run_id = recorder.create()
    recorder.runner(run_id, "started", T + 1)
    recorder.write(run_id, *metric_lines(0, 50), {"params": {"old": 1}}, "rubbish")
    index.ingest()
    path = recorder.folder(run_id) / name
    path.unlink()
    if name == "events.jsonl":
        recorder.write(run_id, {"t": T, "s": 7, "m": {"other": 1}})
        index.ingest()
        run = index.runs([run_id])[0]
        assert (list(run.metrics), run.params, run.unreadable_lines) == (["other"], {}, 0)
        assert run.started == T + 1
    else:
        recorder.runner(run_id, "starting", T)
        index.ingest()
        assert index.runs([run_id])[0].state == "starting"
        assert count(index, run_id) == 50


def test_a_truncated_project_journal_is_read_anew(index: Index, recorder: Recorder) -> None:
    gone, kept = recorder.create(), recorder.create()
    index.ingest()
    path = places.project_journal(recorder.project, "here")
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[1])
    (recorder.folder(gone) / "run.json").unlink()
    recorder.folder(gone).rmdir()
    index.ingest()
    assert index.run_ids() == [kept]


def test_an_rsynced_copy_of_the_same_file_goes_on(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, *metric_lines(0, 50))
    index.ingest()
    path = recorder.folder(run_id) / "events.jsonl"
    copy = path.with_suffix(".new")
    copy.write_bytes(path.read_bytes())
    copy.rename(path)
    recorder.write(run_id, *metric_lines(50, 60))
    index.ingest()
    assert count(index, run_id) == 60


def test_other_ranks_are_series_of_their_own(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, {"s": 0, "m": {"loss": 0}})
    recorder.write(run_id, {"s": 0, "m": {"loss": 1}}, file="events-b-1-1.jsonl")
    index.ingest()
    assert index.metric_names([run_id]) == ["loss", "loss@rank1"]
    recorder.write(run_id, {"s": 0, "m": {"loss": 2}}, file="events-a-1-1.jsonl")
    index.ingest()
    assert index.series(run_id, "loss@rank1").values[0] == 2
    assert index.series(run_id, "loss@rank2").values[0] == 1
    recorder.write(run_id, {"rank": 1}, {"s": 0, "m": {"loss": 3}}, file="events-c-1-1.jsonl")
    index.ingest()
    assert index.series(run_id, "loss@rank1").values[0] == 3
    assert index.series(run_id, "loss@rank2").values[0] == 2
    assert index.series(run_id, "loss@rank3").values[0] == 1


def test_settled_runs_are_left_alone_but_a_late_writer_is_noticed(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = recorder.create()
    recorder.write(run_id, *metric_lines(0, 10))
    recorder.end(run_id)
    monkeypatch.setattr(ingest, "SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(ingest, "_SIZE_CHECK_SECONDS", 0.0)
    with Index.open(recorder.project) as index:
        index.ingest()
        recorder.write(run_id, *metric_lines(10, 20))
        recorder.write(run_id, *metric_lines(0, 1), file="events-x-1-1.jsonl")
        index.ingest()
        assert count(index, run_id) == 10
        monkeypatch.setattr(ingest, "_SIZE_CHECK_SECONDS", 1.0)
        index.ingest()
        assert index.ingest().points == {run_id}
        assert count(index, run_id) == 20
        assert index.metric_names([run_id]) == ["loss", "loss@rank1"]


def test_a_spent_budget_says_that_more_is_left(index: Index, recorder: Recorder) -> None:
    runs = [recorder.create() for _ in range(3)]
    line = json.dumps({"t": T, "s": 0, "m": {"loss": 1}, "x": "y" * 1000})
    for run_id in runs:
        recorder.write(run_id, *[line] * 1500)
    calls = 0
    while index.ingest(budget_seconds=0).more:
        calls += 1
    assert calls >= 3
    assert len(index.run_ids()) == 3
    assert all(count(index, run_id) == 1 for run_id in runs)


def test_progress_of_a_backlog_goes_from_nothing_to_all(recorder: Recorder) -> None:
    for _ in range(3):
        run_id = recorder.create()
        recorder.write(run_id, *metric_lines(0, 20_000))
        recorder.end(run_id)
    told: list[tuple[int, int]] = []
    with Index.open(recorder.project, lambda done, total: told.append((done, total))) as index:
        index.ingest()
        assert told == sorted(told)
        assert len({total for _, total in told}) == 1
        assert told[-1][0] == told[-1][1]
        assert len(told) >= 3
        told.clear()
        index.ingest()
        assert told == []


def test_long_lines_are_counted_and_what_follows_is_read(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, *metric_lines(0, 5), b"x" * 3_000_000)
    index.ingest()
    recorder.write(run_id, b"\n", *metric_lines(5, 8))
    index.ingest()
    run = index.runs([run_id])[0]
    assert (count(index, run_id), run.unreadable_lines) == (8, 1)


def test_points_far_apart_and_backwards_are_all_there(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    steps = [*range(9000), *range(8000, 8010), -5, 2**62, 4000]
    recorder.write(run_id, *({"t": T, "s": s, "m": {"loss": n}} for n, s in enumerate(steps)))
    index.ingest()
    recorder.write(run_id, {"t": T, "s": 100, "m": {"loss": -1}})
    index.ingest()
    summary = index.runs([run_id])[0].metrics["loss"]
    assert (summary.count, summary.last_step, summary.last) == (9002, 2**62, 9011)
    assert (summary.min, summary.min_step, summary.first) == (-1, 100, 9010)
    series = index.series(run_id, "loss")
    wanted = {step: float(number) for number, step in enumerate(steps)} | {100: -1.0}
    assert dict(zip(series.steps, series.values, strict=True)) == wanted
    assert index.runs([run_id])[0].backward_points == 4
    part = index.series(run_id, "loss", first_step=5000, last_step=5009)
    assert list(part.steps) == list(range(5000, 5010))


def test_a_long_series_is_shown_with_few_points(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    values = {step: float(step % 50) for step in range(60_000)} | {31_234: -7.0, 41_234: 99.0}
    text = "".join(f'{{"t":{T},"s":{s},"m":{{"loss":{v}}}}}\n' for s, v in values.items())
    recorder.write(run_id, text.encode())
    index.ingest()
    for limit in (4, 7, 10, 100, 2000):
        series = index.series(run_id, "loss", limit)
        assert len(series.steps) <= limit
        assert (min(series.values), max(series.values)) == (-7.0, 99.0)
        assert series.count == 60_000
    part = index.series(run_id, "loss", 50, first_step=1000, last_step=42_000)
    assert part.steps[0] == 1000
    assert part.steps[-1] == 42_000
    assert {-7.0, 99.0} <= set(part.values)


READER = """
import sys
from pathlib import Path
from mlops_tui.index import Index
project, run_id, total = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = set()
with Index.open(project) as index:
    print("ready", flush=True)
    while True:
        seen |= index.ingest().points
        runs = index.runs(index.run_ids())
        if runs and runs[0].metrics and runs[0].metrics["loss"].count == total:
            break
print(run_id in seen)
"""


def test_three_processes_read_beside_a_writer_and_every_line_counts_once(
    recorder: Recorder,
) -> None:
    run_id = recorder.create()
    total = 6000
    command = [sys.executable, "-c", READER, str(recorder.project), run_id, str(total)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) for _ in range(3)
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        for start in range(0, total, 200):
            recorder.write(run_id, *metric_lines(start, start + 200))
        assert [reader.communicate(timeout=60)[0] for reader in readers] == ["True\n"] * 3
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
    with Index.open(recorder.project) as index:
        index.ingest()
        run = index.runs([run_id])[0]
        assert (run.metrics["loss"].count, run.backward_points) == (total, 0)


def test_who_is_overtaken_reads_on_to_the_end_of_the_journal(
    index: Index, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = recorder.create()
    read = read_chunk

    def overtaken(*arguments: Any) -> Chunk:
        chunk = read(*arguments)
        monkeypatch.setattr(ingest, "read_chunk", read)
        with Index.open(recorder.project) as other:
            other.ingest()
        recorder.journal("run.tagged", T + 1, run=run_id, tags={"best": ""})
        return chunk

    monkeypatch.setattr(ingest, "read_chunk", overtaken)
    index.ingest()
    assert index.runs([run_id])[0].tags == {"best": ""}
