from __future__ import annotations

from pathlib import Path

from mlops_tui.domain.discover import MOST_CANDIDATES, find_candidates, find_projects


def add_project(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mlops.toml").touch()
    return folder


def test_a_project_is_its_own_workspace(tmp_path: Path) -> None:
    add_project(tmp_path)
    add_project(tmp_path / "inner")
    assert find_projects(tmp_path) == [tmp_path]


def test_projects_are_found_three_folders_down_and_sorted_by_name(tmp_path: Path) -> None:
    for place in ("b", "team/C", "team/x/a", "team/x/y/too-deep"):
        add_project(tmp_path / place)
    assert [path.name for path in find_projects(tmp_path)] == ["a", "b", "C"]


def test_a_project_inside_a_project_is_not_listed(tmp_path: Path) -> None:
    add_project(tmp_path / "a")
    add_project(tmp_path / "a" / "examples")
    assert find_projects(tmp_path) == [tmp_path / "a"]


def test_hidden_folders_and_environments_are_skipped(tmp_path: Path) -> None:
    for place in (".git/a", "node_modules/a", "venv/a", "my-env/a", "x/__pycache__"):
        add_project(tmp_path / place)
    (tmp_path / "my-env" / "pyvenv.cfg").touch()
    assert find_projects(tmp_path) == []


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    add_project(tmp_path / "a" / "b")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "0-other").symlink_to(tmp_path / "a")
    assert find_projects(tmp_path) == [tmp_path / "a" / "b"]


def test_a_link_to_a_project_elsewhere_is_followed(tmp_path: Path) -> None:
    outside = add_project(tmp_path / "outside")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "here").symlink_to(outside)
    assert find_projects(tmp_path / "work") == [tmp_path / "work" / "here"]


def test_a_folder_in_the_place_of_the_file_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "a" / "mlops.toml").mkdir(parents=True)
    assert find_projects(tmp_path) == []


def test_a_workspace_that_is_not_there_has_no_projects(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert find_projects(tmp_path / "nothing") == []
    assert find_projects(tmp_path / "file") == []


def test_folders_that_look_like_projects_are_candidates(tmp_path: Path) -> None:
    add_project(tmp_path / "done")
    for place in ("a/train.py", "b/dvc.yaml", "c/x/MLproject", "d/finetune_llm.sh", "e/main.py"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).touch()
    (tmp_path / "done" / "train.py").touch()
    (tmp_path / "a" / "inner").mkdir()
    (tmp_path / "a" / "inner" / "train.py").touch()
    assert find_candidates(tmp_path) == [
        tmp_path / "a", tmp_path / "b", tmp_path / "d", tmp_path / "c" / "x"
    ]  # fmt: skip
    assert find_candidates(tmp_path / "a") == [tmp_path / "a"]
    assert find_candidates(tmp_path / "done") == []


def test_there_are_not_too_many_candidates(tmp_path: Path) -> None:
    for number in range(MOST_CANDIDATES + 5):
        (tmp_path / f"p{number:02d}").mkdir()
        (tmp_path / f"p{number:02d}" / "train.py").touch()
    assert len(find_candidates(tmp_path)) == MOST_CANDIDATES
