from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlops_tui.ui.last_place import (
    Place,
    Room,
    first_project,
    load_place,
    place_path,
    save_last_project,
    save_place,
)

PLACE = Place("output", "20261121-000000-000001", "[loss]", Room(55, 15, 85))


def test_a_place_comes_back_and_is_for_the_user_alone(tmp_path: Path) -> None:
    path = place_path(tmp_path)
    save_place(path, PLACE)
    assert load_place(path) == PLACE
    assert path.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{", "[" * 100_000, "\x00", '{"pane": "cellar", "run": 3}'),
        '{"pane": ["runs"], "room": [1], "metric": ""}',
        '{"room": {"runs": "40", "charts": true, "facts": 1.5}}',
        json.dumps({"run": "x" * 5000}),
    ],
)
def test_nonsense_is_the_place_one_begins_at(tmp_path: Path, text: str) -> None:
    path = tmp_path / "place.json"
    path.write_text(text)
    assert load_place(path) == Place()
    save_place(path, PLACE)
    assert load_place(path) == PLACE


def test_shares_stay_within_what_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "place.json"
    path.write_text('{"room": {"runs": -4, "charts": 100000, "facts": 60}}')
    assert load_place(path).room == Room(15, 85, 60)


def test_two_apps_at_once_leave_a_whole_place(tmp_path: Path) -> None:
    path = tmp_path / "place.json"
    both = [Place(run=name * 500) for name in "ab"]
    with ThreadPoolExecutor(2) as pool:
        for place in both * 50:
            pool.submit(save_place, path, place)
    assert load_place(path) in both


def test_room_moves_by_a_step_and_stops_at_both_ends() -> None:
    assert Room().with_more("runs", 1) == Room(runs=45)
    assert Room().with_more("charts", -2) == Room(charts=50)
    assert Room().with_more("output", 1) == Room(facts=35)
    assert Room().with_more("facts", 100) == Room(facts=85)
    assert Room().with_more("output", 100) == Room(facts=15)


def test_the_app_begins_in_the_project_it_was_left_in(tmp_path: Path) -> None:
    work, project = tmp_path / "work", tmp_path / "work" / "digits"
    project.mkdir(parents=True)
    save_last_project(work, project)
    assert first_project(work) is None
    (project / "mlops.toml").touch()
    assert first_project(work) == project
    assert first_project(tmp_path) is None
    assert first_project(project) == project
    save_last_project(work, None)
    assert first_project(work) is None


@pytest.mark.parametrize("name", ["relative", "/x\0y", "", 3, None, ["/"]])
def test_a_project_that_is_none_is_not_begun_in(tmp_path: Path, name: object) -> None:
    save_last_project(tmp_path, None)
    (file,) = place_path(tmp_path).parent.parent.glob("workspaces/*")
    file.write_text(json.dumps({"project": name}))
    assert first_project(tmp_path) is None
