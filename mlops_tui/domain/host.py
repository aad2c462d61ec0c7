"""What identifies this host, this boot and a process; Python 3.9, standard library."""

from __future__ import annotations

import functools
import hashlib
import os
from typing import NamedTuple, Optional


class ProcessMark(NamedTuple):
    """What tells one process from any other that may get its pid later."""

    pid: int
    start: str
    """Start time in the system's own unit: clock ticks since boot on Linux; "" where unknown."""
    boot: str
    namespace: str
    """Identity of the pid namespace; "" where the system has none."""


def host_name() -> str:
    """Return the host name; `MLOPS_HOST` overrides it."""
    return os.environ.get("MLOPS_HOST") or os.uname().nodename or "unknown"


def machine_id() -> str:
    """Return a stable id of this machine; `MLOPS_MACHINE` overrides it."""
    return os.environ.get("MLOPS_MACHINE") or _machine_id()


@functools.lru_cache(maxsize=1)
def _machine_id() -> str:
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        text = _read(path).strip()
        if text:
            return hashlib.sha256(("mlops-tui" + text).encode()).hexdigest()[:16]
    import uuid  # costs 3 ms, and hardly ever needed

    return "%012x" % uuid.getnode()


def boot_id() -> str:
    """Return what changes at every boot, or "" where the system does not say."""
    return _read("/proc/sys/kernel/random/boot_id").strip()


def mark_of(pid: int) -> Optional[ProcessMark]:
    """Return the mark of a live process, or None where there is none (or it is a zombie)."""
    stat = _read("/proc/%d/stat" % pid)
    if stat:
        fields = stat.rsplit(")", 1)[1].split()
        if fields[0] in ("Z", "X"):
            return None
        return ProcessMark(pid, fields[19], boot_id(), _namespace(pid))
    if os.path.isdir("/proc/self"):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return ProcessMark(pid, "", "", "")


def is_alive(mark: ProcessMark) -> bool:
    """Say whether exactly this process is still there; a reused pid is not."""
    return bool(mark.start) and mark_of(mark.pid) == mark


def _namespace(pid: int) -> str:
    try:
        return os.readlink("/proc/%d/ns/pid" % pid)
    except OSError:
        return ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
