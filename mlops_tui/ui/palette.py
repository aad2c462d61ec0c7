"""Colours that tell runs apart for everybody, as theme variables, and who has which one."""

from __future__ import annotations

from collections.abc import Iterable

SLOTS = 8
"""Slot 0 is the run under the cursor; the others are given to marked runs."""

_ON_DARK = (
    "#FFFFFF",
    "#E69F00",
    "#56B4E9",
    "#00B386",
    "#F0E442",
    "#D98CB3",
    "#FF7A3D",
    "#8F9CFF",
)
_ON_LIGHT = (
    "#000000",
    "#B35900",
    "#0072B2",
    "#00704F",
    "#7A6A00",
    "#9C4A78",
    "#C23B00",
    "#4B3FB5",
)
# Okabe and Ito, https://jfly.uni-koeln.de/color/, shifted for contrast on dark and on light


def theme_variables(dark: bool) -> dict[str, str]:
    """Return the colours of the slots as theme variables `series-0` and so on."""
    colours = _ON_DARK if dark else _ON_LIGHT
    return {f"series-{slot}": colour for slot, colour in enumerate(colours)}


def assign(marked: Iterable[str], before: dict[str, int]) -> dict[str, int]:
    """Return the slot of every marked run: those of `before` keep theirs.

    The first free slot goes to a new one; when all are taken, they are given out again in turn.
    """
    runs = list(marked)
    slots = {run: before[run] for run in runs if run in before}
    for position, run in enumerate(runs):
        if run not in slots:
            free = [slot for slot in range(1, SLOTS) if slot not in slots.values()]
            slots[run] = free[0] if free else 1 + position % (SLOTS - 1)
    return {run: slots[run] for run in runs}
