"""Finds Python programs and the options they declare; reads their source, never runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from mlops_tui.domain.project import JobKind
from mlops_tui.engine.proposals.argparse_options import Commands, argparse_commands
from mlops_tui.engine.proposals.click_options import click_commands
from mlops_tui.engine.proposals.config_options import hydra_options, tracked_options
from mlops_tui.engine.proposals.found import (
    FoundJob,
    Option,
    guess_kind,
    job_of_options,
    param_of,
    safe_name,
)
from mlops_tui.engine.proposals.reading import read_text
from mlops_tui.engine.proposals.source import Source, parse_source
from mlops_tui.engine.proposals.typer_options import typer_commands

MAX_SCRIPTS = 300
_MARKS = ("__name__", "argparse", "click", "typer", "hydra")
_NO_PROGRAMS = frozenset({"__init__", "setup", "conftest", "noxfile", "fabfile", "manage", "tasks"})


def script_jobs(folder: Path, files: Sequence[str]) -> list[FoundJob]:
    """Return a job for every Python program among `files`, and for each of its subcommands."""
    found: list[FoundJob] = []
    for path in [name for name in files if name.endswith(".py")][:MAX_SCRIPTS]:
        stem = PurePosixPath(path).stem
        if stem in _NO_PROGRAMS or stem.startswith("test_") or stem.endswith("_test"):
            continue
        text = read_text(folder / path) or ""
        source = parse_source(text) if _is_candidate(path, text) else None
        if source is not None:
            found += _jobs(folder, path, source)
    return found


def _is_candidate(path: str, text: str) -> bool:
    """Say whether the text is worth the time that parsing takes."""
    is_named = "/" not in path and guess_kind(_label(path)) is not JobKind.OTHER
    return bool(text) and (is_named or any(mark in text for mark in _MARKS))


def _jobs(folder: Path, path: str, source: Source) -> list[FoundJob]:
    readers = (
        ("click", click_commands),
        ("typer", typer_commands),
        ("argparse", argparse_commands),
    )
    options = hydra_options(source, (folder / path).parent)
    if options is not None:
        return [_job(folder, path, source, "", options, "hydra")]
    for reader, read in readers:
        commands: Commands = read(source)
        if commands and _is_program(path, source):
            return [
                _job(folder, path, source, command, options, reader)
                for command, options in commands.items()
            ]
    return _plain_job(folder, path, source)


def _is_program(path: str, source: Source) -> bool:
    return source.has_main or "/" not in path or guess_kind(_label(path)) is not JobKind.OTHER


def _plain_job(folder: Path, path: str, source: Source) -> list[FoundJob]:
    """Return the job of a program that declares no options, [] where it looks like none."""
    is_named = "/" not in path and guess_kind(_label(path)) is not JobKind.OTHER
    if not source.has_main and not is_named:
        return []
    job = _job(folder, path, source, "", [], "")
    tracked = [param_of(option) for option in tracked_options(source)]
    params = tuple(param for param in tracked if not isinstance(param, str))
    return [replace(job, params=params, reader="track" if params else "")]


def _job(
    folder: Path, path: str, source: Source, command: str, options: list[Option], reader: str
) -> FoundJob:
    label = _label(path)
    name = safe_name(f"{label}-{command}" if command else label)
    kind = guess_kind(command)
    found = FoundJob(
        name=name,
        run="",
        kind=guess_kind(label) if kind is JobKind.OTHER else kind,
        source=path,
        reader=reader,
    )
    words = _start(folder, path, source)
    return job_of_options(found, [*words, *([command] if command else [])], options)


def _label(path: str) -> str:
    """Return what to call the program: its stem, for a `__main__` its folder."""
    pure = PurePosixPath(path)
    return pure.parent.name or "main" if pure.stem == "__main__" else pure.stem


def _start(folder: Path, path: str, source: Source) -> list[str]:
    """Return the words that start a program: as a module where it is part of a package."""
    pure = PurePosixPath(path)
    is_in_package = (folder / pure.parent / "__init__.py").is_file() and "/" in path
    if pure.stem != "__main__" and not (is_in_package and source.is_part_of_package):
        return ["python", path]
    parts = list(pure.parent.parts if pure.stem == "__main__" else pure.with_suffix("").parts)
    if parts[:1] == ["src"] and len(parts) > 1:
        parts = parts[1:]
    return ["python", "-m", ".".join(parts)] if parts else ["python", path]
