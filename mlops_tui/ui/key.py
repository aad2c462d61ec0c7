"""One key of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One thing a key does, on one screen or pane."""

    id: str
    keys: str
    """As Textual names them, separated by commas; none for what is found by its name only."""
    action: str
    label: str
    tooltip: str
    place: str
    in_footer: bool = False
    shown: str = ""
    """How the keys are written for people; the keys themselves if empty."""

    @property
    def display(self) -> str:
        """Return the keys as people write them."""
        return self.shown or self.keys.replace(",", " ")
