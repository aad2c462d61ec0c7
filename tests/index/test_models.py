from __future__ import annotations

from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import NotFoundError
from mlops_tui.domain.models import ModelFormat, VersionName
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def registered(number: int, **facts: Any) -> dict[str, Any]:
    told = {"model": "cancer", "version": number, "manifest": "a" * 64, "format": "joblib"}
    about = {"size_bytes": 10, "files": 1, "run": None, "job": None, "by": "ada", "host": "h"}
    return {**told, **about, "metrics": {"auc": 0.9}, "note": "", **facts}


def moved(generation: int, before: int | None, to: int | None, **facts: Any) -> dict[str, Any]:
    told = {"model": "cancer", "alias": "champion", "generation": generation}
    return {**told, "from": before, "to": to, "why": "w", "by": "ada", "host": "h", **facts}


def test_versions_aliases_and_what_stood_at_a_moment_are_read(recorder: Recorder) -> None:
    recorder.journal("model.registered", T, **registered(1))
    recorder.journal("model.registered", T + 1, **registered(2, format="strange", note="n"))
    recorder.journal("alias.moved", T + 2, **moved(1, None, 1))
    recorder.journal("alias.moved", T + 4, **moved(2, 1, 2, kind="promote", gate="green"))
    recorder.journal("alias.moved", T + 6, **moved(3, 2, None))
    with Index.open(recorder.project) as index:
        assert index.ingest().topics == {"models"}
        (model,) = index.models()
        assert (model.name, model.versions, model.changed) == ("cancer", 2, T + 6)
        assert model.newest.format is ModelFormat.FILE
        assert model.aliases == {}
        stood = [index.alias_state("cancer", "champion", T + it) for it in (1, 2, 3, 5, 9)]
        assert [it and it.to for it in stood] == [None, 1, 1, 2, None]
        assert [it.generation for it in index.alias_moves("cancer")] == [3, 2, 1]
        assert index.model_version(VersionName("cancer")).number == 2
        with pytest.raises(NotFoundError):
            index.model_version(VersionName("cancer", alias="champion"))
        with pytest.raises(NotFoundError) as caught:
            index.model("cancre")
        assert "cancer" in caught.value.hint


def test_a_rebuilt_index_says_the_same_whatever_the_order_of_the_hosts(tmp_path: Path) -> None:
    lines = [
        ("model.registered", T + 1, registered(1)),
        ("model.registered", T + 3, registered(1, by="eve")),
        ("model.deleted", T + 2, {"model": "cancer", "version": 1}),
        ("alias.moved", T + 4, moved(1, None, 1)),
        ("alias.moved", T + 5, moved(1, None, 1, by="eve")),
    ]
    told = set()
    for number, order in enumerate(islice(permutations(lines), 0, None, 17)):
        recorder = Recorder(tmp_path / str(number))
        for event, t, facts in order:
            recorder.journal(event, t, **facts)
        with Index.open(recorder.project) as index:
            index.ingest()
            told.add(repr((index.model_versions(deleted=True), index.alias_moves("cancer"))))
            assert index.models() == []
            if not number:
                before = index.alias_moves("cancer")
                for path in places.index_path(recorder.project).parent.glob("index.db*"):
                    path.unlink()
                index.ingest()
                assert index.alias_moves("cancer") == before
    assert len(told) == 1
    assert "by='ada'" in told.pop()


def test_what_an_ended_run_offers_is_told_until_it_is_registered_or_refused(
    recorder: Recorder, index: Index
) -> None:
    run = recorder.create()
    recorder.write(
        run,
        {"model": {"name": "cancer", "path": "artifacts/a"}},
        {"t": T + 1, "model": {"name": "cancer", "path": "artifacts/b", "note": "n"}},
        {"model": {"name": "other", "path": "artifacts/c"}},
        {"s": 1, "m": {"loss": 0.5}, "model": "resnet"},
        {"model": {"name": "a:b", "path": "x"}},
    )
    index.ingest()
    assert index.offered_models() == []  # it may say more yet
    recorder.end(run)
    index.ingest()
    offered = index.offered_models()
    assert [(it.model, it.path) for it in offered] == [
        ("cancer", "artifacts/b"),
        ("other", "artifacts/c"),
    ]
    assert (offered[0].facts, offered[0].at) == ({"note": "n"}, T + 1)
    assert index.runs([run])[0].unreadable_lines == 1
    assert "loss" in index.runs([run])[0].metrics
    recorder.journal("model.registered", T, **registered(1, run=run))
    recorder.journal("model.refused", T, model="other", run=run, why="gone")
    index.ingest()
    assert [it.model for it in index.offered_models()] == ["cancer"]  # not by its line
    recorder.journal("model.registered", T, **registered(2, run=run, offered=True))
    index.ingest()
    assert index.offered_models() == []
    assert index.refused_models([run]) == {(run, "other"): "gone"}
    assert [it.number for it in index.model_versions_of([run])] == [2, 1]


def test_the_last_word_on_trust_counts(recorder: Recorder, index: Index) -> None:
    told = {"model": "cancer", "version": 1, "reason": "mine", "by": "ada"}
    for t, digest, more in ((1, "d", {}), (2, "e", {"types": ["b", "a", 3]}), (3, "d", {})):
        recorder.journal("model.trusted", T + t, digest=digest, **told, **more)
    index.ingest()
    assert index.trusts(["d", "e", "f"])["e"].types == ("a", "b")
    recorder.journal("model.trusted", T + 4, digest="d", revoked=True, **told)
    index.ingest()
    assert set(index.trusts(["d", "e"])) == {"e"}


def test_lines_that_name_nothing_are_left_out(recorder: Recorder, index: Index) -> None:
    for event in ("model.registered", "alias.moved", "model.deleted", "model.trusted"):
        recorder.journal(event, T)
        recorder.journal(event, T, model="a/b", version=1, alias="x", generation=1, digest=3)
        recorder.journal(event, T, model="a", version=True, alias="", generation=-1)
    index.ingest()
    assert index.models() == []
    assert index.alias_moves("a") == []


def test_what_was_offered_first_is_registered_first_whatever_the_ids_of_the_runs(
    recorder: Recorder, index: Index
) -> None:
    later, sooner = (recorder.create() for _ in range(2))
    for run, at in ((later, T + 2), (sooner, T + 1)):
        recorder.write(run, {"t": at, "model": {"name": "cancer", "path": "artifacts/a"}})
        recorder.end(run)
    index.ingest()
    assert [it.run_id for it in index.offered_models()] == [sooner, later]
