from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.grouping import filter_of, group_runs
from mlops_tui.index import Index
from tests.ui.recorded import add_run, run_id, write_project


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    project = write_project(tmp_path / "digits")
    for number in range(1, 5):
        params = {"lr": 0.1 if number < 3 else 0.01, "seed": number, "opt": "adam"}
        metrics = {"accuracy": [0.1, number / 10], "loss": [1.0]}
        add_run(project, number, params=params, metrics=metrics)
    add_run(project, 5, params={"split": 0.2}, job="prepare")
    with Index.open(project) as opened:
        opened.ingest()
        yield opened


def test_runs_that_differ_in_seeds_alone_are_repetitions(index: Index) -> None:
    found = group_runs(index, load_project(index.project), index.field_facts())
    assert found.fields == ("job", "param.lr")
    assert found.metrics == ("accuracy", "loss")
    assert [group.by for group in found.groups] == [
        ("train", 0.01), ("train", 0.1), ("prepare", None),
    ]  # fmt: skip
    assert found.groups[0].ids == (run_id(4), run_id(3))
    assert found.groups[0].spreads["accuracy"].mean == pytest.approx(0.35)
    assert found.groups[2].spreads == {}


def test_fields_and_metrics_that_are_named_are_kept(index: Index) -> None:
    project = load_project(index.project)
    where = parse_filter("job=train")
    found = group_runs(index, project, index.field_facts(), ["opt"], ["loss"], where)
    assert (found.fields, found.metrics) == (("opt",), ("loss",))
    assert [(group.by, len(group.ids)) for group in found.groups] == [(("adam",), 4)]


def test_the_filter_of_a_group_passes_its_runs_and_no_others(index: Index) -> None:
    chosen = parse_filter("seed>1 or has:split")
    found = group_runs(index, load_project(index.project), index.field_facts(), where=chosen)
    for group in found.groups:
        by = list(zip(found.fields, group.by, strict=True))
        where = filter_of(by, chosen)
        assert tuple(index.run_ids(where)) == group.ids
    assert index.run_ids(filter_of([], None)) == index.run_ids()


def test_an_empty_project_has_no_groups(tmp_path: Path) -> None:
    project = write_project(tmp_path / "empty")
    with Index.open(project) as index:
        assert group_runs(index, load_project(project), index.field_facts()).groups == ()
