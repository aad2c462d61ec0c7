"""Names and units of what a run uses, as its runner samples it."""

from __future__ import annotations

PREFIX = "sys/"
"""Before all names; a metric that a run recorded under such a name itself is another thing."""
CPU = "sys/cpu"
"""All processes of the run together; 100 % is one core."""
MEMORY = "sys/memory"
READ = "sys/read"
WRITE = "sys/write"
PROCESSES = "sys/processes"
_FIRST, _LAST = (CPU, MEMORY), (READ, WRITE, PROCESSES)
_UNITS = {CPU: "%", MEMORY: "MiB", READ: "MiB/s", WRITE: "MiB/s", PROCESSES: ""}
_GPU = "sys/gpu"
_GPU_MEMORY = "_memory"


def gpu_load(index: int) -> str:
    """Return the name of how busy a GPU was, in percent."""
    return f"{_GPU}{index}"


def gpu_memory(index: int) -> str:
    """Return the name of how much memory of a GPU was in use, in MiB."""
    return f"{_GPU}{index}{_GPU_MEMORY}"


def unit_of(name: str) -> str:
    """Return the unit of a name; empty where it is a count or none of these."""
    if name.startswith(_GPU):
        return "MiB" if name.endswith(_GPU_MEMORY) else "%"
    return _UNITS.get(name, "")


def in_order(names: set[str]) -> list[str]:
    """Return names as people look at them: processor and memory, GPUs, then the rest."""
    gpus = sorted(name for name in names if name.startswith(_GPU))
    gpus.sort(key=lambda name: int(name.removeprefix(_GPU).removesuffix(_GPU_MEMORY)))
    first = [name for name in _FIRST if name in names]
    return [*first, *gpus, *(name for name in _LAST if name in names)]
