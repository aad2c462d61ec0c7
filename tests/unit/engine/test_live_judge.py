"""What becomes of batches that kill their worker, or that another process is at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain.errors import InputError, MlopsTuiError, WorkerError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.live_judge import HELD_SECONDS, LiveJudge
from mlops_tui.engine.monitored import require_watched
from mlops_tui.index import Index
from tests.unit.engine.test_drift_alerts import TOML

Answer = Mapping[str, Any] | MlopsTuiError
JUDGED = {"state": "judged", "batch": "b", "verdict": "ok", "error": None}


class Worker:
    """Gives one answer after the other, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, Any, Any]] = []

    def work(self, task: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((task, arguments.get("key"), arguments.get("error")))
        answer = self.answers.pop(0)
        if isinstance(answer, MlopsTuiError):
            raise answer
        return answer


class Place:
    """A live dataset with one file, and the judge of it."""

    def __init__(self, folder: Path, index: Index, monitor: str = "") -> None:
        (folder / "mlops.toml").write_text(TOML + monitor)
        (folder / "live").mkdir()
        (folder / "live" / "a.csv").write_text("x\n1\n")
        described = load_project(folder)
        self.worker = Worker()
        self.told: list[str] = []
        self.judge = LiveJudge(
            described,
            require_watched(described),
            self.worker,  # type: ignore[arg-type]
            index,
            lambda key, _: self.told.append(key),
            0.0,
        )
        self.judge.files.sweep()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path) as index:
        yield index


def test_a_batch_that_kills_the_worker_is_tried_again_and_then_recorded(
    tmp_path: Path, index: Index
) -> None:
    place = Place(tmp_path, index)
    place.worker.answers = [WorkerError("killed"), JUDGED]
    place.judge.tend()
    assert place.worker.asked == [("judge", "a.csv", None)] * 2
    assert (place.told, place.judge.next_seconds) == (["a.csv"], None)
    (tmp_path / "live" / "a.csv").write_text("x\n1\n2\n")
    place.judge.files.sweep()
    place.worker.asked.clear()
    place.worker.answers = [WorkerError("killed"), WorkerError("killed"), JUDGED]
    place.judge.tend()
    assert [error for _, _, error in place.worker.asked] == [None, None, "a.csv: killed"]


def test_one_that_another_process_is_at_is_asked_for_later(tmp_path: Path, index: Index) -> None:
    place = Place(tmp_path, index)
    place.worker.answers = [{**JUDGED, "state": "held"}]
    place.judge.tend()
    assert place.told == []
    left = place.judge.next_seconds
    assert left is not None
    assert HELD_SECONDS - 5 < left <= HELD_SECONDS


def test_a_wrong_project_leaves_what_is_ready_for_the_next_time(
    tmp_path: Path, index: Index
) -> None:
    place = Place(tmp_path, index)
    place.worker.answers = [InputError("no such reference")]
    with pytest.raises(InputError):
        place.judge.tend()
    place.worker.answers = [JUDGED]
    place.judge.tend()
    assert place.told == ["a.csv"]


def test_data_that_is_cut_is_asked_what_waits_of_it(tmp_path: Path, index: Index) -> None:
    place = Place(tmp_path, index, "[monitor]\nrows = 10\n")
    place.worker.answers = [
        {"keys": ["rows 0-9"], "broken": [["a.csv", "a.csv is empty"]], "due": None},
        *(JUDGED, JUDGED),
    ]
    place.judge.tend()
    assert place.worker.asked == [
        ("cut", None, None),
        ("judge", "a.csv", "a.csv is empty"),
        ("judge", "rows 0-9", None),
    ]
    place.judge.tend()
    assert place.worker.answers == []
