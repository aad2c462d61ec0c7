"""What the table of jobs shows of each run: where it is, how far, why it waits; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rich.cells import cell_len

from mlops_tui.domain.host import host_name
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import safe
from mlops_tui.engine.waiting import QueueStatus
from mlops_tui.ui.columns import GLYPHS, changed_params, progress_bar
from mlops_tui.ui.formats import ago, coarse_duration, time_left, value_text
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.run_table import MARK

NARROWEST_NEWS = 30
"""Cells that the last column has at least before others go: `waits for 2 slots, 1 of 2 free`."""
GAP = "  "
"""Between columns: durations have blanks in them."""
WIDEST = 28


@dataclass(frozen=True, slots=True)
class JobRow:
    """One run with what only the queue knows of it."""

    run: Run
    number: int = 0
    """Its turn, from 1; 0 where it does not wait here."""
    why: str = ""
    """Why it has not started."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column and what stands in it for a row at a time."""

    title: str
    text: Callable[[JobRow, float], str] = field(compare=False)
    width: int = 0
    right: bool = False
    rank: int = 0
    """Columns with greater ranks go first where there is not room for all; 0 never."""
    is_optional: bool = False
    """Left out where no row has anything in it."""


def job_rows(status: QueueStatus, ended: Sequence[Run]) -> list[JobRow]:
    """Return what runs, what waits in the order of its start, and what ended last."""
    rows = [JobRow(run) for run in status.running]
    rows += [
        JobRow(status.runs[it.id], number, status.reasons[it.id])
        for number, it in enumerate(status.queued, 1)
    ]
    here = {it.id for it in status.queued}
    rows += [
        JobRow(run, why=status.reasons[run_id])
        for run_id, run in status.runs.items()
        if run_id not in here
    ]
    return rows + [JobRow(run) for run in ended]


def words_of(status: QueueStatus, marked: int, room: int) -> str:
    """Return such as `2 running, 14 waiting, 3 marked`, in signs where that takes more cells."""
    counts = (
        (len(status.running), "running", GLYPHS[RunState.RUNNING]),
        (len(status.queued), "waiting", GLYPHS[RunState.QUEUED]),
        (len(status.runs) - len(status.queued), "on other hosts", "elsewhere"),
        (marked, "marked", MARK.strip()),
    )
    told = [it for it in counts if it[0]]
    if not any(number for number, *_ in counts[:3]):
        told.insert(0, (0, "", ""))
    words = ", ".join(f"{n} {noun}" if n else "nothing runs or waits" for n, noun, _ in told)
    if len(words) <= room:
        return words
    return "  ".join(f"{number} {sign}" for number, _, sign in told if number)


def news(row: JobRow, now: float) -> str:
    """Return what matters most of a run: its progress, why it waits, how it ended."""
    run = row.run
    if run.state is RunState.QUEUED:
        return safe(row.why)
    if run.state.is_ended:
        return ", ".join(part for part in (ago(run.ended, now), safe(run.reason or "")) if part)
    where = f"on {safe(run.host)}" if run.host not in ("", host_name()) else ""
    parts = (safe(run.reason or ""), progress_bar(run), where)
    return "  ".join(part for part in parts if part)


def _time(row: JobRow, now: float) -> str:
    if row.run.state is RunState.QUEUED:
        return ago(row.run.created, now)
    return coarse_duration(row.run, now)


def _number_or_none(number: int) -> str:
    return str(number) if number else ""


COLUMNS = (
    Column("#", lambda row, _: _number_or_none(row.number), right=True, is_optional=True),
    Column("State", lambda row, _: f"{GLYPHS[row.run.state]} {row.run.state}"),
    Column("Run", lambda row, _: safe(row.run.name)),
    Column("Prio", lambda row, _: _number_or_none(row.run.priority), 0, True, 2, is_optional=True),
    Column("Slots", lambda row, _: str(row.run.slots), 0, True, 3),
    Column("GPUs", lambda row, _: _number_or_none(row.run.gpus), 0, True, 1, is_optional=True),
    Column("Time", _time, 0, True, 4),
    Column("Left", lambda row, now: time_left(row.run, now), 0, True, 5, is_optional=True),
)
"""All but the last column, which takes the cells that are left."""


def plan(rows: Sequence[JobRow], width: int, now: float) -> list[Column]:
    """Return the columns that fit into `width` cells and leave room for what there is to say."""
    columns: list[Column] = []
    for column in (*COLUMNS[:3], _params_column(rows), *COLUMNS[3:]):
        texts = [column.text(row, now) for row in rows]
        if column.is_optional and not any(texts):
            continue
        widest = max([len(column.title), *(cell_len(text) for text in texts)])
        columns.append(replace(column, width=min(widest, WIDEST)))
    while _room(columns, width) < NARROWEST_NEWS and any(column.rank for column in columns):
        columns.remove(max(columns, key=lambda column: column.rank))
    room = _room(columns, width)
    if room < NARROWEST_NEWS:
        columns = [_name_cut(column, NARROWEST_NEWS - room) for column in columns]
    return [*columns, Column("", news, max(0, _room(columns, width)))]


def _params_column(rows: Sequence[JobRow]) -> Column:
    """Return the column of what tells the runs apart: the parameters in which they differ."""
    names = changed_params([row.run for row in rows])

    def text(row: JobRow, _: float) -> str:
        params = row.run.params
        return " ".join(f"{safe(it)}={value_text(params[it])}" for it in names if it in params)

    return Column("Params", text, rank=6, is_optional=True)


def _name_cut(column: Column, excess: int) -> Column:
    if column.title != "Run":
        return column
    return replace(column, width=max(8, column.width - excess))


def _room(columns: Sequence[Column], width: int) -> int:
    return width - sum(column.width + len(GAP) for column in columns)


def header(columns: Sequence[Column]) -> str:
    """Return the titles, each over its column."""
    return GAP.join(fit(column.title, column.width, column.right) for column in columns)


def cells(row: JobRow, columns: Sequence[Column], now: float) -> list[Piece]:
    """Return what stands in a row, without marks; ended runs are dim but for their state."""
    state = row.run.state
    pieces: list[Piece] = []
    for column in columns:
        kind = str(state) if column.title == "State" else "dim" if state.is_ended else ""
        gap = "" if column is columns[-1] else GAP
        pieces.append((fit(column.text(row, now), column.width, column.right) + gap, kind))
    return pieces
