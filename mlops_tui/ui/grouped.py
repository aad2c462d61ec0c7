"""Groups of runs as cells of text: means with their intervals, aligned at the sign between."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlops_tui.domain.groups import Spread
from mlops_tui.domain.text import safe, short_number
from mlops_tui.engine.grouping import Grouped
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.chosen_columns import title_of

NOTHING = "-"


def head_and_rows(
    found: Grouped, meaning: Meaning
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the head and a row for each group: what it is, how many runs, its metrics."""
    units = [meaning.units.get(name, "") for name in found.metrics]
    titles = [
        f"{name} {unit}" if unit and unit != "1" else name
        for name, unit in zip(found.metrics, units, strict=True)
    ]
    head = (*map(title_of, found.fields), "runs", *titles)
    columns = [
        [short_value(group.by[at]) for group in found.groups] for at in range(len(found.fields))
    ]
    columns.append([str(len(group.ids)) for group in found.groups])
    for name in found.metrics:
        pairs = [spread_texts(group.spreads.get(name), len(group.ids)) for group in found.groups]
        columns.append(aligned(pairs))
    return head, list(zip(*columns, strict=True))


def short_value(value: object) -> str:
    """Return what a group has in a field."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    return short_number(value) if isinstance(value, int | float) else str(value)


def spread_texts(spread: Spread | None, runs: int) -> tuple[str, str]:
    """Return mean and interval, which has two digits that count, and how many runs had none."""
    if spread is None:
        return NOTHING, ""
    missing = f" of {spread.n}" if spread.n < runs else ""
    if spread.half_width is None:
        return short_number(spread.mean), missing
    half = spread.half_width
    if not half or math.isinf(half):
        return short_number(spread.mean), f"±{short_number(half)}{missing}"
    decimals = 1 - math.floor(math.log10(half))
    if decimals > 8 or abs(spread.mean) >= 1e7:
        return f"{spread.mean:.4g}", f"±{half:.2g}{missing}"
    decimals = max(0, decimals)
    return f"{spread.mean:.{decimals}f}", f"±{half:.{decimals}f}{missing}"


def aligned(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Return each pair as one text, with all decimal points below each other."""
    places = [len(mean.partition(".")[2]) + ("." in mean) for mean, _ in pairs]
    most = max(places, default=0)
    means = [mean + " " * (most - after) for (mean, _), after in zip(pairs, places, strict=True)]
    widest = max(map(len, means), default=0)
    return [
        f"{mean:>{widest}} {rest}".rstrip() for mean, (_, rest) in zip(means, pairs, strict=True)
    ]


def as_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table with tabs between, as spreadsheets take it."""
    return "\n".join("\t".join(safe(cell).strip() for cell in row) for row in (head, *rows))
