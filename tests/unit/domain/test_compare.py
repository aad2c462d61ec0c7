"""Comparing runs puts every fact side by side and says which differ."""

from __future__ import annotations

import math

from mlops_tui.domain.compare import Section, compare, details_of
from mlops_tui.domain.runs import MetricSummary, ParamValue, Run, RunState


def run(run_id: str, params: dict[str, ParamValue], loss: float) -> Run:
    metrics = {"loss": MetricSummary(loss, loss, loss, loss, 1, 0, 0, 0, 0)}
    return Run(
        id=run_id, name=run_id, job="train", kind="train", state=RunState.FINISHED, created=0.0,
        params=params, metrics=metrics, host="vm",
    )  # fmt: skip


def test_each_side_of_a_run_is_compared() -> None:
    record = {"argv": ["python", "train.py"], "inputs": ["train"], "env": {"OMP": "2"}}
    git = {"commit": "abc", "dirty": False}
    one = details_of(run("a", {"lr": 0.1}, 1.0), record, {"git": git, "packages": {"numpy": "1"}})
    two = details_of(
        run("b", {"lr": 0.2, "new": True}, 1.0),
        record | {"inputs": ["train", "more"]},
        {"git": git | {"dirty": True}, "packages": {"numpy": "2"}, "python": "3.12"},
    )
    rows = compare([one, two])
    differing = {(row.section, row.key): row.values for row in rows if row.differs}
    assert differing == {
        (Section.PARAMS, "lr"): (0.1, 0.2),
        (Section.PARAMS, "new"): (None, True),
        (Section.DATA, "inputs"): ("train", "train, more"),
        (Section.CODE, "git dirty"): (False, True),
        (Section.ENVIRONMENT, "numpy"): ("1", "2"),
        (Section.ENVIRONMENT, "python"): (None, "3.12"),
    }
    same = {row.key for row in rows if not row.differs}
    assert same == {"loss", "git commit", "command", "host", "$OMP"}


def test_two_nans_are_the_same_and_nan_differs_from_a_number() -> None:
    details = [details_of(run(name, {}, math.nan), {}, {}) for name in "ab"]
    assert not any(row.differs for row in compare(details))
    details.append(details_of(run("c", {}, 1.0), {}, {}))
    assert [row.key for row in compare(details) if row.differs] == ["loss"]


def test_spoiled_files_of_a_run_are_as_good_as_none() -> None:
    odd = details_of(run("a", {}, 1.0), {"argv": 3, "env": []}, {"git": "x", "packages": None})
    assert {row.key for row in compare([odd, odd])} == {"loss", "host"}
