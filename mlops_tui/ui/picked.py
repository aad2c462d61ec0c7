"""Which runs a person picked out: marked for a while, pinned for good; and its way to the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.ui import palette
from mlops_tui.ui.kept import load_record, save_record

MOST_PINS = 20
"""More at the top would leave no room for the list below them."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Ids of runs in the order in which they were picked, each with the slot of its colour."""

    marked: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    slots: Mapping[str, int] = field(default_factory=dict)
    """The pinned ones first; those stay before the others in charts too."""

    def with_other(
        self, marked: Iterable[str] | None = None, pinned: Iterable[str] | None = None
    ) -> Picked:
        """Return it with other runs; whoever was picked out before keeps the colour."""
        marked = self.marked if marked is None else tuple(marked)
        pinned = self.pinned if pinned is None else tuple(pinned)
        both = dict.fromkeys((*pinned, *marked))
        return Picked(marked, pinned, palette.assign(both, dict(self.slots)))

    def pins_first(self, ids: Sequence[str]) -> list[str]:
        """Return the ids with the pinned ones before all others, each part in its order."""
        if not self.pinned:
            return list(ids)
        pinned = frozenset(self.pinned)
        return [it for it in ids if it in pinned] + [it for it in ids if it not in pinned]


def toggled(before: Sequence[str], ids: Sequence[str]) -> tuple[str, ...]:
    """Return `before` without `ids` where it has all of them, else with them."""
    if set(ids) <= set(before):
        return tuple(it for it in before if it not in ids)
    return tuple(dict.fromkeys((*before, *ids)))


def pins_path(project: Path) -> Path:
    """Return the file that keeps the pinned runs of a project for this user."""
    return places.state_dir() / "pins" / f"{places.project_key(project)}.json"


def load_pins(path: Path) -> tuple[str, ...]:
    """Return the ids in a file; what is not understood is not there."""
    pinned = load_record(path).get("pinned")
    ids = [it for it in pinned if isinstance(it, str)] if isinstance(pinned, list) else []
    return tuple(dict.fromkeys(ids))[:MOST_PINS]


def save_pins(path: Path, pinned: Sequence[str]) -> None:
    """Remember the pinned runs.

    Raises:
        OSError: the file cannot be written.
    """
    save_record(path, {"pinned": list(pinned)})
