"""What is made from the one table of keys: bindings, footer, help and the page of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlops_tui.domain.text import nearest
from mlops_tui.ui import key_table
from mlops_tui.ui.key_table import *  # noqa: F403 - who has keys needs their table too

if TYPE_CHECKING:
    from textual.binding import BindingType

KEYS = key_table.KEYS
FOOTER_MOST = 6
NEVER_BOUND = frozenset(
    {
        *("ctrl+a", "ctrl+b", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+i"),
        *("ctrl+enter", "shift+enter"),
    }
)
"""What tmux and screen take for themselves, what is another key too, what few terminals send."""


def of_place(place: str) -> list[key_table.Key]:
    """Return the keys of one place, in the order of the table."""
    return [key for key in KEYS if key.place == place]


def bindings(*places: str, before_focus: bool = False) -> list[BindingType]:
    """Return Textual's bindings for the keys of `places`.

    Args:
        places: Whose keys.
        before_focus: Let them win over what has the focus, such as a field to type in.
    """
    from textual.binding import Binding

    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.in_footer,
            key_display=key.shown or None,
            tooltip=key.tooltip,
            id=key.id,
            priority=before_focus,
        )
        for place in places
        for key in of_place(place)
        if key.keys
    ]


def help_keys(screen: str) -> list[key_table.Key]:
    """Return the keys that the help of `screen` shows."""
    places = key_table.SCREENS[screen]
    keys = [key for place in places for key in of_place(place)]
    if screen in key_table.OWN_ENTER:
        keys = [key for key in keys if key.id != "open-run"]
    if screen in key_table.NO_SIDEWAYS:
        keys = [key for key in keys if key.id not in ("columns-left", "columns-right")]
    return keys


def clashes(keys: Iterable[key_table.Key]) -> list[str]:
    """Return the single keys that are bound twice among `keys`."""
    seen: set[str] = set()
    twice = []
    for key in keys:
        for single in _singles(key):
            if single in seen:
                twice.append(single)
            seen.add(single)
    return twice


def rebound(
    wanted: Mapping[str, str], keys: Sequence[key_table.Key]
) -> tuple[tuple[key_table.Key, ...], list[str]]:
    """Return `keys` with those of `wanted` in place of their own, and what could not be done.

    A key that terminals do not send, or that would do two things at once, leaves all as it was.

    Args:
        wanted: Keys by the id of what they are to do: names or letters, separated by commas.
        keys: The table to begin with.
    """
    complaints = []
    known = {key.id: key for key in keys}
    for id_, text in wanted.items():
        if id_ not in known:
            near = nearest(id_, list(known))
            complaints.append(f"keys.{id_}: nothing is called that" + f", {near}?" * bool(near))
        complaints += [
            f"keys.{id_}: {single} does not arrive in every terminal"
            for single in text.split(",")
            if single in NEVER_BOUND or single.startswith("alt+")
        ]
    if complaints:
        return tuple(keys), complaints
    changed = tuple(
        replace(key, keys=_named(wanted[key.id]), shown=wanted[key.id].replace(",", " "))
        if key.id in wanted
        else key
        for key in keys
    )
    return (tuple(keys), twice) if (twice := double_bindings(changed)) else (changed, [])


def for_looking(keys: Sequence[key_table.Key]) -> tuple[key_table.Key, ...]:
    """Return `keys` without those that write; what these did is told to be refused instead."""
    gone = [key for key in keys if key.id in key_table.WRITING]
    kept = [key for key in keys if key not in gone]
    everywhere = {it for key in kept if key.place == key_table.EVERYWHERE for it in _singles(key)}
    refused = {it for key in gone for it in _singles(key)} - everywhere
    words = "Not here: nothing is started, stopped or written"
    place = key_table.REFUSED
    return (
        *kept,
        key_table.Key("refused", ",".join(sorted(refused)), "refuse", "Read-only", words, place),
    )


def _singles(key: key_table.Key) -> list[str]:
    return key.keys.split(",") if key.keys else []


def _named(text: str) -> str:
    """Return keys by the names that Textual has for them."""
    from textual.keys import _character_to_key

    singles = [single.strip() for single in text.split(",")]
    return ",".join(_character_to_key(it) if len(it) == 1 else it for it in singles)


def double_bindings(keys: Sequence[key_table.Key]) -> list[str]:
    """Return in words which keys do two things where both can be reached."""
    found = []
    for screen, places in key_table.SCREENS.items():
        for focused in key_table.FOCUSED:
            reachable = [
                key
                for place in places
                if (home := key_table.WITH_FOCUS.get(place, place)) not in key_table.FOCUSED
                or home == focused
                for key in keys
                if key.place == place
                and (screen not in key_table.OWN_ENTER or key.id != "open-run")
            ]
            found += [f"keys: {twice} is bound twice" for twice in clashes(reachable)]
    return list(dict.fromkeys(found))


def use(keys: tuple[key_table.Key, ...]) -> None:
    """Make this the table of keys; before anything that has bindings is loaded."""
    global KEYS
    KEYS = keys


def markdown_table() -> str:
    """Return the table of keys for README: the keys that do something with runs and panes."""
    shown = [
        key
        for place in dict.fromkeys(
            (
                *key_table.SCREENS[key_table.PROJECTS][:1],
                *key_table.SCREENS[key_table.PROJECT][:-1],
                *(key_table.JOBS, key_table.EVERYWHERE),
            )
        )
        for key in of_place(place)
        if place != key_table.FACTS
    ]
    rows = [
        f"| {key_table.HEADINGS[key.place]} | `{key.display}` | {key.tooltip} | {key.id} |"
        for key in shown
    ]
    return "\n".join(["| where | key | does | name |", "| --- | --- | --- | --- |", *rows])
