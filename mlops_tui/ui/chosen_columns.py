"""The columns a person may choose: which there are, what stands in them, how they are laid out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from rich.cells import cell_len

from mlops_tui.domain.filters import SortKey
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui.columns import (
    LEFTMOST,
    WIDEST_METRIC,
    WIDEST_NAME,
    WIDEST_OBJECTIVE,
    WIDEST_PARAM,
    Column,
    Wishes,
    candidates,
    fitting,
    progress_bar,
    sized,
)
from mlops_tui.ui.formats import ago, value_text
from mlops_tui.ui.table_view import TableView

NEWEST = "newest first"
CURVE_CELLS = 8
CURVE_RANK = 55
BLOCKS = "▁▂▃▄▅▆▇█"
Text = Callable[[Run, float], str]

ATTRIBUTES: Mapping[str, tuple[str, Text]] = {
    "progress": ("Progress", lambda run, _: progress_bar(run)),
    "created": ("Created", lambda run, at: ago(run.created, at)),
    "ended": ("Ended", lambda run, at: ago(run.ended, at)),
    "heard": ("Heard", lambda run, at: ago(run.heard, at)),
    "host": ("Host", lambda run, _: safe(run.host)),
    "kind": ("Kind", lambda run, _: safe(run.kind)),
    "note": ("Note", lambda run, _: safe(run.note or "-")),
    "reason": ("Reason", lambda run, _: safe(run.reason or "-")),
    "attempt": ("Attempt", lambda run, _: str(run.attempt)),
    "exit_code": ("Exit", lambda run, _: "-" if run.exit_code is None else str(run.exit_code)),
    "retry_of": ("Retry of", lambda run, _: safe(run.retry_of or "-")),
    "id": ("Id", lambda run, _: safe(run.id)),
}
"""Those that the table does not show by itself."""
BY_ITSELF = {
    "state": "State",
    "name": "Run",
    "job": "Job",
    "started": "Started",
    "duration": "Took",
}
VARIANTS: Mapping[str, tuple[str, str]] = {
    "metric": ("{}", "last value"),
    "best": ("{} best", "best value"),
    "delta": ("{} +/-", "difference to the baseline"),
    "curve": ("{} curve", "its course"),
    "min": ("{} min", "least value"),
    "max": ("{} max", "greatest value"),
    "first": ("{} first", "first value"),
    "count": ("{} n", "number of points"),
    "best_step": ("{} at", "step of the best value"),
}
"""What can be shown of a metric: title and what it is."""


def _higher_is_better(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Lens:
    """What the texts of columns depend on beside the run."""

    baseline: Run | None = None
    is_lower_better: Callable[[str], bool] = _higher_is_better
    same: frozenset[str] = frozenset()
    """Fields in which all runs have the same."""
    curves: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Courses by run id and metric."""


class Choice(NamedTuple):
    """One thing to choose from a list."""

    id: str
    title: str
    about: str


def choices(fields: Iterable[str], wishes: Wishes) -> list[Choice]:
    """Return the columns there could be: attributes, then what runs have, the objective first."""
    names = list(fields)
    metrics = [name.partition(".")[2] for name in names if name.startswith("metric.")]
    wanted = [name for name in (wishes.objective, *wishes.metrics) if name in metrics]
    metrics = list(dict.fromkeys([*(name for name in wanted if name is not None), *metrics]))
    found = [Choice(key, title, "attribute") for key, title in BY_ITSELF.items()]
    titles = [(name, safe(name)) for name in metrics]
    found += _variants(titles, {"metric": VARIANTS["metric"]})
    for kind, about in (("param", "parameter"), ("tag", "tag")):
        for name in names:
            if name.startswith(f"{kind}."):
                found.append(Choice(name, _label_title(kind, name[len(kind) + 1 :]), about))
    found += [Choice(key, title, "attribute") for key, (title, _) in ATTRIBUTES.items()]
    others = {kind: words for kind, words in VARIANTS.items() if kind != "metric"}
    return found + _variants(titles, others)


def _variants(
    titles: Iterable[tuple[str, str]], kinds: Mapping[str, tuple[str, str]]
) -> list[Choice]:
    parts = [(f"{kind}.", *it.split("{}"), about) for kind, (it, about) in kinds.items()]
    return [
        Choice(start + name, before + title + after, about)
        for name, title in titles
        for start, before, after, about in parts
    ]


def _label_title(kind: str, name: str) -> str:
    return safe(name) + ("=" if kind == "param" else ":")


def title_of(column_id: str) -> str:
    """Return what stands over a column."""
    if column_id in BY_ITSELF:
        return BY_ITSELF[column_id]
    if column_id in ATTRIBUTES:
        return ATTRIBUTES[column_id][0]
    kind, _, name = column_id.partition(".")
    if kind in VARIANTS:
        return VARIANTS[kind][0].format(safe(name))
    return _label_title(kind, name) if name else safe(column_id)


def sort_choices(shown: Sequence[Column], offered: Sequence[Choice]) -> list[Choice]:
    """Return what one can sort by: the usual order, the columns on the screen, all others."""
    first = [Choice(column.id, column.title.strip(), "") for column in shown]
    known = {choice.id for choice in first}
    more = [choice for choice in offered if choice.id not in known]
    return [Choice("", NEWEST, "the usual order"), *first, *more]


def sort_field(column_id: str, lens: Lens) -> str:
    """Return the field that puts runs in the order of a column."""
    kind, dot, name = column_id.partition(".")
    if not dot or kind not in VARIANTS:
        return column_id
    end = "min" if lens.is_lower_better(name) else "max"
    if kind in ("best", "best_step"):
        return f"{end}.{name}" if kind == "best" else f"{end}_step.{name}"
    return f"metric.{name}" if kind in ("delta", "curve") else column_id


def sorted_column(shown: Iterable[Column], key: SortKey | None, lens: Lens) -> str | None:
    """Return the id of the first column that tells the order of the runs."""
    if key is None:
        return None
    fits = (column.id for column in shown if sort_field(column.id, lens) == key.field)
    return next(fits, None)


def is_descending_first(column_id: str, lens: Lens) -> bool:
    """Say which way a column is sorted at first: the best, longest or latest on top."""
    kind, dot, name = column_id.partition(".")
    if dot and kind in VARIANTS:
        return kind == "count" or (kind != "best_step" and not lens.is_lower_better(name))
    return column_id in ("duration", "started", "created", "ended", "heard", "progress", "attempt")


def lay_out(
    runs: Sequence[Run],
    width: int,
    now: float,
    wishes: Wishes,
    view: TableView,
    lens: Lens,
    skip: int = 0,
) -> list[Column]:
    """Return the columns of a view that fit into `width` cells, from the first movable one on."""
    offered = offered_columns(runs, now, wishes, view, lens)
    return fitting(offered, width, skip, in_order=view.columns is not None)


def offered_columns(
    runs: Sequence[Run], now: float, wishes: Wishes, view: TableView, lens: Lens
) -> list[Column]:
    """Return all columns of a view, in order."""
    found = candidates(runs, now, wishes)
    if view.columns is not None:
        there = {column.id: column for column in found}
        found = [
            there.get(key) or column_of(key, runs, now, wishes, lens)
            for key in dict.fromkeys(
                ("name", *view.columns) if "name" not in view.columns else view.columns
            )
        ]
    elif wishes.objective is not None and any(_has_course(run, wishes.objective) for run in runs):
        column = column_of(f"curve.{wishes.objective}", runs, now, wishes, lens)
        found.append(replace(column, title="curve", rank=CURVE_RANK))
    if view.only_differing:
        found = [
            column
            for column in found
            if column.id in LEFTMOST or sort_field(column.id, lens) not in lens.same
        ]
    if view.shows_deltas and lens.baseline is not None:
        found = [_as_delta(column, runs, now, wishes, lens) for column in found]
    sorted_id = sorted_column(found, view.sorted_by, lens)
    return [_with_arrow(column) if column.id == sorted_id else column for column in found]


def _with_arrow(column: Column) -> Column:
    """Return a column with room for an arrow beside its title."""
    room = min(cell_len(column.title) + 1, WIDEST_OBJECTIVE)
    return replace(column, width=max(column.width, room))


def column_of(
    column_id: str, runs: Sequence[Run], now: float, wishes: Wishes, lens: Lens
) -> Column:
    """Return the column of an id; one that no run has anything for shows dashes."""
    title = title_of(column_id)
    kind, _, name = column_id.partition(".")
    if column_id in ATTRIBUTES:
        return sized(column_id, title, runs, now, ATTRIBUTES[column_id][1], WIDEST_NAME)
    if kind == "curve":
        return Column(column_id, title, CURVE_CELLS, _curve_text(name, lens))
    if kind in VARIANTS:
        value = _value_of(kind, name, lens)
        widest = WIDEST_OBJECTIVE if name == wishes.objective else WIDEST_METRIC
        if kind == "delta":
            return _delta_column(column_id, title, runs, now, value, name, lens)
        return sized(column_id, title, runs, now, _number_text(value), widest, True, smallest=6)
    if column_id in BY_ITSELF:
        return next(column for column in candidates(runs, now, wishes) if column.id == column_id)
    return sized(column_id, title, runs, now, _label_text(kind, name), WIDEST_PARAM, True)


def _as_delta(
    column: Column, runs: Sequence[Run], now: float, wishes: Wishes, lens: Lens
) -> Column:
    kind, dot, name = column.id.partition(".")
    if not dot or kind not in ("metric", "best", "min", "max", "first"):
        return column
    value = _value_of(kind, name, lens)
    changed = _delta_column(column.id, column.title, runs, now, value, name, lens)
    return replace(changed, rank=column.rank)


def _value_of(kind: str, metric: str, lens: Lens) -> Callable[[Run], float | None]:
    lower = lens.is_lower_better(metric)
    wanted = ("min" if lower else "max") if kind == "best" else kind

    def value(run: Run) -> float | None:
        found = run.metrics.get(metric)
        if found is None:
            return None
        summary: Mapping[str, float | None] = {
            "min": found.min,
            "max": found.max,
            "first": found.first,
            "count": found.count,
            "best_step": found.min_step if lower else found.max_step,
        }
        return summary.get(wanted, found.last)

    return value


def _number_text(value: Callable[[Run], float | None]) -> Text:
    def text(run: Run, _: float) -> str:
        found = value(run)
        return "-" if found is None else short_number(found)

    return text


def _delta_column(
    column_id: str,
    title: str,
    runs: Sequence[Run],
    now: float,
    value: Callable[[Run], float | None],
    metric: str,
    lens: Lens,
) -> Column:
    base = None if lens.baseline is None else value(lens.baseline)
    lower = lens.is_lower_better(metric)

    def text(run: Run, _: float) -> str:
        found = value(run)
        if found is None:
            return "-"
        if lens.baseline is not None and run.id == lens.baseline.id:
            return short_number(found)
        return "-" if base is None else delta_text(found - base)

    def tone(run: Run) -> str:
        found = value(run)
        if found is None or base is None or math.isnan(found - base) or found == base:
            return ""
        return "good" if (found < base) is lower else "bad"

    column = sized(column_id, title, runs, now, text, WIDEST_METRIC, True, smallest=7)
    return replace(column, tone=tone)


def delta_text(difference: float) -> str:
    """Return a difference with its sign: `+0.012`, `-3`, `0`."""
    return ("+" if difference > 0 else "") + short_number(difference)


def _label_text(kind: str, name: str) -> Text:
    def text(run: Run, _: float) -> str:
        if kind == "tag":
            return value_text(run.tags[name]) if name in run.tags else "-"
        return value_text(run.params[name]) if name in run.params else "-"

    return text


def _has_course(run: Run, metric: str) -> bool:
    """Say whether the run has more than one point of the metric: one alone is no curve."""
    return metric in run.metrics and run.metrics[metric].count > 1


def _curve_text(metric: str, lens: Lens) -> Text:
    return lambda run, _: lens.curves.get((run.id, metric), "")


def curve(values: Sequence[float], cells: int = CURVE_CELLS) -> str:
    """Return the course of a metric in blocks; `×` where it is not finite, `-` for one point."""  # noqa: RUF002
    if not values:
        return ""
    if len(values) == 1:
        return "-"
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    shown = min(cells, len(values))
    picked = [values[round(at * (len(values) - 1) / max(1, shown - 1))] for at in range(shown)]
    return "".join(_block(value, low, high) for value in picked)


def _block(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return "×"  # noqa: RUF001
    if high <= low:
        return BLOCKS[3]
    share = (value / 2 - low / 2) / (high / 2 - low / 2)  # halves: the span may be too large
    return BLOCKS[min(7, int(8 * share))]
