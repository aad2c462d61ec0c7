"""Checks host, disk and project, and says what to do about what is wrong; changes nothing."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mlops_tui import __version__
from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.host import boot_id, host_name, machine_id
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import short_bytes
from mlops_tui.engine import actions_agent, slots
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.doctor_alerts import examine_alerts
from mlops_tui.engine.doctor_check import Check, Level
from mlops_tui.engine.doctor_verify import verify
from mlops_tui.engine.executor import Capabilities
from mlops_tui.engine.executors import executor_of

__all__ = ["Check", "Level", "examine", "verify"]

LEAST_FREE_BYTES = 1 << 30
MOST_SKEW_SECONDS = 2.0
EARLIEST_CLOCK = 1_750_000_000.0
"""June 2025: a clock before this product was written is not set."""
LIBRARIES = ("textual", "rich", "watchdog", "msgspec", "psutil")
LEAST_INOTIFY_INSTANCES = 128


def examine(project: Path | None) -> list[Check]:
    """Return what was found out about this host and, if one is given, about a project."""
    checks = [_versions(), _host(), _clock(), _terminal(), _file_events(), _lingering(), _gpus()]
    checks.append(_slots())
    checks += [_place("state", places.state_dir()), _place("cache", places.cache_dir())]
    checks.append(_locks("locks", places.state_dir()))
    if project is None:
        return [*checks, Check("project", Level.INFO, "none here", "mlops-tui init writes one")]
    checks += [_project_file(project), _project_place(project), _skew(project)]
    checks.append(_locks("project locks", places.project_dot(project)))
    checks += [_agent(project), _executor(executor_of(project).capabilities())]
    return checks + examine_alerts(load_project(project))


def _versions() -> Check:
    found = [f"mlops-tui {__version__}", f"Python {platform.python_version()}"]
    found.append(f"SQLite {sqlite3.sqlite_version}")
    missing = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        hint = "reinstall mlops-tui with its dependencies"
        return Check("versions", Level.BAD, f"missing: {', '.join(missing)}", hint)
    return Check("versions", Level.GOOD, ", ".join(found))


def _host() -> Check:
    boot = "" if boot_id() or sys.platform == "darwin" else ", boot unknown"
    found = f"{host_name()}, machine {machine_id()}, {platform.system()} {platform.release()}{boot}"
    return Check("host", Level.GOOD, found)


def _clock() -> Check:
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < EARLIEST_CLOCK:
        return Check("clock", Level.BAD, f"{shown} is in the past", "set it: ids and order need it")
    return Check("clock", Level.GOOD, shown)


def _terminal() -> Check:
    term = os.environ.get("TERM", "")
    size = shutil.get_terminal_size()
    encoding = (sys.stdout.encoding or "?").lower()
    parts = [f"TERM={term or 'unset'}", f"{size.columns}x{size.lines}", encoding]
    parts += [label for name, label in (("TMUX", "tmux"), ("SSH_TTY", "ssh")) if name in os.environ]
    found = ", ".join(parts)
    if term in ("", "dumb"):
        return Check("terminal", Level.WARN, found, "the app needs one; every verb works without")
    if "utf" not in encoding:
        return Check("terminal", Level.WARN, found, "set LANG=C.UTF-8 to see all letters")
    return Check("terminal", Level.GOOD, found)


def _file_events() -> Check:
    if not sys.platform.startswith("linux"):
        return Check("file events", Level.GOOD, "offered by the system")
    limits = Path("/proc/sys/fs/inotify")
    try:
        instances = int((limits / "max_user_instances").read_text())
        watches = int((limits / "max_user_watches").read_text())
    except (OSError, ValueError):
        return Check("file events", Level.WARN, "inotify limits unknown", "files are polled then")
    found = f"inotify, {instances} instances, {watches} watches for each user"
    library = ctypes.CDLL(None, use_errno=True)
    fd = int(library.inotify_init1(os.O_CLOEXEC))
    if fd < 0:
        hint = "raise fs.inotify.max_user_instances; files are polled until then"
        return Check("file events", Level.WARN, f"{found}, none left", hint)
    os.close(fd)
    if instances < LEAST_INOTIFY_INSTANCES:
        hint = "raise fs.inotify.max_user_instances where the app says that it polls"
        return Check("file events", Level.INFO, found, hint)
    return Check("file events", Level.GOOD, found)


def _lingering() -> Check:
    """Say whether logging out kills what runs: logind does where it was told to."""
    if not os.path.isdir("/run/systemd/system"):
        return Check("log-out", Level.GOOD, "no systemd here: jobs go on after you log out")
    user = user_name()
    if os.path.exists(f"/var/lib/systemd/linger/{user}"):
        return Check("log-out", Level.GOOD, f"jobs of {user} go on after log-out (linger is on)")
    if kills_user_processes():
        hint = f"loginctl enable-linger {user}"
        return Check("log-out", Level.WARN, "KillUserProcesses=yes: log-out kills jobs", hint)
    return Check("log-out", Level.GOOD, "jobs go on after log-out (KillUserProcesses is off)")


def kills_user_processes(root: Path = Path("/")) -> bool:
    """Say whether logind is told to kill what a user leaves behind; later files win."""
    files = [root / "etc/systemd/logind.conf"]
    for folder in ("usr/lib", "run", "etc"):
        files += sorted((root / folder / "systemd/logind.conf.d").glob("*.conf"))
    is_on = False
    for path in files:
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            key, _, value = line.partition("=")
            if key.strip() == "KillUserProcesses":
                is_on = value.strip().lower() in ("yes", "true", "on", "1")
    return is_on


def _gpus() -> Check:
    from mlops_tui.engine.sampling import load_nvml

    nvml = load_nvml()
    if nvml is None:
        has_device = os.path.exists("/dev/nvidiactl")
        hint = "pip install 'mlops-tui[gpu]'" if has_device else ""
        found = "a GPU is here, NVML is not" if has_device else "none"
        return Check("gpus", Level.WARN if has_device else Level.INFO, found, hint)
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        names = [str(nvml.nvmlDeviceGetName(handle)) for handle in handles]
    except nvml.NVMLError as error:
        return Check("gpus", Level.WARN, f"the driver does not answer: {error}", "see nvidia-smi")
    finally:
        nvml.nvmlShutdown()
    return Check("gpus", Level.GOOD, f"{len(names)}: {', '.join(names)}" if names else "none")


def _slots() -> Check:
    limits = slots.capacity()
    try:
        free = slots.free(limits)
    except OSError as error:
        return Check("slots", Level.BAD, f"cannot be counted: {error.strerror or error}")
    found = f"{free.slots} of {limits.slots} free"
    if limits.gpus:
        found += f", {len(free.gpus)} of {len(limits.gpus)} GPUs free"
    ignored = slots.ignored_settings()
    if ignored:
        hint = "it is ignored; to start nothing at all: mlops-tui queue pause"
        return Check("slots", Level.WARN, "\n".join([found, *ignored]), hint)
    return Check("slots", Level.GOOD, f"{found} (MLOPS_SLOTS and MLOPS_GPUS change that)")


def _place(name: str, folder: Path) -> Check:
    kind = places.file_system_type(folder) or "unknown file system"
    found = f"{folder} ({kind})"
    try:
        places.make_private(folder)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        hint = f"make it writable, or set MLOPS_{name.upper()}_DIR"
        return Check(name, Level.BAD, f"{found}: {error.strerror or error}", hint)
    found += f", {short_bytes(free)} free"
    if places.is_network_file_system(folder):
        hint = f"set MLOPS_{name.upper()}_DIR to a folder on a local disk"
        return Check(name, Level.BAD, f"{found}: on the network", hint)
    if free < LEAST_FREE_BYTES:
        return Check(name, Level.WARN, found, "the disk is nearly full")
    return Check(name, Level.GOOD, found)


def _project_place(project: Path) -> Check:
    dot = places.project_dot(project)
    folder = dot if dot.is_dir() else project
    found = f"{folder} ({places.file_system_type(folder) or 'unknown file system'})"
    if not os.access(folder, os.W_OK):
        return Check("project data", Level.WARN, f"{found}, read-only", "browsing works, runs not")
    free = shutil.disk_usage(folder).free
    found += f", {short_bytes(free)} free"
    if free < LEAST_FREE_BYTES:
        return Check("project data", Level.WARN, found, "mlops-tui purge frees deleted runs")
    if places.is_network_file_system(folder):
        hint = "works; files are polled, and each host starts its own runs only"
        return Check("project data", Level.INFO, f"{found}, on the network", hint)
    return Check("project data", Level.GOOD, found)


def _project_file(project: Path) -> Check:
    described = load_project(project)
    if described.problems:
        text = "\n".join(str(problem) for problem in described.problems)
        return Check("project file", Level.BAD, text, "jobs cannot be started until it is right")
    jobs = ", ".join(described.jobs) or "no jobs"
    return Check("project file", Level.GOOD, f"{described.name}: {jobs}")


def _locks(name: str, folder: Path) -> Check:
    return _with_file(name, folder, _lock_result)


def _lock_result(name: str, path: str) -> Check:
    import fcntl

    with open(path, "rb") as one, open(path, "rb") as other:
        try:
            fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            hint = "runs of this host only are watched over where locks do not work"
            return Check(name, Level.WARN, f"do not work: {error.strerror}", hint)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return Check(name, Level.GOOD, "work")
    return Check(name, Level.BAD, "are given twice", "mount the file system with locking")


def _skew(project: Path) -> Check:
    return _with_file("disk clock", places.project_dot(project), _skew_result)


def _skew_result(name: str, path: str) -> Check:
    skew = os.stat(path).st_mtime - time.time()
    if abs(skew) > MOST_SKEW_SECONDS:
        hint = "set the clocks of both hosts by NTP"
        return Check(name, Level.WARN, f"the file server is {skew:+.0f} s away", hint)
    return Check(name, Level.GOOD, "agrees with this host's")


def _with_file(name: str, folder: Path, test: Callable[[str, str], Check]) -> Check:
    if not folder.is_dir():
        return Check(name, Level.INFO, f"{folder} is not there yet")
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            return test(name, file.name)
    except OSError as error:
        return Check(name, Level.WARN, f"{folder}: {error.strerror or error}", "cannot be tested")


def _agent(project: Path) -> Check:
    try:
        status = actions_agent.agent_status(project)
    except MlopsTuiError as error:
        return Check("agent", Level.WARN, error.message, error.hint)
    if status.is_running:
        return Check("agent", Level.GOOD, f"running (pid {status.pid or '?'}), log {status.log}")
    return Check("agent", Level.INFO, "not running; it starts when there is something to do")


def _executor(can: Capabilities) -> Check:
    output = "output shows as it comes" if can.has_live_logs else "output shows at the end"
    use = "use is sampled" if can.samples_use else "use is not sampled"
    found = f"{can.name}: {output}, {use}"
    if can.ends_escapees:
        return Check("executor", Level.GOOD, f"{found}, a stop ends all that a command started")
    hint = "this system does not say what belongs to a command that left its process group"
    return Check("executor", Level.INFO, f"{found}, a stop may leave some processes", hint)
