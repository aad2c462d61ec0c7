"""Which run used which version of its data, and which versions were seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.datasets import DataVersion, UsedData
from mlops_tui.domain.filters import parse_filter, parse_sort
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def data(name: str, version: str | None, **more: Any) -> dict[str, Any]:
    fact = {"name": name, "path": f"/{name}.csv", "version": version, "files": 1, "size_bytes": 9}
    return {**fact, "problem": None, **more}


def found(recorder: Recorder, run_id: str, t: float, fact: dict[str, Any]) -> None:
    recorder.write(run_id, {"t": t, "dataset": fact, "seconds": 0.1}, file="datasets.jsonl")


def used(name: str, version: str | None, run_id: str, t: float, problem: str | None = None) -> Any:
    return UsedData(run_id, name, f"/{name}.csv", version, 1, 9, t, problem)


def test_a_run_has_the_versions_that_were_found_beside_it(recorder: Recorder) -> None:
    run = recorder.create()
    recorder.write(run, {"t": T + 1, "dataset": {"name": "train", "path": "/train.csv"}})
    recorder.write(run, {"t": T + 2, "dataset": {"name": "other", "path": "/other.csv"}})
    with Index.open(recorder.project) as index:
        index.ingest()
        assert [(it.name, it.version) for it in index.data_used([run])] == [
            ("other", None),
            ("train", None),
        ]
        found(recorder, run, T + 3, data("train", "aaa"))
        found(recorder, run, T + 4, data("gone", None, problem="it is gone"))
        assert run in index.ingest().runs
        assert index.data_used([run, "nobody"]) == [
            UsedData(run, "gone", "/gone.csv", None, None, None, T + 4, "it is gone"),
            UsedData(run, "other", "/other.csv", None, None, None, T + 2, None),
            used("train", "aaa", run, T + 3),
        ]


def test_a_version_has_its_runs(recorder: Recorder) -> None:
    runs = [recorder.create(T + number) for number in range(4)]
    for number, (run, version) in enumerate(zip(runs, ("aaa", "bbb", "aaa", "aaa"), strict=True)):
        found(recorder, run, T + number, data("train", version))
    recorder.journal("run.deleted", T + 9, run=runs[3])
    recorder.journal("dataset.version", T + 50, dataset=data("train", "bbb"))
    recorder.journal("dataset.version", T + 40, dataset=data("new", "ccc"))
    recorder.journal("dataset.version", T + 40, dataset="nonsense")
    expected = [
        DataVersion("new", "ccc", "/new.csv", 1, 9, T + 40, T + 40, ()),
        DataVersion("train", "bbb", "/train.csv", 1, 9, T + 1, T + 50, (runs[1],)),
        DataVersion("train", "aaa", "/train.csv", 1, 9, T, T + 3, (runs[2], runs[0])),
    ]
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.data_versions() == expected
        assert index.data_versions("train") == expected[1:]
        assert index.data_versions("nothing") == []
    places.index_path(recorder.project).unlink()
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.data_versions() == expected


def test_runs_are_found_and_ordered_by_the_version_of_their_data(recorder: Recorder) -> None:
    runs = [recorder.create(T + number) for number in range(3)]
    for run, version in zip(runs, ("b" * 32, "a" * 32), strict=False):
        found(recorder, run, T, data("train", version))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.run_ids(parse_filter(f"data.train = {'a' * 12}")) == [runs[1]]
        assert index.run_ids(sort=parse_sort("data.train")) == [runs[1], runs[0], runs[2]]
        assert index.values(["data.train"])[runs[2]] == {"data.train": None}


def test_a_line_about_data_that_says_nothing_is_unreadable(recorder: Recorder) -> None:
    run = recorder.create()
    recorder.write(run, {"dataset": "train"}, {"dataset": {"name": 3}}, {"m": {"loss": 1}})
    recorder.write(run, b"torn", b"\n", {"dataset": {"path": "/x"}}, file="datasets.jsonl")
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.runs([run])[0].unreadable_lines == 2
        assert index.data_used([run]) == []


def test_the_file_of_versions_names_no_series(recorder: Recorder) -> None:
    run = recorder.create()
    recorder.write(run, {"m": {"loss": 1.0}})
    recorder.write(run, {"m": {"loss": 2.0}}, file="events-host-1-2.jsonl")
    found(recorder, run, T, data("train", "aaa"))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.metric_names([run]) == ["loss", "loss@rank1"]
        (only,) = index.data_used([run])
        assert only == used("train", "aaa", run, T)


def test_a_purged_run_has_no_data(recorder: Recorder, tmp_path: Path) -> None:
    run = recorder.create()
    found(recorder, run, T, data("train", "aaa"))
    recorder.end(run)
    with Index.open(recorder.project) as index:
        index.ingest()
        recorder.journal("run.purged", T + 100, run=run)
        index.ingest()
        assert index.data_used([run]) == []
        assert index.data_versions() == []
