"""Where the values of a launch form may come from, and what stands in a field; no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlops_tui.domain import params
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Job, Param, ParamType, Project, Scale
from mlops_tui.domain.runs import ParamValue, Run
from mlops_tui.domain.sweep import EXAMPLES, Grid, written, written_list
from mlops_tui.domain.text import safe, short_number
from mlops_tui.engine.actions_tags import SWEEP_TAG
from mlops_tui.ui.objective import objective_metric, value_of

NOT_SWEPT = (ParamType.SECRET,)
FACTOR = 10
"""How far apart the values of a proposed sweep are."""
SHOWN_VALUES = 6


@dataclass(frozen=True, slots=True)
class Source:
    """Values to fill the form with, and the words that say whose they are."""

    words: str
    values: Mapping[str, ParamValue]
    """By parameter; a parameter that is not there keeps its default."""


DEFAULTS = Source("defaults", {})


def still_valid(job: Job, recorded: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    """Return what of recorded parameters the job still takes; never a secret."""
    found: dict[str, ParamValue] = {}
    for name, value in recorded.items():
        param = job.params.get(name)
        if param is None or param.type in NOT_SWEPT or value is None:
            continue
        try:
            found[name] = params.parse_value(param, value)
        except InputError:
            continue
    return found


def like_source(job: Job, like: Run | None) -> Source:
    """Return the values of a run to begin with; the defaults where there is none."""
    if like is None:
        return DEFAULTS
    return Source(f"like {safe(like.name)}", still_valid(job, like.params))


def like_options(job: Job, like: Run | None) -> dict[str, ParamValue]:
    """Return what a run was launched with beside its parameters, where it is not as usual."""
    if like is None:
        return {}
    found: dict[str, ParamValue] = {}
    if like.priority:
        found["priority"] = like.priority
    if like.slots != job.slots:
        found["slots"] = like.slots
    tags = [f"{name}={value}" for name, value in like.tags.items() if name != SWEEP_TAG]
    if tags and not any("," in tag for tag in tags):  # a comma would part it in two
        found["tags"] = ", ".join(tags)
    return found


def lost_words(job: Job, like: Run) -> str:
    """Say which values of a run the job does not take any more; empty where there are none."""
    kept = still_valid(job, like.params)
    secrets = [name for name, param in job.params.items() if param.type is ParamType.SECRET]
    lost = [
        f"{safe(name)} = {safe(str(value))}"
        for name, value in like.params.items()
        if name not in kept and name not in secrets and value is not None
    ]
    return f"Not taken over, the job has changed: {', '.join(lost)}" if lost else ""


def sources(
    project: Project, job: Job, last: Run | None, best: Run | None, here: Run | None
) -> list[Source]:
    """Return where values may come from; the defaults first, then each run that has some."""
    metric = objective_metric(project)
    value = value_of(best, metric)
    how_good = f", {safe(metric or '')} {short_number(value)}" if value is not None else ""
    found = [DEFAULTS]
    for words, run, more in (
        ("last used", last, ""),
        ("like the best run", best, how_good),
        ("like the run under the cursor", here, ""),
    ):
        values = still_valid(job, run.params) if run is not None else {}
        if run is not None and values:
            found.append(Source(f"{words}, {safe(run.name)}{more}", values))
    return found


def next_source(found: Sequence[Source], here: Source) -> Source:
    """Return the one after `here`, the first one after the last."""
    words = [source.words for source in found]
    at = words.index(here.words) if here.words in words else -1
    return found[(at + 1) % len(found)]


def start_value(param: Param, values: Mapping[str, ParamValue]) -> ParamValue:
    """Return what a field starts with; None where it is to be empty."""
    return values.get(param.name, param.default if param.has_default else None)


def field_text(param: Param, value: ParamValue) -> str:
    """Return a value as it stands in a field of text."""
    return "" if value is None else written(param, value)


def proposal(param: Param, text: str) -> tuple[str | None, str]:
    """Return a sweep to begin with in place of `text`, and what a person may write instead.

    The sweep is None where none can be guessed.
    """
    if param.type is ParamType.BOOL:
        return written_list([True, False]), "Delete what is not to be tried."
    if param.type is ParamType.CHOICE:
        return written_list(param.choices), "Delete what is not to be tried."
    if param.type in NOT_SWEPT:
        return None, "A secret has one value."
    if param.type not in (ParamType.INT, ParamType.FLOAT):
        return None, 'Several values stand in braces: {a, b} or {"a, b", c}'
    try:
        value = params.parse_value(param, text)
    except InputError:
        return None, f"Several values: {EXAMPLES}"
    return _around(param, value), f"Or {EXAMPLES.removeprefix('such as ')}"


def _around(param: Param, value: ParamValue) -> str | None:
    if not isinstance(value, int | float) or value == 0:
        return None
    factor = FACTOR if param.scale is Scale.LOG or param.type is ParamType.FLOAT else 2
    fitting: list[ParamValue] = []
    for number in (value / factor, value, value * factor):
        try:
            tidy = params.parse_value(param, float(f"{number:.6g}"))
        except InputError:
            continue
        fitting.append(tidy)
    return ", ".join(map(params.format_value, fitting)) if len(fitting) > 1 else None


def swept_hint(values: Sequence[ParamValue]) -> str:
    """Return `3 values: 0.1, 0.01, 0.001`, safe to show."""
    shown = ", ".join(_short(value) for value in values[:SHOWN_VALUES])
    return safe(f"{len(values)} values: {shown}" + (" …" if len(values) > SHOWN_VALUES else ""))


def _short(value: ParamValue) -> str:
    return short_number(value) if isinstance(value, float) else params.format_value(value)


def field_hint(param: Param) -> str:
    """Return the range and the help of a parameter, safe to show."""
    parts = []
    if param.min is not None and param.max is not None:
        parts.append(f"{short_number(param.min)} to {short_number(param.max)}")
    elif param.min is not None:
        parts.append(f"{short_number(param.min)} or more")
    elif param.max is not None:
        parts.append(f"{short_number(param.max)} or less")
    elif param.type in (ParamType.INT, ParamType.FLOAT, ParamType.PATH):
        parts.append(str(param.type))
    if param.help:
        parts.append(param.help)
    return safe(", ".join(parts))


def first_command(job: Job, grid: Grid) -> str:
    """Return the command of the first run, safe to show; what has no value yet is `…`."""
    point = next(grid.points(), {})
    shown = {name: point.get(name, "…") for name in job.params}
    try:
        return safe(params.preview(params.build_argv(job, shown)))
    except InputError as error:
        return safe(error.message)
