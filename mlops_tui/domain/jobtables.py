"""Reads and checks the `[jobs.X]` tables of a project file and their parameters."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.params import (
    data_name,
    expected,
    format_value,
    parse_value,
    placeholders,
    split_run,
)
from mlops_tui.domain.project import Dataset, Job, JobKind, Param, ParamType, Scale
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.tables import Table, describe, is_number, line_of, read_flag

SANE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OURS = frozenset(
    {"MLOPS_RUN_DIR", "MLOPS_RUN_ID", "MLOPS_EVENTS", "MLOPS_PARAMS", "MLOPS_PROJECT", "MLOPS_DATA"}
)
"""Environment variables that every started command finds, so that no job may set them."""

STEERING = frozenset(
    "PATH HOME SHELL USER PWD IFS ENV BASH_ENV TMPDIR PYTHONPATH PYTHONHOME PYTHONSTARTUP "
    "CUDA_VISIBLE_DEVICES".split()
)
"""Environment variables that programs act on, beside those of the loader (`LD_...`)."""

_NUMBERS = (ParamType.INT, ParamType.FLOAT)
_WITH_CHOICES = (ParamType.INT, ParamType.FLOAT, ParamType.STR, ParamType.CHOICE)


def read_jobs(jobs: Table, datasets: Mapping[str, Dataset], folder: Path) -> dict[str, Job]:
    """Return every job as far as it can be understood; `folder` is where its paths start."""
    found: dict[str, Job] = {}
    for table in jobs.subtables():
        check_name(table, "job")
        found[table.name] = _job(table, datasets, folder)
    return found


def check_name(table: Table, noun: str) -> None:
    """Report a name that cannot stand in a command line or a file name."""
    if not SANE_NAME.fullmatch(table.name):
        table.problem("", f"{describe(table.name)} is no name for a {noun}", _NAME_HINT)


_NAME_HINT = "use letters, digits, `_`, `-` and `.`, and start with a letter, digit or `_`"


def _job(table: Table, datasets: Mapping[str, Dataset], folder: Path) -> Job:
    run = _run(table)
    params = _params(table.table("params"))
    _check_placeholders(table, run, params, datasets)
    inputs = _inputs(table, datasets, folder)
    job = Job(
        name=table.name,
        run=run,
        kind=table.one_of("kind", JobKind) or JobKind.OTHER,
        inputs=inputs,
        outputs=table.texts("outputs"),
        timeout_seconds=table.duration_seconds("timeout"),
        retries=table.whole("retries", 0, 0),
        gpus=table.whole("gpus", 0, 0),
        slots=table.whole("slots", 1, 1),
        env=_env(table.table("env")),
        params=params,
        line=table.line,
        description=table.text("description") or "",
        require_checks=_require_checks(table, datasets),
        run_line=line_of(table, "run"),
        input_lines=tuple(line_of(table, "inputs", at) for at in range(len(inputs))),
    )
    _check_environment(table, job)
    table.finish()
    return job


def _run(table: Table) -> str | tuple[str, ...]:
    """Return the command as written, empty where it is missing or wrong."""
    if "run" not in table:
        table.problem("", "`run` is missing: every job needs a command", 'add run = "..."')
        table.raw("run")
        return ()
    value = table.raw("run")
    if isinstance(value, list):
        words = table.texts("run")
        if not words or not words[0]:
            table.wrong("run", "a command", value)
        return words
    return table.filled_text("run") or ""


def _inputs(table: Table, datasets: Collection[str], folder: Path) -> tuple[str, ...]:
    inputs = table.texts("inputs")
    for number, item in enumerate(inputs):
        is_path = any(mark in item for mark in "/.*?") or (item and (folder / item).exists())
        if item not in datasets and not is_path:
            hint = table.report.nearest(item, datasets) or "a path has a `/` or a `.` in it"
            message = f"`{item}` is neither a dataset nor a path that exists"
            table.report.add((*table.path, "inputs", number), message, hint)
    return inputs


def _require_checks(table: Table, datasets: Mapping[str, Dataset]) -> bool:
    if not read_flag(table, "require_checks", False):
        return False
    value = table.data.get("inputs")
    names = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    declared = [name for name in names if name in datasets]
    if not any(datasets[name].checks for name in declared):
        of = " and ".join(declared) or "a dataset among its inputs"
        hint = f"declare some: [datasets.{declared[0] if declared else 'X'}.checks]"
        table.problem("require_checks", f"no checks of {of} are declared", hint)
    return True


def _env(table: Table) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in table.data:
        if not _is_free(name):
            table.problem(name, _env_complaint(name))
        text = table.text(name)
        if text is not None:
            values[name] = text
    return values


def _is_free(name: str) -> bool:
    return bool(ENV_NAME.fullmatch(name)) and name not in OURS


def _env_complaint(name: str) -> str:
    if name in OURS:
        return f"{name} is set for every run and cannot be given here"
    return f"{describe(name)} is no name for an environment variable"


def _check_environment(table: Table, job: Job) -> None:
    """Report a secret whose environment variable is already taken."""
    taken = dict.fromkeys(job.env, "`env` of the job")
    for param in job.params.values():
        if param.env in taken:
            place = table.table("params").table(param.name)
            place.problem("env", f"{param.env} is already set by {taken[param.env]}")
        elif param.env:
            taken[param.env] = f"the secret `{param.name}`"


def _check_placeholders(
    table: Table,
    run: str | tuple[str, ...],
    params: Mapping[str, Param],
    datasets: Mapping[str, Dataset],
) -> None:
    try:
        words = split_run(run)
    except ValueError as error:
        message = f"cannot be split as a shell would: {str(error).lower()}"
        table.problem("run", message, "close the quote, or give a list of arguments")
        return
    seen = dict.fromkeys(placeholders(words))
    for name, is_name in seen:
        if not is_name:
            table.problem("run", f"a lone `{name}`", f"write `{name}{name}` for a brace")
        elif dataset := data_name(name, params):
            if dataset not in datasets:
                hint = table.report.nearest(dataset, datasets) or "declare it as [datasets.NAME]"
                table.problem("run", f"`{{{name}}}` is no declared dataset", hint)
        elif name not in params:
            hint = (
                table.report.nearest(name, params)
                or "declare it in params, or write {{ and }} for braces"
            )
            table.problem("run", f"`{{{name}}}` is no parameter of this job", hint)
        elif params[name].type is ParamType.SECRET:
            message = f"`{{{name}}}` is a secret: passed by environment as {params[name].env}"
            table.problem("run", message, "remove it from the command")


def _params(table: Table) -> dict[str, Param]:
    params: dict[str, Param] = {}
    for name, value in table.entries():
        inner = Table(table.report, (*table.path, name), value if isinstance(value, dict) else {})
        check_name(inner, "parameter")
        param = _long(inner) if isinstance(value, dict) else _short(inner, value)
        if param is not None:
            params[name] = param
    return params


def _short(place: Table, value: object) -> Param | None:
    """Return the parameter that `name = default` declares."""
    kind = _type_of(value)
    if kind is None or (isinstance(value, str) and "\0" in value):
        place.problem(
            "", f"expected a default or a table, found {describe(value)}", 'as { type = "int" }'
        )
        return None
    assert isinstance(value, str | int | float)
    return Param(place.name, kind, default=value, has_default=True, line=place.line)


def _type_of(value: object) -> ParamType | None:
    if isinstance(value, bool):
        return ParamType.BOOL
    if isinstance(value, str):
        return ParamType.STR
    if is_number(value):
        return ParamType.INT if isinstance(value, int) else ParamType.FLOAT
    return None


def _long(table: Table) -> Param:
    kind = _kind(table)
    param = Param(
        name=table.name,
        type=kind,
        choices=_choices(table, kind),
        min=_bound(table, "min", kind),
        max=_bound(table, "max", kind),
        scale=_scale(table, kind),
        help=table.text("help") or "",
        env=_secret_env(table, kind),
        line=table.line,
    )
    if param.min is not None and param.max is not None and param.min > param.max:
        table.problem("min", f"min {param.min} is greater than max {param.max}")
        param = replace(param, min=None, max=None)
    param = _with_default(table, param)
    if param.scale is Scale.LOG:
        _check_log(table, param)
    table.finish()
    return param


def _check_log(table: Table, param: Param) -> None:
    for key, value in (("min", param.min), ("max", param.max), ("default", param.default)):
        if isinstance(value, int | float) and value <= 0:
            table.problem(key, f"a log scale needs {key} > 0, found {value}")


def _kind(table: Table) -> ParamType:
    """Return the type as written, else the one that the default or the choices show."""
    kind = table.one_of("type", ParamType)
    if kind is not None:
        return kind
    if "choices" in table:
        return ParamType.CHOICE
    shown = _type_of(table.data.get("default"))
    if shown is None and "type" not in table:
        names = ", ".join(member.value for member in ParamType)
        table.problem("", f"`type` is missing: expected one of {names}", 'add type = "..."')
    return shown or ParamType.STR


def _choices(table: Table, kind: ParamType) -> tuple[str | int | float, ...]:
    value = table.raw("choices")
    if value is None:
        if kind is ParamType.CHOICE:
            table.problem("", "`choices` is missing: a choice needs them", "add choices = [...]")
        return ()
    if kind not in _WITH_CHOICES:
        table.problem("choices", f"a parameter of type {kind} takes no choices")
        return ()
    if not isinstance(value, list) or not value:
        table.wrong("choices", "a list of texts or numbers that is not empty", value)
        return ()
    choices: dict[str, str | int | float] = {}
    for number, item in enumerate(value):
        choice = _one_choice(table, kind, number, item)
        if choice is None:
            continue
        # 1 and 1.0 are the same number, and "1" is typed like it
        spelled = format_value(choice).removesuffix(".0")
        if spelled in choices:
            table.report.add((*table.path, "choices", number), f"{spelled} stands here already")
        choices.setdefault(spelled, choice)
    return tuple(choices.values())


def _one_choice(
    table: Table, kind: ParamType, number: int, item: object
) -> str | int | float | None:
    probe = Param(table.name, ParamType.STR if kind is ParamType.CHOICE else kind)
    is_right = isinstance(item, str) if probe.type is ParamType.STR else is_number(item)
    if kind is ParamType.CHOICE and is_number(item):
        return item
    try:
        value = parse_value(probe, item) if is_right else None
    except InputError:
        value = None
    if value is None:
        message = f"expected {expected(probe)}, found {describe(item)}"
        table.report.add((*table.path, "choices", number), message)
    return value


def _bound(table: Table, key: str, kind: ParamType) -> int | float | None:
    value = table.number(key)
    if value is not None and kind not in _NUMBERS:
        table.problem(key, f"a parameter of type {kind} has no {key}")
        return None
    if kind is ParamType.INT and isinstance(value, float):
        if not value.is_integer():
            table.wrong(key, "a whole number", value)
            return None
        return int(value)
    return value


def _scale(table: Table, kind: ParamType) -> Scale:
    scale = table.one_of("scale", Scale)
    if scale is not None and kind not in _NUMBERS:
        table.problem("scale", f"a parameter of type {kind} has no scale")
    return scale or Scale.LINEAR


def _secret_env(table: Table, kind: ParamType) -> str:
    """Return the environment variable of a secret."""
    name = table.text("env")
    if kind is not ParamType.SECRET:
        if "env" in table:
            hint = "a job's variables stand in its own `env`; parameters are in MLOPS_PARAMS"
            table.problem("env", "only a secret is passed by environment", hint)
        return ""
    if "env" not in table:
        message = "`env` is missing: a secret is passed by environment only"
        table.problem("", message, f'add env = "{table.name.upper()}"')
    elif name is not None and not _is_free(name):
        table.problem("env", _env_complaint(name))
        return ""
    elif name is not None and (name in STEERING or name.startswith(("LD_", "DYLD_"))):
        hint = f"use a name of its own, such as {table.name.upper()}"
        table.problem("env", f"{name} decides what runs, and cannot carry a secret", hint)
        return ""
    return name or ""


def _with_default(table: Table, param: Param) -> Param:
    """Return `param` with its default, where there is one and it fits."""
    given = table.raw("default")
    if given is None:
        return param
    if param.type is ParamType.SECRET:
        message = "a secret has no default: it would stand in the file for all to read"
        table.problem("default", message, f"remove it, and set {param.env or 'the variable'}")
        return param
    value = _default(param, given)
    if value is None:
        known = [format_value(choice) for choice in param.choices]
        hint = table.report.nearest(given, known) if isinstance(given, str) else ""
        table.wrong("default", expected(param), given, hint)
        return param
    return replace(param, default=value, has_default=True)


def _default(param: Param, given: object) -> ParamValue:
    """Return the default as a value, None where it has another type or does not fit."""
    shown = _type_of(given)
    wanted = {
        ParamType.INT: (ParamType.INT,),
        ParamType.FLOAT: _NUMBERS,
        ParamType.BOOL: (ParamType.BOOL,),
        ParamType.CHOICE: (ParamType.STR, *_NUMBERS),
    }.get(param.type, (ParamType.STR,))
    if shown not in wanted or (param.type is ParamType.CHOICE and not param.choices):
        return None
    if given == "" and param.type is ParamType.PATH:
        return ""
    try:
        return parse_value(param, given)
    except InputError:
        return None
