"""Which predictions runs wrote, and on what."""

from __future__ import annotations

from mlops_tui.domain.evaluations import Predictions
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def test_the_later_file_for_a_dataset_stands(recorder: Recorder) -> None:
    run, other = recorder.create(), recorder.create(T + 7)
    recorder.write(run, {"t": T + 1, "predictions": {"path": "a.csv", "dataset": "holdout"}})
    recorder.write(run, {"t": T + 2, "predictions": {"path": "b.parquet", "dataset": "holdout"}})
    recorder.write(run, {"t": T + 3, "predictions": {"path": "c.csv", "model": "m:3", "rows": 9}})
    recorder.write(other, {"predictions": {"path": "/d.csv", "rows": "many"}})
    recorder.write(other, {"predictions": "e.csv"})
    with Index.open(recorder.project) as index:
        assert index.ingest().runs == {run, other}
        assert index.predictions([other, run, "nobody"]) == [
            Predictions(run, "c.csv", None, "m:3", 9, T + 3),
            Predictions(run, "b.parquet", "holdout", None, None, T + 2),
            Predictions(other, "/d.csv", None, None, None, T + 7),
        ]
        assert index.runs([other])[0].unreadable_lines == 1


def test_of_several_processes_the_last_one_counts(recorder: Recorder) -> None:
    run = recorder.create()
    for name, t in (("events.jsonl", T + 5), ("events-a-1-2.jsonl", T + 4)):
        recorder.write(run, {"t": t, "predictions": {"path": name}}, file=name)
    with Index.open(recorder.project) as index:
        index.ingest()
        assert [it.path for it in index.predictions([run])] == ["events.jsonl"]
