"""The task that evaluates recorded predictions beside their dataset: a report as JSON holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.evaluated import direction_of
from mlops_tui.domain.project import Direction
from mlops_tui.engine.tasks.evaluated_rows import Joined, join_dataset, read_predicted
from mlops_tui.engine.tasks.evaluations import MORE, compared, judged
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate import seeds
from mlops_tui.evaluate.columns import Kind, read_column, read_columns

if TYPE_CHECKING:
    import pandas as pd

MOST_SEGMENTED = 5
"""Columns whose values are told one by one where nobody says which."""
_MOST_VALUES = 12
"""Of such a column."""
_READ, _JUDGED = 0.2, 0.5
"""The shares of the work that reading and judging are taken for."""


def measure(
    progress: Progress,
    predictions: str,
    dataset: Mapping[str, Any] | None = None,
    ask: Mapping[str, Any] | None = None,
    train: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the report of predictions, parted by the columns of the dataset that they are of.

    Args:
        progress: told the share that is done.
        predictions: a table of `id, y_true, y_pred` and scores, absolute.
        dataset: whose rows they are: `name`, `path` and the columns `id`, `target`, `group`.
        ask: as `evaluations.judged` takes it; without `segments`, those columns with few values.
        train: what simple models learn from, for comparison: as `dataset`; None: they do not.

    Raises:
        InputError: something cannot be read, or lacks a column.
    """
    frame = read_predicted(predictions)
    progress(_READ / 2, 1)
    joined = join_dataset(frame, dataset)
    progress(_READ, 1)
    asked = dict(ask or {})
    if asked.get("time") is None:
        asked["time"] = time_of(joined, dataset)
    report = report_of(joined, asked, lambda done: progress(_READ + _JUDGED * done, 1))
    report["baselines"] = []
    if train is not None and dataset is not None and joined.dataset_rows:
        from mlops_tui.engine.tasks.simple_models import compare_simple  # not every report needs it

        report["baselines"], notes = compare_simple(joined, dataset, train, asked)
        report["notes"] += notes
    progress(1, 1)
    return report


def time_of(joined: Joined, dataset: Mapping[str, Any] | None) -> str | None:
    """Return the column that orders rows: the dataset's timestamp, where it holds times.

    None where rows belong together by a group: that says more of how they resemble each other.
    """
    name = (dataset or {}).get("timestamp")
    if name is None or joined.group is not None or name not in joined.frame:
        return None
    times = read_column(name, joined.frame[name], Kind.TIME)
    return str(name) if len(times.present) else None


def report_of(joined: Joined, ask: Mapping[str, Any], on_progress: Any = None) -> dict[str, Any]:
    """Return the report of rows with whatever columns they have.

    Raises:
        InputError: there is no such column, or the table has no truth or no predictions.
    """
    asked = dict(ask)
    if asked.get("segments") is None:
        asked["segments"] = few_values(joined.features)
    frame = joined.frame
    if joined.group is not None:
        asked["group"] = joined.group
    report = judged(frame, asked, on_progress)
    if not report["n"]:
        hint = "a score that is infinite or missing is none"
        raise InputError("no row has both a prediction and its truth", hint)
    report["notes"] = [*joined.notes, *report["notes"]]
    return report | {"dataset": joined.dataset, "dataset_rows": joined.dataset_rows}


def compare(
    progress: Progress,
    paths: Sequence[str],
    names: Sequence[str],
    metric: str,
    dataset: Mapping[str, Any] | None,
    ask: Mapping[str, Any],
) -> dict[str, Any]:
    """Return whether the second of two tables of predictions is better than the first.

    Args:
        progress: told of steps.
        paths: of A and of B, absolute.
        names: what they are called.
        metric: by which.
        dataset: whose rows they are, which may say what rows belong together.
        ask: as `evaluations.compared` takes it.

    Raises:
        InputError: something cannot be read, or rows cannot be paired.
    """
    frames = []
    for at, path in enumerate(paths):
        frames.append(read_predicted(path))
        progress(at + 1, 4)
    asked: dict[str, Any] = dict(ask)
    notes: Sequence[str] = ()
    if dataset is not None and dataset.get("group"):
        joined = join_dataset(frames[0], dataset)
        frames[0], asked["group"], notes = joined.frame, joined.group, joined.notes
    progress(3, 4)
    found = compared(frames[0], frames[1], metric, asked, names)
    found["notes"] = [*notes, *found["notes"]]
    return found


def compare_seeds(
    progress: Progress,
    metric: str,
    a: Sequence[float],
    b: Sequence[float],
    is_paired: bool,
    is_lower_better: bool,
    min_difference: float | None = None,
) -> dict[str, Any]:
    """Return whether B is better than A over repeated runs, a value each.

    Raises:
        InputError: there are too few.
    """
    direction = Direction.MINIMIZE if is_lower_better else Direction.MAXIMIZE
    found = seeds.compare_seeds(
        metric, a, b, is_paired, None, min_difference, direction_of(metric) or direction
    )
    progress(1, 1)
    return {**found.as_json(), **{name: getattr(found, name) for name in MORE}, "notes": []}


def few_values(frame: pd.DataFrame) -> list[str]:
    """Return the names of columns that part rows into a few kinds, the first of them."""
    found = read_columns(frame)
    few = [
        name
        for name, it in found.items()
        if it.kind in (Kind.CATEGORY, Kind.BOOLEAN) and 2 <= len(it.label_counts) <= _MOST_VALUES
    ]
    return few[:MOST_SEGMENTED]
