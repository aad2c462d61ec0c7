"""What goes into a model and what comes out, told from an example; imports nothing of its."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from mlops_tui.track.attempt import attempt, text_of
from mlops_tui.track.lines import clean, foreign_number

_MOST_COLUMNS = 1000
_LONGEST_NAME = 100
"""So that a signature fits into an event line."""
_DTYPES = (
    ("bool", "bool"),
    ("uint", "int"),
    ("int", "int"),
    ("float", "float"),
    ("double", "float"),
    ("datetime", "time"),
    ("timestamp", "time"),
    ("str", "str"),
    ("object", "str"),
    ("category", "category"),
)

Columns = List[Dict[str, Any]]


def columns_of(example: Any) -> Columns:
    """Return name and type of every column of an example: what one call takes or gives.

    Args:
        example: a row as a mapping, a list of such rows, a data frame (`columns` and `dtypes`), an
            array or tensor (`shape` and `dtype`), or a list of numbers. The first dimension of an
            array counts rows, so that -1 stands for it.

    Raises:
        TypeError: it is none of these.
        ValueError: it has far too many columns.
    """
    columns = _columns_of(example)
    if len(columns) > _MOST_COLUMNS:
        raise ValueError("an example has %d columns: an array would do" % len(columns))
    return columns


def _columns_of(example: Any) -> Columns:
    if hasattr(example, "columns") and hasattr(example, "dtypes"):
        dtypes = list(example.dtypes)
        pairs = enumerate(list(example.columns))
        return [_column(name, type_of_dtype(text_of(dtypes[at]))) for at, name in pairs]
    if hasattr(example, "shape") and hasattr(example, "dtype"):
        return [_tensor(example)]
    if hasattr(example, "items"):
        return [_column(name, _type_of(value)) for name, value in example.items()]
    if isinstance(example, (list, tuple)) and example:
        return _columns_of_list(list(example))
    raise TypeError("an example is a row, rows, a data frame or an array, not %s" % type(example))


def _columns_of_list(rows: List[Any]) -> Columns:
    if all(hasattr(row, "items") for row in rows):
        found: Dict[str, str] = {}
        for row in rows:
            for name, value in row.items():
                key, kind = _name(name), _type_of(value)
                found[key] = _wider(found.get(key), kind)
        return [{"name": name, "type": kind} for name, kind in found.items()]
    shape, kind = _shape_of(rows)
    return [{"name": None, "type": "tensor", "dtype": kind, "shape": [-1, *shape[1:]]}]


def _shape_of(value: Any) -> Any:
    shape: List[int] = []
    while isinstance(value, (list, tuple)) and value and len(shape) < 32:
        shape.append(len(value))
        value = value[0]
    return shape, _type_of(value)


def _tensor(value: Any) -> Dict[str, Any]:
    shape = [int(it) for it in value.shape]
    name = getattr(value, "name", None)
    told = None if name is None or callable(name) else _name(name)
    return {
        "name": told,
        "type": "tensor",
        "dtype": clean(text_of(value.dtype)),
        "shape": [-1, *shape[1:]],
    }


def _column(name: Any, kind: str) -> Dict[str, Any]:
    return {"name": _name(name), "type": kind}


def _name(name: Any) -> str:
    return clean(text_of(name))[:_LONGEST_NAME]


def type_of_dtype(dtype: str) -> str:
    """Return our word for the type of a column of a data frame; its own where there is none."""
    told = dtype.lower().replace("torch.", "")
    return next((word for start, word in _DTYPES if told.startswith(start)), clean(dtype)[:100])


def _type_of(value: Any) -> str:
    if value is None:
        return "unknown"
    for kind, word in ((bool, "bool"), (int, "int"), (float, "float"), (str, "str")):
        if isinstance(value, kind):
            return word
    if hasattr(value, "dtype"):
        shape = attempt(tuple, getattr(value, "shape", ()))
        return "tensor" if isinstance(shape, tuple) and shape else type_of_dtype(str(value.dtype))
    if hasattr(value, "isoformat"):
        return "time"
    if isinstance(value, (list, tuple)):
        return "list"
    return "float" if foreign_number(value) is not None else "unknown"


def _wider(before: Optional[str], kind: str) -> str:
    """Return the type that has the values of both."""
    if before is None or before == "unknown":
        return kind
    if kind in (before, "unknown"):
        return before
    return "float" if {before, kind} == {"int", "float"} else "mixed"
