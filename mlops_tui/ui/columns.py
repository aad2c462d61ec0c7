"""Which columns the table of runs has and what stands in them; pure functions of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui.formats import ago, coarse_duration, progress_share, progress_text, value_text

GLYPHS = {
    RunState.QUEUED: "○",
    RunState.STARTING: "◔",
    RunState.RUNNING: "▶",
    RunState.FINISHED: "✓",
    RunState.FAILED: "✗",
    RunState.STOPPED: "■",
    RunState.LOST: "?",
}
"""A state is told by its glyph and its word, never by colour alone."""
WIDEST_NAME = 28
WIDEST_PARAM = 14
WIDEST_METRIC = 14
WIDEST_OBJECTIVE = 24
MOST_METRICS = 24
MOST_PARAMS = 24
BAR = 6
LEFTMOST = ("state", "name")
"""Columns that stay when the others are moved sideways."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `text` gives what stands in it for a run at a time."""

    id: str
    title: str
    width: int
    text: Callable[[Run, float], str] = field(compare=False)
    right: bool = False
    rank: int = 0
    """Columns with smaller ranks are kept where there is not room for all."""
    kind: str = ""
    tone: Callable[[Run], str] | None = field(default=None, compare=False)
    """The kind of a run's cell, where it differs from run to run."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a project says about its runs' columns."""

    objective: str | None = None
    metrics: Sequence[str] = ()
    """Metrics the project file declares, in its order."""


def plan(
    runs: Sequence[Run], width: int, now: float, wishes: Wishes, skip: int = 0
) -> list[Column]:
    """Return the columns that fit into `width` cells.

    Args:
        runs: The runs at hand; widths, metrics and changed parameters are taken from them.
        width: Cells, without the column of marks.
        now: Unix time, seconds.
        wishes: What the project file says.
        skip: How many of the movable columns are out of sight on the left.
    """
    return fitting(candidates(runs, now, wishes), width, skip)


def fitting(
    offered: Sequence[Column], width: int, skip: int = 0, *, in_order: bool = False
) -> list[Column]:
    """Return those of `offered` that fit into `width` cells, the most wanted or the first ones."""
    fixed = [column for column in offered if column.id in LEFTMOST]
    movable = [column for column in offered if column.id not in LEFTMOST]
    left = width - sum(column.width + 1 for column in fixed)
    is_plain = skip or in_order
    return fixed + (_that_fit(movable[skip:], left) if is_plain else _most_wanted(movable, left))


def _that_fit(columns: Iterable[Column], left: int) -> list[Column]:
    kept = []
    for column in columns:
        if column.width > left:
            break
        kept.append(column)
        left -= column.width + 1
    return kept


def _most_wanted(columns: Sequence[Column], left: int) -> list[Column]:
    chosen = set()
    for column in sorted(columns, key=lambda column: column.rank):
        if column.width <= left:
            chosen.add(column.id)
            left -= column.width + 1
    return [column for column in columns if column.id in chosen]


def candidates(runs: Sequence[Run], now: float, wishes: Wishes) -> list[Column]:
    """Return all columns there could be, in the order in which they stand."""
    job_rank = 60 if len({run.job for run in runs}) > 1 else 300
    columns = [
        Column(
            "state", "State", 10, lambda run, _: f"{GLYPHS[run.state]} {run.state}", kind="state"
        ),
        sized("name", "Run", runs, now, lambda run, _: safe(run.name), WIDEST_NAME, smallest=8),
        sized("job", "Job", runs, now, lambda run, _: safe(run.job), 14, rank=job_rank),
        Column("started", "Started", 10, lambda run, at: ago(run.started, at), rank=40),
        Column("duration", "Took", 9, coarse_duration, right=True, rank=30),
    ]
    if any(run.progress is not None for run in runs):
        columns.append(_progress_column(runs))
    columns += _metric_columns(runs, now, wishes)
    columns += _param_columns(runs, now)
    return columns


def _progress_column(runs: Sequence[Run]) -> Column:
    widest = max(cell_len(progress_bar(run)) for run in runs)
    return Column("progress", "Progress", max(8, widest), lambda run, _: progress_bar(run), rank=20)


def progress_bar(run: Run) -> str:
    """Return a bar and words while a run goes on, how far it came when it has ended."""
    share = progress_share(run)
    if run.state.is_ended and run.progress is not None:
        return "/".join(short_number(part) for part in run.progress if part is not None)
    if share is None:
        return progress_text(run)
    full = int(share * BAR + 1e-9)
    return "━" * full + "─" * (BAR - full) + " " + progress_text(run)


def _metric_columns(runs: Sequence[Run], now: float, wishes: Wishes) -> list[Column]:
    columns = []
    for position, name in enumerate(metric_order(runs, wishes)[:MOST_METRICS]):
        rank = 10 if name == wishes.objective else 25 + 10 * position
        text = _metric_text(name)
        widest = WIDEST_OBJECTIVE if name == wishes.objective else WIDEST_METRIC
        columns.append(sized(f"metric.{name}", safe(name), runs, now, text, widest, True, rank, 6))
    return columns


def metric_order(runs: Iterable[Run], wishes: Wishes) -> list[str]:
    """Return the names of the runs' metrics: the objective, the declared, the most common first."""
    counts = Counter(name for run in runs for name in run.metrics)
    wanted = [wishes.objective, *wishes.metrics]
    first = [name for name in dict.fromkeys(wanted) if name in counts]
    rest = sorted(counts.keys() - set(first), key=lambda name: (-counts[name], name))
    return [name for name in first if name is not None] + rest


def _metric_text(name: str) -> Callable[[Run, float], str]:
    def text(run: Run, _: float) -> str:
        summary = run.metrics.get(name)
        return short_number(summary.last) if summary else "-"

    return text


def _param_columns(runs: Sequence[Run], now: float) -> list[Column]:
    columns = []
    for position, name in enumerate(changed_params(runs)[:MOST_PARAMS]):
        text = _param_text(name)
        title, rank = safe(name) + "=", 35 + 10 * position
        columns.append(sized(f"param.{name}", title, runs, now, text, WIDEST_PARAM, True, rank))
    return columns


def changed_params(runs: Sequence[Run]) -> list[str]:
    """Return the parameters that are not the same in all runs that have them, sorted by name."""
    values: dict[str, set[str]] = {}
    for run in runs:
        for name, value in run.params.items():
            values.setdefault(name, set()).add(repr(value))
    return sorted(name for name, found in values.items() if len(found) > 1)


def _param_text(name: str) -> Callable[[Run, float], str]:
    def text(run: Run, _: float) -> str:
        return value_text(run.params[name]) if name in run.params else "-"

    return text


def sized(
    id: str,  # noqa: A002
    title: str,
    runs: Sequence[Run],
    now: float,
    text: Callable[[Run, float], str],
    widest: int,
    right: bool = False,
    rank: int = 0,
    smallest: int = 3,
) -> Column:
    """Return a column as wide as its title and its longest text, within limits."""
    content = max((cell_len(text(run, now)) for run in runs), default=0)
    width = min(widest, max(smallest, cell_len(title), content))
    return Column(id, title, width, text, right, rank)


def widened(old: Sequence[Column], new: Sequence[Column]) -> list[Column]:
    """Return `new` with no column narrower than it was in `old`, so that columns stand still."""
    widths: Mapping[str, int] = {column.id: column.width for column in old}
    return [replace(c, width=max(c.width, widths.get(c.id, 0))) for c in new]
