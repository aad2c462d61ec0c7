from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from mlops_tui.engine.machine import GpuLoad, MachineLoad
from mlops_tui.ui.machine_lines import GIB, machine_lines

LOAD = MachineLoad("box", 8, 1.26, 12 * GIB, 64 * GIB, (1.32, 1.1, 0.98), 8, 5, 0)
GPUS = tuple(GpuLoad(n, "NVIDIA\x1b H100", 80 + n, 10 * GIB, 80 * GIB) for n in range(8))


def texts(load: MachineLoad, width: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in machine_lines(load, width)]


def test_one_line_says_cores_slots_memory_and_load_with_their_units() -> None:
    (line,) = texts(LOAD, 80)
    assert line.rstrip() == (
        " cores 1.3 of 8  load 1.3 1.1 1.0  memory 12.0 of 64.0 GiB  slots 3 of 8"
    )
    (line,) = texts(LOAD, 118)
    assert "cores ━─────── 1.3 of 8" in line
    assert "slots ━━━───── 3 of 8" in line


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("gpus", [0, 1, 2, 8])
def test_no_line_is_too_wide_and_gpus_without_room_are_counted(width: int, gpus: int) -> None:
    lines = texts(replace(LOAD, gpus=GPUS[:gpus]), width)
    assert len(lines) <= 4
    assert all(line.isprintable() for line in lines)
    told = sum(line.count("GPU ") for line in lines)
    last = lines[-1].rstrip()
    hidden = int(last.rpartition("and ")[2].split()[0]) if last.endswith("GPUs more") else 0
    assert told + hidden == gpus
    assert hidden == 0 or width < 80
    assert all(cell_len(line) == width for line in lines)


def test_a_gpu_says_how_busy_it_is_and_how_much_memory_is_taken() -> None:
    lines = texts(replace(LOAD, gpus=GPUS[:1]), 118)
    assert "GPU 0 ━━━━━━──  80 %" in lines[1]
    assert "10.0 of 80.0 GiB" in lines[1]
    silent = replace(GPUS[0], util_percent=None)
    assert "? %" in texts(replace(LOAD, gpus=(silent,)), 118)[1]


def test_memory_that_runs_out_is_told_by_colour_too_and_cores_never_are() -> None:
    full = replace(LOAD, memory_bytes=63 * GIB, cores_used=8.0, free_slots=0)
    kinds = {kind for line in machine_lines(full, 80) for _, kind in line}
    assert kinds == {"", "dim", "bad"}


def test_the_first_look_knows_no_cores_in_use() -> None:
    assert "cores   ? of 8" in texts(replace(LOAD, cores_used=None, load=None), 80)[0]
