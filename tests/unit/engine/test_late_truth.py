"""Labels that come after their batches were judged: joined, judged by, recorded once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain import host, places
from mlops_tui.domain.performed import Performed
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine import late_labels
from mlops_tui.engine.late_labels import LateLabels
from mlops_tui.engine.monitored import require_watched
from mlops_tui.engine.tasks import batches, judging
from mlops_tui.engine.tasks.late_truth import read_truth
from mlops_tui.index import Index
from tests.unit.engine.test_judging import Site, nulls, quiet

__all__ = ["nulls"]
TOML = """\
[datasets.train]
path = "train.csv"
role = "train"
target = "y"
id = "id"
[datasets.live]
path = "live"
role = "live"
id = "id"
[monitor]
prediction = "said"
labels = "labels/*.csv"
"""


def rows(name: str, n: int, wrong: float = 0.05) -> pd.DataFrame:
    draw = np.random.default_rng(len(name) + n)
    truth = draw.integers(0, 2, n)
    said = np.where(draw.random(n) < wrong, 1 - truth, truth)
    ids = [f"{name}{number}" for number in range(n)]
    return pd.DataFrame({"id": ids, "x": draw.normal(size=n), "said": said, "y": truth})


@dataclass
class Plant(Site):
    """Live data whose truth comes later; the tasks are called as the agent calls them."""

    truth: dict[str, pd.DataFrame] = field(default_factory=dict)

    def live(self, key: str, n: int = 200, wrong: float = 0.05) -> None:
        frame = rows(key, n, wrong)
        self.truth[key] = frame[["id", "y"]]
        self.put(key, frame.drop(columns="y"))
        assert self.judge(key)["state"] == "judged"

    def label(self, name: str, *frames: pd.DataFrame) -> None:
        (self.folder / "labels").mkdir(exist_ok=True)
        pd.concat(frames).to_csv(self.folder / "labels" / name, index=False)

    def late(self) -> dict[str, str]:
        ids = [it.id for it in self.recorded().values()]
        told = batches.late(quiet, str(self.folder), "live", ids, self.now)
        return {it["key"]: it["state"] for it in told}

    def performed(self) -> dict[str, Performed]:
        with Index.open(self.folder) as index:
            index.ingest()
            found = index.batches("live")
            told = index.performed([it.id for it in found])
            return {it.key: told[it.id] for it in found if it.id in told}

    def facts(self) -> list[dict[str, Any]]:
        journals = places.project_dot(self.folder).glob("journal-*.jsonl")
        lines = [json.loads(it) for path in journals for it in path.read_text().splitlines()]
        return [it for it in lines if it["event"] == "batch.performed"]


@pytest.fixture
def plant(tmp_path: Path, nulls: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    monkeypatch.setattr(judging, "null_cache_path", lambda _: nulls)
    made = Plant(tmp_path)
    made.declare(toml=TOML)
    rows("t", 1_000).to_csv(tmp_path / "train.csv", index=False)
    (tmp_path / "live").mkdir()
    yield made
    if batches._HELD.index is not None:
        batches._HELD.index.close()
    batches._HELD = batches._Held()


def test_a_batch_is_judged_by_its_truth_once_and_again_as_that_grows_or_is_corrected(
    plant: Plant,
) -> None:
    plant.live("a.csv")
    plant.live("b.csv", wrong=0.4)
    a, b = plant.truth["a.csv"], plant.truth["b.csv"]
    plant.label("1.csv", a, b[:150])
    assert plant.late() == {"a.csv": "performed", "b.csv": "performed"}
    assert plant.late() == {"a.csv": "known", "b.csv": "known"}
    found = plant.performed()
    assert {key: (it.n_labelled, it.measured.value) for key, it in found.items()} == {
        "a.csv": (200, "ok"),
        "b.csv": (150, "drift"),
    }
    accuracy = found["b.csv"].metric("accuracy", "realised")
    assert accuracy is not None
    frame = rows("b.csv", 200, 0.4)[:150]
    assert accuracy["value"] == pytest.approx(float((frame["said"] == frame["y"]).mean()))
    plant.label("2.csv", b[150:])
    assert plant.late() == {"a.csv": "known", "b.csv": "performed"}
    assert plant.performed()["b.csv"].n_labelled == 200
    (plant.folder / "labels" / "2.csv").unlink()
    assert plant.late() == {"a.csv": "known", "b.csv": "performed"}, "as it was before"
    assert plant.performed()["b.csv"].n_labelled == 150
    assert len(plant.facts()) == 4
    (plant.folder / "live" / "b.csv").unlink()
    plant.label("2.csv", b[150:])
    assert plant.late() == {"a.csv": "known", "b.csv": "failed"}


def test_what_has_no_label_yet_waits_and_a_claim_of_the_dead_is_followed(plant: Plant) -> None:
    plant.live("a.csv")
    plant.label("1.csv", rows("other", 10)[["id", "y"]])
    assert plant.late() == {"a.csv": "unlabelled"}
    assert plant.performed()["a.csv"].figures["metrics"] == []
    assert plant.facts() == []
    plant.label("1.csv", plant.truth["a.csv"])
    batch = plant.recorded()["a.csv"]
    truth = read_truth(batches._bench(plant.folder, "live"))
    _, digest = truth.joined(pd.read_csv(plant.folder / "live" / "a.csv"))
    claim = places.claims_dir(plant.folder) / f"performed-{batch.id}-{digest}"
    mark = host.mark_of(os.getpid())
    assert mark is not None
    whose = {"host": host.host_name(), "machine": host.machine_id(), **mark._asdict()}
    claim.write_text(json.dumps(whose))
    assert plant.late() == {"a.csv": "held"}
    claim.write_text(json.dumps({**whose, "start": 0}))
    assert plant.late() == {"a.csv": "performed"}
    assert len(plant.facts()) == 1


class OwnWorker:
    """Does the work in this process, and counts it."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def work(self, task: str, arguments: dict[str, Any]) -> Any:
        self.asked.append(arguments["batches"])
        return getattr(batches, task)(quiet, **arguments)


def test_the_agent_asks_only_where_labels_or_batches_are_new(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_labels, "AT_ONCE", 2)
    described = load_project(plant.folder)
    clock = [100.0]
    told: list[str] = []
    with Index.open(plant.folder) as index:

        def started() -> tuple[LateLabels, OwnWorker]:
            worker = OwnWorker()
            made = LateLabels(
                described,
                require_watched(described),
                worker,  # type: ignore[arg-type]
                index,
                lambda key, _: told.append(key),
                clock=lambda: clock[0],
            )
            return made, worker

        late, worker = started()
        assert late.tend() is False
        for key in ("a.csv", "b.csv", "c.csv"):
            plant.live(key)
        plant.label("1.csv", *plant.truth.values())
        clock[0] += late.next_seconds or 0
        assert late.tend() is False, "the file may still be written"
        assert worker.asked == []
        clock[0] += late.next_seconds or 0
        assert late.tend() is True
        assert late.tend() is True
        assert [len(ids) for ids in worker.asked] == [2, 1]
        assert sorted(told) == ["a.csv", "b.csv", "c.csv"]
        assert late.tend() is False
        again, idle = started()
        for _ in range(3):
            again.tend()
            clock[0] += again.next_seconds or 0
        assert idle.asked == [], "what was looked at is known to the next process"
        plant.live("d.csv")
        again.told()
        assert again.tend() is False, "nothing is known of it yet"
        assert [len(ids) for ids in idle.asked] == [1]
        plant.label("2.csv", plant.truth["d.csv"])
        clock[0] += 60
        again.tend()
        clock[0] += 1
        assert again.tend() or again.tend()
        assert told[3:] == ["d.csv"]
