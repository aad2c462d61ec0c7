from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mlops_tui.domain import places


def test_the_nearest_project_at_or_above_is_found(tmp_path: Path) -> None:
    (tmp_path / "mlops.toml").touch()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert places.find_project(inner) == Path(os.path.realpath(tmp_path))
    (inner / "mlops.toml").touch()
    assert places.find_project(inner) == Path(os.path.realpath(inner))


def test_the_key_is_the_name_and_the_hash_of_the_real_path(tmp_path: Path) -> None:
    project = tmp_path / "my project"
    project.mkdir()
    link = tmp_path / "link"
    link.symlink_to(project)
    digest = hashlib.sha256(os.fsencode(os.path.realpath(project))).hexdigest()[:12]
    assert places.project_key(project) == places.project_key(link) == f"my-project-{digest}"


@pytest.mark.parametrize("variable", ["MLOPS_CACHE_DIR", "XDG_CACHE_HOME"])
def test_the_cache_goes_where_the_environment_says(tmp_path: Path, variable: str) -> None:
    assert str(places.cache_dir({variable: str(tmp_path)})).startswith(str(tmp_path))


def test_a_relative_base_folder_is_ignored_as_the_standard_asks(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": "relative", "HOME": str(tmp_path)}
    assert places.state_dir(environ).is_relative_to(tmp_path)


def test_a_cache_on_a_network_file_system_moves_to_var_tmp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "file_system_type", lambda path: "nfs4")
    found = places.cache_dir({"HOME": str(tmp_path)})
    assert found.is_relative_to(f"/var/tmp/mlops-tui-{os.getuid()}")


def test_private_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = places.make_private(tmp_path / "a" / "b")
    finally:
        os.umask(old)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_every_folder_that_is_made_is_private(tmp_path: Path) -> None:
    folder = places.make_private(tmp_path / "cache" / "mlops-tui" / "retries" / "p")
    made = [folder, *folder.parents][:4]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700}
    assert tmp_path / "cache" in made


@pytest.mark.parametrize("variable", ["MLOPS_CACHE_DIR", "MLOPS_STATE_DIR"])
def test_a_relative_folder_is_taken_from_where_the_program_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {variable: "here"}
    found = places.cache_dir(environ) if "CACHE" in variable else places.state_dir(environ)
    assert found == tmp_path / "here"
    assert places.from_anywhere({**environ, "A": "b"}) == {"A": "b", variable: str(found)}


def test_without_folders_of_its_own_an_environment_stays_as_it_is() -> None:
    assert places.from_anywhere({"MLOPS_CACHE_DIR": "", "A": "b"}) == {
        "MLOPS_CACHE_DIR": "",
        "A": "b",
    }


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return our folder in a stand-in for `/var/tmp`; nothing is there yet."""
    monkeypatch.setattr(places, "LOCAL_FOR_ALL", str(tmp_path))
    return tmp_path / f"mlops-tui-{os.getuid()}"


def test_our_folder_where_everybody_may_write_is_made_private(shared: Path) -> None:
    old = os.umask(0)
    try:
        places.make_private(shared / "state" / "secrets")
    finally:
        os.umask(old)
    made = [shared, shared / "state", shared / "state" / "secrets"]
    assert [path.stat().st_mode & 0o777 for path in made] == [0o700] * 3


def test_our_folder_where_everybody_may_write_is_refused_if_others_can_reach_it(
    shared: Path,
) -> None:
    shared.mkdir()
    for mode in (0o755, 0o770, 0o701):
        shared.chmod(mode)
        with pytest.raises(PermissionError, match="open to others"):
            places.make_private(shared / "cache")
    assert not list(shared.iterdir())


def test_a_link_in_place_of_our_folder_is_refused(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "trap").mkdir(mode=0o700)
    shared.symlink_to(tmp_path / "trap")
    with pytest.raises(PermissionError, match="no folder of yours"):
        places.make_private(shared / "state")
    assert not list((tmp_path / "trap").iterdir())


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a folder away")
def test_a_folder_of_another_user_in_place_of_ours_is_refused(shared: Path) -> None:
    (shared / "state").mkdir(parents=True, mode=0o700)
    shared.chmod(0o700)
    os.chown(shared, 65534, 65534)
    with pytest.raises(PermissionError, match="no folder of yours"):
        places.make_private(shared / "state")


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        places.make_private(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        places.make_private(tmp_path / "file" / "below")


def test_a_project_journal_is_named_after_its_host_with_safe_letters_only() -> None:
    path = places.project_journal(Path("/p"), "../evil host")
    assert path == Path("/p/.mlops/journal-..-evil-host.jsonl")
