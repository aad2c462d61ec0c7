"""File systems with faults: full ones, read-only ones, and ones without locks."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SITECUSTOMIZE = """
import fcntl, os

real = fcntl.flock

def flock(fd, operation):
    number = fd if isinstance(fd, int) else fd.fileno()
    if os.readlink("/proc/self/fd/%d" % number).startswith(os.environ["LOCKLESS"]):
        raise OSError(int(os.environ["LOCKLESS_ERRNO"]), "No locks available")
    return real(fd, operation)

fcntl.flock = flock
"""
"""Every Python process finds no locks below the folder that `LOCKLESS` names."""


def _mount(*arguments: str | Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")


@contextlib.contextmanager
def small_disk(folder: Path, kibibytes: int) -> Iterator[Path]:
    """Put a file system of its own at `folder`, with room for this much."""
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """Let nobody write below `folder`: by a mount for root, whom no mode binds, else by modes."""
    if os.geteuid() != 0:
        with _without_write_modes(folder):
            yield folder
        return
    _mount("--bind", folder, folder)
    try:
        _mount("-o", "remount,ro,bind", folder)
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextlib.contextmanager
def _without_write_modes(folder: Path) -> Iterator[None]:
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(modes[path] & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(modes[path])


def take_locks_away(folder: Path, below: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `flock` fail with `code` below a folder, for every process that the test starts.

    Args:
        folder: where the code for that is put.
        below: where there are no locks.
        code: an `errno`.
        monkeypatch: the test's.
    """
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("LOCKLESS", str(below))
    monkeypatch.setenv("LOCKLESS_ERRNO", str(code))
