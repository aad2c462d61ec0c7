from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from mlops_tui.engine import sampling, tree
from mlops_tui.engine.sampling import Sampler


def process(pid: int, cpu_seconds: float, rss_bytes: int) -> tree.Process:
    return tree.Process(pid, 1, 1, "1", cpu_seconds, rss_bytes)


def test_use_is_summed_and_cpu_is_counted_since_the_last_sample() -> None:
    sampler = Sampler()
    sampler.sample([process(-1, 5.0, 100)])
    sampler._last -= 10
    figures = sampler.sample([process(-1, 10.0, 100), process(-2, 5.0, 50)])
    assert figures["rss_bytes"] == 150
    assert figures["processes"] == 2
    assert isinstance(figures["cpu_percent"], float)
    assert 95 < figures["cpu_percent"] < 101


def test_transfers_of_processes_that_left_are_kept() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        mine = tree.read_process(child.pid)
        assert mine is not None
        sampler = Sampler()
        sampler._io[mine.pid, mine.start] = (7, 9)
        child.kill()
    figures = sampler.sample([])
    assert (figures["read_bytes"], figures["write_bytes"]) == (7, 9)


class FakeNvml:
    """A driver with two GPUs, of which this process uses the second."""

    NVMLError = LookupError

    def nvmlDeviceGetCount(self) -> int:
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetIndex(self, handle: int) -> int:
        return handle

    def nvmlDeviceGetComputeRunningProcesses(self, handle: int) -> Sequence[Any]:
        return [SimpleNamespace(pid=os.getpid())] if handle == 1 else []

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:
        return SimpleNamespace(used=10, total=100)

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:
        if handle == 1:
            raise LookupError("not supported")
        return SimpleNamespace(gpu=55)


def with_fake(gpus: Sequence[str]) -> list[Any]:
    sampler = Sampler(gpus)
    sampler._nvml, sampler._nvml_tried = FakeNvml(), True
    found = sampler.sample([process(os.getpid(), 0, 0)])["gpus"]
    assert isinstance(found, list)
    return found


def test_gpus_are_the_granted_ones_or_those_in_use() -> None:
    assert with_fake(["0"]) == [
        {"index": 0, "util_percent": 55, "memory_bytes": 10, "memory_total_bytes": 100}
    ]
    assert [(gpu["index"], gpu["util_percent"]) for gpu in with_fake([])] == [(1, None)]


def test_a_host_without_a_memory_group_says_nothing_of_it() -> None:
    assert sampling.oom_kills(-1) is None
    counted = sampling.oom_kills(os.getpid())
    assert counted is None or counted >= 0
