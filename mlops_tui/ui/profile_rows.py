"""The profile of some data as rows, one a column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from mlops_tui.data.profiled import ColumnProfile, ColumnType, Numbers, Profile
from mlops_tui.domain.text import count, safe, short_bytes, short_number
from mlops_tui.ui.chosen_columns import BLOCKS
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

HEADS = (
    Head("Column"),
    Head("Type"),
    Head("Missing", True),
    Head("Distinct", True),
    Head("Spread"),
    Head("Min", True),
    Head("Median", True),
    Head("Max", True),
    Head("Target", True),
    Head("Most frequent"),
)
SPREAD_CELLS = 12
MOST_TOP = 12
LONGEST_VALUE = 40
MUCH_MISSING = 0.05


def profile_content(profile: Profile) -> PlaceContent:
    """Return what the screen of a profile shows."""
    rows = [
        PlaceRow(f"{at} {column.name}", _cells(column, profile), _facts(column, profile))
        for at, column in enumerate(profile.columns)
    ]
    words = [count(profile.rows, "row"), count(len(profile.columns), "column")]
    words.append(short_bytes(profile.size_bytes))
    if profile.duplicates:
        about = "about " * profile.are_duplicates_approximate
        words.append(f"{about}{count(profile.duplicates, 'duplicate')}")
    return PlaceContent(HEADS, rows, ", ".join(words))


def _cells(column: ColumnProfile, profile: Profile) -> list[Piece]:
    share = column.missing / profile.rows if profile.rows else 0.0
    missing = "-" if not column.missing else f"{100 * share:.3g} %"
    numbers = column.numbers
    low, middle, high = "", "", ""
    if numbers is not None:
        low, high = _value(numbers.min, column), _value(numbers.max, column)
        middle = _value(numbers.quantiles["50"], column)
    counts = numbers.counts if numbers is not None else [n for _, n in _frequent(column)]
    distinct = "≈" * column.is_distinct_approximate + f"{column.distinct:,}"
    top = ", ".join(f"{_short(value)} {_share(n, column)}" for value, n in _frequent(column)[:3])
    return [
        (safe(column.name), ""),
        (column.type.value, "warn" if column.type is ColumnType.EMPTY else "dim"),
        (missing, "warn" if share > MUCH_MISSING else ""),
        (distinct, "warn" if column.is_constant else ""),
        (spread(counts), "bar"),
        (low, ""),
        (middle, ""),
        (high, ""),
        (f"{column.association.value:+.2f}" if column.association else "", ""),
        (top, "dim"),
    ]


def spread(counts: Sequence[int]) -> str:
    """Return how values are spread, a block for each of at most `SPREAD_CELLS` stretches."""
    if not counts or not any(counts):
        return ""
    cells = min(SPREAD_CELLS, len(counts))
    sums = [0] * cells
    for at, number in enumerate(counts):
        sums[at * cells // len(counts)] += number
    most = max(sums)
    return "".join(BLOCKS[-(-7 * number // most)] if number else " " for number in sums)


def _frequent(column: ColumnProfile) -> list[tuple[str, int]]:
    """Return the most frequent values; none where hardly any comes twice."""
    return list(column.top) if column.top and column.top[0][1] > 1 else []


def _value(number: float, column: ColumnProfile) -> str:
    if column.type is not ColumnType.TIME:
        return short_number(number)
    try:
        return datetime.fromtimestamp(number, UTC).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return short_number(number)


def _short(value: str) -> str:
    text = safe(value[:LONGEST_VALUE])
    return text + "…" * (len(value) > LONGEST_VALUE)


def _share(number: int, column: ColumnProfile) -> str:
    return f"{100 * number / column.n:.0f} %" if column.n else ""


def _facts(column: ColumnProfile, profile: Profile) -> list[Fact]:
    facts = [
        ("column", f"{safe(column.name)}, {column.type.value}, read as {column.storage}"),
        ("values", f"n {column.n:,}, {column.missing:,} missing, {_distinct(column, profile)}"),
        ("numbers", _numbers(column.numbers, column) if column.numbers else ""),
        ("quantiles", _quantiles(column.numbers, column) if column.numbers else ""),
        ("odd", _odd(column)),
        ("lengths", _lengths(column)),
        ("top", "\n".join(_top(value, n, column) for value, n in _frequent(column)[:MOST_TOP])),
        ("target", _association(column, profile)),
        ("memory", short_bytes(column.memory_bytes)),
    ]
    return [(label, value) for label, value in facts if value]


def _distinct(column: ColumnProfile, profile: Profile) -> str:
    if column.is_constant:
        return "all the same"
    about = f" (± {100 * profile.distinct_error:.2g} %)" * column.is_distinct_approximate
    return f"{column.distinct:,} distinct{about}"


def _numbers(numbers: Numbers, column: ColumnProfile) -> str:
    parts = [f"mean {_value(numbers.mean, column)}"]
    if numbers.deviation is not None and column.type is not ColumnType.TIME:
        parts.append(f"standard deviation {short_number(numbers.deviation)}")
    if numbers.skewness is not None:
        parts.append(f"skewness {short_number(numbers.skewness, 3)}")
    for words, number in (("zeros", numbers.zeros), ("negative", numbers.negatives)):
        if number and column.type is not ColumnType.TIME:
            parts.append(f"{number:,} {words}")
    if numbers.infinities:
        parts.append(f"{numbers.infinities:,} infinite")
    return ", ".join(parts)


def _quantiles(numbers: Numbers, column: ColumnProfile) -> str:
    told = [f"{percent} % {_value(value, column)}" for percent, value in numbers.quantiles.items()]
    drawn = f"  (of {numbers.n_quantiles:,} drawn, ranks ± {100 * numbers.rank_error:.2g} %)"
    return "  ".join(told) + drawn * (numbers.rank_error > 0)


def _odd(column: ColumnProfile) -> str:
    if not column.not_numbers:
        return ""
    what = "time" if column.type is ColumnType.TIME else "number"
    first = f", first {safe(column.not_number or '')!r}"
    where = f" in {safe(column.not_number_place)}" if column.not_number_place else ""
    return f"{column.not_numbers:,} are no {what}{first}{where}"


def _lengths(column: ColumnProfile) -> str:
    if column.shortest is None or column.mean_length is None:
        return ""
    mean = short_number(column.mean_length, 3)
    return f"{column.shortest:,} to {column.longest:,} letters, mean {mean}"


def _top(value: str, number: int, column: ColumnProfile) -> str:
    at_least = "≥ " * (column.top_error > 0)
    return f"{at_least}{number:,} ({_share(number, column)})  {_short(value)}"


def _association(column: ColumnProfile, profile: Profile) -> str:
    it = column.association
    if it is None:
        return ""
    target = safe(profile.target or "")
    return f"{it.measure} with {target} {it.value:+.3f}, n {it.n:,}"
