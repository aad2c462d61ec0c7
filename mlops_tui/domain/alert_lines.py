"""Alerts as the JSON of journals and `--json`, and read back from lines that anybody wrote."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any, TypeVar

from mlops_tui.domain.alerts import (
    SCALARS,
    Alert,
    AlertCost,
    Evidence,
    Remedy,
    RemedyKind,
    Scalar,
    Severity,
)

LONGEST_TEXT = 1000
MOST_ITEMS = 100
"""Of columns, numbers or arguments; what a hostile line has beyond is left out."""
MOST_REMEDIES = 9
"""Each has a key."""
_Word = TypeVar("_Word", bound=StrEnum)


def alert_object(alert: Alert) -> dict[str, Any]:
    """Return an alert as an object of JSON, all keys always; `alert_of` reads it."""
    found = asdict(alert)
    found["evidence"]["columns"] = list(alert.evidence.columns)
    found["remedies"] = [dict(remedy) for remedy in found["remedies"]]
    return found


def alert_of(value: object) -> Alert | None:
    """Return the alert in an object of JSON, None where it has no cause or no title.

    What has the wrong type counts as not there; texts are cut at `LONGEST_TEXT`.
    """
    record = _object(value)
    cause, title = text_of(record, "cause"), text_of(record, "title")
    if not cause or not title:
        return None
    return Alert(
        cause=cause,
        kind=text_of(record, "kind"),
        severity=severity_of(record),
        title=title,
        detail=_text(record, "detail"),
        certainty=_text(record, "certainty"),
        since=number_of(record, "since"),
        cost=_cost(_object(record.get("cost"))),
        evidence=_evidence(_object(record.get("evidence"))),
        remedies=tuple(_remedies(record.get("remedies"))),
        once=record.get("once") is True,
    )


def text_of(record: Mapping[str, Any], key: str) -> str:
    """Return a text of a record on one line, "" where it has none."""
    return " ".join(_text(record, key).split())


def severity_of(record: Mapping[str, Any]) -> Severity:
    """Return the severity that a record names, a warning where it names none."""
    return _member(record, "severity", Severity) or Severity.WARNING


def number_of(record: Mapping[str, Any], key: str) -> float | None:
    """Return a finite number of a record, None where it has none."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _evidence(record: Mapping[str, Any]) -> Evidence:
    columns = record.get("columns")
    numbers = _object(record.get("numbers"))
    return Evidence(
        n=_whole(record, "n"),
        n_reference=_whole(record, "n_reference"),
        run=_text(record, "run") or None,
        metric=_text(record, "metric") or None,
        step=_whole(record, "step"),
        dataset=_text(record, "dataset") or None,
        batch=_text(record, "batch") or None,
        columns=tuple(
            clean(it) for it in (columns if isinstance(columns, list) else [])[:MOST_ITEMS]
            if isinstance(it, str)
        ),
        numbers={
            clean(name): float(value)
            for name, value in list(numbers.items())[:MOST_ITEMS]
            if isinstance(value, int | float) and not isinstance(value, bool) and _fits(value)
        },
    )  # fmt: skip


def _cost(record: Mapping[str, Any]) -> AlertCost | None:
    words = text_of(record, "words")
    if not words:
        return None
    return AlertCost(words, number_of(record, "amount"), text_of(record, "currency"))


def _remedies(value: object) -> Iterable[Remedy]:
    """Give the remedies that are understood; one of a later version is left out."""
    for item in (value if isinstance(value, list) else [])[:MOST_REMEDIES]:
        record = _object(item)
        kind, words = _member(record, "kind", RemedyKind), text_of(record, "words")
        if kind is not None and words:
            yield Remedy(kind, words, _arguments(_object(record.get("arguments"))))


def _arguments(record: Mapping[str, Any]) -> dict[str, Scalar]:
    return {
        clean(name): clean(value) if isinstance(value, str) else value
        for name, value in list(record.items())[:MOST_ITEMS]
        if isinstance(value, SCALARS)
    }


def _member(record: Mapping[str, Any], key: str, kind: type[_Word]) -> _Word | None:
    value = record.get(key)
    return kind(value) if isinstance(value, str) and value in list(kind) else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """Return a text that can be stored: without lone surrogates, at most `LONGEST_TEXT` long."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


def _whole(record: Mapping[str, Any], key: str) -> int | None:
    value = record.get(key)
    is_right = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return value if is_right else None


def _fits(value: float) -> bool:
    return isinstance(value, float) or abs(value) < 2**63
