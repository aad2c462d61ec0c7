"""What a benchmark found, and the one table in which all of it is printed."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Row:
    """One measurement; without a target it is there for comparison."""

    what: str
    target: str
    measured: str
    is_kept: bool | None = None


@dataclass(frozen=True)
class Options:
    """What the person who runs a benchmark has chosen."""

    is_quick: bool
    peers: str
    """The Python interpreter that has MLflow or W&B installed; "" for none."""

    def times(self, thorough: int, quick: int = 2) -> int:
        """Return how often to repeat."""
        return quick if self.is_quick else thorough


Measure = Callable[[Options], Iterable[Row]]


def below(what: str, limit: float, values: float | Sequence[float], unit: str = "s") -> Row:
    """Return a row that is kept where the value, or the median of the values, is below `limit`."""
    if isinstance(values, float | int):
        median, words = values, f"{number(values)} {unit}"
    else:
        median = statistics.median(values)
        words = f"{number(median)} {unit}"
        if len(values) > 1:
            words += f" ({number(min(values))} to {number(max(values))}, n {len(values)})"
    return Row(what, f"< {limit:g} {unit}", words, median < limit)


def number(value: float) -> str:
    """Return three digits or more of a number."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest of the values that is not below this share of them."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def memory_row(what: str, limit: float, pid: int) -> Row:
    """Return the memory of a process, judged by its resident set."""
    info = psutil.Process(pid).memory_full_info()
    rss, pss, uss = (getattr(info, kind, 0) / 1e6 for kind in ("rss", "pss", "uss"))
    words = f"{rss:.0f} MB (PSS {pss:.0f}, USS {uss:.0f})"
    return Row(what, f"< {limit:g} MB", words, rss < limit)


def render(rows: Iterable[Row]) -> str:
    """Return the rows as a Markdown table."""
    kept = {True: "yes", False: "NO", None: ""}
    cells = [("what", "target", "measured", "kept")]
    cells += [(row.what, row.target, row.measured, kept[row.is_kept]) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines = [
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in cells
    ]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)


def rows_of(measures: Sequence[Measure], options: Options) -> Iterator[Row]:
    """Yield all rows; what cannot be measured is a row of its own and keeps no target."""
    for measure in measures:
        try:
            yield from measure(options)
        except AssertionError as error:
            print(error, file=sys.stderr)
            yield Row(f"the rest of {measure.__module__}", "to be measured", "could not be", False)


def run(measures: Sequence[Measure], description: str) -> int:
    """Read the options, print a row as soon as it is known and the table at the end."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and less data")
    parser.add_argument(
        "--peers",
        default=os.environ.get("MLOPS_BENCHMARK_PEERS", ""),
        help="a Python with MLflow or W&B (default: $MLOPS_BENCHMARK_PEERS)",
    )
    given = parser.parse_args()
    options = Options(given.quick, given.peers)
    rows = []
    for row in rows_of(measures, options):
        print(f"{row.what}: {row.measured} [{row.target}]", flush=True)
        rows.append(row)
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    print(f"\n{render(rows)}\n\n{os.cpu_count()} cores, load {load}")
    return 1 if any(row.is_kept is False for row in rows) else 0
