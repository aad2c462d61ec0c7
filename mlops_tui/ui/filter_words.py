"""What may come next in a filter that is being typed: names of fields, and values of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mlops_tui.domain.filters import FIELD_PREFIXES, RUN_FIELDS
from mlops_tui.domain.filters_ast import RESERVED, quoted_name, quoted_value
from mlops_tui.domain.filters_values import (
    DURATION_FIELDS,
    TAG_FIELDS,
    TIME_FIELDS,
    tag_texts,
    to_text,
)
from mlops_tui.domain.runs import Run, RunState

MOST_WORDS = 12
MOST_VALUES = 200
LONGEST_VALUE = 40
_NAME = r"[^\s()\"',=!<>~:&|]+"
_TYPED_NAME = re.compile(rf"(?:^|[\s(]|\bhas:)({_NAME})$", re.IGNORECASE)
_TYPED_VALUE = re.compile(rf"({_NAME})\s*(?:[=!<>]=|[=<>~:])\s*([^\s()\"',]*)$")
_TYPED_CHOICE = re.compile(
    rf"({_NAME})\s+(?:not\s+)?in\s*(?:\((?:[^()]*,)?\s*|\s)([^\s()\"',]*)$", re.IGNORECASE
)
_TIMES = ("-1h", "-1d", "-7d", "today", "yesterday")
_DURATIONS = ("1m", "10m", "1h", "1d")

Values = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Offer:
    """Words that fit, the likeliest first, and where what is typed of them begins."""

    start: int = 0
    words: tuple[str, ...] = ()


def offer(typed: str, fields: Iterable[str], values: Values) -> Offer:
    """Return what may stand at the end of `typed`, the part of a filter before the cursor.

    Args:
        typed: The filter, up to the cursor.
        fields: Names of fields that runs have, such as `param.lr`.
        values: Gives values that runs have of a field, as they are typed.
    """
    if typed.count('"') % 2 or typed.count("'") % 2:
        return Offer()
    value = _TYPED_CHOICE.search(typed) or _TYPED_VALUE.search(typed)
    if value is not None and value[1].lower() != "has":
        known = [quoted_value(it) for it in values(value[1]) if len(it) <= LONGEST_VALUE]
        return Offer(value.start(2), _fitting(value[2], known))
    name = _TYPED_NAME.search(typed)
    if name is None or name[1].lower() in RESERVED:
        return Offer()
    return Offer(name.start(1), _fitting(name[1], _names(fields)))


def _names(fields: Iterable[str]) -> list[str]:
    """Return the names as people type them: short where that says which, then in full."""
    full = list(fields)
    bare = Counter(_bare(field) for field in full)
    short = [name for name, count in bare.items() if count == 1 and name not in RUN_FIELDS]
    found = dict.fromkeys([*short, *RUN_FIELDS, "tag", *full])
    return [quoted_name(name) for name in found]


def _bare(field: str) -> str:
    prefix = next((it for it in FIELD_PREFIXES if field.startswith(it)), "")
    return field.removeprefix(prefix)


def _fitting(typed: str, words: Iterable[str]) -> tuple[str, ...]:
    part = typed.lower()
    found = [word for word in dict.fromkeys(words) if part in word.lower() and word != typed]
    found.sort(key=lambda word: not word.lower().startswith(part))
    return tuple(found[:MOST_WORDS])


def values_of(runs: Iterable[Run], field: str) -> list[str]:
    """Return the values that runs have of a field, the most frequent first; none of a metric."""
    if field == "state":
        return [state.value for state in RunState]
    if field in TIME_FIELDS or field in DURATION_FIELDS:
        return list(_TIMES if field in TIME_FIELDS else _DURATIONS)
    counted: Counter[str] = Counter()
    for run in runs:
        if field in TAG_FIELDS:
            counted.update(dict.fromkeys(tag_texts(run.tags), 1))
        elif (value := _value(run, field)) is not None:
            counted[to_text(value)] += 1
    return [value for value, _ in counted.most_common(MOST_VALUES)]


def _value(run: Run, field: str) -> object:
    if field in ("name", "job", "kind", "host"):
        return getattr(run, field)
    name = _bare(field)
    if field.startswith("tag."):
        return run.tags.get(name)
    return run.params.get(name, run.tags.get(name))
