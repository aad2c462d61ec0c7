from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.replayed import Episode, episodes, levels
from mlops_tui.domain.verdicts import Level, Verdict, level

OF_LETTERS = {"o": Verdict.OK, "d": Verdict.DRIFT, "t": Verdict.TOO_LITTLE_DATA, "x": None}


def of(letters: str, alarm_after: int = 2, of_last: int = 3) -> str:
    found = levels([OF_LETTERS[letter] for letter in letters], alarm_after, of_last)
    return "".join(one.value[0] for one in found)


def test_the_level_is_that_of_each_window_when_it_was_the_newest() -> None:
    assert of("ododdto") == "qwqaaaq"
    assert of("dxtd") == "wwwa"
    assert of("dod", 1, 1) == "aqa"
    assert of("") == ""


def test_an_alert_is_raised_gets_worse_and_ends() -> None:
    found = levels([OF_LETTERS[it] for it in "odxodddoood"], 2, 3)
    assert episodes(found) == [Episode(1, None, 3), Episode(4, 4, 7), Episode(10, None, None)]
    assert episodes([]) == []
    assert episodes([Level.QUIET]) == []


@given(st.text("odtx", max_size=30), st.integers(1, 4), st.integers(0, 4))
def test_levels_are_those_of_all_windows_until_then(letters: str, after: int, more: int) -> None:
    verdicts = [OF_LETTERS[letter] for letter in letters]
    found = levels(verdicts, after, after + more)
    for at, one in enumerate(found):
        known = [it for it in verdicts[: at + 1] if it is not None]
        assert one is level(known, after, after + more)
