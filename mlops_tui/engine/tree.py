"""Processes that belong to a run; signals exactly the ones it saw, never a pid alone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Container, Iterable
from typing import NamedTuple

LINUX = sys.platform == "linux"
_OURS = (b"mlops_tui.engine.agent", b"mlops_tui.engine.runner", b"mlops-tui-versions")
_TICKS = float(os.sysconf("SC_CLK_TCK"))
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Process(NamedTuple):
    """One process at one instant."""

    pid: int
    parent: int
    session: int
    start: str
    """Start time in the system's own unit: with the pid, what no other process has."""
    cpu_seconds: float
    rss_bytes: int


def snapshot() -> dict[int, Process]:
    """Return all processes but zombies, by pid."""
    if not LINUX:
        return _portable_snapshot()
    table = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            process = read_process(int(name))
            if process is not None:
                table[process.pid] = process
    return table


def read_process(pid: int) -> Process | None:
    """Return one process, None where it is gone or a zombie (Linux)."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
            fields = file.read(1024).rsplit(b")", 1)[1].split()
    except OSError:
        return None
    if fields[0] in (b"Z", b"X"):
        return None
    return Process(
        pid,
        int(fields[1]),
        int(fields[3]),
        fields[19].decode(),
        (int(fields[11]) + int(fields[12])) / _TICKS,
        int(fields[21]) * _PAGE,
    )


def children(table: dict[int, Process], parent: int) -> list[Process]:
    """Return the direct children of a process."""
    return [process for process in table.values() if process.parent == parent]


def below(
    table: dict[int, Process], root: int, exempt: Container[int] = frozenset()
) -> list[Process]:
    """Return what descends from `root`.

    Our own agents and runners, the pids in `exempt`, and what descends from them, are left out.
    """
    by_parent: dict[int, list[Process]] = {}
    for process in table.values():
        by_parent.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = list(by_parent.get(root, ()))
    while waiting:
        process = waiting.pop()
        if process.pid not in exempt and not is_ours(process):
            found.append(process)
            waiting.extend(by_parent.get(process.pid, ()))
    return found


def runs_script(process: Process, script: bytes) -> bool:
    """Say whether this file is an argument of a process (Linux)."""
    return script in _read(process.pid, "cmdline").split(b"\0")


def carrying(table: dict[int, Process], run_dir: str) -> list[Process]:
    """Return the processes whose environment names this run's folder (Linux; else none)."""
    wanted = b"\0MLOPS_RUN_DIR=" + os.fsencode(run_dir) + b"\0"
    me = os.getpid()
    return [
        process
        for process in table.values()
        if process.pid != me and wanted in b"\0" + _read(process.pid, "environ")
    ]


def is_ours(process: Process) -> bool:
    """Say whether this is ours, such as a runner: a run that starts runs does not own them."""
    if process.session != process.pid:
        return False
    return any(word in _OURS for word in _read(process.pid, "cmdline").split(b"\0"))


def send(process: Process, number: int) -> bool:
    """Signal exactly this process; return False where it is gone."""
    try:
        if hasattr(os, "pidfd_open"):
            return _send_by_descriptor(process, number)
        if not _is_same(process):
            return False
        os.kill(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def send_all(processes: Iterable[Process], number: int) -> None:
    """Signal each of these."""
    for process in processes:
        send(process, number)


def _send_by_descriptor(process: Process, number: int) -> bool:
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        # the descriptor is of one process for good: the look after opening it cannot be outrun
        if not _is_same(process):
            return False
        signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)
    return True


def _is_same(process: Process) -> bool:
    if LINUX:
        now = read_process(process.pid)
    else:
        now = _portable_snapshot([process.pid]).get(process.pid)
    return now is not None and now.start == process.start


def _read(pid: int, name: str) -> bytes:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _portable_snapshot(pids: list[int] | None = None) -> dict[int, Process]:
    import psutil  # only where there is no /proc: it costs 30 ms and 4 MB

    table = {}
    for process in psutil.process_iter() if pids is None else map(psutil.Process, pids):
        try:
            with process.oneshot():
                times = process.cpu_times()
                table[process.pid] = Process(
                    process.pid,
                    process.ppid(),
                    os.getsid(process.pid),
                    repr(process.create_time()),
                    times.user + times.system,
                    process.memory_info().rss,
                )
        except (psutil.Error, OSError):
            continue
    return table
