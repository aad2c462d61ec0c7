from __future__ import annotations

import pytest
from textual.binding import Binding

from mlops_tui.ui import key_table, keys


@pytest.mark.parametrize("screen", keys.SCREENS)
@pytest.mark.parametrize("focused", keys.FOCUSED)
def test_no_key_is_bound_twice_on_one_screen(screen: str, focused: str) -> None:
    places = [
        place
        for place in keys.SCREENS[screen]
        if keys.WITH_FOCUS.get(place, place) not in keys.FOCUSED
        or keys.WITH_FOCUS.get(place, place) == focused
    ]
    reachable = [key for place in places for key in keys.of_place(place)]
    allowed = ["enter"] if screen in keys.OWN_ENTER else []  # their tables do something else
    assert [twice for twice in keys.clashes(reachable) if twice not in allowed] == []


@pytest.mark.parametrize("screen", keys.SCREENS)
def test_the_footer_shows_six_keys_at_most(screen: str) -> None:
    shown = [key for place in keys.SCREENS[screen] for key in keys.of_place(place) if key.in_footer]
    always = [key for key in shown if key.id not in key_table.SOMETIMES]
    assert 1 <= len(always) <= keys.FOOTER_MOST


def test_ids_are_unique() -> None:
    ids = [key.id for key in keys.KEYS]
    assert len(ids) == len(set(ids))


def test_no_key_needs_what_tmux_and_screen_take() -> None:
    taken = {"ctrl+a", "ctrl+b", "ctrl+m", "ctrl+j", "ctrl+h", "ctrl+i"}
    for key in keys.KEYS:
        for single in key.keys.split(","):
            assert single or key.shown == f":{key.id}"
            assert single not in taken
            assert "alt+" not in single


def test_every_key_says_what_it_does() -> None:
    assert all(key.label and len(key.tooltip) > 4 for key in keys.KEYS)
    assert all(
        key.place in {place for it in keys.SCREENS.values() for place in it} for key in keys.KEYS
    )


def test_who_only_looks_has_no_key_that_writes() -> None:
    kept = keys.for_looking(keys.KEYS)
    ids = {key.id for key in kept}
    assert ids & keys.WRITING == set()
    assert {key.id for key in keys.KEYS} - ids == keys.WRITING
    refused = next(key for key in kept if key.place == keys.REFUSED)
    assert set(refused.keys.split(",")) >= {"l", "s", "r", "d"}
    everywhere = [key for key in kept if key.place in (keys.EVERYWHERE, keys.REFUSED)]
    assert keys.clashes(everywhere) == []


def test_bindings_are_made_from_the_table() -> None:
    made = [it for it in keys.bindings(keys.VERBS) if isinstance(it, Binding)]
    assert [it.id for it in made] == [key.id for key in keys.of_place(keys.VERBS)]
