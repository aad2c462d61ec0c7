"""Records where a run ran: git, Python, packages, platform; a script run by the run's interpreter.

It imports nothing of ours, so that any Python from 3.8 on can run it by its path.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    del sys.path[0]  # our own folder, whose modules must not hide the run's

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Union

    AnyPath = Union[str, os.PathLike[str]]
    Fact = Dict[str, object]

_GIT_SECONDS = 20


def start_recording(run_dir: AnyPath, cwd: AnyPath, interpreter: Optional[str]) -> None:
    """Have `environment.json` of a run written soon, by a process that nobody waits for.

    Nothing happens where the file is there already. The process is an orphan from its start
    (a sub-reaper inherits it) and of low priority.

    Args:
        run_dir: the run's folder.
        cwd: the folder that the run's command works in.
        interpreter: the Python whose packages are listed; None where the command has none: then
            git and platform alone are recorded.

    Raises:
        OSError: no process can be started.
    """
    if os.path.exists(os.path.join(run_dir, "environment.json")):
        return
    script = '"$0" "$@" </dev/null >/dev/null 2>&1 &'
    python = interpreter or sys.executable
    kind = "python" if interpreter else "other"
    command = ["/bin/sh", "-c", script, python, __file__, os.fspath(run_dir), os.fspath(cwd), kind]
    pid = os.posix_spawn("/bin/sh", command, os.environ)
    try:
        os.waitpid(pid, 0)  # the shell alone, which is gone in a millisecond
    except ChildProcessError:
        pass  # the script ignores SIGCHLD, so that the system reaped it


def collect(cwd: AnyPath, is_python: bool) -> Fact:
    """Return what `environment.json` holds; null where something cannot be known."""
    return {
        "git": _git(cwd),
        "python": sys.version.split()[0] if is_python else None,
        "executable": sys.executable if is_python else None,
        "packages": _packages() if is_python else {},
        "platform": _platform(),
    }


def without_credentials(remote: str) -> str:
    """Return the address of a git remote without user name, password or token."""
    scheme, separator, rest = remote.partition("://")
    if not separator:
        return remote  # `git@host:path`, or a folder
    host, slash, path = rest.partition("/")
    path = path.partition("?")[0]
    return scheme + separator + host.rpartition("@")[2] + slash + path


def _git(cwd: AnyPath) -> Optional[Fact]:
    commit = _ask_git(cwd, "rev-parse", "--verify", "HEAD")
    branch = _ask_git(cwd, "symbolic-ref", "--short", "HEAD")
    if commit is None and branch is None:
        return None
    changes = _ask_git(cwd, "status", "--porcelain", "--untracked-files=no")
    remote = _ask_git(cwd, "config", "--get", "remote.origin.url")
    return {
        "commit": commit,
        "branch": branch,
        "dirty": None if changes is None else bool(changes),
        "remote": without_credentials(remote) if remote else None,
    }


def _ask_git(cwd: AnyPath, *arguments: str) -> Optional[str]:
    import subprocess

    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        result = subprocess.run(
            ["git", "-C", os.fspath(cwd), *arguments],
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if result.returncode:
        return None
    return result.stdout.decode("utf-8", "backslashreplace").strip()


def _packages() -> Dict[str, str]:
    from importlib import metadata

    found: Dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:  # a broken one has none; of two, the first on the path is imported
            found.setdefault(name, distribution.version)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _platform() -> str:
    import platform

    return platform.platform()


def _write_new(path: str, data: bytes) -> None:
    """Create `path` whole, unless it is there."""
    temporary = "%s.%d" % (os.path.join(os.path.dirname(path), ".environment"), os.getpid())
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(fd, "wb") as file:
            _share(fd, os.path.dirname(path))
            file.write(data)
        if not os.path.exists(path):
            os.rename(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def _share(fd: int, folder: str) -> None:
    """Let the folder's group have what the folder gives it, as all else of a run does."""
    try:
        group = os.stat(folder).st_mode & 0o060
        others = os.fstat(fd).st_mode & 0o006 & (group >> 3)
        os.fchmod(fd, 0o600 | group | others)
    except OSError:
        pass  # a file system without modes


def main(arguments: List[str]) -> None:
    """Write `environment.json` of one run: RUN_DIR CWD python|other."""
    run_dir, cwd, kind = arguments
    os.nice(10)
    os.chdir(cwd)
    data = json.dumps(collect(cwd, kind == "python"), indent=1).encode()
    _write_new(os.path.join(run_dir, "environment.json"), data + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
