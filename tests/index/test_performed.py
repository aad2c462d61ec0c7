"""How a model did on batches: what counts of several judgements, in whatever order they come."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T
from tests.index.test_batches import judged


def told(value: float, verdict: str = "ok", basis: str = "realised") -> dict[str, Any]:
    metric = {"metric": "accuracy", "basis": basis, "value": value, "lower": 0.1, "upper": 1}
    metric |= {"reference": 0.9, "adjusted_p": 0.5, "verdict": verdict, "n": 100}
    return {"verdict": verdict, "metrics": [metric], "n_labelled": 90, "objective": None}


def test_the_latest_truth_counts_whatever_the_order_of_the_lines(tmp_path: Path) -> None:
    lines = [
        ("batch.judged", T + 1, judged("b", "b.csv", T, performance=told(0.7, basis="estimated"))),
        ("batch.performed", T + 2, {"batch": "b", "labels": "x", "performance": told(0.8)}),
        ("batch.performed", T + 3, {"batch": "b", "labels": "y", "performance": told(0.6)}),
        # the same content came back under its key: what its labels say stays
        ("batch.judged", T + 9, judged("b", "b.csv", T, performance=told(0.7, basis="estimated"))),
    ]
    for number, order in enumerate(list(permutations(lines))[::5]):
        recorder = Recorder(tmp_path / str(number))
        for event, t, facts in order:
            recorder.journal(event, t, **facts)
        with Index.open(recorder.project) as index:
            assert index.ingest().topics == {"batches"}
            (found,) = index.performed(["b", "nobody"]).values()
            assert (found.labels, found.t, found.figures["metrics"][0]["value"]) == (
                "y",
                T + 3,
                0.6,
            )
            assert [index.is_performed("b", it) for it in "xyz"] == [True, True, False]
            before = index.performed(["b"])
            if number == 0:
                for path in places.index_path(recorder.project).parent.glob("index.db*"):
                    path.unlink()
                index.ingest()
                assert index.performed(["b"]) == before


@pytest.mark.parametrize(
    "hostile",
    [
        *(None, [], {"verdict": ["ok"], "metrics": []}, {"verdict": "ok", "metrics": {}}),
        {"verdict": "fine", "metrics": []},
    ],
)
def test_what_is_no_judgement_is_left_out(recorder: Recorder, hostile: object) -> None:
    recorder.journal("batch.judged", T, **judged("b", "b.csv", T, performance=hostile))
    recorder.journal("batch.performed", T, batch="b", labels="x", performance=hostile)
    recorder.journal("batch.performed", T, batch=3, labels="x", performance=told(0.5))
    recorder.journal("batch.judged", T, **{**judged("c", "c.csv", T), "verdict": ["ok"]})
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.performed(["b"]) == {}
        assert [it.verdict for it in index.batches("live")] == ["ok", None]


def test_figures_that_are_none_are_not_called_worse(recorder: Recorder) -> None:
    broken = told(0.5, "degraded") | {"objective": {"objective": "o", "value": "x"}}
    broken["metrics"][0] |= {"lower": None, "n": -3}
    broken["metrics"] += [{"metric": 3}, "accuracy", {"metric": "f1", "basis": "realised"}]
    recorder.journal("batch.performed", T, batch="b", labels="x\udcff", performance=broken)
    with Index.open(recorder.project) as index:
        index.ingest()
        found = index.performed(["b"])["b"]
        (metric,) = found.metrics("realised")
        assert (found.figures["verdict"], metric["verdict"], metric["n"]) == (
            *("too_little_data", "too_little_data", 0),
        )
        assert found.figures["objective"] is None
