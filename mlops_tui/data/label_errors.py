"""Labels that are probably wrong, by confident learning.

C. Northcutt, L. Jiang, I. Chuang: Confident Learning: Estimating Uncertainty in Dataset Labels,
Journal of Artificial Intelligence Research 70 (2021). A row is taken for a label error where its
probability for another class, from models that never saw the row, reaches the mean that rows of
that class have. On data without any label error that finds the hard rows; so here two models of
different kinds have to agree, each has to hold the given label for all but impossible, and there
have to be more such rows than hard rows make.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from mlops_tui.data.features import matrix
from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.places import shown
from mlops_tui.data.table_roles import Sampled, classes_of
from mlops_tui.data.values import Flags, Floats
from mlops_tui.domain.checks import percent

FOLDS = 5
LEAST_ROWS = 60
LEAST_OF_CLASS = 2 * FOLDS
MOST_SELF = 0.1
"""A label whose probability is less is held for all but impossible. Where classes overlap, 0.2
takes rows that are noise by nature for errors."""
LEAST_ERRORS, LEAST_SHARE = 3, 0.005
SHOWN = 10
_WHAT = "labels that are probably wrong"


def find_label_errors(
    table: Sampled, leaking: Collection[str] = (), seed: int = 0
) -> tuple[list[Finding], Look]:
    """Return the labels that are probably wrong, the clearest first.

    Args:
        table: the rows.
        leaking: columns that repeat the label, and its errors: nothing is learned from them.
        seed: of folds and models.
    """
    if table.roles.target is None or table.roles.target not in table.frame.columns:
        return [], Look(_WHAT, 0, "no target is declared or named with --target")
    classes = classes_of(table.frame[table.roles.target])
    if classes is None:
        return [], Look(_WHAT, 0, "the target is an amount, not a class")
    codes, names = classes
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    usable = (codes >= 0) & (counts[np.maximum(codes, 0)] >= LEAST_OF_CLASS)
    if usable.sum() < LEAST_ROWS or len(np.unique(codes[usable])) < 2:
        why = f"needs {LEAST_ROWS} rows, and {LEAST_OF_CLASS} of each of two classes"
        return [], Look(_WHAT, 0, why)
    at = np.flatnonzero(usable)
    kept, labels = np.unique(codes[at], return_inverse=True)
    columns = [name for name in table.features if name not in leaking]
    given = matrix(table.frame.iloc[at], columns)
    if not given.shape[1]:
        return [], Look(_WHAT, 0, "there is no column to learn from")
    wrong, margins, instead = suspects(given, labels.astype(np.int64), seed)
    least = max(LEAST_ERRORS, LEAST_SHARE * len(at))
    look = Look(_WHAT, len(at))
    if wrong.sum() < least:
        return [], look
    order = np.flatnonzero(wrong)[np.argsort(margins[wrong])]
    clearest = [(int(at[row]), names[int(kept[instead[row]])]) for row in order[:SHOWN]]
    return [_finding(table, clearest, int(wrong.sum()), len(at))], look


def suspects(
    given: Floats, labels: npt.NDArray[np.int64], seed: int
) -> tuple[Flags, Floats, npt.NDArray[np.int64]]:
    """Return which labels are probably wrong, how clearly, and what they may be instead.

    Args:
        given: (n_rows, n_features) without NaN.
        labels: (n_rows,) from 0, each class there at least `LEAST_OF_CLASS` times.
        seed: of folds and models.

    Returns:
        Flags; margins (given class minus the other one, in -1..1, the least the clearest); classes.
    """
    found = [confident(probabilities, labels) for probabilities in _predicted(given, labels, seed)]
    both = np.logical_and.reduce([flags for flags, _, _ in found])
    both &= found[0][2] == found[1][2]
    margins = np.mean([margin for _, margin, _ in found], axis=0)
    return both, margins, found[0][2]


def confident(
    probabilities: Floats, labels: npt.NDArray[np.int64]
) -> tuple[Flags, Floats, npt.NDArray[np.int64]]:
    """Return the rows off the diagonal of the confident joint, margins, and the other classes.

    Args:
        probabilities: (n_rows, n_classes), out of sample.
        labels: (n_rows,) the given classes.
    """
    n_classes = probabilities.shape[1]
    # t_j of the paper: the mean self-confidence of the rows that are labelled j
    thresholds = np.array([probabilities[labels == it, it].mean() for it in range(n_classes)])
    rows = np.arange(len(labels))
    own = probabilities[rows, labels]
    reached = np.where(probabilities >= thresholds, probabilities, -1.0)
    reached[rows, labels] = -1.0
    other = reached.argmax(axis=1)
    best = reached[rows, other]
    flags = (best > 0) & (best > own) & (own < MOST_SELF)
    others = probabilities.copy()
    others[rows, labels] = -1.0
    return flags, own - others.max(axis=1), np.where(flags, other, others.argmax(axis=1))


def _predicted(given: Floats, labels: npt.NDArray[np.int64], seed: int) -> list[Floats]:
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    models = (
        ExtraTreesClassifier(100, min_samples_leaf=2, random_state=seed),
        make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=200)),
    )
    with warnings.catch_warnings():
        # one that has not converged is still a second opinion
        warnings.simplefilter("ignore")
        return [
            np.asarray(cross_val_predict(it, given, labels, cv=folds, method="predict_proba"))
            for it in models
        ]


def _finding(table: Sampled, clearest: list[tuple[int, str]], count: int, n: int) -> Finding:
    target = str(table.roles.target)
    columns = [*([table.roles.id] if table.roles.id else []), target]
    values = shown(table.frame, [at for at, _ in clearest], columns)
    rows = [
        table.numbering.found(int(table.places[at]), value, f"looks like {instead}")
        for (at, instead), value in zip(clearest, values, strict=True)
    ]
    share = count / n
    return Finding(
        FindingKind.LABEL_ERRORS,
        Sureness.LIKELY if share >= 3 * LEAST_SHARE else Sureness.POSSIBLE,
        f"at least {count:,} of {n:,} rows ({percent(share)}) are probably labelled wrong in "
        f"{target}",
        "two models that never saw these rows hold their labels for all but impossible "
        "(confident learning, Northcutt et al. 2021); a few may be merely unusual, "
        "and others are missed",
        "look at these rows, the clearest first; correct or leave out those that are wrong",
        n,
        count,
        (target,),
        rows,
    )
