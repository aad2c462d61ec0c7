"""Models that were evaluated, in whatever order their lines come."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.attached import Attached
from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.evaluations import Figure, Looks
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def measured(name: str, **more: Any) -> dict[str, Any]:
    metrics = {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95, "n": 50}}
    facts: dict[str, Any] = {
        "evaluation": name,
        "run": "r1",
        "dataset": "holdout",
        "data_version": "abc",
    }
    facts |= {"role": "holdout", "problem": "binary", "rows": 50, "by": "ada", "host": "here"}
    return {**facts, "metrics": metrics, "report": "f" * 64, "predictions": "e" * 64, **more}


def test_evaluations_are_found_by_what_they_are_about(recorder: Recorder) -> None:
    run = recorder.create(id="20251217-000001-000001")
    recorder.journal("evaluation.recorded", T + 1, **measured("aaa1", run=run))
    version = {"run": None, "model": "cancer", "number": 3}
    recorder.journal("evaluation.recorded", T + 2, **measured("aab2", **version))
    other = {"dataset": "other", "metrics": {"x": {"value": float("nan")}, "y": 1}, "rows": -1}
    recorder.journal("evaluation.recorded", T + 3, **measured("b3", run=run, **other))
    recorder.journal("evaluation.recorded", T + 4, **measured("c4", run=None))
    with Index.open(recorder.project) as index:
        changes = index.ingest()
        assert "evaluations" in changes.topics
        assert [it.id for it in index.evaluations()] == ["b3", "aab2", "aaa1"]
        assert [it.id for it in index.evaluations(limit=1)] == ["b3"]
        assert [it.id for it in index.evaluations(run_ids=[run])] == ["b3", "aaa1"]
        assert [it.id for it in index.evaluations(model="cancer", number=3)] == ["aab2"]
        assert index.evaluations(model="cancer", number=4) == []
        assert [it.id for it in index.evaluations(dataset="holdout")] == ["aab2", "aaa1"]
        found = index.evaluation("aaa")
        assert found.figures == {"accuracy": Figure(0.9, 0.8, 0.95, 50)}
        assert (found.subject, found.data_version, found.by) == (run, "abc", "ada")
        assert index.evaluation("aab2").subject == "cancer:3"
        assert index.evaluation("b3").figures == {"x": Figure(None)}
        with pytest.raises(AmbiguousError):
            index.evaluation("aa")
        with pytest.raises(NotFoundError):
            index.evaluation("zz")
        assert index.looks() == [
            Looks("holdout", 2, 2, 1, T + 1, T + 2),
            Looks("other", 1, 1, 1, T + 3, T + 3),
        ]
        assert index.runs([run])[0].id == run


def test_the_latest_line_counts_whatever_the_order(tmp_path: Path) -> None:
    lines = [
        (T + 1, measured("a", error="it broke", metrics={})),
        (T + 3, measured("a")),
        (T + 2, measured("a", rows=7)),
    ]
    for number, order in enumerate(permutations(lines)):
        recorder = Recorder(tmp_path / str(number))
        for t, fact in order:
            recorder.journal("evaluation.recorded", t, **fact)
        with Index.open(recorder.project) as index:
            index.ingest()
            (found,) = index.evaluations()
            assert (found.at, found.rows, found.error) == (T + 3, 50, None)


def test_what_was_attached_last_stands_whatever_the_order(tmp_path: Path) -> None:
    lines = [
        (T + 1, {"evidence": "wiki", "why": "seen", "by": "ada", "removed": False}),
        (T + 2, {"evidence": "", "why": "gone", "by": "bob", "removed": True}),
        (T + 3, {"evidence": "page", "why": "back", "by": "ada", "removed": False}),
    ]
    for number, order in enumerate(permutations(lines)):
        recorder = Recorder(tmp_path / str(number))
        for t, fact in order:
            recorder.journal("readiness.attached", t, test="D5", **fact)
        recorder.journal("readiness.attached", T + 2, test="D6", **lines[1][1])
        with Index.open(recorder.project) as index:
            assert "readiness" in index.ingest().topics
            assert index.attached() == {"D5": Attached("D5", "page", "back", "ada", T + 3)}
