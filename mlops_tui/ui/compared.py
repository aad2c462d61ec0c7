"""Runs side by side as lines of cells: what stands where, how wide, and as plain text; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mlops_tui.domain.compare import Row, Section, Value
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe, short_number, with_unit
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.columns import GLYPHS
from mlops_tui.ui.formats import ago, coarse_duration, value_text
from mlops_tui.ui.widgets.pieces import fit

BEST = "◆"
MISSING = "-"
DIGITS = 5
MOST_LETTERS = 2000
"""Of a value; measuring more takes longer than anybody reads it."""
WIDEST_LABEL = 30
NARROWEST_CELL = 14
GAP = "  "
TITLES: Mapping[Section, str] = {
    Section.PARAMS: "params",
    Section.METRICS: "metrics, last values",
    Section.DATA: "data",
    Section.CODE: "code",
    Section.CHANGES: "files changed since the first run's commit",
    Section.ENVIRONMENT: "environment",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands under one run."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of all runs, or a heading, which has no cells."""

    id: str
    label: str
    cells: tuple[Cell, ...] = ()
    about: str = ""
    """Beside a heading: how much is the same."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which runs are on the screen, the first one always, and how wide."""

    label: int
    shown: tuple[int, ...]
    widths: tuple[int, ...]
    """Of the runs shown."""


def reference_first(marked: Sequence[str], here: Run | None, baseline: str | None) -> list[str]:
    """Return the ids to compare, the one others are measured against first.

    With fewer than two marked the run under the cursor is one of them, and the other is the
    marked one, else the baseline, else the run it is a retry of. One id alone: the caller has to
    find another.
    """
    if len(marked) >= 2:
        return sorted(marked, key=lambda run_id: run_id != baseline)
    if here is None:
        return list(marked)
    for other in (*marked, baseline, here.retry_of):
        if other is not None and other != here.id:
            return [other, here.id]
    return [here.id]


def compared_lines(
    rows: Sequence[Row], runs: Sequence[Run], meaning: Meaning, only_differing: bool, now: float
) -> list[Line]:
    """Return the lines from top to bottom, sections under their headings.

    Args:
        rows: every fact, section by section.
        runs: whose facts, in the order of the cells.
        meaning: units of metrics, and which get better downwards.
        only_differing: leave out what all runs have the same.
        now: Unix seconds.
    """
    lines = _about_runs(runs, now)
    if only_differing:
        lines = [line for line in lines if line.id == "run/state" or len(set(line.cells)) > 1]
    for section in Section:
        there = [row for row in rows if row.section is section]
        if not there:
            continue
        shown = [row for row in there if row.differs or not only_differing]
        same = len(there) - sum(row.differs for row in there)
        about = "" if section is Section.CHANGES else _same_words(same, len(there))
        lines.append(Line(section, TITLES[section], about=about))
        cells = _metric_cells(meaning) if section is Section.METRICS else _plain_cells
        lines += [
            Line(f"{section}/{row.key}", _label(row, meaning), tuple(cells(row))) for row in shown
        ]
    return lines


def layout(lines: Sequence[Line], names: Sequence[str], width: int, skip: int) -> Layout:
    """Return what has room in `width` cells, `skip` runs after the first one left out."""
    labels = [cell_len(line.label) for line in lines if line.cells]
    label = min(max(labels, default=0), WIDEST_LABEL, max(8, width // 3)) + 3
    natural = [
        max([cell_len(name), *(cell_len(line.cells[at].text) for line in lines if line.cells)])
        for at, name in enumerate(names)
    ]
    room = width - label
    widest = max(NARROWEST_CELL, room // max(1, min(3, len(names))) - len(GAP))
    shown: list[int] = []
    widths: list[int] = []
    for at in [0, *range(1 + skip, len(names))]:
        wanted = min(natural[at], widest)
        free = room - sum(it + len(GAP) for it in widths)
        if shown and free < min(wanted, NARROWEST_CELL):
            break
        shown.append(at)
        widths.append(max(1, min(wanted, free)))
    return Layout(label, tuple(shown), tuple(widths))


def as_text(lines: Sequence[Line], names: Sequence[str]) -> str:
    """Return all of it as aligned plain text, for other programs."""
    table = [["", *names]]
    table += [[line.label, *(cell.text for cell in line.cells)] for line in lines]
    widths = [
        max((cell_len(row[at]) for row in table if at < len(row) and len(row) > 1), default=0)
        for at in range(len(names) + 1)
    ]
    return "\n".join(
        GAP.join(
            fit(text, width) if len(row) > 1 else text
            for text, width in zip(row, widths, strict=False)
        ).rstrip()
        for row in table
    )


def in_full(line: Line, names: Sequence[str]) -> str:
    """Return one line with nothing cut: a run and its value below each other."""
    return "\n\n".join(
        f"{name}\n  {cell.text}" for name, cell in zip(names, line.cells, strict=True)
    )


def _about_runs(runs: Sequence[Run], now: float) -> list[Line]:
    facts: list[tuple[str, Callable[[Run], str]]] = [
        ("state", lambda run: f"{GLYPHS[run.state]} {run.state}"),
        ("job", lambda run: safe(run.job)),
        ("started", lambda run: ago(run.started, now)),
        ("took", lambda run: coarse_duration(run, now)),
        ("why", lambda run: safe(run.reason or "")),
        ("note", lambda run: safe(run.note or "")),
    ]
    lines = []
    for label, text in facts:
        texts = [text(run) for run in runs]
        if any(texts):
            cells = (Cell(it or MISSING, "" if it else "dim") for it in texts)
            lines.append(Line(f"run/{label}", label, tuple(cells)))
    return lines


def _same_words(same: int, total: int) -> str:
    if same == total:
        return f"all {total} the same" if total > 1 else "the same"
    return f"{same} of {total} the same" if same else f"all {total} differ" if total > 1 else ""


def _label(row: Row, meaning: Meaning) -> str:
    unit = meaning.units.get(row.key, "") if row.section is Section.METRICS else ""
    return safe(with_unit(row.key, unit))


def _plain_cells(row: Row) -> list[Cell]:
    return [_plain(value) for value in row.values]


def _plain(value: Value) -> Cell:
    if value is None:
        return Cell(MISSING, "dim")
    if isinstance(value, float):
        return Cell(short_number(value, DIGITS))
    if isinstance(value, str) and len(value) > MOST_LETTERS:
        value = value[:MOST_LETTERS] + "…"
    return Cell(value_text(value))


def _metric_cells(meaning: Meaning) -> Callable[[Row], list[Cell]]:
    def cells(row: Row) -> list[Cell]:
        best = _best(row.values, meaning.is_lower_better(row.key))
        found = []
        for at, value in enumerate(row.values):
            plain = _plain(value)
            mark = f" {BEST}" if value is not None and value == best else ""
            delta = _delta(row.values[0], value) if at else ""
            found.append(Cell(plain.text + mark + delta, "best" if mark else plain.kind))
        return found

    return cells


def _best(values: Sequence[Value], is_lower_better: bool) -> float | None:
    """Return the best of numbers that differ; None where all are as good."""
    numbers = [float(it) for it in values if isinstance(it, int | float) and not math.isnan(it)]
    if len(set(numbers)) < 2:
        return None
    return min(numbers) if is_lower_better else max(numbers)


def _delta(first: Value, value: Value) -> str:
    if not isinstance(first, int | float) or not isinstance(value, int | float):
        return ""
    by = value - first
    return f"  {'+' if by >= 0 else ''}{short_number(by, 3)}" if math.isfinite(by) else ""
