"""Two tables of predictions of the same rows, paired by id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate.columns import Kind, label
from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.predictions import ID, SCORE, TRUTH, read_predictions, roles_of, units_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Pair:
    """What two models said of the rows that both tables have."""

    a: Outcomes
    b: Outcomes
    units: Units | None
    notes: tuple[str, ...]
    tables: tuple[pd.DataFrame, pd.DataFrame]
    """The same rows as the tables have them."""


def pair(
    a: pd.DataFrame,
    b: pd.DataFrame,
    group: str | None = None,
    problem: ProblemKind | None = None,
    positive: str | None = None,
    names: Sequence[str] = ("A", "B"),
) -> Pair:
    """Return the rows of both tables, in the order of the first.

    Args:
        a: predictions, with an id.
        b: the same.
        group: the column of rows that belong together, in either table.
        problem: what is predicted; None: told from the truth.
        positive: of two classes the one that recall is about.
        names: what the tables are called.

    Raises:
        InputError: a column is missing, an id is there twice or has two truths, or no row is in
            both tables.
    """
    a, b = _with_one_score(a, b, problem, positive)
    roles = [roles_of([str(it) for it in side.columns], problem, positive) for side in (a, b)]
    keys = [_keys(side, name) for side, name in zip((a, b), names, strict=True)]
    place = pd.Series(np.arange(len(b)), index=keys[1]).reindex(keys[0])
    in_both = np.asarray(place.notna())
    count = int(in_both.sum())
    if not count:
        raise InputError(f"no id is both in {names[0]} and in {names[1]}", "rows are paired by id")
    before = a[in_both].reset_index(drop=True)
    after = b.iloc[place[in_both].astype(int)].reset_index(drop=True)
    _require_same_truth(before, after, names)
    notes = _missing_notes((len(a), len(b)), count, names)
    columns = [it for it in (TRUTH, roles[0].prediction, *roles[0].scores.values()) if it in b]
    columns = [it for it in columns if it is not None]
    if set(roles[0].columns) != set(roles[1].columns):
        lost = ", ".join(sorted(set(roles[0].columns) ^ set(roles[1].columns)))
        notes.append(f"only one of them has {lost}: not used")
    joined = pd.concat([before[columns], after[columns]], ignore_index=True)
    outcomes = read_predictions(joined, problem, positive).outcomes
    rows = np.arange(count)
    units = None
    if group is not None:
        units = units_of(before if group in before else after, group)
    sides = outcomes.take(rows), outcomes.take(rows + count)
    return Pair(*sides, units, tuple(notes), (before[columns], after[columns]))


def _with_one_score(
    a: pd.DataFrame, b: pd.DataFrame, problem: ProblemKind | None, positive: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both with one score where one of them has one, and the other one of each class."""
    if (SCORE in a) == (SCORE in b):
        return a, b
    told, each = (a, b) if SCORE in a else (b, a)
    names = [it for it in map(str, each.columns) if it.startswith(f"{SCORE}_")]
    classes = read_predictions(each, problem, positive).outcomes.classes if len(names) == 2 else ()
    chosen = f"{SCORE}_{classes[-1]}" if len(classes) == 2 else ""
    if chosen not in each:
        return a, b
    alike = each.rename(columns={chosen: SCORE}).drop(columns=[it for it in names if it != chosen])
    return (told, alike) if SCORE in a else (alike, told)


def _keys(frame: pd.DataFrame, name: str) -> pd.Index:
    if ID not in frame:
        raise InputError(f"{name} has no column {ID}", "rows are paired by it")
    keys = frame[ID].astype(object).map(lambda it: label(it, Kind.CATEGORY), na_action="ignore")
    if keys.isna().any():
        row = int(np.flatnonzero(keys.isna())[0]) + 1
        raise InputError(f"{name} has no {ID} in row {row:,}", "rows are paired by it")
    twice = keys[keys.duplicated()]
    if len(twice):
        raise InputError(
            f"{name} has {ID} {twice.iloc[0]} more than once",
            "an id has to name one row for rows to be paired by it",
        )
    index: pd.Index = pd.Index(keys)
    return index


def _require_same_truth(before: pd.DataFrame, after: pd.DataFrame, names: Sequence[str]) -> None:
    one, other = before[TRUTH], after[TRUTH]
    if _is_number(one) and _is_number(other):
        close = np.isclose(one.astype(float), other.astype(float), rtol=1e-6, equal_nan=True)
    else:
        texts = [
            it.astype(object).map(lambda v: label(v, Kind.CATEGORY), na_action="ignore")
            for it in (one, other)
        ]
        close = np.asarray((texts[0] == texts[1]) | (texts[0].isna() & texts[1].isna()))
    if close.all():
        return
    at = int(np.flatnonzero(~close)[0])
    count = int((~close).sum())
    raise InputError(
        f"the truth of {ID} {before[ID].iloc[at]} is {one.iloc[at]} in {names[0]} and "
        f"{other.iloc[at]} in {names[1]}"
        + (f", and so of {count - 1:,} more" if count > 1 else ""),
        "only predictions of the same data can be compared",
    )


def _is_number(series: pd.Series) -> bool:
    return getattr(series.dtype, "kind", "") in "iuf" and bool(getattr(series.dtype, "kind", ""))


def _missing_notes(sizes: tuple[int, int], count: int, names: Sequence[str]) -> list[str]:
    notes = []
    for name, size in zip(names, sizes, strict=True):
        if size > count:
            notes.append(
                f"{size - count:,} of {size:,} rows are in {name} only: left out; "
                f"{count:,} are compared"
            )
    return notes
