"""Writes a commented `mlops.toml` for what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mlops_tui.domain.project import Param, ParamType, Role
from mlops_tui.domain.text import safe
from mlops_tui.engine.proposals.found import FoundDataset, FoundJob

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}

HEAD = """\
# What mlops-tui may run here and what the data means. Proposed from the files of this folder:
# nothing was run to find it. Correct what is wrong; delete what you do not want.
"""
OBJECTIVE = """
# Why the model exists, and the number that shows it works:
# [objective]
# statement = "Route 97 % of the forms without a person looking"
# metric = "accuracy"
# target = 0.97
"""
NO_JOBS = """
# No program was found. A job is a command with typed parameters:
# [jobs.train]
# run = "python train.py --lr {lr} --epochs {epochs}"
# kind = "train"
# [jobs.train.params]
# lr = { type = "float", default = 0.05, min = 1e-5, max = 1.0, scale = "log" }
# epochs = 20
"""


def write_toml(
    name: str,
    datasets: Sequence[FoundDataset],
    jobs: Sequence[FoundJob],
    left_out: Sequence[str] = (),
) -> str:
    """Return the text of a project file, with a comment for each thing that was left out."""
    parts = [HEAD, f"[project]\nname = {quoted(name)}\n", OBJECTIVE]
    parts += ["\n" + _dataset(dataset) for dataset in datasets]
    parts += ["\n" + _job(job) for job in jobs]
    parts += ["" if jobs else NO_JOBS, "\n" if left_out else ""]
    return "".join([*parts, *map(_comment, left_out)])


def quoted(text: str) -> str:
    """Return `text` as a TOML string on one line."""
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if 0xD800 <= ord(char) <= 0xDFFF:
        return "\\ufffd"
    return f"\\u{ord(char):04x}" if safe(char) != char else char


def toml_key(name: str) -> str:
    """Return `name` as a key: bare, or in quotes where it has to be."""
    return name if _BARE.fullmatch(name) else quoted(name)


def _comment(text: str) -> str:
    return "# " + safe(" ".join(text.split())) + "\n"


def _dataset(dataset: FoundDataset) -> str:
    rows = [f"[datasets.{toml_key(dataset.name)}]\n", f"path = {quoted(dataset.path)}\n"]
    if dataset.role is not None:
        rows.append(f"role = {quoted(dataset.role)}\n")
    else:
        rows.append(f'# role = "train"    # or {", ".join(list(Role)[1:])}\n')
    if dataset.target is not None:
        rows.append(f"target = {quoted(dataset.target)}\n")
    return "".join(rows)


def _job(job: FoundJob) -> str:
    by = f", by its {job.reader} options" if job.reader not in ("", "track", "MLproject") else ""
    rows = [_comment(f"From {job.source}{by}.")]
    rows += [_comment(remark) for remark in job.remarks]
    rows.append(f"[jobs.{toml_key(job.name)}]\n")
    run = quoted(job.run) if isinstance(job.run, str) else _list(job.run)
    rows.append(f"run = {run}\n")
    rows.append(f"kind = {quoted(job.kind)}\n")
    if job.inputs:
        rows.append(f"inputs = {_list(job.inputs)}\n")
    if job.outputs:
        rows.append(f"outputs = {_list(job.outputs)}\n")
    if job.params:
        rows.append(f"[jobs.{toml_key(job.name)}.params]\n")
        rows += [f"{toml_key(param.name)} = {_param(param)}\n" for param in job.params]
    return "".join(rows)


def _list(items: Sequence[str | int | float]) -> str:
    return "[" + ", ".join(_value(item) for item in items) + "]"


def _param(param: Param) -> str:
    """Return the declaration of a parameter, the short form where nothing is lost."""
    is_plain = not (param.choices or param.help or param.min is not None or param.max is not None)
    if is_plain and param.has_default and param.type is not ParamType.PATH:
        return _value(param.default)
    pairs = [("type", _value(param.type.value))]
    if param.choices:
        pairs.append(("choices", _list(param.choices)))
    if param.has_default:
        pairs.append(("default", _value(param.default)))
    pairs += [(key, _value(bound)) for key, bound in _bounds(param) if bound is not None]
    if param.help:
        pairs.append(("help", quoted(param.help)))
    return "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"


def _bounds(param: Param) -> list[tuple[str, int | float | None]]:
    return [("min", param.min), ("max", param.max)]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return quoted(str(value))
