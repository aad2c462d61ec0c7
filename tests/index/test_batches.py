"""Batches of live data: what is asked of them, in whatever order their lines come."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import AmbiguousError, NotFoundError
from mlops_tui.domain.monitoring import Cell
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


def judged(batch: str, key: str, at: float, verdict: str | None = "ok", **more: Any) -> Any:
    cells = [
        ["heat", verdict or "ok", 0.05, 0.1, 0.08, 200, ""],
        ["line", "ok", 0.01, 0.1, 0.1, 9, ""],
    ]
    facts = {
        "batch": batch,
        "dataset": "live",
        "cut": "file",
        "reference": "train",
        "key": key,
        "at": at,
    }
    facts |= {"rows": 200, "verdict": verdict, "error": None, "n_columns": 2, "n_findings": 1}
    facts |= {"drifted": [], "n_drifted": 0, "report": "f" * 64, "host": "here", "columns": cells}
    return facts | {"size": 10, "mtime_ns": 20} | more


def test_a_timeline_has_the_newest_batches_oldest_first(recorder: Recorder) -> None:
    for number in (3, 1, 2):
        recorder.journal("batch.judged", T, **judged(f"b{number}", f"w{number}.csv", T + number))
    recorder.journal("batch.judged", T, **judged("x", "x.csv", T, None, error="x.csv is empty"))
    recorder.journal("batch.judged", T, **judged("o", "o.csv", T + 9, dataset="other"))
    recorder.journal("batch.judged", T, dataset="live")
    with Index.open(recorder.project) as index:
        changes = index.ingest()
        assert changes.topics == {"batches"}
        assert index.ingest().topics == frozenset()
        assert [it.id for it in index.batches("live")] == ["x", "b1", "b2", "b3"]
        assert [it.id for it in index.batches("live", limit=2)] == ["b2", "b3"]
        assert [it.id for it in index.batches("live", before=T + 2)] == ["x", "b1"]
        assert [it.dataset for it in index.batches(limit=1)] == ["other"]
        broken = index.batch("x")
        assert broken is not None
        assert (broken.verdict, broken.error) == (None, "x.csv is empty")
        assert index.batch("nobody") is None
        assert index.batch_sizes("live", T + 3) == [200, 200]
        recorder.journal("batch.judged", T + 1, **judged("b4", "w4.csv", T + 4))
        assert index.ingest().topics == {"batches"}


def test_a_heat_map_puts_what_drifted_most_often_first(recorder: Recorder) -> None:
    cells = [["load", "drift", 0.3, 0.1, 0.1, 99, ""], ["heat", "ok", 0.05, 0.1, 0.1, 99, ""]]
    gone = [
        ["line", "drift", None, None, None, 0, "missing_column"],
        *cells,
        ["load", "ok", 0, 1, 1, 1, ""],
    ]
    recorder.journal("batch.judged", T, **judged("a", "a", T, columns=cells))
    recorder.journal("batch.judged", T, **judged("b", "b", T + 1, columns=[*gone, "no", ["x"]]))
    with Index.open(recorder.project) as index:
        index.ingest()
        heat = index.heat_map("live")
        assert [batch.id for batch in heat.batches] == ["a", "b"]
        assert list(heat.columns) == ["load", "line", "heat"]
        assert heat.cells["load"][0] == Cell("drift", 0.3, 0.1, 0.1, 99, "")
        assert heat.cells["load"][1] == Cell("drift", 0.3, 0.1, 0.1, 99, "")
        assert heat.cells["line"] == [None, Cell("drift", None, None, None, 0, "missing_column")]
        assert list(index.heat_map("live", limit=1, columns=1).cells) == ["line"]
        assert index.batch_columns(["a"])["a"]["heat"].beyond == 0.5


def test_the_newest_content_of_a_key_counts_whatever_the_order_of_the_lines(
    tmp_path: Path,
) -> None:
    lines = [
        (T + 1, judged("old", "w.csv", T, size=1)),
        (T + 2, judged("new", "w.csv", T + 5, size=2)),
        (T + 3, judged("old", "w.csv", T, "drift", size=1)),
    ]
    for number, order in enumerate(permutations(lines)):
        recorder = Recorder(tmp_path / str(number))
        for t, facts in order:
            recorder.journal("batch.judged", t, **facts)
        with Index.open(recorder.project) as index:
            index.ingest()
            assert [(it.id, it.verdict) for it in index.batches("live")] == [("old", "drift")]
            assert index.known_files("live", [("w.csv", 2, 20), ("v.csv", 1, 20)]) == set()
            assert index.known_files("live", [("w.csv", 1, 20)]) == {"w.csv"}


def test_a_rebuilt_index_says_the_same(recorder: Recorder) -> None:
    recorder.journal("batch.judged", T, **judged("a", "a\udcff.csv", T, drifted=["heat"]))
    with Index.open(recorder.project) as index:
        index.ingest()
        before = index.batches(), index.heat_map("live")
        for path in places.index_path(recorder.project).parent.glob("index.db*"):
            path.unlink()
        assert index.ingest().topics == {"batches"}
        assert (index.batches(), index.heat_map("live")) == before


def test_only_batches_that_are_cut_as_the_last_one_are_of_one_timeline(recorder: Recorder) -> None:
    recorder.journal("batch.judged", T + 1, **judged("a", "a.csv", T + 5))
    recorder.journal("batch.judged", T + 2, **judged("b", "rows 0-9", T, cut="10 rows"))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert [it.id for it in index.batches("live")] == ["b"]
        recorder.journal("batch.judged", T + 3, **judged("c", "c.csv", T + 6))
        index.ingest()
        assert [it.id for it in index.batches()] == ["a", "c"]


def test_a_batch_is_found_by_its_id_the_beginning_of_it_or_its_key(recorder: Recorder) -> None:
    for name, key in (("abc", "w1.csv"), ("abd", "w2.csv"), ("x", "abd")):
        recorder.journal("batch.judged", T, **judged(name, key, T))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.find_batch("w2.csv").id == "abd"
        assert index.find_batch("abc").id == index.find_batch("abc").id == "abc"
        assert index.find_batch("abd").id == "abd"
        with pytest.raises(AmbiguousError):
            index.find_batch("ab")
        with pytest.raises(NotFoundError):
            index.find_batch("nobody")
        assert index.newest_batches(["abc", "nobody"]) == {"abc"}


def test_the_latest_word_on_a_quarantine_counts_whatever_the_order(tmp_path: Path) -> None:
    lines: list[tuple[str, float, dict[str, Any]]] = [
        ("batch.judged", T + 1, judged("b", "w.csv", T)),
        ("batch.quarantined", T + 2, {"batch": "b", "why": "the probe"}),
        ("batch.released", T + 3, {"batch": "b"}),
        ("batch.quarantined", T + 4, {"batch": "b", "why": "after all"}),
        ("batch.quarantined", T + 9, {"batch": ["b"], "why": "hostile"}),
    ]
    for number, order in enumerate(list(permutations(lines))[::17]):
        recorder = Recorder(tmp_path / str(number))
        for event, t, facts in order:
            recorder.journal(event, t, **facts)
        with Index.open(recorder.project) as index:
            index.ingest()
            assert [it.quarantined for it in index.batches("live")] == ["after all"]
            assert index.batch_sizes("live", T + 99) == []
