"""Runs side by side as lines of cells: what stands where, how wide, and as plain text; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mlops_tui.domain.compare import Row, Section, Value
from mlops_tui.domain.models import CHALLENGER, CHAMPION, ModelVersion
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe, short_bytes, short_number, with_unit
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.columns import GLYPHS
from mlops_tui.ui.formats import ago, coarse_duration, value_text
from mlops_tui.ui.widgets.pieces import fit

if TYPE_CHECKING:
    from mlops_tui.engine.actions_compare_models import Subject

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
    kind: str = "heading"
    """How a heading looks."""
    is_whole: bool = False
    """Whether its cells are rather moved out of sight than cut."""
    more: str = ""
    """Of a heading: what there is to read about it."""


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
    rows: Sequence[Row],
    best: Mapping[str, Collection[int]],
    meaning: Meaning,
    only_differing: bool,
) -> list[Line]:
    """Return the lines from top to bottom, sections under their headings.

    Args:
        rows: every fact, section by section.
        best: by metric, the places of the best.
        meaning: units of metrics.
        only_differing: leave out what all have the same.
    """
    lines: list[Line] = []
    for section in Section:
        there = [row for row in rows if row.section is section]
        if not there:
            continue
        shown = [row for row in there if row.differs or not only_differing]
        same = len(there) - sum(row.differs for row in there)
        about = "" if section is Section.CHANGES else _same_words(same, len(there))
        lines.append(Line(section, TITLES[section], about=about))
        cells = _metric_cells(best) if section is Section.METRICS else _plain_cells
        lines += [
            Line(f"{section}/{row.key}", _label(row, meaning), tuple(cells(row))) for row in shown
        ]
    return lines


def about_lines(subjects: Sequence[Subject], only_differing: bool, now: float) -> list[Line]:
    """Return what is known of runs and versions themselves; `now` in Unix seconds."""
    lines = []
    for label, text in _facts(now):
        texts = [text(it) for it in subjects]
        is_shown = label == "state" or not only_differing or len(set(texts)) > 1
        if any(texts) and is_shown:
            cells = (Cell(it or MISSING, "" if it else "dim") for it in texts)
            lines.append(Line(f"run/{label}", label, tuple(cells)))
    return lines


def _facts(now: float) -> list[tuple[str, Callable[[Subject], str]]]:
    def of_run(text: Callable[[Run], str]) -> Callable[[Subject], str]:
        return lambda it: "" if it.run is None or it.version is not None else text(it.run)

    def of_version(text: Callable[[ModelVersion], str]) -> Callable[[Subject], str]:
        return lambda it: "" if it.version is None else text(it.version)

    return [
        ("aliases", of_version(lambda it: safe(", ".join(it.aliases)))),
        ("registered", of_version(lambda it: ago(it.registered, now))),
        ("from", lambda it: safe(it.run.name) if it.run is not None and it.version else ""),
        ("format", of_version(lambda it: it.format.value)),
        ("size", of_version(lambda it: short_bytes(it.size_bytes))),
        ("state", of_run(lambda run: f"{GLYPHS[run.state]} {run.state}")),
        ("job", of_run(lambda run: safe(run.job))),
        ("started", of_run(lambda run: ago(run.started, now))),
        ("took", of_run(lambda run: coarse_duration(run, now))),
        ("why", of_run(lambda run: safe(run.reason or ""))),
        ("note", lambda it: safe(_note(it))),
    ]


def _note(subject: Subject) -> str:
    if subject.version is not None:
        return subject.version.note
    return "" if subject.run is None else subject.run.note or ""


def layout(lines: Sequence[Line], names: Sequence[str], width: int, skip: int) -> Layout:
    """Return what has room in `width` cells, `skip` runs after the first one left out."""
    labels = [cell_len(line.label) for line in lines if line.cells]
    label = min(max(labels, default=0), WIDEST_LABEL, max(8, width // 3)) + 3
    natural = [
        max([cell_len(name), *(cell_len(line.cells[at].text) for line in lines if line.cells)])
        for at, name in enumerate(names)
    ]
    room = width - label
    whole = max(
        (cell_len(cell.text) for line in lines if line.is_whole for cell in line.cells), default=0
    )
    widest = max(NARROWEST_CELL, whole, room // max(1, min(3, len(names))) - len(GAP))
    shown: list[int] = []
    wanted: list[int] = []
    for at in [0, *range(1 + skip, len(names))]:
        free = room - sum(it + len(GAP) for it in wanted)
        least = NARROWEST_CELL if len(shown) < 2 else max(NARROWEST_CELL, whole)
        if len(shown) > 1 and free < min(natural[at], least):
            break
        if shown and room // 2 < min(natural[at], NARROWEST_CELL):
            break
        shown.append(at)
        wanted.append(min(natural[at], widest))
    return Layout(label, tuple(shown), _shared(wanted, room - len(GAP) * (len(shown) - 1)))


def _shared(wanted: Sequence[int], room: int) -> tuple[int, ...]:
    """Return widths that share out the room: who wants less than its share leaves it to others."""
    widths = list(wanted)
    for rest, at in enumerate(sorted(range(len(wanted)), key=lambda it: wanted[it])):
        widths[at] = max(1, min(wanted[at], room // (len(wanted) - rest)))
        room -= widths[at]
    return tuple(widths)


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


def _metric_cells(best: Mapping[str, Collection[int]]) -> Callable[[Row], list[Cell]]:
    def cells(row: Row) -> list[Cell]:
        found = []
        for at, value in enumerate(row.values):
            plain = _plain(value)
            is_best = at in best.get(row.key, ())
            mark = f" {BEST}" if is_best else ""
            delta = _delta(row.values[0], value) if at else ""
            found.append(Cell(plain.text + mark + delta, "best" if is_best else plain.kind))
        return found

    return cells


def _delta(first: Value, value: Value) -> str:
    if not isinstance(first, int | float) or not isinstance(value, int | float):
        return ""
    by = value - first
    return f"  {'+' if by >= 0 else ''}{short_number(by, 3)}" if math.isfinite(by) else ""


def versions_to_compare(
    versions: Sequence[ModelVersion], marked: Collection[str], here: ModelVersion | None
) -> list[str]:
    """Return the names of the versions to compare, the one others are measured against first.

    With fewer than two marked, the marked one or else the one under the cursor is compared with
    the champion; the champion itself with the challenger, else the version before it, else the one
    after it. Fewer than two names: the caller has to say that there is no other.

    Args:
        versions: of the model.
        marked: names.
        here: the version under the cursor.
    """
    by_rank = sorted(versions, key=_rank)
    chosen = [it for it in by_rank if it.name in marked]
    if len(chosen) < 2:
        one = chosen[0] if chosen else here
        if one is None:
            return []
        others = [it for it in by_rank if it.name != one.name and not it.deleted]
        others.sort(key=lambda it: _nearness(it, one))
        chosen = [*others[:1], one]
        chosen.sort(key=_rank)
    return [it.name for it in chosen]


def _rank(it: ModelVersion) -> tuple[bool, int]:
    return CHAMPION not in it.aliases, it.number


def _nearness(it: ModelVersion, one: ModelVersion) -> tuple[bool, bool, bool, int]:
    apart = one.number - it.number
    return CHAMPION not in it.aliases, CHALLENGER not in it.aliases, apart < 0, abs(apart)
