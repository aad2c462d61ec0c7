from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mlops_tui.engine.machine import GpuLoad, Machine, in_control_group

GROUP = {
    "memory.max": "1000\n",
    "memory.current": "700\n",
    "memory.stat": "anon 1\ninactive_file 200\n",
}


def test_a_machine_says_what_it_has_and_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_SLOTS", "3")
    machine = Machine(tmp_path)
    first = machine.look()
    assert first.cores_used is None
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass  # the kernel counts in hundredths of a second
    load = machine.look()
    assert load.cores_used is not None
    assert 0 < load.cores_used <= load.cores == os.cpu_count()
    assert 0 < load.memory_bytes <= load.memory_total_bytes
    assert (load.slots, load.free_slots) == (3, 3)
    machine.close()


class Driver:
    """Two GPUs, the second of which is a slice that does not say how busy it is."""

    class NVMLError(Exception):
        pass

    def __init__(self) -> None:
        self.is_gone = False
        self.is_shut_down = False

    def nvmlDeviceGetCount(self) -> int:
        if self.is_gone:
            raise self.NVMLError
        return 2

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def nvmlDeviceGetIndex(self, handle: int) -> int:
        return handle

    def nvmlDeviceGetName(self, handle: int) -> str:
        return f"GPU {handle}"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=handle + 1, total=100)

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> SimpleNamespace:
        if handle == 1:
            raise self.NVMLError
        return SimpleNamespace(gpu=83)

    def nvmlShutdown(self) -> None:
        self.is_shut_down = True


def test_every_gpu_is_told_and_a_driver_that_goes_away_is_no_error(tmp_path: Path) -> None:
    driver = Driver()
    machine = Machine(tmp_path, lambda: driver)
    assert machine.look().gpus == (
        GpuLoad(0, "GPU 0", 83, 1, 100),
        GpuLoad(1, "GPU 1", None, 2, 100),
    )
    driver.is_gone = True
    assert machine.look().gpus == ()
    machine.close()
    assert driver.is_shut_down


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, (500, 1000)),
        ({"memory.max": "max\n"}, (50, 8000)),
        ({"memory.max": "9000\n"}, (50, 8000)),
        ({"memory.stat": ""}, (700, 1000)),
        ({"memory.current": None}, (50, 8000)),
    ],
)
def test_a_control_group_that_has_less_is_what_counts(
    tmp_path: Path, changed: dict[str, str | None], found: tuple[int, int]
) -> None:
    groups = Path("/proc/self/cgroup")
    if not groups.exists():
        pytest.skip("control groups are Linux's")
    own = next((it[4:] for it in groups.read_text().splitlines() if it.startswith("0::/")), "")
    folder = tmp_path / own
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**GROUP, **changed}.items():
        if text is not None:
            (folder / name).write_text(text)
    assert in_control_group(50, 8000, tmp_path) == found
