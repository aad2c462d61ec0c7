"""What this host does at the moment: cores, memory, job slots, GPUs; looks, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain.host import host_name
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.sampling import gpu_figures, load_nvml

CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class GpuLoad:
    """One GPU; None for what the driver does not say."""

    index: int
    name: str
    util_percent: int | None
    memory_bytes: int
    memory_total_bytes: int


@dataclass(frozen=True, slots=True)
class MachineLoad:
    """What a host has, and how much of it is in use."""

    host: str
    cores: int
    cores_used: float | None
    """Between the last two looks, 0 to `cores`; None at the first."""
    memory_bytes: int
    """What is in use and could not be given up."""
    memory_total_bytes: int
    """What there is, or what our control group may use of it."""
    load: tuple[float, float, float] | None
    """Processes that run or want to, as means of 1, 5 and 15 minutes; None where nobody counts."""
    slots: int
    free_slots: int
    free_gpus: int
    gpus: tuple[GpuLoad, ...] = ()


class Machine:
    """Looks at this host; the time between two looks is what the cores are measured over.

    Only one thread may look at a time.
    """

    def __init__(self, project: Path, load_driver: Callable[[], Any | None] = load_nvml) -> None:
        """Prepare to look; the module of the GPUs' driver is loaded by the first look."""
        self._executor = executor_of(project)
        self._load_driver = load_driver
        self._times: tuple[float, float] | None = None
        self._nvml: Any | None = None
        self._is_nvml_tried = False

    def look(self) -> MachineLoad:
        """Return what this host does.

        Raises:
            StorageError: it cannot be seen which job slots are taken.
        """
        import psutil  # it costs 30 ms, and nobody else on the way here needs it

        resources = self._executor.resources()
        memory = psutil.virtual_memory()
        used, total = in_control_group(memory.total - memory.available, memory.total)
        return MachineLoad(
            host_name(),
            os.cpu_count() or 1,
            self._cores_used(psutil.cpu_times()),
            used,
            total,
            os.getloadavg() if hasattr(os, "getloadavg") else None,
            resources.slots,
            resources.free_slots,
            resources.free_gpus,
            self._gpus(),
        )

    def close(self) -> None:
        """Let go of the driver."""
        if self._nvml is not None:
            self._nvml.nvmlShutdown()
            self._nvml = None

    def _cores_used(self, times: Any) -> float | None:
        # a guest's time is in its host's too, and who waits for a disk leaves the core idle
        guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        total = sum(times) - guests
        busy = total - times.idle - getattr(times, "iowait", 0.0)
        before, self._times = self._times, (busy, total)
        if before is None or total <= before[1]:
            return None
        share: float = (busy - before[0]) / (total - before[1])
        return min(1.0, max(0.0, share)) * (os.cpu_count() or 1)

    def _gpus(self) -> tuple[GpuLoad, ...]:
        if not self._is_nvml_tried:
            self._is_nvml_tried = True
            self._nvml = self._load_driver()
        nvml = self._nvml
        if nvml is None:
            return ()
        try:
            handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
            return tuple(_gpu(nvml, handle) for handle in handles)
        except nvml.NVMLError:
            return ()


def _gpu(nvml: Any, handle: Any) -> GpuLoad:
    figures: dict[str, Any] = gpu_figures(nvml, handle)
    return GpuLoad(
        figures["index"],
        str(nvml.nvmlDeviceGetName(handle)),
        figures["util_percent"],
        figures["memory_bytes"],
        figures["memory_total_bytes"],
    )


def in_control_group(used: int, total: int, root: Path = CGROUPS) -> tuple[int, int]:
    """Return the bytes in use and the most there may be, of our control group if that has less.

    Args:
        used: bytes that the whole host has in use.
        total: bytes that it has.
        root: where control groups (version 2) are.
    """
    try:
        paths = Path("/proc/self/cgroup").read_text("ascii").splitlines()
        own = next((path[4:] for path in paths if path.startswith("0::/")), "")
        folder = root / own
        limit = int((folder / "memory.max").read_text("ascii"))
        taken = int((folder / "memory.current").read_text("ascii"))
        lines = (folder / "memory.stat").read_text("ascii").splitlines()
    except (OSError, ValueError):  # no groups, or no limit: it says `max`
        return used, total
    if limit >= total:
        return used, total
    cached = next((int(it.split()[1]) for it in lines if it.startswith("inactive_file ")), 0)
    return max(0, taken - cached), limit
