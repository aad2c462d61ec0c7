"""Predictions of a run as a table: columns of anything made CSV, whole or not at all."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from mlops_tui.domain.host import host_name
from mlops_tui.domain.ids import file_safe
from mlops_tui.journal.sharing import make_folder, open_shared
from mlops_tui.track.lines import clean, plain

_PLAIN = (str, int, float, bool, type(None))
_MOST_CLASSES = 1000


def file_name(dataset: Optional[str], is_first: bool, has_other: bool) -> str:
    """Return how the file is called, below `artifacts`.

    Args:
        dataset: whose rows; None where nobody says.
        is_first: whether this process is the first one of its run.
        has_other: whether this run has written predictions on other data.
    """
    parts = ["predictions"]
    if has_other:
        parts.append(file_safe(dataset or "unnamed"))
    if not is_first:
        parts.append("%s-%d" % (file_safe(host_name()), os.getpid()))
    return "-".join(parts) + ".csv"


def keep_predictions(
    run_dir: Path,
    name: str,
    ids: Any,
    y_true: Any,
    y_pred: Any,
    y_score: Any = None,
    classes: Any = None,
) -> Dict[str, Any]:
    """Write the table and return its path, relative to the run's folder, and its rows.

    Raises:
        OSError: it cannot be written; an earlier one is as it was then.
        TypeError: something is no column.
        ValueError: there are no rows, or columns differ in length.
    """
    columns = columns_of(ids, y_true, y_pred, y_score, classes)
    make_folder(run_dir / "artifacts")
    write_table(run_dir / "artifacts" / name, columns)
    return {"path": "artifacts/" + name, "rows": len(columns["y_pred"])}


def columns_of(
    ids: Any, y_true: Any, y_pred: Any, y_score: Any, classes: Optional[Sequence[Any]]
) -> Dict[str, List[Any]]:
    """Return the columns of the file by name, each as long as the others.

    Raises:
        TypeError: something is no column.
        ValueError: there are no rows, or columns differ in length.
    """
    predicted = _column(y_pred, "y_pred")
    if not predicted:
        raise ValueError("there are no rows")
    truth = _column(y_true, "y_true")
    named = list(range(len(predicted))) if ids is None else _column(ids, "ids")
    columns = {"id": named, "y_true": truth, "y_pred": predicted}
    columns.update(_scores(y_score, classes, truth, predicted))
    for name, column in columns.items():
        if len(column) != len(predicted):
            lengths = (name, len(column), len(predicted))
            raise ValueError("%s has %d values, y_pred has %d" % lengths)
    return columns


def _column(given: Any, what: str) -> List[Any]:
    """Return values of one column as plain ones; of columns side by side only one is one."""
    values = [_single(it) for it in _listed(given, what)]
    if any(isinstance(it, (list, tuple, dict)) for it in values[:1]):
        raise TypeError("%s has several columns, one is wanted" % what)
    return [it if type(it) in _PLAIN else plain(it) for it in values]


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, (list, tuple)) and len(value) == 1 else value


def _listed(given: Any, what: str) -> List[Any]:
    """Return what an array, a tensor, a series or a sequence holds; rows are lists."""
    if given is None or isinstance(given, (str, bytes, dict)):
        raise TypeError("%s is no column of values" % what)
    for name in ("tolist", "to_list", "to_numpy", "numpy"):
        method = getattr(given, name, None)
        if callable(method):
            found = method()
            return found if isinstance(found, list) else _listed(found, what)
    rows = list(given)
    return [_listed(it, what) if hasattr(it, "__len__") and _is_nested(it) else it for it in rows]


def _is_nested(value: Any) -> bool:
    return not isinstance(value, (str, bytes, dict)) and getattr(value, "shape", None) != ()


def _scores(
    given: Any, classes: Any, truth: List[Any], predicted: List[Any]
) -> Dict[str, List[Any]]:
    if given is None:
        return {}
    if isinstance(given, dict):
        named = {_word(it): _column(values, "y_score") for it, values in given.items()}
        return {"y_score_" + name: values for name, values in named.items()}
    own = getattr(given, "columns", None)
    rows = _listed(given, "y_score")
    width = len(rows[0]) if rows and isinstance(rows[0], (list, tuple)) else 1
    if width == 1:
        positive = _listed(classes, "classes")[-1:] if classes is not None else []
        name = "y_score_" + _word(positive[0]) if positive else "y_score"
        return {name: _column(rows, "y_score")}
    if any(not isinstance(row, (list, tuple)) or len(row) != width for row in rows):
        raise ValueError("rows of y_score differ in length")
    names = _classes(classes if classes is not None else own, width, truth, predicted)
    return {
        "y_score_" + name: _column([row[at] for row in rows], "y_score")
        for at, name in enumerate(names)
    }


def _classes(given: Any, width: int, truth: List[Any], predicted: List[Any]) -> Sequence[str]:
    """Return the names of the columns of scores, in their order."""
    if given is not None:
        found = [_word(it) for it in _listed(given, "classes")]
    else:
        found = [_word(it) for it in _sorted({*truth, *predicted} - {None})]
    if len(set(found)) != width or width > _MOST_CLASSES:
        numbers = (width, len(set(found)))
        raise ValueError("y_score has %d columns and there are %d classes: say classes=" % numbers)
    return found


def _sorted(values: Any) -> List[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=str)


def _word(value: Any) -> str:
    single = plain(value)
    if isinstance(single, float) and single.is_integer():
        single = int(single)
    return clean(str(single))


def write_table(path: Path, columns: Dict[str, List[Any]]) -> None:
    """Write columns of the same length as CSV, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    temporary = path.with_name(".%s.%d.%s" % (path.name, os.getpid(), os.urandom(4).hex()))
    fd = open_shared(temporary, os.O_WRONLY | os.O_EXCL)
    try:
        with os.fdopen(fd, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            rows = zip(*map(_cells, columns.values()))  # noqa: B905 - not in Python 3.9
            writer.writerows(rows)
            file.flush()
            os.fsync(fd)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _cells(column: List[Any]) -> Tuple[Any, ...]:
    """Return the column as it is written: nothing where there is no value, as NaN is none."""
    return tuple("" if it is None or it != it else it for it in column)
