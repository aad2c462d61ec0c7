from __future__ import annotations

import math

from mlops_tui.domain.runs import MetricSummary, Run, RunState
from mlops_tui.ui.facts import run_facts

NAN = math.nan


def test_the_range_of_a_metric_is_told_where_there_is_one() -> None:
    run = Run(
        id="20260101-000000-abcdef",
        name="train-1",
        job="train",
        kind="train",
        state=RunState.RUNNING,
        created=0.0,
        progress=(3.0, None),
        metrics={
            "loss": MetricSummary(0.5, 0.5, 0.9, 0.9, 2, 0, 1, 1, 0),
            "nothing": MetricSummary(NAN, None, None, NAN, 2, 2, 1, None, None),
        },
    )
    facts = dict(run_facts(run, 10.0))
    assert facts["metrics"] == "loss 0.5 (0.5 to 0.9)\nnothing NaN"
    assert facts["progress"] == "3"
