"""What a machine does at the moment, put into lines of a given width; pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from mlops_tui.domain.text import safe
from mlops_tui.engine.machine import GpuLoad, MachineLoad
from mlops_tui.ui.widgets.pieces import Piece, padded

MOST_LINES = 4
BAR = 8
MUCH, VERY_MUCH = 0.9, 0.97
"""Shares of memory from which on a person should know."""
GIB = 2**30


def machine_lines(load: MachineLoad, width: int) -> list[list[Piece]]:
    """Return at most four lines of `width` cells, GPUs on lines of their own.

    Bars are drawn where they take no line more; many GPUs are told in short, and counted where
    there is no room even for that.
    """
    lines = min((_flowed(_cells(load, bar), width) for bar in (BAR, 0)), key=len)
    if load.gpus:
        lines = lines[: MOST_LINES - 1]
        lines += _gpu_lines(load.gpus, width, MOST_LINES - len(lines))
    return [padded(_joined(line), width) for line in lines[:MOST_LINES]]


Cell = list[Piece]


def _gpu_lines(gpus: Sequence[GpuLoad], width: int, most: int) -> list[list[Cell]]:
    lines: list[list[Cell]] = []
    for cells in ([_gpu(it, BAR) for it in gpus], [_gpu(it, 0) for it in gpus], _terse(gpus)):
        lines = _flowed(cells, width)
        if len(lines) <= most and max(map(_size, cells)) < width:
            return lines
    shown = sum(map(len, lines[:most])) - 1
    more: Cell = [(f"and {len(gpus) - shown} GPUs more", "dim")]
    return [*lines[: most - 1], [*lines[most - 1][:-1], more]]


def _terse(gpus: Sequence[GpuLoad]) -> list[Cell]:
    return [
        [
            (f"GPU {it.index} ", "dim"),
            (
                f"{_percent(it)} {it.memory_bytes / GIB:.0f}/{it.memory_total_bytes / GIB:.0f} GiB",
                "",
            ),
        ]
        for it in gpus
    ]


def _percent(gpu: GpuLoad) -> str:
    return "  ? %" if gpu.util_percent is None else f"{gpu.util_percent:3d} %"


def _cells(load: MachineLoad, bar: int) -> list[Cell]:
    taken = load.slots - load.free_slots
    cores = "  ?" if load.cores_used is None else f"{load.cores_used:3.1f}"
    share = (load.cores_used or 0.0) / load.cores
    # those that change all the time stand side by side: what lies between is sent again, too
    cells = [_cell("cores", f"{cores} of {load.cores}", share, bar)]
    if load.load is not None:
        cells.append([("load ", "dim"), (" ".join(f"{mean:.1f}" for mean in load.load), "")])
    return [
        *cells,
        _memory("memory ", load.memory_bytes, load.memory_total_bytes, bar),
        _cell("slots", f"{taken} of {load.slots}", taken / load.slots, bar),
    ]


def _gpu(gpu: GpuLoad, bar: int) -> Cell:
    cell = _cell(f"GPU {gpu.index}", _percent(gpu), (gpu.util_percent or 0) / 100, bar)
    memory = _memory("", gpu.memory_bytes, gpu.memory_total_bytes, 0)
    name = [(f"  {safe(gpu.name)}", "dim")] if bar else []
    return [*cell, ("  ", ""), *memory, *name]


def _memory(label: str, used: int, total: int, bar: int) -> Cell:
    share = used / max(1, total)
    kind = "bad" if share >= VERY_MUCH else "warn" if share >= MUCH else ""
    words = f"{used / GIB:.1f} of {total / GIB:.1f} GiB"
    return [(label, "dim"), *_bar(share, bar), (words, kind)]


def _cell(label: str, words: str, share: float, bar: int) -> Cell:
    return [(f"{label} ", "dim"), *_bar(share, bar), (words, "")]


def _bar(share: float, cells: int) -> Cell:
    full = round(min(1.0, max(0.0, share)) * cells)
    return [("━" * full, "load"), ("─" * (cells - full) + " ", "dim")] if cells else []


def _flowed(cells: Sequence[Cell], width: int) -> list[list[Cell]]:
    """Return the cells in lines, as many in each as fit."""
    lines: list[list[Cell]] = []
    used = 0
    for cell in cells:
        size = 2 + _size(cell)
        if not lines or used + size > width:
            lines.append([])
            used = 0
        lines[-1].append(cell)
        used += size
    return lines


def _size(cell: Cell) -> int:
    return sum(cell_len(text) for text, _ in cell)


def _joined(cells: Sequence[Cell]) -> list[Piece]:
    pieces: list[Piece] = [(" ", "")]
    for number, cell in enumerate(cells):
        pieces += [("  ", "")] if number else []
        pieces += [piece for piece in cell if piece[0]]
    return pieces
