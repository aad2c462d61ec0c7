"""What can be done on a screen right now, found by typing part of its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.dom import DOMNode
from textual.screen import Screen

from mlops_tui.ui import keys


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do: what its key would do, without the key."""

    label: str
    tooltip: str
    display: str
    """The keys, as people write them."""
    action: str
    node: DOMNode
    """Whose action it is."""


def commands_of(screen: Screen[Any], place: str) -> list[Command]:
    """Return what can be done on this screen, of this place, with its focus; once each."""
    by_id = {key.id: key for key in keys.KEYS if key.place != keys.REFUSED}
    found: dict[str, Command] = {}
    for active in screen.active_bindings.values():
        key = by_id.get(active.binding.id or "")
        if key is not None and key.id != "command" and active.enabled:
            found.setdefault(
                key.id, Command(key.label, key.tooltip, key.display, key.action, active.node)
            )
    for key in by_id.values():
        if key.place in keys.SCREENS.get(place, ()) and key.id not in found:
            is_for_all = not key.keys or key.place == keys.OUTSIDE_LIST
            node = _who_can(screen, key) if is_for_all else None
            if node is not None:
                found[key.id] = Command(key.label, key.tooltip, key.display, key.action, node)
    order = list(by_id)
    return [found[id_] for id_ in sorted(found, key=order.index)]


def _who_can(screen: Screen[Any], key: keys.Key) -> DOMNode | None:
    """Return the nearest around the focus that does what has no key."""
    method = f"action_{key.action.partition('(')[0]}"
    around = [*(screen.focused or screen).ancestors_with_self, screen.app]
    return next((node for node in around if hasattr(node, method)), None)


def matching(commands: Iterable[Command], typed: str) -> list[Command]:
    """Return the commands that `typed` may mean, the likeliest first."""
    words = typed.lower().split()
    ranked = [
        (rank, command) for command in commands if (rank := match_rank(command, words)) is not None
    ]
    return [command for _, command in sorted(ranked, key=lambda pair: pair[0])]


def match_rank(command: Command, words: Sequence[str]) -> int | None:
    """Return how far-fetched it is that `words` mean this command; None for not at all."""
    label, tooltip = command.label.lower(), command.tooltip.lower()
    typed = " ".join(words)
    if not words or label.startswith(typed) or command.display.lstrip(":") == typed:
        return 0
    if all(any(part.startswith(word) for part in label.split()) for word in words):
        return 1
    if all(word in label for word in words):
        return 2
    if all(word in label or word in tooltip for word in words):
        return 3
    return 4 if _is_abbreviation("".join(words), label) else None


def _is_abbreviation(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
