"""What a run uses: CPU, memory and transfers of its processes, and its GPUs; never fails."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any

from mlops_tui.engine import tree

_DRIVERS = ("/dev/nvidiactl", "/dev/dxg", "/proc/driver/nvidia")


class Sampler:
    """Turns snapshots of a run's processes into the numbers of a heartbeat. One thread."""

    def __init__(self, gpus: Sequence[str] = ()) -> None:
        self._gpus = gpus
        self._nvml: Any | None = None
        self._nvml_tried = False
        self._cpu: dict[tuple[int, str], float] = {}
        self._io: dict[tuple[int, str], tuple[int, int]] = {}
        self._gone_io = (0, 0)
        self._last = time.monotonic()

    def sample(self, processes: Sequence[tree.Process]) -> dict[str, object]:
        """Return the figures of these processes; CPU since the sample before, 100 is one core."""
        now = time.monotonic()
        spent = self._cpu_seconds(processes)
        percent = 100 * spent / max(now - self._last, 1e-3)
        self._last = now
        read_bytes, write_bytes = self._transfers(processes)
        return {
            "cpu_percent": round(percent, 1),
            "rss_bytes": sum(process.rss_bytes for process in processes),
            "read_bytes": read_bytes,
            "write_bytes": write_bytes,
            "processes": len(processes),
            "gpus": self._sample_gpus(processes),
        }

    def _cpu_seconds(self, processes: Sequence[tree.Process]) -> float:
        current = {(process.pid, process.start): process.cpu_seconds for process in processes}
        spent = sum(max(0.0, now - self._cpu.get(key, 0.0)) for key, now in current.items())
        self._cpu = current
        return spent

    def _transfers(self, processes: Sequence[tree.Process]) -> tuple[int, int]:
        """Return bytes read from and written to disks since the start, as far as samples saw."""
        for process in processes:
            counted = _io_of(process.pid)
            if counted is not None:
                self._io[process.pid, process.start] = counted
        alive = {(process.pid, process.start) for process in processes}
        for key in [key for key in self._io if key not in alive]:
            done = self._io.pop(key)
            self._gone_io = (self._gone_io[0] + done[0], self._gone_io[1] + done[1])
        values = self._io.values()
        return (
            self._gone_io[0] + sum(value[0] for value in values),
            self._gone_io[1] + sum(value[1] for value in values),
        )

    def _sample_gpus(self, processes: Sequence[tree.Process]) -> list[dict[str, object]]:
        if not self._nvml_tried:
            self._nvml_tried = True
            self._nvml = load_nvml()
        nvml = self._nvml
        if nvml is None:
            return []
        try:
            pids = {process.pid for process in processes}
            handles = _handles(nvml, self._gpus, pids)
            return [gpu_figures(nvml, handle) for handle in handles]
        except nvml.NVMLError:
            return []


def load_nvml() -> Any | None:
    """Return the NVML module, ready to ask, or None where there is no NVIDIA driver."""
    if not any(os.path.exists(path) for path in _DRIVERS):
        return None
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def _handles(nvml: Any, granted: Sequence[str], pids: set[int]) -> list[Any]:
    """Return the GPUs granted, or the ones that these processes compute on."""
    if granted:
        return [_handle(nvml, name) for name in granted]
    handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
    return [
        handle
        for handle in handles
        if any(user.pid in pids for user in nvml.nvmlDeviceGetComputeRunningProcesses(handle))
    ]


def _handle(nvml: Any, name: str) -> Any:
    if name.isdigit():
        return nvml.nvmlDeviceGetHandleByIndex(int(name))
    return nvml.nvmlDeviceGetHandleByUUID(name)


def gpu_figures(nvml: Any, handle: Any) -> dict[str, object]:
    """Return what a GPU does at present, as heartbeats tell it.

    Raises:
        nvml.NVMLError: the driver does not say.
    """
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    try:
        percent: int | None = nvml.nvmlDeviceGetUtilizationRates(handle).gpu
    except nvml.NVMLError:
        percent = None  # MIG slices do not say
    return {
        "index": nvml.nvmlDeviceGetIndex(handle),
        "util_percent": percent,
        "memory_bytes": memory.used,
        "memory_total_bytes": memory.total,
    }


def _io_of(pid: int) -> tuple[int, int] | None:
    try:
        with open(f"/proc/{pid}/io", "rb") as file:
            fields = dict(line.split(b": ") for line in file.read().splitlines())
        return int(fields[b"read_bytes"]), int(fields[b"write_bytes"])
    except (OSError, KeyError, ValueError):
        return None


def oom_kills(pid: int) -> int | None:
    """Return how often the kernel ended a process of this one's control group for memory."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
    except OSError:
        return None
    for _, controllers, path in groups:
        files = []
        if not controllers:
            files = [f"/sys/fs/cgroup{path}/memory.events", "/sys/fs/cgroup/memory.events"]
        elif "memory" in controllers.split(","):
            files = [f"/sys/fs/cgroup/memory{path}/memory.oom_control"]
        for file_name in files:
            count = _oom_count(file_name)
            if count is not None:
                return count
    return None


def _oom_count(file_name: str) -> int | None:
    try:
        with open(file_name, encoding="utf-8") as file:
            pairs = [line.split() for line in file]
    except OSError:
        return None
    return next((int(pair[1]) for pair in pairs if len(pair) == 2 and pair[0] == "oom_kill"), None)
