"""What was evaluated of runs and versions side by side, who beats whom, and who is better; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.domain.attribution import Attribution
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.evaluations import Figure
from mlops_tui.domain.text import count, safe, short_bytes, with_unit
from mlops_tui.engine.better_choices import BetterChoice
from mlops_tui.engine.better_words import needed_words
from mlops_tui.engine.figure_rows import FigureRow
from mlops_tui.engine.fronts import Front
from mlops_tui.ui.compared import BEST, MISSING, Cell, Line
from mlops_tui.ui.evaluation_rows import AGAINST, bounds, number

BY_VALUE = "◇"
"""Best by its value, while the interval of another one reaches into its own."""
ON_FRONT = "▲"
LEGEND = f"{BEST} best, intervals apart; {BY_VALUE} best by its value alone"
NAMED = 2
"""So many of those that beat one are named."""


def figure_lines(
    figures: Sequence[FigureRow], only_differing: bool, units: Mapping[str, str]
) -> list[Line]:
    """Return evaluated metrics with their intervals and n, a heading for each dataset."""
    lines: list[Line] = []
    for dataset in dict.fromkeys(it.dataset for it in figures):
        rows = [it for it in figures if it.dataset == dataset]
        where = safe(dataset or "data that is not named")
        lines.append(Line(f"on/{dataset}", f"evaluated on {where}", about=_about(rows[0])))
        if not rows[0].is_of_one_version or not only_differing:
            cells = tuple(_cell((it or "")[:SHORT]) for it in rows[0].versions)
            lines.append(Line(f"on/{dataset}/version", "version of it", cells))
        for row in rows:
            if not only_differing or len({_value(it) for it in row.figures}) > 1:
                lines.append(_line(row, units.get(row.metric, "")))
    return lines


def _about(row: FigureRow) -> str:
    versions = {it for it in row.versions if it is not None}
    if not row.is_of_one_version:
        return f"on {len(versions)} versions of it, so that nothing is best"
    version = next(iter(versions), "")[:SHORT]
    return ", ".join(filter(None, [version, LEGEND if len(row.figures) > 1 else ""]))


def _value(it: Figure | None) -> float | None:
    return None if it is None else it.value


def _line(row: FigureRow, unit: str) -> Line:
    mark, kind = (BEST, "best") if row.is_clear else (BY_VALUE, "")
    cells = []
    for at, it in enumerate(row.figures):
        if it is None or it.value is None:
            cells.append(Cell(f"  {MISSING}", "dim"))
            continue
        is_best = at in row.best
        value = short_bytes(it.value) if row.metric.endswith("_bytes") else number(it.value)
        first = mark if is_best else " "
        cells.append(Cell(f"{first} {value}{_interval(it)}", kind if is_best else ""))
    label = safe(with_unit(row.metric, unit)) + _count_words(row)
    return Line(f"on/{row.dataset}/{row.metric}", label, tuple(cells), is_whole=True)


def _count_words(row: FigureRow) -> str:
    """Return such as ` n 143`, or ` n ≥59` where they differ; empty for what is of no rows."""
    counts = {it.n for it in row.figures if it is not None and it.n is not None and it.n > 1}
    if not counts:
        return ""
    least, most = min(counts), max(counts)
    return f" n {least:,}" if least == most else f" n ≥{least:,}"


def _interval(it: Figure) -> str:
    """Return such as ` (0.91 to 0.958)`: the ends of an interval need fewer digits."""
    if it.low is None or it.high is None:
        return ""
    return f" ({number(it.low, 3)} to {number(it.high, 3)})"


def _cell(text: str) -> Cell:
    return Cell(text or MISSING, "" if text else "dim")


def data_lines(found: Attribution | None) -> list[Line]:
    """Return what the data has to do with the difference of two runs that read different data."""
    if found is None:
        return []
    words = safe(found.words)
    return [Line("attribution", words, kind="strong", more=words)]


# Who beats whom


def front_lines(front: Front | None, names: Sequence[str]) -> list[Line]:
    """Return who is beaten by whom in the chosen metrics; `names` are safe to show."""
    if front is None:
        return []
    metrics = ", ".join(safe(it) for it in front.metrics)
    cells = tuple(_beaten_cell(it, names) for it in front.beaten_by)
    whole = [
        f"{name}: {_beaten_words(it, names, len(names))}"
        for name, it in zip(names, front.beaten_by, strict=True)
    ]
    more = "\n".join([f"By the values alone of {metrics}.", "", *whole, *front.notes])
    lines = [
        Line("front", "Pareto front", about=f"{metrics}; by values alone", more=more),
        Line("front/beaten", "beaten by", cells),
    ]
    return [
        *lines,
        *(Line(f"front/{at}", f"  {safe(it)}", kind="warn") for at, it in enumerate(front.notes)),
    ]


def _beaten_cell(others: Sequence[int] | None, names: Sequence[str]) -> Cell:
    kind = "dim" if others is None else "best" if not others else ""
    return Cell(_beaten_words(others, names, NAMED), kind)


def _beaten_words(others: Sequence[int] | None, names: Sequence[str], most: int) -> str:
    if others is None:
        return f"{MISSING} cannot be told"
    if not others:
        return f"{ON_FRONT} none"
    named = ", ".join(names[it] for it in others[:most])
    return named + (f" +{len(others) - most}" if len(others) > most else "")


def marked_names(names: Sequence[str], front: Front | None) -> list[str]:
    """Return names, those on the front marked."""
    if front is None:
        return list(names)
    return [f"{it} {ON_FRONT}" if at in front.places else it for at, it in enumerate(names)]


# Who is better

ASKED = "better/"
"""How the ids of lines of answers begin."""


def choice_words(choice: BetterChoice) -> str:
    """Return such as `roc_auc on holdout`."""
    if choice.is_repeated:
        return f"{safe(choice.metric)}, last values"
    return f"{safe(choice.metric)} on {safe(choice.dataset or 'data that is not named')}"


def better_lines(
    name: str, a: str, b: str, choice: BetterChoice, found: Mapping[str, Any]
) -> list[Line]:
    """Return what was found out of whether B is better than A.

    Args:
        name: of the answer, for the ids of its lines.
        a: what A is called, safe to show.
        b: the same of B.
        choice: by what.
        found: as `actions_better.compare_models` returns it.
    """
    units = "runs" if choice.is_repeated else "rows"
    verdict = found["verdict"]
    is_told = verdict != "cannot tell"
    mark, kind = AGAINST[verdict]
    head = (
        f"{b} is {verdict} than {a}" if is_told else f"cannot tell whether {b} is better than {a}"
    )
    needed = (
        "" if is_told else needed_words(found, units).removeprefix("cannot tell").lstrip(":;, ")
    )
    sign = "+" if (found["difference"] or 0) > 0 else ""
    interval = bounds(found["low"], found["high"]) or "no interval"
    parts = [
        *([needed] if needed else []),
        f"{choice_words(choice)}: {number(found['a'])} and {number(found['b'])},"
        f" n {found['n']:,} {units}",
        f"difference {sign}{number(found['difference'])}"
        f" ({found['confidence']:.0%}: {interval}), by {found['method']}",
    ]
    notes = [safe(it) for it in found["notes"]]
    more = "\n".join([head, *parts, *(f"\n{it}" for it in notes)])
    if notes:
        parts[-1] += f"; {count(len(notes), 'note')}: Enter"
    lines = [Line(ASKED + name, f"{mark[0]} {head}", kind=kind, more=more)]
    return lines + [
        Line(f"{ASKED}{name}/{at}", f"  {it}", kind="", more=more) for at, it in enumerate(parts)
    ]
