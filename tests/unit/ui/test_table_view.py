from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.filters import SortKey
from mlops_tui.ui.table_view import (
    TableView,
    Views,
    load_views,
    record_of,
    save_last,
    save_named,
    view_of,
    views_path,
)

VIEW = TableView(("name", "param.a-b", "best.loss"), True, SortKey("min.loss", True), True)


@pytest.mark.parametrize("view", [TableView(), VIEW, TableView((), False, SortKey("name"))])
def test_a_view_comes_back_from_its_record(view: TableView) -> None:
    assert view_of(record_of(view)) == view


def test_views_are_kept_beside_each_other_for_the_user_alone(tmp_path: Path) -> None:
    path = views_path(tmp_path)
    save_last(path, VIEW)
    save_named(path, "losses", VIEW)
    save_last(path, TableView())
    assert load_views(path) == Views(TableView(), {"losses": VIEW})
    assert path.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in path.parent.iterdir()] == [path.name]
    assert save_named(path, "losses", None) == Views() == load_views(path)


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"views": 3, "last": "x"}', '{"last": {"columns": "abc", "sort": "-"}}'),
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_understood_gives_the_usual_view(tmp_path: Path, text: str) -> None:
    path = tmp_path / "views.json"
    path.write_text(text)
    assert load_views(path) == Views()
