"""What a model said of rows and what turned out to be true: columns by their role, one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate.columns import Kind, infer_kind, label, read_column

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MISSING = -1
"""The code of a class where nothing was predicted, or the truth is not known."""
MOST_CLASSES = 200
_POSITIVE = ("1", "yes", "y", "true", "positive", "pos")
"""Labels, in lower case, that are the positive one of two where nobody says which is."""


@dataclass(frozen=True)
class Roles:
    """Which columns say what; those that are None, or in none of the data, are not there."""

    truth: str | None = None
    prediction: str | None = None
    """The predicted class or number."""
    scores: Mapping[str, str] = field(default_factory=dict)
    """Class to the column of its probability or score; for two classes one of them will do, and
    the class "" is the positive one."""
    problem: ProblemKind | None = None
    """None: told from the truth of the reference."""
    positive: str | None = None
    """Of two classes the one that recall and precision are about."""

    @property
    def columns(self) -> frozenset[str]:
        """All columns that have a role."""
        named = (self.truth, self.prediction, *self.scores.values())
        return frozenset(name for name in named if name is not None)


@dataclass(frozen=True)
class Outcomes:
    """What a model said of n rows, and what was true."""

    problem: ProblemKind
    classes: tuple[str, ...]
    """k of them; of two the positive one last; empty for a regression."""
    predicted: Floats
    """(n,): the number; or the class by its place in `classes`, `MISSING`, or k: some other."""
    truth: Floats
    """(n,): the same of what was true."""
    scores: Floats
    """(n, k), NaN where missing; (n, 0) without scores."""

    def __len__(self) -> int:
        return len(self.predicted)

    @property
    def is_predicted(self) -> NDArray[np.bool_]:
        """Rows of which the model said something that can be used, (n,)."""
        if self.problem is ProblemKind.REGRESSION:
            return np.asarray(np.isfinite(self.predicted))
        return np.asarray((self.predicted != MISSING) & ~np.isnan(self.scores).any(axis=1))

    @property
    def is_labelled(self) -> NDArray[np.bool_]:
        """Rows of those whose truth is known, (n,)."""
        if self.problem is ProblemKind.REGRESSION:
            return np.asarray(self.is_predicted & np.isfinite(self.truth))
        return np.asarray(self.is_predicted & (self.truth != MISSING))

    def take(self, rows: NDArray[Any]) -> Outcomes:
        """Return some of the rows, by place or by mask."""
        kept = (self.predicted[rows], self.truth[rows], self.scores[rows])
        return Outcomes(self.problem, self.classes, *kept)


def read_outcomes(
    reference: pd.DataFrame, current: pd.DataFrame, roles: Roles
) -> tuple[Outcomes, Outcomes]:
    """Return the outcomes of reference and batch, with the same classes.

    Where there is no column of predictions, the class is that of the highest score, and of two
    classes the positive one from 0.5 on.

    Raises:
        InputError: the reference lacks the truth, or a column that says what was predicted; a batch
            lacks the latter; a class is not known; or there are too many classes.
    """
    roles = _scores_apart(reference, roles)
    _require(reference, roles, "the reference", needs_truth=True)
    _require(current, roles, "the batch", needs_truth=False)
    assert roles.truth is not None
    problem = roles.problem or _problem_of(reference[roles.truth])
    if problem is ProblemKind.REGRESSION:
        return _numbers(reference, roles), _numbers(current, roles)
    kind = _kind_of_labels(reference[roles.truth])
    classes = _classes_of(reference, roles, problem, kind)
    scores = _score_columns(roles, classes)
    return (
        _labelled(reference, roles, problem, classes, scores, kind),
        _labelled(current, roles, problem, classes, scores, kind),
    )


def _scores_apart(reference: pd.DataFrame, roles: Roles) -> Roles:
    """Take predictions that are probabilities, of a truth with two values, for scores."""
    truth, prediction = roles.truth, roles.prediction
    if roles.scores or truth not in reference or prediction not in reference:
        return roles
    if roles.problem not in (None, ProblemKind.BINARY):
        return roles
    if _problem_of(reference[truth]) is not ProblemKind.BINARY:
        return roles
    values = read_column(str(prediction), reference[prediction])
    if values.kind is not Kind.NUMERIC or not len(values.present):
        return roles
    if values.present[0] < 0 or values.present[-1] > 1:
        return roles
    return Roles(truth, None, {"": str(prediction)}, ProblemKind.BINARY, roles.positive)


def _require(frame: pd.DataFrame, roles: Roles, what: str, needs_truth: bool) -> None:
    if roles.prediction is None and not roles.scores:
        raise InputError("no column says what was predicted", "name it: prediction, or score")
    wanted = [roles.prediction, *roles.scores.values(), *([roles.truth] if needs_truth else [])]
    names = [str(name) for name in frame.columns]
    for name in wanted:
        if name is not None and name not in names:
            raise InputError(f"{what} has no column {name!r}", f"it has: {', '.join(names[:20])}")
    if needs_truth and roles.truth is None:
        raise InputError("no column of the reference says what was true", "name it: truth")


def _problem_of(truth: pd.Series[Any]) -> ProblemKind:
    kind = infer_kind(truth)
    if kind is Kind.BOOLEAN:
        return ProblemKind.BINARY
    if kind in (Kind.NUMERIC, Kind.ID) and _reads_as_numbers(truth):
        return ProblemKind.REGRESSION
    return ProblemKind.BINARY if truth.dropna().nunique() <= 2 else ProblemKind.MULTICLASS


def _reads_as_numbers(series: pd.Series[Any]) -> bool:
    return read_column("", series, Kind.NUMERIC).count > 0


def _numbers(frame: pd.DataFrame, roles: Roles) -> Outcomes:
    if roles.prediction is None:
        raise InputError("no column has the predicted numbers", "name it: prediction")
    predicted = read_column("", frame[roles.prediction], Kind.NUMERIC).values
    truth = np.full(len(frame), np.nan)
    if roles.truth in frame:
        truth = read_column("", frame[roles.truth], Kind.NUMERIC).values
    return Outcomes(ProblemKind.REGRESSION, (), predicted, truth, np.empty((len(frame), 0)))


def _kind_of_labels(truth: pd.Series[Any]) -> Kind:
    return Kind.BOOLEAN if infer_kind(truth) is Kind.BOOLEAN else Kind.CATEGORY


def _classes_of(
    frame: pd.DataFrame, roles: Roles, problem: ProblemKind, kind: Kind
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in (roles.truth, roles.prediction):
        if name is not None:
            found |= dict.fromkeys(read_column(name, frame[name], kind).labels)
    named = [label(it, kind) for it in (*roles.scores, *_given(roles.positive)) if it]
    found |= dict.fromkeys(named)
    if kind is Kind.BOOLEAN:
        found |= {"0": None, "1": None}
    if len(found) > MOST_CLASSES:
        words = f"{len(found)} classes are too many to judge (at most {MOST_CLASSES})"
        raise InputError(words, 'where numbers are predicted, say problem = "regression"')
    classes = sorted(found)
    if problem is ProblemKind.MULTICLASS:
        return tuple(classes)
    if len(classes) > 2:
        words = f"there are {len(classes)} classes: {', '.join(classes[:10])}"
        raise InputError(words, 'say problem = "multiclass"')
    if len(classes) < 2:
        raise InputError(f"the reference has one class only: {classes[0] if classes else 'none'}")
    positive = _positive(classes, roles, kind)
    return (next(it for it in classes if it != positive), positive)


def _given(text: str | None) -> Sequence[str]:
    return () if text is None else (text,)


def _positive(classes: Sequence[str], roles: Roles, kind: Kind) -> str:
    if roles.positive is not None:
        return label(roles.positive, kind)
    scored = [label(it, kind) for it in roles.scores if it]
    if len(scored) == 1:
        return scored[0]
    usual = [it for it in classes if it.lower() in _POSITIVE]
    return usual[0] if len(usual) == 1 else classes[-1]


def _score_columns(roles: Roles, classes: tuple[str, ...]) -> tuple[str | None, ...]:
    """Return the column of each class; none at all where not every class has one."""
    if len(classes) == 2 and "" in roles.scores:
        return (None, roles.scores[""])
    named = {str(label(it, Kind.CATEGORY)): column for it, column in roles.scores.items()}
    unknown = [it for it in named if it not in classes]
    if unknown:
        words = f"there is a score for {unknown[0]!r}, which is no class"
        raise InputError(words, f"classes are {', '.join(classes[:20])}")
    columns = tuple(named.get(it) for it in classes)
    if len(classes) == 2 and any(columns):
        return columns
    missing = [it for it, column in zip(classes, columns, strict=True) if column is None]
    if named and missing:
        raise InputError(f"there is no score for {missing[0]!r}", "name a column for every class")
    return columns if named else ()


def _labelled(
    frame: pd.DataFrame,
    roles: Roles,
    problem: ProblemKind,
    classes: tuple[str, ...],
    scores: tuple[str | None, ...],
    kind: Kind,
) -> Outcomes:
    found = _scores(frame, scores)
    truth = _codes(frame, roles.truth, classes, kind)
    if roles.prediction is not None:
        predicted = _codes(frame, roles.prediction, classes, kind)
    else:
        predicted = _decided(found)
    return Outcomes(problem, classes, predicted, truth, found)


def _scores(frame: pd.DataFrame, columns: tuple[str | None, ...]) -> Floats:
    values = [
        None if name is None else read_column(name, frame[name], Kind.NUMERIC).values
        for name in columns
    ]
    if not values:
        return np.empty((len(frame), 0))
    if len(values) == 2:
        first, last = values
        if last is None:
            assert first is not None
            last = 1 - first
        values = [1 - last, last] if first is None else [first, last]
    found = np.column_stack([it for it in values if it is not None])
    return np.where(np.isfinite(found), found, np.nan)


def _decided(scores: Floats) -> Floats:
    """Return the class of the highest score; of two the last from 0.5 on."""
    is_there = np.asarray(~np.isnan(scores).any(axis=1))
    filled = np.where(is_there[:, None], scores, 0.0)
    places = filled[:, 1] >= 0.5 if scores.shape[1] == 2 else filled.argmax(axis=1)
    return np.where(is_there, places, MISSING).astype(np.float64)


def _codes(frame: pd.DataFrame, name: str | None, classes: tuple[str, ...], kind: Kind) -> Floats:
    if name is None or name not in frame:
        return np.full(len(frame), float(MISSING))
    column = read_column(name, frame[name], kind)
    places = {it: at for at, it in enumerate(classes)}
    lookup = np.array([*(places.get(it, len(classes)) for it in column.labels), MISSING])
    return lookup[column.codes].astype(np.float64)


def strange_labels(frame: pd.DataFrame, outcomes: Outcomes, roles: Roles) -> list[str]:
    """Return what is to be said of labels that are none of the classes: they count as wrong."""
    found = []
    for name, codes in ((roles.truth, outcomes.truth), (roles.prediction, outcomes.predicted)):
        strange = codes == len(outcomes.classes)
        if outcomes.problem is ProblemKind.REGRESSION or name is None or not strange.any():
            continue
        some = ", ".join(map(repr, dict.fromkeys(map(str, frame[name][strange].head(100)))))[:60]
        known = ", ".join(outcomes.classes)[:60]
        count, of = int(strange.sum()), int((codes != MISSING).sum())
        found.append(
            f"{count:,} of {of:,} values of {name} are none of the reference's classes ({known}), "
            f"such as {some}: they count as wrong"
        )
    return found


def with_truth(
    frame: pd.DataFrame, labels: pd.DataFrame, key: str, truth: str
) -> tuple[pd.DataFrame, int]:
    """Return the rows with the truth that came later, and how many got one by it.

    Rows are found by their id; of several labels for one the last counts. What the rows say of the
    truth themselves stays where no label came.

    Raises:
        InputError: a column is missing.
    """
    return join_truth(frame, truth_by_key(labels, key, truth), key, truth)


def truth_by_key(labels: pd.DataFrame, key: str, truth: str) -> dict[str, Any]:
    """Return the truth by the id of its row; of several labels for one the last.

    Raises:
        InputError: a column is missing.
    """
    for name in (key, truth):
        _require_column("the labels", labels, name)
    kept = labels[[key, truth]].dropna()
    return dict(zip(_keys(kept[key]), kept[truth].tolist(), strict=True))


def join_truth(
    frame: pd.DataFrame, known: Mapping[str, Any], key: str, truth: str
) -> tuple[pd.DataFrame, int]:
    """Return the rows with the truth that is known by their ids, and how many got one by it.

    Raises:
        InputError: the rows have no ids.
    """
    _require_column("the rows", frame, key)
    found = _keys(frame[key]).map(known)
    own = frame[truth] if truth in frame else None
    merged = found if own is None else found.where(found.notna(), own.astype(object))
    merged = merged.infer_objects()
    return frame.assign(**{truth: merged}), int(found.notna().sum())


def _require_column(what: str, frame: pd.DataFrame, name: str) -> None:
    if name not in frame:
        names = ", ".join(str(column) for column in frame.columns[:20])
        raise InputError(f"{what} have no column {name!r}", f"they have: {names}")


def _keys(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return ids as text, alike however they were read."""
    return series.astype(object).map(lambda it: label(it, Kind.CATEGORY), na_action="ignore")
