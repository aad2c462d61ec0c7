"""Runs for people: a table of many, a page about one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mlops_tui.cli import output
from mlops_tui.cli.shapes import ago, duration, when
from mlops_tui.cli.table import Column, table_lines
from mlops_tui.domain.datasets import SHORT, UsedData
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import short_bytes, short_number
from mlops_tui.engine.actions_lookup import is_of_here

DEFAULT_COLUMNS = ("id", "name", "state", "created", "duration")
MOST_METRICS = 3
_TIMES = frozenset({"created", "started", "ended", "heard"})
_SUMMARY = {
    "metric": "last",
    **{name: name for name in ("last", "min", "max", "first", "count")},
    **{name: name for name in ("last_step", "min_step", "max_step")},
}


def print_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, cut to the terminal's width where a person reads it."""
    width = terminal_width() if output.is_terminal() else None
    for line in table_lines(columns, rows, width):
        output.data(line)


def terminal_width() -> int:
    """Return the cells of a line of the terminal, 80 where it does not say."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


def runs_table(
    project: Path,
    runs: Sequence[Run],
    columns: Sequence[str],
    now: float,
    data: Mapping[str, Mapping[str, object]] = MappingProxyType({}),
) -> tuple[list[Column], list[list[str]]]:
    """Return heads and cells of a list of runs; the columns that tell most if none are named.

    Args:
        project: the folder of the project.
        runs: the rows.
        columns: any fields of runs.
        now: Unix seconds.
        data: by run, the values of those fields that are no part of a run.
    """
    names = list(columns) or [*DEFAULT_COLUMNS, *_telling_metrics(project, runs)]
    heads = [
        Column(name, is_right=_is_number_column(name, runs), is_fixed=name == "id")
        for name in names
    ]
    cells = [
        [
            words_of(data[run.id][name]) if name in data.get(run.id, {}) else cell(run, name, now)
            for name in names
        ]
        for run in runs
    ]
    return heads, cells


def cell(run: Run, field: str, now: float) -> str:
    """Return what a table shows of one field of a run."""
    value = field_value(run, field, now)
    if field == "state":
        return state_words(run)
    if field in _TIMES and (value is None or isinstance(value, float)):
        return ago(value, now)
    if field == "duration":
        return duration(run, now)
    if field == "tags":
        return ", ".join(f"{key}={text}" if text else key for key, text in run.tags.items())
    return words_of(value)


def state_words(run: Run) -> str:
    """Return the state, and while it runs how far it is."""
    if run.state.is_ended or run.progress is None:
        return run.state.value
    done, total = run.progress
    far = f"{short_number(done)}/{short_number(total)}" if total else short_number(done)
    return f"{run.state.value} {far}"


def words_of(value: object) -> str:
    """Return any recorded value as a person reads it; `-` for what is not there."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return short_number(value) if isinstance(value, float) else str(value)


def field_value(run: Run, field: str, now: float) -> object:
    """Return a field of a run by the name that filters and columns use; None where missing."""
    head, _, rest = field.partition(".")
    if head == "param" and rest:
        return run.params.get(rest)
    if head == "tag" and rest:
        return run.tags.get(rest)
    summary = run.metrics.get(rest)
    if rest and head in _SUMMARY:
        return getattr(summary, _SUMMARY[head]) if summary else None
    if field == "duration":
        return run.duration_seconds(now)
    if field in Run.__dataclass_fields__ and field not in ("params", "metrics"):
        return getattr(run, field)
    if field in run.params:
        return run.params[field]
    return run.metrics[field].last if field in run.metrics else run.tags.get(field)


def describe(
    run: Run,
    record: Mapping[str, object],
    found: Mapping[str, object],
    resources: Mapping[str, object],
    artifacts: Sequence[str],
    used: Sequence[UsedData],
    folder: Path,
    now: float,
) -> list[str]:
    """Return the page about one run."""
    lines = [f"{run.name}  {state_words(run)}" + ("  (deleted)" if run.deleted else "")]
    lines += _pairs(_facts(run, record, found, folder, now))
    lines += _section("params", [(name, words_of(value)) for name, value in run.params.items()])
    lines += _section("tags", list(run.tags.items()))
    if run.metrics:
        lines += ["", "metrics", *(f"  {line}" for line in _metric_lines(run))]
    lines += _section("data", [(data.name, data_words(data)) for data in used])
    lines += _section("resources", _resource_pairs(resources))
    lines += ["", "artifacts", *(f"  {path}" for path in artifacts)] if artifacts else []
    if run.unreadable_lines:
        lines += ["", f"{run.unreadable_lines} unreadable lines, the first:"]
        lines += [f"  {run.unreadable_first or ''}"]
    if run.backward_points:
        lines += ["", f"{run.backward_points} points went back to a smaller step"]
    return lines


def data_words(data: UsedData) -> str:
    """Return which version of some data a run used, as one line."""
    if data.version is None:
        return data.problem or f"{data.path}  (its version is not known)"
    size = "" if data.size_bytes is None else f"{short_bytes(data.size_bytes)}, "
    files = "" if data.files in (None, 1) else f"{data.files} files, "
    return f"{data.version[:SHORT]}  ({size}{files}{data.path})"


def _facts(
    run: Run,
    record: Mapping[str, object],
    found: Mapping[str, object],
    folder: Path,
    now: float,
) -> list[tuple[str, str]]:
    argv = record.get("argv")
    git = found.get("git")
    pairs = [
        ("id", run.id),
        ("job", f"{run.job} ({run.kind})" if run.job else ""),
        ("created", when(run.created, now)),
        ("started", when(run.started, now) if run.started else ""),
        ("ended", when(run.ended, now) if run.ended else ""),
        ("duration", duration(run, now) if run.started else ""),
        ("reason", run.reason or ""),
        ("exit code", "" if run.exit_code is None else str(run.exit_code)),
        ("signal", run.signal or ""),
        ("host", run.host),
        ("last heard", _heard(run, now)),
        ("retry of", f"{run.retry_of} (attempt {run.attempt})" if run.retry_of else ""),
        ("parent", run.parent or ""),
        ("note", run.note or ""),
        ("command", " ".join(map(str, argv)) if isinstance(argv, list) else ""),
        ("commit", _commit(git) if isinstance(git, Mapping) else ""),
        ("folder", str(folder)),
    ]
    return [(name, text) for name, text in pairs if text]


def _heard(run: Run, now: float) -> str:
    if run.state.is_ended or run.state is RunState.QUEUED:
        return ""
    if not is_of_here(run):
        return f"from {run.host}: {when(run.heard, now)}; only that host knows more"
    return when(run.heard, now)


def _commit(git: Mapping[str, object]) -> str:
    dirty = ", with uncommitted changes" if git.get("dirty") else ""
    branch = f" on {git['branch']}" if git.get("branch") else ""
    return f"{git.get('commit') or '?'}{branch}{dirty}"


def _metric_lines(run: Run) -> list[str]:
    heads = [Column("metric"), *(Column(name, True) for name in _METRIC_HEADS)]
    rows = [
        [name, *(words_of(x) for x in (m.last, m.min, m.max, m.first)), str(m.count),
         str(m.last_step)]
        for name, m in run.metrics.items()
    ]  # fmt: skip
    return table_lines(heads, rows, None)


_METRIC_HEADS = ("last", "min", "max", "first", "points", "step")


def _resource_pairs(beat: Mapping[str, object]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    cpu, memory = beat.get("cpu_percent"), beat.get("rss_bytes")
    if isinstance(cpu, int | float):
        pairs.append(("cpu", f"{cpu:.0f} %"))
    if isinstance(memory, int | float):
        pairs.append(("memory", short_bytes(memory)))
    gpus = beat.get("gpus")
    for gpu in gpus if isinstance(gpus, list) else []:
        if isinstance(gpu, Mapping):
            pairs.append((f"gpu {gpu.get('index')}", _gpu_words(gpu)))
    return pairs


def _gpu_words(gpu: Mapping[str, object]) -> str:
    load, memory = gpu.get("util_percent"), gpu.get("memory_bytes")
    parts = [f"{load:.0f} %" if isinstance(load, int | float) else "?"]
    if isinstance(memory, int | float):
        parts.append(short_bytes(memory))
    return ", ".join(parts)


def _section(title: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    return ["", title, *_pairs(pairs)] if pairs else []


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"  {name:<{width}}  {text}".rstrip() for name, text in pairs]


def _telling_metrics(project: Path, runs: Sequence[Run]) -> list[str]:
    """Return the metrics worth a column: the objective's, then those of most runs shown."""
    from mlops_tui.domain.goal import objective_metric

    counts: dict[str, int] = {}
    for run in runs:
        for name in run.metrics:
            counts[name] = counts.get(name, 0) + 1
    metric = objective_metric(project) if len(counts) > 1 else None
    ranked = sorted(counts, key=lambda name: (name != metric, -counts[name], name))
    return [f"metric.{name}" if name in Run.__dataclass_fields__ else name for name in ranked][
        :MOST_METRICS
    ]


def _is_number_column(name: str, runs: Sequence[Run]) -> bool:
    if name == "duration" or name in _TIMES:
        return name == "duration"
    values = [field_value(run, name, 0.0) for run in runs]
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(value, int | float) for value in present)
