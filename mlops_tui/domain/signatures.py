"""Whether whoever calls one version of a model can call another: what goes in and comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_WIDER = {("int", "float"), ("bool", "int"), ("bool", "float"), ("str", "category")}
"""A caller that sends the first can be served by what takes the second."""

Columns = Sequence[Mapping[str, Any]]


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[str] | None:
    """Return what breaks for callers of the first; empty for nothing, None where not known.

    A column that is not needed any more breaks nothing; one that is needed now, or that has
    another type, does. What comes out has to be the same.
    """
    if not before or not after or not before.get("inputs") or not after.get("inputs"):
        return None
    found = _inputs(before["inputs"], after["inputs"])
    outputs = before.get("outputs"), after.get("outputs")
    if outputs[0] and outputs[1] and _told(outputs[0]) != _told(outputs[1]):
        found.append(f"it gives {_words(outputs[1])} instead of {_words(outputs[0])}")
    return found


def _inputs(before: Columns, after: Columns) -> list[str]:
    if _is_array(before) or _is_array(after):
        same = _told(before) == _told(after)
        return [] if same else [f"it takes {_words(after)} instead of {_words(before)}"]
    sent = {it["name"]: it["type"] for it in before}
    found = []
    for column in after:
        name, kind = column["name"], column["type"]
        if name not in sent:
            found.append(f"it needs {name} ({kind}), which callers do not send")
        elif kind != sent[name] and (sent[name], kind) not in _WIDER:
            found.append(f"it takes {name} as {kind}, callers send {sent[name]}")
    return found


def _is_array(columns: Columns) -> bool:
    return any(it.get("type") == "tensor" for it in columns)


def _told(columns: Columns) -> list[tuple[object, ...]]:
    return [
        (None if it.get("type") == "tensor" else it.get("name"), it.get("type"), _shape(it))
        for it in columns
    ]


def _shape(column: Mapping[str, Any]) -> object:
    return str(column.get("shape")) + str(column.get("dtype")) if "shape" in column else None


def _words(columns: Columns) -> str:
    return ", ".join(
        f"{it.get('dtype')}{it.get('shape')}"
        if it.get("type") == "tensor"
        else f"{it.get('name')} {it.get('type')}"
        for it in columns[:4]
    ) + (" ..." if len(columns) > 4 else "")
