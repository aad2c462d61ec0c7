"""What a launch may say of a run beside its parameters: tags to find it by, slots it takes."""

from __future__ import annotations

from collections.abc import Mapping

from mlops_tui.domain.errors import InputError

SWEEP_TAG = "sweep"
"""What the runs of one sweep have in common."""
LONGEST_TAG = 200
MOST_SLOTS = 4096
"""More is a slip of the finger."""


def checked_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return `tags` without blanks around names and values.

    Raises:
        InputError: one is empty, too long or not printable.
    """
    found = {name.strip(): value.strip() for name, value in tags.items()}
    for name, value in found.items():
        if not name or max(len(name), len(value)) > LONGEST_TAG:
            raise InputError(f"{name[:40]!r} cannot be a tag", "write NAME=VALUE, 1 to 200 letters")
        if not (name + value).isprintable():
            raise InputError(f"the tag {name[:40]!r} is not printable", "leave out control letters")
    return found


def read_tags(text: str) -> dict[str, str]:
    """Return the tags of `team=forms, best`; one without `=` has no value.

    Raises:
        InputError: one cannot be a tag.
    """
    pairs = [piece.partition("=") for piece in text.split(",") if piece.strip()]
    return checked_tags({name: value for name, _, value in pairs})


def tags_text(tags: Mapping[str, str]) -> str:
    """Return tags as `read_tags` reads them."""
    return ", ".join(f"{name}={value}" if value else name for name, value in tags.items())


def checked_slots(slots: int) -> int:
    """Return `slots`; more than the host has are shortened to all of it when the run starts.

    Raises:
        InputError: it is less than one, or out of reason.
    """
    if not 1 <= slots <= MOST_SLOTS:
        raise InputError(f"{slots} slots cannot be", f"give a number from 1 to {MOST_SLOTS}")
    return slots
