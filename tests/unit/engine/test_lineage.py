"""Lineage: attempts up and down, parents and children, sweep, data in and files out."""

from __future__ import annotations

import json
from pathlib import Path

from mlops_tui.domain.project import Dataset
from mlops_tui.engine.lineage import MOST_RELATIVES, Lineage, Place, read_lineage
from mlops_tui.index import Index
from tests.index.recorder import Recorder


def lineage_of(recorder: Recorder, run_id: str) -> Lineage:
    datasets = {"train": Dataset("train", "data/train.csv")}
    with Index.open(recorder.project) as index:
        index.ingest()
        return read_lineage(recorder.project, datasets, index, index.runs([run_id])[0])


def related(lineage: Lineage) -> list[tuple[str, str]]:
    return [(it.relation, it.run_id) for it in lineage.relatives]


def test_attempts_are_followed_both_ways(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "proj")
    first = recorder.create()
    second = recorder.create(retry_of=first, attempt=2)
    third = recorder.create(retry_of=second, attempt=3)
    assert related(lineage_of(recorder, first)) == [("retried as", second)]
    assert related(lineage_of(recorder, third)) == [("retry of", second), ("which retries", first)]


def test_retries_in_a_circle_and_of_nothing_end(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "proj")
    odd = recorder.create(id="20260101-000001-aaaaaa", retry_of="20260101-000001-aaaaaa")
    assert ("retry of", odd) in related(lineage_of(recorder, odd))
    lost = recorder.create(retry_of="gone")
    (only,) = lineage_of(recorder, lost).relatives
    assert (only.run_id, only.run) == ("gone", None)


def test_children_know_their_parent_and_it_knows_them(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "proj")
    parent = recorder.create()
    children = [recorder.create(parent=parent, source="track") for _ in range(2)]
    found = related(lineage_of(recorder, parent))
    assert sorted(found) == [("parent of", child) for child in children]
    assert related(lineage_of(recorder, children[0])) == [("child of", parent)]


def test_a_sweep_is_counted_and_its_first_runs_are_named(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "proj")
    name = 'odd "name" (x) and y'
    ids = [recorder.create(tags={"sweep": name}) for _ in range(MOST_RELATIVES + 3)]
    recorder.create(tags={"sweep": "other"})
    found = lineage_of(recorder, ids[0])
    assert (found.sweep, found.siblings) == (name, MOST_RELATIVES + 2)
    assert len(found.relatives) == MOST_RELATIVES
    assert ids[0] not in [it.run_id for it in found.relatives]


def test_data_and_outputs_are_named_with_where_they_lie(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "proj")
    run_id = recorder.create()
    (recorder.project / "model.bin").touch()
    path = recorder.folder(run_id) / "run.json"
    facts = {"inputs": ["train", "gone.csv", "a\0b"], "outputs": ["model.bin", "*.bin"]}
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))
    found = lineage_of(recorder, run_id)
    assert found.inputs == (
        Place("train", "data/train.csv", False),
        Place("gone.csv", "", False),
        Place("a\0b", "", False),
    )
    assert found.outputs == (Place("model.bin", "", True), Place("*.bin", "", True))


def test_a_spoiled_record_leaves_the_rest(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "proj")
    run_id = recorder.create()
    (recorder.folder(run_id) / "run.json").write_text("[")
    assert lineage_of(recorder, run_id) == Lineage()
