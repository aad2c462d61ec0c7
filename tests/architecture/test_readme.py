"""README says what is true: its keys are the app's, its commands are the ones that CI runs."""

from __future__ import annotations

import re
from pathlib import Path

from mlops_tui.ui import keys
from mlops_tui.ui.preferences import read_preferences

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_the_one_of_the_app() -> None:
    between = README.split("<!-- keys -->")[1].split("<!-- /keys -->")[0]
    assert between.strip() == keys.markdown_table()


def test_the_settings_it_shows_are_understood(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(theme = .*?)```", README, re.DOTALL)
    file = tmp_path / "config.toml"
    file.write_text(text)
    preferences = read_preferences(file)
    assert preferences.problems == ()
    assert keys.rebound(preferences.keys, keys.KEYS)[1] == []


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).is_file()


def test_one_command_opens_the_samples_and_one_passes_the_tests() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert [("sample_projects" in c, "pytest" in c) for c in commands] == [
        (True, False),
        (False, True),
    ]
