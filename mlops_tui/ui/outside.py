"""Programs that get the terminal for a while: which one, and giving it to them."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.domain.project import Job, Project

EDITORS = ("vi", "nano")
PAGERS = ("less", "more")
Which = Callable[[str], str | None]


def editor(environ: Mapping[str, str], which: Which = shutil.which) -> list[str]:
    """Return the command of the person's editor, or of one that is there.

    Raises:
        InputError: what is set is no command.
        NotFoundError: there is none.
    """
    return _program(("VISUAL", "EDITOR"), EDITORS, environ, which)


def pager(environ: Mapping[str, str], which: Which = shutil.which) -> list[str]:
    """Return the command of the person's pager, or of one that is there.

    Raises:
        InputError: what is set is no command.
        NotFoundError: there is none.
    """
    return _program(("PAGER",), PAGERS, environ, which)


def _program(
    variables: Sequence[str], usual: Sequence[str], environ: Mapping[str, str], which: Which
) -> list[str]:
    last = variables[-1]
    for name in variables:
        if words := _words(name, environ.get(name, "")):
            if which(words[0]) is None:
                raise NotFoundError(f"{words[0]} of ${name} is not there", f"set {name} to another")
            return words
    for program in usual:
        if which(program) is not None:
            return [program]
    raise NotFoundError(f"neither {' nor '.join(usual)} is there", f"set {last} to one that is")


def _words(name: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(f"${name} is no command: {error}", f"it is {text!r}") from None


def reads_safely(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Say whether a pager shows control sequences instead of sending them to the terminal."""
    options = [*argv[1:], *environ.get("LESS", "").split()]
    return os.path.basename(argv[0]) == "less" and not any("r" in word for word in options)


def pager_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a pager: colours in less, as far as nothing else was set."""
    return {"LESS": "-R", **environ}


def script_of(project: Project, job: Job) -> Path | None:
    """Return the file that a job's command runs, as far as it is one of the project's."""
    try:
        words = list(job.run) if isinstance(job.run, tuple) else shlex.split(job.run)
    except ValueError:
        return None
    for before, word in zip(["", *words], words, strict=False):
        name = word.replace(".", os.sep) + ".py" if before == "-m" else word
        if "{" not in name and (project.path / name).is_file():
            return project.path / name
    return None


def run_program(
    argv: Sequence[str],
    suspend: Callable[[], AbstractContextManager[None]],
    *,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    lines: Iterable[str] | None = None,
) -> None:
    """Give a program the terminal until it ends; Ctrl+C is its own.

    Args:
        argv: The command.
        suspend: Takes the terminal from the app, and gives it back.
        folder: Where the program works.
        environ: Its environment; ours if left out.
        lines: What it reads; the keyboard if left out.

    Raises:
        RefusedError: it could not be started, or ended with an error.
    """
    with suspend(), _interrupts_left_to_others():
        pipe = None if lines is None else subprocess.PIPE
        try:
            process = subprocess.Popen(list(argv), cwd=folder, env=environ, stdin=pipe)
        except OSError as error:
            words = f"{argv[0]} could not be started: {error.strerror}"
            raise RefusedError(words) from error
        if process.stdin is not None and lines is not None:
            with suppress(BrokenPipeError), process.stdin:  # who reads may have enough
                for line in lines:
                    process.stdin.write(line.encode("utf-8", "replace"))
        code = process.wait()
    if code:
        raise RefusedError(f"{argv[0]} ended with {'signal' if code < 0 else 'code'} {abs(code)}")


@contextmanager
def _interrupts_left_to_others() -> Iterator[None]:
    """Do nothing at Ctrl+C, which reaches all programs of the terminal; children have their own."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
