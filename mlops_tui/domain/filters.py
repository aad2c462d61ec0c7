"""The language that chooses and orders runs: text to a `Filter` or a `Sort`.

    lr>0.005 and (acc>.9 or tag:best) and started>-2d
    state in (failed, lost)   lr in 0.001..0.1   duration>5m   name ~ ^abl   has:accuracy

`and` binds closer than `or`; two conditions side by side are both meant. Fields are a run's
attributes, then `param.X`, `metric.X`, `tag.X`, `min.X` and the like, or a bare `X`. A run
without the field passes no comparison with it. Dates are local; a date stands for its midnight,
after `=` and as the end of a range for the whole day.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters_ast import Everything, Node
from mlops_tui.domain.filters_match import Get, Test, build_test, fields_of
from mlops_tui.domain.filters_parse import parse_node
from mlops_tui.domain.filters_values import to_number, to_text
from mlops_tui.domain.text import nearest

RUN_FIELDS = (
    *("id", "name", "job", "kind", "state", "created", "started", "ended", "duration", "host"),
    *("reason", "exit_code", "attempt", "retry_of", "parent", "unreadable_lines", "note", "tags"),
)
FIELD_PREFIXES = (
    *("param.", "tag.", "metric.", "last.", "min.", "max.", "first.", "count."),
    *("last_step.", "min_step.", "max_step.", "data."),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on runs; `str()` of it reads back to an equal one."""

    node: Node
    fields: frozenset[str]
    """What `matches` asks `get` for: `tags` is all tags, a mapping, and `WORDS` as `words_of`."""
    _test: Test = field(repr=False, compare=False)

    def matches(self, get: Get, now: float | None = None) -> bool:
        """Say whether the run whose fields `get` gives passes; relative times count from `now`."""
        return self._test(get, time.time() if now is None else now)

    def __str__(self) -> str:
        return str(self.node)


class SortKey(NamedTuple):
    """One field to order by."""

    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of runs: the first key decides, the next one where it leaves a tie."""

    keys: tuple[SortKey, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that the order reads."""
        return frozenset(key.field for key in self.keys)

    def sorted(self, ids: Iterable[str], get: Callable[[str, str], object]) -> list[str]:
        """Return `ids` in this order; `get(id, field)` gives values.

        Numbers come before text; what is missing or NaN comes last, in both directions.
        """
        ordered = list(ids)
        for key in reversed(self.keys):
            values = {run_id: get(run_id, key.field) for run_id in ordered}
            present = [run_id for run_id in ordered if not _is_missing(values[run_id])]
            absent = [run_id for run_id in ordered if _is_missing(values[run_id])]
            ranks = {run_id: _rank(values[run_id]) for run_id in present}
            present.sort(key=ranks.__getitem__, reverse=key.descending)
            ordered = present + absent
        return ordered

    def __str__(self) -> str:
        return ",".join(str(key) for key in self.keys)


def parse_filter(text: str) -> Filter:
    """Return the filter that `text` says; an empty one passes every run.

    Raises:
        InputError: something is not understood; the message says where, the hint what was meant.
    """
    node = parse_node(text) if text.strip() else Everything()
    return Filter(node, fields_of(node), build_test(node))


def parse_sort(text: str) -> Sort:
    """Return the order that `text` says, such as `-metric.accuracy,created`.

    Raises:
        InputError: a field is empty or an order word is unknown.
    """
    keys = [_read_sort_key(part.strip(" "), text) for part in text.split(",")]
    return Sort(tuple(keys))


def unknown_fields(fields: Collection[str], known: Collection[str]) -> list[tuple[str, str | None]]:
    """Return the `fields` that no run has, each with the known one most likely meant.

    Args:
        fields: what a filter, a sort or a list of columns reads.
        known: names of params, metrics and tags in the project, without prefix.
    """
    names = {*RUN_FIELDS, *known}
    missing = [name for name in sorted(fields) if name not in names and _bare(name) not in names]
    return [(name, nearest(_bare(name), sorted(names))) for name in missing]


def _bare(name: str) -> str:
    for prefix in FIELD_PREFIXES:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def _read_sort_key(part: str, text: str) -> SortKey:
    name, _, order = part.partition(" ")
    descending = name.startswith("-")
    name, order = name.lstrip("+-"), order.strip().lower()
    if not name:
        raise InputError(f"sort: a field is missing in {text!r}", "write -accuracy,created")
    if order not in ("", "asc", "desc"):
        raise InputError(f"sort: {order!r} is not understood", "write asc or desc")
    return SortKey(name, descending != (order == "desc"))


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _rank(value: object) -> tuple[int, float, str]:
    number = to_number(value)
    if number is None or math.isnan(number):
        return (1, 0.0, to_text(value))
    return (0, number, "")
