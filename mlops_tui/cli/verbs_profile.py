"""The verb `data profile`: what is in some data."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling
from mlops_tui.cli.reading import project_folder
from mlops_tui.cli.table import Column
from mlops_tui.data.profiled import ColumnProfile, ColumnType, Numbers, Profile
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import short_bytes, short_number
from mlops_tui.engine import actions
from mlops_tui.engine.actions import ProfiledData

_BARS = " ▁▂▃▄▅▆▇█"
_TOP_LETTERS = 40
_SPEAKING = 0.05
"""A number must be so frequent to be shown as the most frequent one."""


def do_data_profile(options: argparse.Namespace) -> int:
    """Show the profile of a dataset or a file."""
    with telling("reading") as tell:
        done = actions.profile_data(
            _project(options), options.data, options.target, options.anew, tell
        )
    if options.json:
        output.json_data(profile_shape(done))
        return 0
    profile = done.profile
    for line in _summary(done):
        output.data(line)
    output.data("")
    has_target = profile.target is not None
    heads = [
        *(Column("column"), Column("type"), Column("missing", True), Column("distinct", True)),
        *(Column(name, True) for name in ("min", "median", "mean", "max")),
        *(Column("spread"), Column("most frequent")),
        *([Column(f"with {profile.target}", True)] if has_target else []),
    ]
    print_table(heads, [_cells(it, profile) for it in profile.columns])
    for line in _notes(profile):
        output.words(line)
    return 0


def _project(options: argparse.Namespace) -> Project | None:
    """Return the project at hand; None where there is none, for a file needs none."""
    try:
        return load_project(project_folder(options.project))
    except InputError:
        return None


def profile_shape(done: ProfiledData) -> dict[str, object]:
    """Return a profile as `data profile --json` gives it."""
    return {
        "dataset": done.source.name,
        "path": done.source.path,
        "version": done.version,
        "kept": done.is_kept,
        **asdict(done.profile),
    }


def _summary(done: ProfiledData) -> list[str]:
    profile = done.profile
    version = f"version {done.version[:SHORT]}" if done.version else "it changed while it was read"
    files = f"{profile.files} file{'' if profile.files == 1 else 's'}"
    about = "about " if profile.are_duplicates_approximate else ""
    lines = [
        f"{done.source.name}: {profile.rows:,} rows, {len(profile.columns)} columns, "
        f"{files} of {short_bytes(profile.size_bytes)}, {version}",
        f"copies of earlier rows: {about}{profile.duplicates:,}"
        f"   in memory: about {short_bytes(profile.memory_bytes)}",
    ]
    for words, names in (("constant", profile.constant), ("empty", profile.empty)):
        if names:
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            lines.append(f"{words}: {', '.join(names[:10])}{more}")
    return lines


def _cells(column: ColumnProfile, profile: Profile) -> list[str]:
    about = "~" if column.is_distinct_approximate else ""
    cells = [
        column.name,
        column.type.value,
        f"{100 * column.missing / column.n:.3g} %" if column.missing else "0",
        f"{about}{column.distinct:,}",
        *_figures(column.numbers, column.type is ColumnType.TIME),
        bars(column.numbers) if column.numbers is not None else "",
        _most_frequent(column),
    ]
    if profile.target is None:
        return cells
    found = column.association
    return [*cells, "" if found is None else f"{found.value:.2f}"]


def _figures(numbers: Numbers | None, is_time: bool) -> list[str]:
    if numbers is None:
        return ["", "", "", ""]
    median = numbers.quantiles.get("50", numbers.mean)
    figures = (numbers.min, median, numbers.mean, numbers.max)
    return [_moment(it) if is_time else short_number(it) for it in figures]


def _moment(seconds: float) -> str:
    try:
        found = datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return short_number(seconds)
    is_day = (found.hour, found.minute, found.second) == (0, 0, 0)
    return found.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M")


def bars(numbers: Numbers) -> str:
    """Return a histogram one line high; every bin with a value shows something."""
    most = max(numbers.counts, default=0)
    if not most:
        return ""
    steps = len(_BARS) - 1
    return "".join(_BARS[-(-count * steps // most)] for count in numbers.counts)


def _most_frequent(column: ColumnProfile) -> str:
    present = column.n - column.missing
    if not column.top or column.top[0][1] < 2 or not present:
        return ""
    value, count = column.top[0]
    if column.type is ColumnType.NUMERIC and count < _SPEAKING * present:
        return ""
    shown = value if len(value) <= _TOP_LETTERS else value[: _TOP_LETTERS - 1] + "…"
    return f"{shown} ({100 * count / present:.3g} %)"


def _notes(profile: Profile) -> list[str]:
    """Return what one has to know of the figures, and what is odd in the data."""
    notes = []
    drawn = [it.numbers for it in profile.columns if it.numbers is not None]
    few = [it for it in drawn if it.rank_error]
    if few:
        least = min(few, key=lambda it: it.n_quantiles)
        notes.append(
            f"medians and spreads come from {least.n_quantiles:,} rows drawn at random: ranks are "
            f"off by {100 * least.rank_error:.2g} % at most (95 %)"
        )
    if any(column.is_distinct_approximate for column in profile.columns):
        notes.append(f"~ is off by about {100 * profile.distinct_error:.2g} %")
    measures = dict.fromkeys(it.association.measure for it in profile.columns if it.association)
    if measures:
        n = max(it.association.n for it in profile.columns if it.association)
        notes.append(f"with {profile.target}: {', '.join(measures)}, up to {n:,} rows")
    for it in profile.columns:
        if it.not_numbers:
            what = "times" if it.type is ColumnType.TIME else "numbers"
            first = f"{it.not_number!r} at {it.not_number_place}"
            notes.append(f"{it.name}: {it.not_numbers:,} are no {what}, the first {first}")
    return [*notes, *(f"noted: {problem}" for problem in profile.problems)]
