"""Columns that tell the target almost alone, and ids or times that tell it at all."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.table_roles import Sampled, as_numbers, classes_of
from mlops_tui.data.values import Floats, numbers, texts
from mlops_tui.domain.text import short_number

FOLDS = 5
DEPTH = 4
"""Of the tree that sees one column: up to 16 steps."""
LEAST_ROWS = 50
LEAST_LEAF = 3
ALMOST = 0.97
"""Of what can be told beyond guessing: so much is too good to be true for one column."""
SURE = 0.995
LEAST_BOUND = 0.93
"""So much at least by the lower end of a 95 % interval, unless not one row was wrong: of 100 rows
of clean data a good column may tell 98."""
ORDER_LEAST = 0.35
"""An id should tell nothing; so much is no accident of 50 rows or more."""
TIME_LEAST = 0.8
MOST_COLUMNS = 300
_WHAT = "columns that tell the target almost alone"
_WHY_ALONE = (
    "a tree that sees this column alone predicts rows it never saw; a column that good is often "
    "written after the target is known, or is made from it"
)


def find_leakage(table: Sampled, seed: int = 0) -> tuple[list[Finding], Look]:
    """Return the columns that tell too much, the worst first."""
    target = table.roles.target
    if target is None or target not in table.frame.columns:
        return [], Look(_WHAT, 0, "no target is declared or named with --target")
    told = _target(table.frame[target])
    if told is None or told[1].sum() < LEAST_ROWS:
        return [], Look(_WHAT, 0, f"needs {LEAST_ROWS} rows with a target of more than one value")
    values, usable, is_class = told
    if len(np.unique(values[usable])) < 2:
        return [], Look(_WHAT, 0, "the target has one value only")
    findings = []
    n = int(usable.sum())
    for name in table.features[:MOST_COLUMNS]:
        skill = _skill(table.frame[name][usable], values[usable], is_class, seed)
        if skill >= ALMOST and (skill == 1.0 or _at_least(skill, n, values, is_class)):
            findings.append((skill, _alone(name, target, skill, n)))
    roles = table.roles
    for column, least in ((roles.id, ORDER_LEAST), (roles.timestamp, TIME_LEAST)):
        if column is None or column not in table.frame.columns:
            continue
        skill = _skill(_order(table.frame[column])[usable], values[usable], is_class, seed)
        if skill >= least:
            findings.append((skill, _ordered(column, target, skill, n, column == roles.id)))
    return [it for _, it in sorted(findings, key=lambda pair: -pair[0])], Look(_WHAT, n)


def _target(series: pd.Series[Any]) -> tuple[Floats, npt.NDArray[np.bool_], bool] | None:
    """Return what is to be told, which rows have it, and whether it is a class."""
    classes = classes_of(series)
    if classes is not None:
        codes = classes[0]
        counts = np.bincount(codes[codes >= 0], minlength=len(classes[1]))
        usable = (codes >= 0) & (counts[np.maximum(codes, 0)] >= FOLDS)
        return codes.astype(np.float64), usable, True
    found = numbers(series)
    usable = np.isfinite(found)
    return (found, usable, False) if usable.any() else None


def _order(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return what an id is ordered by: its number, the digits in it, or its place in the file."""
    if as_numbers(series) is not None:
        return series
    digits = pd.Series(texts(series)).astype("object").astype(str).str.extract(r"(\d{1,15})\D*$")
    found = pd.to_numeric(digits[0], errors="coerce")
    if found.notna().mean() >= 0.95:
        return found.set_axis(series.index)
    return pd.Series(np.arange(len(series), dtype=np.float64), index=series.index)


def _skill(series: pd.Series[Any], values: Floats, is_class: bool, seed: int) -> float:
    """Return what of the target one column tells of rows unseen: 0 for a guess, 1 for all.

    For classes balanced accuracy beyond chance, for amounts R squared; both cross-validated.
    """
    column = _one(series)
    if column is None:
        return 0.0
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    shape: dict[str, Any] = {"min_samples_leaf": LEAST_LEAF, "random_state": seed}
    classes = len(np.unique(values))
    model: Any = DecisionTreeRegressor(max_depth=8, **shape)
    folds: Any = KFold(FOLDS, shuffle=True, random_state=seed)
    told: npt.NDArray[Any] = values
    if is_class:
        depth = max(DEPTH, int(np.ceil(np.log2(classes))) + 2)
        model = DecisionTreeClassifier(max_depth=depth, class_weight="balanced", **shape)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        told = values.astype(np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        guessed = cross_val_predict(model, column, told, cv=folds)
        if not is_class:
            return float(r2_score(told, guessed))
        chance = 1 / classes
        return float((balanced_accuracy_score(told, guessed) - chance) / (1 - chance))


def _one(series: pd.Series[Any]) -> Floats | None:
    """Return one column as (n_rows, n) numbers; missing is a value of its own."""
    found = as_numbers(series)
    if found is not None:
        found = np.clip(found, -1e30, 1e30)
        low = np.nanmin(found)
        beside = low - max(1.0, abs(low))
        filled = np.where(np.isnan(found), beside, found)
        return None if (filled == filled[0]).all() else filled.reshape(-1, 1)
    codes, distinct = pd.factorize(texts(series))
    if len(distinct) > max(2, len(series) // 10):
        return None  # text of its own in each row: nothing can be learned from it alone
    common = np.argsort(-np.bincount(codes + 1), kind="stable")[:50] - 1
    return np.column_stack([(codes == code).astype(np.float64) for code in common])


def _at_least(skill: float, n: int, values: Floats, is_class: bool) -> bool:
    """Say whether the lower end of Wilson's interval for the accuracy is still too good."""
    if not is_class:
        return True
    chance = 1 / max(2, len(np.unique(values[values >= 0])))
    share, z = skill * (1 - chance) + chance, 1.96
    middle = share + z * z / (2 * n)
    half = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    low = (middle - half) / (1 + z * z / n)
    return (low - chance) / (1 - chance) >= LEAST_BOUND


def _alone(name: str, target: str, skill: float, n: int) -> Finding:
    return Finding(
        FindingKind.LEAKAGE,
        Sureness.LIKELY if skill >= SURE else Sureness.POSSIBLE,
        f"{name} alone tells {_much(skill)} of {target}, on {n:,} rows",
        _WHY_ALONE,
        f"find out when {name} is known: leave it out unless that is before the prediction",
        n,
        n,
        (name, target),
    )


def _ordered(name: str, target: str, skill: float, n: int, is_id: bool) -> Finding:
    what = "the order of the ids" if is_id else "the time of a row"
    remedy = (
        f"leave {name} out of the features, and shuffle before parting the rows"
        if is_id
        else f"part the rows by {name}, not at random, and see whether the model still holds"
    )
    return Finding(
        FindingKind.ORDER_LEAKAGE,
        Sureness.LIKELY if is_id and skill >= 2 * ORDER_LEAST else Sureness.POSSIBLE,
        f"{name} tells {_much(skill)} of {target}, on {n:,} rows",
        f"{what} should tell nothing: the rows are sorted by {target}, or were collected one "
        "kind after the other, and a model learns that instead",
        remedy,
        n,
        n,
        (name, target),
    )


def _much(skill: float) -> str:
    return f"{short_number(100 * skill, 3)} %"
