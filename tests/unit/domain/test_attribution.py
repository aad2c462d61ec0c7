"""What changed between two runs is the data's doing only where nothing else differs."""

from __future__ import annotations

import pytest

from mlops_tui.domain.attribution import Attribution, attribution
from mlops_tui.domain.compare import RunDetails, compare, details_of
from mlops_tui.domain.runs import MetricSummary, Run, RunState


def details(
    name: str,
    accuracy: float,
    version: str | None,
    lr: float = 0.1,
    commit: str = "abc",
    dirty: bool | None = False,
    marks: str = "",
    numpy: str = "1",
    host: str = "vm",
) -> RunDetails:
    summary = MetricSummary(accuracy, accuracy, accuracy, accuracy, 1, 0, 0, 0, 0)
    run = Run(
        id=name, name=name, job="train", kind="train", state=RunState.FINISHED, created=0.0,
        params={"lr": lr}, metrics={"accuracy": summary}, host=host,
    )  # fmt: skip
    git = {"commit": commit, "dirty": dirty}
    found = {"git": git, "packages": {"numpy": numpy}, "python": "3.12"}
    versions = {} if version is None else {"train": version}
    record = {"argv": ["python", "train.py"], "inputs": ["train"]}
    return details_of(run, record, found, versions, {"train": marks} if marks else {})


def told(one: RunDetails, two: RunDetails) -> Attribution | None:
    return attribution([one, two], compare([one, two]))


BEFORE = details("a", 0.9, "1" * 32)


def test_data_alone_is_said_to_have_done_it_with_every_metric() -> None:
    found = told(BEFORE, details("b", 0.93, "2" * 32, marks="2 rows excluded", host="other"))
    assert found is not None
    assert (found.is_attributable, found.is_sure, found.data) == (True, True, ("train",))
    assert found.changes[0].change == pytest.approx(0.03)
    assert found.words.startswith(
        "only the data differs (train 111111111111 -> 222222222222, 2 rows excluded by marks): "
        "accuracy 0.9 -> 0.93 (+0.03); one run each"
    )


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (details("b", 0.93, "2" * 32, lr=0.2), "params lr"),
        (details("b", 0.93, "2" * 32, commit="abd"), "code git commit"),
        (details("b", 0.93, "2" * 32, dirty=True), "code git dirty"),
        (details("b", 0.93, "2" * 32, numpy="2"), "environment numpy"),
        (details("b", 0.93, None), "data version of train (not known of both)"),
    ],
)
def test_whatever_else_differs_forbids_it(other: RunDetails, named: str) -> None:
    found = told(BEFORE, other)
    assert found is not None
    assert (found.is_attributable, found.others) == (False, (named,))
    assert f"cannot be attributed to it: {named} differ too" in found.words


def test_changes_that_no_commit_has_leave_a_doubt() -> None:
    sides = [details(name, 0.9, number * 32, dirty=True) for name, number in ("a1", "b2")]
    found = told(*sides)
    assert found is not None
    assert (found.is_attributable, found.is_sure) == (True, False)
    assert "no metric changed" in found.words
    assert "no clean commit" in found.words


def test_what_is_not_recorded_yet_is_no_difference_but_a_doubt() -> None:
    later = details("b", 0.93, "2" * 32)
    unknown = RunDetails(later.run, later.data, {"command": "python train.py"}, {"host": "vm"})
    found = told(BEFORE, unknown)
    assert found is not None
    assert (found.is_attributable, found.is_sure, found.others) == (True, False, ())


def test_the_same_data_and_more_runs_have_nothing_to_say() -> None:
    assert told(BEFORE, details("b", 0.93, "1" * 32)) is None
    three = [BEFORE, details("b", 1.0, "2" * 32), details("c", 1.0, "3" * 32)]
    assert attribution(three, compare(three)) is None
