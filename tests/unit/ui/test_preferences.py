from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui import keys
from mlops_tui.ui.launch_settings import launch_settings, with_preferences
from mlops_tui.ui.preferences import Preferences, preferences_file, read_preferences
from mlops_tui.ui.raster import Symbols


def read(folder: Path, text: str) -> Preferences:
    (folder / "config.toml").write_text(text)
    return read_preferences(folder / "config.toml")


def test_all_that_can_be_set_is_read(tmp_path: Path) -> None:
    text = 'theme = "light"\nmouse = false\nsymbols = "block"\nread_only = true\n'
    found = read(tmp_path, text + '[keys]\nlaunch = "L,f2"\n')
    assert found == Preferences("textual-light", False, Symbols.BLOCK, True, {"launch": "L,f2"})
    assert with_preferences(launch_settings({}, "utf-8"), found).is_read_only


def test_no_file_sets_nothing(tmp_path: Path) -> None:
    assert read_preferences(tmp_path / "config.toml") == Preferences()


def test_every_mistake_is_told_with_its_line_and_the_rest_holds(tmp_path: Path) -> None:
    text = 'teme = "dark"\ntheme = "nrod"\nmouse = "on"\nsymbols = "ascii"\n[keys]\nlaunch = 3\n'
    found = read(tmp_path, text)
    told = [str(problem).removeprefix(f"{tmp_path}/") for problem in found.problems]
    assert [line.split(":")[1] for line in told] == ["1", "2", "3", "6"]
    assert "theme" in told[0]
    assert "nord" in told[1]
    assert "true or false" in told[2]
    assert found.symbols is Symbols.ASCII
    assert found.theme is None


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    assert "config.toml:1" in str(read(tmp_path, "theme = dark\n").problems[0])


def test_the_file_is_where_the_platform_has_them(tmp_path: Path) -> None:
    assert preferences_file({"HOME": "/h"}) == Path("/h/.config/mlops-tui/config.toml")
    assert preferences_file({"XDG_CONFIG_HOME": "/x"}) == Path("/x/mlops-tui/config.toml")
    assert preferences_file({"MLOPS_CONFIG_DIR": "/c"}) == Path("/c/config.toml")


def test_preferences_go_over_what_the_terminal_suggests() -> None:
    remote = launch_settings({"SSH_TTY": "/dev/pts/1"}, "utf-8")
    assert with_preferences(remote, Preferences()) == remote
    assert with_preferences(remote, Preferences(mouse=True)).mouse
    poor = launch_settings({}, "ascii")
    assert with_preferences(poor, Preferences(symbols=Symbols.BRAILLE)).symbols is Symbols.ASCII


def rebound(wanted: dict[str, str]) -> tuple[dict[str, keys.Key], list[str]]:
    table, complaints = keys.rebound(wanted, keys.KEYS)
    return {key.id: key for key in table}, complaints


def test_a_key_gets_another_one_and_says_so() -> None:
    table, complaints = rebound({"launch": "i,f2", "filter": "ctrl+f"})
    assert complaints == []
    assert (table["launch"].keys, table["launch"].display) == ("i,f2", "i f2")
    assert table["filter"].keys == "ctrl+f"
    assert table["stop"].keys == "s"


def test_letters_become_the_names_that_textual_has() -> None:
    table, _ = rebound({"filter": "%"})
    assert (table["filter"].keys, table["filter"].display) == ("percent_sign", "%")


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({"lanch": "n"}, "keys.lanch: nothing is called that, launch?"),
        ({"launch": "ctrl+b"}, "keys.launch: ctrl+b does not arrive in every terminal"),
        ({"launch": "alt+l"}, "keys.launch: alt+l does not arrive in every terminal"),
        ({"launch": "s"}, "keys: s is bound twice"),
        ({"launch": "m"}, "keys: m is bound twice"),
    ],
)
def test_what_would_not_work_is_told_and_changes_nothing(
    wanted: dict[str, str], complaint: str
) -> None:
    table, complaints = keys.rebound(wanted, keys.KEYS)
    assert complaint in complaints
    assert table == keys.KEYS
