"""The rows of a dataset that a model is judged by, apart from what is true of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables
from mlops_tui.domain.errors import InputError
from mlops_tui.engine.table_samples import read_sample


def read_rows(
    dataset: Mapping[str, Any], most: int, problems: Problems
) -> tuple[pd.DataFrame, pd.Series[Any], int]:
    """Return rows of a dataset with their truth apart, and how many there are in all.

    Args:
        dataset: `name`, `path` and `target`.
        most: so many at most, drawn at random.
        problems: collects what is wrong in the files.

    Raises:
        InputError: it cannot be read, or nothing says what is true.
    """
    target, name = dataset.get("target"), dataset.get("name")
    if not target:
        raise InputError(f"nothing says what is true of {name}", "declare its target in mlops.toml")
    frame, count = read_sample(find_tables(dataset["path"]), most, problems)
    if target not in frame:
        has = ", ".join(map(str, frame.columns[:20]))
        raise InputError(f"{name} has no column {target!r}", f"it has: {has}")
    known = frame[frame[target].notna()].reset_index(drop=True)
    if not len(known):
        raise InputError(f"{target} of {name} is empty in every row")
    return known.drop(columns=target), known[target], count


def inputs_of(rows: pd.DataFrame, dataset: Mapping[str, Any]) -> list[str]:
    """Return the columns of a dataset that a model may read, in their order."""
    apart = {dataset.get(role) for role in ("id", "target", "group", "timestamp")}
    return [str(name) for name in rows.columns if name not in apart]
