"""Rows that were predicted, beside the rows of the dataset that they are of; frames in and out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables, read_table
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.evaluate.columns import Kind, label
from mlops_tui.evaluate.predictions import ID, TRUTH

MOST_ROWS = 5_000_000
"""Of predictions; more are refused, as a part of them would be another evaluation."""


@dataclass(frozen=True)
class Joined:
    """Predictions and, where they were found, the dataset's columns beside them."""

    predictions: pd.DataFrame
    features: pd.DataFrame
    """(n, columns) of the dataset, missing where a row was not found; without its id and target,
    and without what the predictions have under the same name."""
    group: str | None = None
    """The column that says which rows belong together."""
    dataset: str | None = None
    """Its name; None where nobody said whose rows they are."""
    dataset_rows: int | None = None
    """In the dataset; None where that was not read."""
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """All columns side by side."""
        return pd.concat([self.predictions, self.features], axis=1)


def read_predicted(path: str) -> pd.DataFrame:
    """Return a whole table of predictions.

    Raises:
        InputError: it cannot be read, or is too long.
    """
    frame = read_table(find_tables(path), most_rows=MOST_ROWS + 1)
    if len(frame) > MOST_ROWS:
        raise InputError(f"{path} has more than {MOST_ROWS:,} rows of predictions")
    return frame


def join_dataset(predictions: pd.DataFrame, dataset: Mapping[str, Any] | None) -> Joined:
    """Return predictions with the dataset's columns, found by id, else by place.

    Args:
        predictions: with `id`, where rows are found by id.
        dataset: `name`, `path` and the columns `id`, `target`, `group`; None where nobody said.
    """
    nothing = pd.DataFrame(index=predictions.index)
    if dataset is None:
        return Joined(predictions, nothing)
    name = dataset["name"]
    if not (dataset.get("path") and _is_there(dataset["path"])):
        return Joined(predictions, nothing, dataset=name)
    problems = Problems()
    try:
        rows = read_table(find_tables(dataset["path"]), problems=problems)
    except MlopsTuiError as error:
        note = f"{name} cannot be read, so that its columns are not looked at: {error}"
        return Joined(predictions, nothing, dataset=name, notes=(note,))
    if not len(rows):
        return Joined(predictions, nothing, None, name, 0, (f"{name} has no rows",))
    places, notes = _places(predictions, rows, dataset)
    found = rows.take(np.maximum(places, 0)).set_axis(predictions.index)
    if (places < 0).any():
        found = found.mask(np.repeat((places < 0)[:, None], found.shape[1], axis=1))
    notes += _of_truth(predictions, found, dataset)
    apart = {dataset.get("id"), dataset.get("target"), *predictions.columns}
    kept = found[[it for it in found.columns if it not in apart]]
    group = dataset.get("group")
    has_group = group in kept or group in predictions
    return Joined(predictions, kept, group if has_group else None, name, len(rows), tuple(notes))


def _is_there(path: str) -> bool:
    return any(letter in path for letter in "*?[") or os.path.exists(path)


def _places(
    predictions: pd.DataFrame, rows: pd.DataFrame, dataset: Mapping[str, Any]
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[str]]:
    """Return which row of the dataset each prediction is of, -1 for none, and what to say of it."""
    name, key = dataset["name"], dataset.get("id")
    n = len(predictions)
    if key is not None and key in rows and ID in predictions:
        by_id = {it: at for at, it in enumerate(_ids(rows[key]))}
        own = _ids(predictions[ID])
        places = np.array([by_id.get(it, -1) for it in own], dtype=np.int64)
        notes = [] if len(set(own)) == n else [f"{n - len(set(own)):,} ids occur more than once"]
    elif n == len(rows) and _is_in_order(predictions):
        places, notes = np.arange(n), []
    else:
        words = f"which rows of {name} were predicted is not known: declare its `id`"
        return np.full(n, -1), [words]
    missing, used = int((places < 0).sum()), len(set(places[places >= 0].tolist()))
    if missing:
        notes.append(f"{missing:,} of {n:,} predicted rows are not in {name}")
    if used < len(rows):
        notes.append(f"{used:,} of the {len(rows):,} rows of {name} were predicted, not all")
    return places, notes


def _is_in_order(predictions: pd.DataFrame) -> bool:
    if ID not in predictions:
        return True
    return _ids(predictions[ID]) == [str(at) for at in range(len(predictions))]


def _ids(column: pd.Series[Any]) -> list[str]:
    return [label(it, Kind.CATEGORY) for it in column.tolist()]


def _of_truth(
    predictions: pd.DataFrame, found: pd.DataFrame, dataset: Mapping[str, Any]
) -> list[str]:
    """Return what is to be said where predictions have another truth than the dataset."""
    target = dataset.get("target")
    if target is None or target not in found or TRUTH not in predictions:
        return []
    own, declared = predictions[TRUTH], found[target]
    is_known = (own.notna() & declared.notna()).to_numpy()
    differs = _differs(own[is_known], declared[is_known])
    if not differs:
        return []
    of = f"{differs:,} of {int(is_known.sum()):,} rows"
    return [f"{TRUTH} is not the {target} of {dataset['name']} in {of}: are they of other rows?"]


def _differs(own: pd.Series[Any], declared: pd.Series[Any]) -> int:
    numbers = [pd.to_numeric(it, errors="coerce") for it in (own, declared)]
    if not any(it.isna().any() for it in numbers):
        one, other = (it.to_numpy(dtype=np.float64) for it in numbers)
        return int((~np.isclose(one, other)).sum())
    words = [[label(it, Kind.BOOLEAN) for it in column.tolist()] for column in (own, declared)]
    return sum(one != other for one, other in zip(*words, strict=True))
