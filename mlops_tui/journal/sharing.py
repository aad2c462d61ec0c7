"""What is made in a project has the group of the folder it lies in, whatever the umask is.

So a team shares `.mlops` where it shares the project's folder. Python 3.9, standard library only.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Union


def open_shared(path: Path, flags: int) -> int:
    """Open a file, made if it is not there; one that is new follows its folder's group.

    Raises:
        OSError: it cannot be opened.
    """
    fd = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, 0o666)
    found = os.fstat(fd)
    if not found.st_size:
        _follow(fd, found, path.parent)
    return fd


def make_folder(folder: Path) -> None:
    """Make one folder that follows the one around it; one that is there is left as it is.

    Raises:
        OSError: it cannot be made.
    """
    try:
        folder.mkdir()
    except FileExistsError:
        return
    share(folder)


def share(path: Path) -> None:
    """Let a file or folder of ours follow the folder around it, as far as we are allowed to."""
    _follow(path, os.stat(path), path.parent)


def _follow(made: Union[int, Path], found: os.stat_result, folder: Path) -> None:
    """Give the folder's group what the folder gives it and the owner has; others get no more."""
    try:
        around = os.stat(folder)
        mode = stat.S_IMODE(found.st_mode)
        group = around.st_mode & stat.S_IRWXG & (mode >> 3)
        wanted = (mode & ~(stat.S_IRWXG | stat.S_IRWXO)) | group
        wanted |= mode & stat.S_IRWXO & (group >> 3)
        if stat.S_ISDIR(found.st_mode) and group & stat.S_IWGRP:
            wanted |= stat.S_ISGID
        if found.st_uid != os.geteuid() or (wanted == mode and not group):
            return
        if group and found.st_gid != around.st_gid:
            os.chown(made, -1, around.st_gid)
        if wanted != mode:
            os.chmod(made, wanted)
    except OSError:
        pass  # without a right to hand it over, or without modes at all, the owner still has it
