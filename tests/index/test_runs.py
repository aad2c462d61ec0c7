"""What the index says of runs, from creation to purge."""

from __future__ import annotations

import math
import shutil

import pytest

from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.filters import parse_filter, parse_sort
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def one(index: Index, run_id: str) -> Run:
    index.ingest()
    return index.runs([run_id])[0]


def test_a_run_goes_from_queued_to_its_end(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create(params={"lr": 0.1, "deep": [1, 2]}, tags={"team": "forms"})
    run = one(index, run_id)
    assert (run.state, run.started, run.name) == (RunState.QUEUED, None, "train-1")
    assert run.params == {"lr": 0.1, "deep": "[1, 2]"}
    assert run.tags == {"team": "forms"}
    recorder.runner(run_id, "starting", T + 1)
    assert one(index, run_id).state is RunState.STARTING
    recorder.runner(run_id, "started", T + 2)
    run = one(index, run_id)
    assert (run.state, run.started, run.heard) == (RunState.RUNNING, T + 2, T + 2)
    recorder.heartbeat(run_id, T + 7)
    assert one(index, run_id).heard == T + 7
    recorder.end(run_id, "failed", T + 60, exit_code=3, reason="exit code 3")
    run = one(index, run_id)
    assert (run.state, run.exit_code, run.reason) == (RunState.FAILED, 3, "exit code 3")
    assert run.duration_seconds(T + 1000) == 58


def test_a_run_that_is_being_stopped_says_how_far_that_is(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.runner(run_id, "started", T + 1)
    recorder.runner(run_id, "signal", T + 2, signal="SIGINT", grace_seconds=5.0, why="stop")
    run = one(index, run_id)
    assert run.state is RunState.RUNNING
    assert run.reason == "stopping: SIGINT sent, a stronger signal follows after 5 s"
    recorder.runner(run_id, "signal", T + 12, signal="SIGKILL", grace_seconds=5.0, why="stop")
    assert one(index, run_id).reason == "stopping: SIGKILL sent"
    recorder.end(run_id, "stopped", T + 13, reason="stopped by ada")
    assert one(index, run_id).reason == "stopped by ada"


def test_an_end_in_the_journal_alone_ends_a_run(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.journal("run.ended", T + 9, run=run_id, state="stopped", ended=T + 9, started=None)
    run = one(index, run_id)
    assert (run.state, run.ended, run.started) == (RunState.STOPPED, T + 9, None)
    assert index.live() == []


def test_events_change_params_tags_note_progress_and_artifacts(
    index: Index, recorder: Recorder
) -> None:
    run_id = recorder.create(params={"lr": 0.1, "seed": 1})
    recorder.write(
        run_id,
        {"params": {"lr": 0.2}},
        {"tags": {"best": True}},
        {"note": "first"},
        {"note": "second", "progress": [3, 20], "x-unknown": 1},
        {"artifact": {"path": "artifacts/b.png"}},
        {"artifact": {"path": "artifacts/a.png"}},
    )
    run = one(index, run_id)
    assert run.params == {"lr": 0.2, "seed": 1}
    assert run.tags == {"best": "true"}
    assert (run.note, run.progress, run.unreadable_lines) == ("second", (3, 20), 0)
    assert index.artifacts(run_id) == ["artifacts/a.png", "artifacts/b.png"]


@pytest.mark.parametrize("total", [None, 0, -1])
def test_a_total_that_says_nothing_is_unknown(
    index: Index, recorder: Recorder, total: float | None
) -> None:
    run_id = recorder.create()
    recorder.write(run_id, {"progress": [3, 20]}, {"progress": [4, total]})
    assert one(index, run_id).progress == (4, None)
    assert index.run_ids(parse_filter("progress >= 0")) == []


def test_of_nothing_but_nan_there_is_no_least_and_no_greatest_point(
    index: Index, recorder: Recorder
) -> None:
    run_id = recorder.create()
    recorder.write(run_id, *({"s": step, "m": {"loss": "NaN"}} for step in range(3)))
    summary = one(index, run_id).metrics["loss"]
    assert (summary.min, summary.max, summary.min_step, summary.max_step) == (None,) * 4
    assert math.isnan(summary.last)
    assert (summary.count, summary.nan_count) == (3, 3)
    assert index.values(["min.loss"])[run_id] == {"min.loss": None}
    assert index.values(["min_step.loss"])[run_id] == {"min_step.loss": None}


def test_a_copied_folder_that_no_journal_names_shows(recorder: Recorder) -> None:
    run_id = recorder.create(journaled=False, params={"lr": 1})
    recorder.write(run_id, {"t": T, "s": 0, "m": {"loss": 1.5}})
    recorder.runner(run_id, "ended", T + 5, state="finished", ended=T + 5, exit_code=0)
    with Index.open(recorder.project) as index:
        run = one(index, run_id)
        assert (run.state, run.params, run.metrics["loss"].last) == ("finished", {"lr": 1}, 1.5)


def test_a_folder_with_a_broken_run_json_shows_what_its_id_says(recorder: Recorder) -> None:
    run_id = recorder.create(journaled=False)
    (recorder.folder(run_id) / "run.json").write_text("{broken")
    with Index.open(recorder.project) as index:
        run = one(index, run_id)
        assert run.name == run_id
        assert run.unreadable_first == "run.json: {broken"
        assert run.created == pytest.approx(1765929601, abs=86400)


def test_deleted_runs_are_left_out_and_come_back(index: Index, recorder: Recorder) -> None:
    kept, gone = recorder.create(), recorder.create()
    recorder.journal("run.deleted", T + 1, run=gone, by="me")
    index.ingest()
    assert index.run_ids() == [kept]
    assert index.run_ids(deleted=True) == [gone]
    assert index.runs([gone])[0].deleted
    recorder.journal("run.restored", T + 2, run=gone, by="me")
    index.ingest()
    assert set(index.run_ids()) == {kept, gone}


def test_a_purged_run_vanishes_for_good(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, {"s": 0, "m": {"loss": 1}})
    index.ingest()
    recorder.journal("run.purged", T + 1, run=run_id, by="me")
    assert run_id in index.ingest().runs
    assert index.runs([run_id]) == []
    assert index.run_ids() == index.run_ids(deleted=True) == []
    assert index.series(run_id, "loss").count == 0
    with pytest.raises(NotFoundError):
        index.resolve(run_id)


def test_the_latest_of_two_hosts_names_a_run(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    there = Recorder(recorder.project, "there")
    there.journal("run.renamed", T + 9, run=run_id, name="later")
    index.ingest()
    recorder.journal("run.renamed", T + 5, run=run_id, name="earlier")
    assert one(index, run_id).name == "later"


def test_a_rename_read_before_the_creation_stands(index: Index, recorder: Recorder) -> None:
    Recorder(recorder.project, "a").journal(
        "run.renamed", T + 9, run="20251217-000001-000001", name="mine"
    )
    index.ingest()
    assert index.run_ids() == []
    assert one(index, recorder.create()).name == "mine"


def test_what_a_person_says_wins_over_what_the_script_recorded(
    index: Index, recorder: Recorder
) -> None:
    run_id = recorder.create(tags={"team": "a", "old": "1"})
    recorder.journal("run.tagged", T + 2, run=run_id, tags={"team": "b", "old": None, "best": ""})
    recorder.journal("run.noted", T + 2, run=run_id, note=" look here ")
    recorder.write(run_id, {"t": T + 9, "tags": {"team": "c", "best": "no"}, "note": "mine"})
    index.ingest()
    run = one(index, run_id)
    assert (run.tags, run.note) == ({"team": "b", "best": ""}, "look here")
    values = index.values(["tag.old", "old", "tags"])[run_id]
    assert values == {"tag.old": None, "old": None, "tags": run.tags}
    assert "tag.old" not in {fact.field for fact in index.field_facts()}
    recorder.journal("run.noted", T + 3, run=run_id, note=None)
    index.ingest()
    assert one(index, run_id).note is None


def test_the_latest_of_two_hosts_tags_and_notes(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    there = Recorder(recorder.project, "there")
    there.journal("run.tagged", T + 9, run=run_id, tags={"a": "later"})
    there.journal("run.noted", T + 9, run=run_id, note="later")
    index.ingest()
    recorder.journal("run.tagged", T + 5, run=run_id, tags={"a": "earlier", "b": "1"})
    recorder.journal("run.noted", T + 5, run=run_id, note="earlier")
    run = one(index, run_id)
    assert (run.tags, run.note) == ({"a": "later", "b": "1"}, "later")


def test_tags_and_note_of_a_person_outlive_event_files_read_again(
    index: Index, recorder: Recorder
) -> None:
    run_id = recorder.create()
    recorder.write(run_id, {"tags": {"script": "1"}, "note": "script"})
    recorder.journal("run.tagged", T, run=run_id, tags={"mine": "1"})
    recorder.journal("run.noted", T, run=run_id, note="mine")
    index.ingest()
    events = recorder.folder(run_id) / "events.jsonl"
    events.write_bytes(b'{"s": 0, "m": {"loss": 1}}\n')
    run = one(index, run_id)
    assert (run.tags, run.note) == ({"mine": "1"}, "mine")


def test_senseless_tags_and_notes_of_a_journal_are_left_alone(
    index: Index, recorder: Recorder
) -> None:
    run_id = recorder.create()
    for tags in ("a", 7, None, ["x"]):
        recorder.journal("run.tagged", T, run=run_id, tags=tags)
    recorder.journal("run.noted", T, run=run_id, note={"a": 1})
    run = one(index, run_id)
    assert (run.tags, run.note) == ({}, None)


def test_the_queue_is_ordered_by_priority_then_age(index: Index, recorder: Recorder) -> None:
    first = recorder.create(T)
    second = recorder.create(T + 1)
    urgent = recorder.create(T + 2, priority=1, gpus=2)
    recorder.create(T, machine="elsewhere")
    running = recorder.create(T)
    recorder.runner(running, "starting")
    index.ingest()
    queued = index.queued("m-here")
    assert [row.id for row in queued] == [urgent, first, second]
    assert queued[0].gpus == 2
    recorder.journal("run.priority", T + 9, run=second, priority=5)
    index.ingest()
    assert index.queued("m-here")[0].id == second
    recorder.journal("run.priority", T + 10, run=first, priority=5, place=T + 0.5)
    recorder.journal("run.priority", T + 8, run=first, priority=9, place=T)  # older than that
    index.ingest()
    assert [row.id for row in index.queued("m-here")] == [first, second, urgent]
    recorder.journal("run.priority", T + 11, run=urgent, priority=5)
    recorder.journal("run.priority", T + 11, run=first, priority=5, place=T + 1.5)
    index.ingest()
    assert [row.id for row in index.queued("m-here")] == [second, first, urgent]
    assert index.runs([urgent])[0].priority == 5


def test_a_pause_is_news_of_the_runs_that_wait_for_it(index: Index, recorder: Recorder) -> None:
    first = recorder.create(T)
    recorder.runner(recorder.create(T), "starting")
    recorder.create(T, host="another")
    index.ingest()
    assert not index.is_paused("here")
    recorder.journal("queue.paused", T + 9, host="here")
    assert index.ingest().runs == {first}
    assert index.is_paused("here")


def test_what_ended_last_comes_first_and_deleted_runs_are_left_out(
    index: Index, recorder: Recorder
) -> None:
    ids = [recorder.create(T + number) for number in range(4)]
    for run_id, ended in zip(ids[:3], (T + 50, T + 90, T + 70), strict=True):
        recorder.journal("run.ended", ended, run=run_id, state="finished", ended=ended)
    recorder.journal("run.deleted", T + 99, run=ids[2])
    index.ingest()
    assert [run.id for run in index.last_ended(9)] == [ids[1], ids[0]]
    assert [run.id for run in index.last_ended(1)] == [ids[1]]


class TestResolve:
    def test_id_prefix_and_name_all_lead_to_a_run(self, index: Index, recorder: Recorder) -> None:
        run_id, _ = recorder.create(), recorder.create()
        index.ingest()
        assert index.resolve(run_id) == run_id
        assert index.resolve(run_id[:15]) == run_id
        assert index.resolve("train-1") == run_id

    def test_ambiguity_lists_the_candidates(self, index: Index, recorder: Recorder) -> None:
        ids = {recorder.create(name="same"), recorder.create(name="same")}
        index.ingest()
        for name in ("same", "2025"):
            with pytest.raises(AmbiguousError) as caught:
                index.resolve(name)
            assert set(caught.value.candidates) == ids

    def test_a_live_name_wins_over_a_deleted_one(self, index: Index, recorder: Recorder) -> None:
        gone, kept = recorder.create(name="same"), recorder.create(name="same")
        recorder.journal("run.deleted", run=gone)
        index.ingest()
        assert index.resolve("same") == kept
        assert index.resolve(gone) == gone

    def test_a_deleted_one_wins_where_that_is_asked_for(
        self, index: Index, recorder: Recorder
    ) -> None:
        gone, other, kept = (recorder.create(name="same") for _ in range(3))
        recorder.journal("run.deleted", run=gone)
        index.ingest()
        assert index.resolve("same", deleted_first=True) == gone
        assert index.resolve(kept, deleted_first=True) == kept
        recorder.journal("run.deleted", run=other)
        index.ingest()
        with pytest.raises(AmbiguousError) as caught:
            index.resolve("same", deleted_first=True)
        assert set(caught.value.candidates) == {gone, other}

    def test_a_name_does_not_hide_the_runs_whose_ids_begin_with_it(
        self, index: Index, recorder: Recorder
    ) -> None:
        other = recorder.create()
        named = recorder.create(name=other[:15])
        index.ingest()
        with pytest.raises(AmbiguousError) as caught:
            index.resolve(other[:15])
        assert set(caught.value.candidates) == {other, named}

    def test_a_whole_id_is_never_taken_for_a_name(self, index: Index, recorder: Recorder) -> None:
        run_id = recorder.create()
        recorder.create(name=run_id)
        index.ingest()
        assert index.resolve(run_id) == run_id

    def test_a_run_named_like_the_beginning_of_its_own_id_is_one_run(
        self, index: Index, recorder: Recorder
    ) -> None:
        run_id = recorder.create()
        recorder.journal("run.renamed", T + 9, run=run_id, name=run_id[:15])
        index.ingest()
        assert index.resolve(run_id[:15]) == run_id

    @pytest.mark.parametrize("name", ["", "nothing", "%", "\ud800", "2025'"])
    def test_what_is_not_there_is_not_found(
        self, index: Index, recorder: Recorder, name: str
    ) -> None:
        recorder.create()
        index.ingest()
        with pytest.raises(NotFoundError):
            index.resolve(name)


class TestFields:
    @pytest.fixture(autouse=True)
    def runs(self, index: Index, recorder: Recorder) -> None:
        for number, last in enumerate([0.5, 0.9, math.nan, None]):
            run_id = recorder.create(T + number, params={"lr": 10.0**-number}, tags={"n": "x"})
            if last is not None:
                recorder.write(run_id, {"t": T, "m": {"acc": 0.1}}, {"t": T, "m": {"acc": last}})
        index.ingest()

    def test_runs_are_sorted_with_missing_and_nan_last(self, index: Index) -> None:
        for text, names in (("-metric.acc", ["2", "1"]), ("acc", ["1", "2"])):
            ids = index.run_ids(sort=parse_sort(text))
            assert [run.name[-1] for run in index.runs(ids)][:2] == names
        assert [run.name[-1] for run in index.runs(index.run_ids())] == ["4", "3", "2", "1"]

    def test_runs_are_filtered_by_any_field(self, index: Index) -> None:
        for text, names in (
            ("lr < 0.05 and min.acc = 0.1", {"3"}),
            ("param.lr >= 0.1", {"1", "2"}),
            ("count.acc = 2 and tag.n = x", {"1", "2", "3"}),
            ("acc > 0.6", {"2"}),
            ("state = queued and n = x", {"1", "2", "3", "4"}),
            ("tag:x train-4", {"4"}),
        ):
            ids = index.run_ids(parse_filter(text))
            assert {run.name[-1] for run in index.runs(ids)} == names, text

    def test_limit_counts_after_filter_and_sort(self, index: Index) -> None:
        ids = index.run_ids(parse_filter("acc > 0.1"), parse_sort("acc"), limit=1)
        assert [run.name for run in index.runs(ids)] == ["train-1"]

    def test_values_has_every_run_and_every_field(self, index: Index) -> None:
        values = index.values(["name", "acc", "nothing", "duration"])
        assert len(values) == 4
        last = values[index.run_ids()[0]]
        assert last == {"name": "train-4", "acc": None, "nothing": None, "duration": None}


def test_runs_come_in_the_order_asked_for_without_unknown_ones(
    index: Index, recorder: Recorder
) -> None:
    a, b = recorder.create(), recorder.create()
    index.ingest()
    assert [run.id for run in index.runs([b, "nothing", a])] == [b, a]


def test_heartbeats_are_read_from_the_end(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.runner(run_id, "started", T)
    for beat in range(50):
        recorder.heartbeat(run_id, T + beat, **{"events.jsonl": beat})
    index.ingest()
    assert [beat["t"] for beat in index.heartbeats(run_id, 3)] == [T + 47, T + 48, T + 49]
    assert len(index.heartbeats(run_id, 1000)) == 50
    assert index.heartbeats("../../etc", 3) == []


def test_a_removed_folder_leaves_what_was_read(index: Index, recorder: Recorder) -> None:
    run_id = recorder.create()
    recorder.write(run_id, {"s": 0, "m": {"loss": 1}})
    index.ingest()
    shutil.rmtree(recorder.folder(run_id))
    assert one(index, run_id).metrics["loss"].count == 1


def test_fields_say_whether_runs_differ_in_them(index: Index, recorder: Recorder) -> None:
    first = recorder.create(params={"lr": 0.1, "seed": 1}, tags={"team": "forms"})
    recorder.create(params={"lr": 0.2, "seed": 1})
    gone = recorder.create(params={"lr": 0.3, "only": 1})
    recorder.end(gone, "finished", T + 1)
    recorder.journal("run.deleted", T + 2, run=gone)
    (recorder.folder(first) / "events.jsonl").write_text('{"t": 1766000001, "m": {"loss": 1}}\n')
    index.ingest()
    found = {facts.field: (facts.runs, facts.values) for facts in index.field_facts()}
    assert found["param.lr"] == (2, 2)
    assert found["param.seed"] == (2, 1)
    assert found["tag.team"] == (1, 1)
    assert found["metric.loss"] == (1, 1)
    assert found["host"] == (2, 1)
    assert "param.only" not in found


def test_values_are_read_anew_once_another_process_changed_them(
    index: Index, recorder: Recorder
) -> None:
    first = recorder.create(params={"lr": 1.5})
    index.ingest()
    assert index.run_ids(parse_filter("lr>1")) == [first]
    second = recorder.create(T + 1, params={"lr": 2.5})
    with Index.open(recorder.project) as other:
        other.ingest()
    assert index.run_ids(parse_filter("lr>1")) == [second, first]
    recorder.journal("run.tagged", T + 2, run=second, tags={"best": "Yes"})
    assert index.run_ids(parse_filter("yes")) == []
    index.ingest()
    assert index.run_ids(parse_filter("yes")) == [second]
    assert index.run_ids(parse_filter("best=Yes and lr>2")) == [second]


def test_runs_are_filtered_by_the_step_of_their_best_value(
    index: Index, recorder: Recorder
) -> None:
    early, late = recorder.create(), recorder.create(T + 1)
    for run_id, values in ((early, [1, 9, 2]), (late, [1, 2, 9])):
        recorder.write(run_id, *({"s": s, "m": {"acc": v}} for s, v in enumerate(values)))
    index.ingest()
    assert index.run_ids(parse_filter("max_step.acc<2")) == [early]
    assert index.run_ids(parse_filter("last_step.acc=2"), parse_sort("-max_step.acc")) == [
        late,
        early,
    ]
