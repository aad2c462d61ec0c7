"""Finds jobs in a Makefile, a `dvc.yaml` and an `MLproject`; runs none of these tools."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from mlops_tui.domain.project import JobKind, ParamType
from mlops_tui.engine.proposals.found import (
    MISSING,
    FoundJob,
    Option,
    guess_kind,
    literal,
    looks_secret,
    param_of,
    safe_name,
)
from mlops_tui.engine.proposals.reading import first_line, read_text
from mlops_tui.engine.proposals.simple_yaml import Node, read_yaml

MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
NOT_JOBS = frozenset(
    "all build check ci clean clean-all coverage deploy dist dev distclean doc docker docs env fmt "
    "format freeze help init install lint mypy notebook precommit pre-commit publish push pull "
    "release requirements run-tests serve setup shell style sync test tests typecheck uninstall "
    "update upgrade venv watch wheel".split()
)
LANGUAGES = {"sh": "sh", "R": "Rscript", "jl": "julia"}
MAX_JOBS = 50
_RULE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_ -]*?)\s*::?(?![=:])(?!\s*[A-Za-z_]\w*\s*[:?+]?=)")
_SHELL = re.compile(r"[|&;<>$`*?~#\n\\()]")
_PLACEHOLDER = re.compile(r"\{\s*([A-Za-z0-9_.-]+)\s*\}")
_HOLDS_SECRET = (
    "its command seems to hold a secret; let the program read it from the environment, "
    'then declare it with type = "secret"'
)
_TYPES = {
    "float": ParamType.FLOAT,
    "int": ParamType.INT,
    "integer": ParamType.INT,
    "path": ParamType.PATH,
}


def recipe_jobs(folder: Path) -> list[FoundJob]:
    """Return the jobs that other tools' files at the top of `folder` describe.

    One that cannot be a job here has an `obstacle` instead of a command.
    """
    found = [*_make_jobs(folder), *_dvc_jobs(folder), *_mlproject_jobs(folder)]
    return [job for job in found if job.run or job.obstacle][:MAX_JOBS]


def foreign_jobs(folder: Path, files: Sequence[str]) -> list[FoundJob]:
    """Return a job for each program of another language at the top that has a telling name."""
    found: list[FoundJob] = []
    for path in files:
        stem, _, suffix = path.rpartition(".")
        kind = guess_kind(stem)
        if suffix in LANGUAGES and "/" not in path and kind is not JobKind.OTHER:
            is_bash = suffix == "sh" and "bash" in first_line(folder / path)
            words = ["bash" if is_bash else LANGUAGES[suffix], path]
            found.append(FoundJob(safe_name(stem), literal(shlex.join(words)), kind, path))
    return found


def _make_jobs(folder: Path) -> Iterator[FoundJob]:
    for file in MAKEFILES:
        text = read_text(folder / file)
        if text is not None:
            for target in _targets(text):
                yield FoundJob(target, f"make {target}", guess_kind(target), file)
            return


def _targets(text: str) -> list[str]:
    """Return the targets that a person would ask for, in order."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        match = _RULE.match(line)
        for target in match.group(1).split() if match else []:
            if target.lower() not in NOT_JOBS and not target.endswith("-"):
                found[target] = None
    return list(found)


def _dvc_jobs(folder: Path) -> Iterator[FoundJob]:
    text = read_text(folder / "dvc.yaml")
    stages = read_yaml(text).get("stages") if text else None
    for name, stage in stages.items() if isinstance(stages, dict) else ():
        if not isinstance(stage, dict):
            continue
        commands = _texts(stage.get("cmd"))
        obstacle = _dvc_obstacle(stage, commands)
        inputs = [path for path in _paths(stage.get("deps")) if not path.endswith(".py")]
        yield FoundJob(
            name=safe_name(name),
            run="" if obstacle else _dvc_run(name, commands),
            kind=guess_kind(name),
            source="dvc.yaml",
            inputs=tuple(inputs),
            outputs=tuple(_paths(stage.get("outs"))),
            obstacle=obstacle,
        )


def _dvc_obstacle(stage: dict[str, Node], commands: list[str]) -> str:
    several = next((key for key in ("foreach", "matrix") if key in stage), "")
    if several:
        return f"its {several} makes several stages of it; declare a job with a parameter"
    return _HOLDS_SECRET if looks_secret("\n".join(commands)) else ""


def _dvc_run(name: str, commands: list[str]) -> str | tuple[str, ...]:
    """Return the stage's own command, by a shell where it needs one, by dvc for a template."""
    if not commands:
        return ""
    if any("${" in command for command in commands):
        return literal(shlex.join(["dvc", "repro", "--single-item", name]))
    if len(commands) > 1:
        return ("sh", "-c", literal(" && ".join(commands)))
    return _plain(commands[0]) or ("sh", "-c", literal(commands[0]))


def _plain(command: str) -> str:
    """Return a command that needs no shell, "" for one that does or cannot be split."""
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    first = words[0] if words else ""
    is_plain = not _SHELL.search(command) and "=" not in first and first != "cd"
    return literal(command.strip()) if words and is_plain else ""


def _mlproject_jobs(folder: Path) -> Iterator[FoundJob]:
    text = read_text(folder / "MLproject")
    entries = read_yaml(text).get("entry_points") if text else None
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        command = entry.get("command") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(command, str):
            kind = guess_kind(name)
            if kind is JobKind.OTHER:
                kind = guess_kind(command)
            yield _mlproject_job(name, kind, command, entry.get("parameters"))


def _mlproject_job(name: str, kind: JobKind, command: str, parameters: Node) -> FoundJob:
    """Return the job of an entry point, without a command where none can be given."""
    options = dict(_mlproject_options(parameters))
    made = {key: param_of(option) for key, option in options.items()}
    params = {key: param for key, param in made.items() if not isinstance(param, str)}
    wanted = _PLACEHOLDER.findall(command)
    missing = [key for key in wanted if key not in params]
    obstacle = ""
    if looks_secret(command):
        obstacle = _HOLDS_SECRET
    elif _needs_shell(command):
        obstacle = "its command needs a shell; put it into a script, and run that"
    elif missing:
        obstacle = f"{missing[0]}: {made.get(missing[0], 'no such parameter is declared')}"
    return FoundJob(
        name=safe_name(name),
        run="" if obstacle else _filled(command),
        kind=kind,
        source="MLproject",
        params=tuple(params[key] for key in params if key in wanted),
        reader="MLproject",
        obstacle=obstacle,
    )


def _needs_shell(command: str) -> bool:
    return not _plain(_PLACEHOLDER.sub("x", command))


def _filled(command: str) -> str:
    """Return the command with its placeholders kept and all other braces literal."""
    pieces = _PLACEHOLDER.split(command.strip())
    return "".join(
        f"{{{piece}}}" if number % 2 else literal(piece) for number, piece in enumerate(pieces)
    )


def _mlproject_options(parameters: Node) -> Iterator[tuple[str, Option]]:
    for name, node in parameters.items() if isinstance(parameters, dict) else ():
        details: dict[str, Node] = node if isinstance(node, dict) else {"type": node}
        kind = _TYPES.get(str(details.get("type")), ParamType.STR)
        default = details.get("default")
        is_required = default is None
        given = MISSING if is_required else default
        yield name, Option(name, f"{name}", kind, given, is_required)


def _texts(node: Node) -> list[str]:
    if isinstance(node, str):
        return [node]
    return [item for item in node if isinstance(item, str)] if isinstance(node, list) else []


def _paths(node: Node) -> list[str]:
    """Return the paths of a list whose items may have options below them."""
    items = node if isinstance(node, list) else []
    flat = [next(iter(item), "") if isinstance(item, dict) else item for item in items]
    return [item for item in flat if isinstance(item, str) and item and "${" not in item]
