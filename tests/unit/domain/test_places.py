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


def test_a_project_journal_is_named_after_its_host_with_safe_letters_only() -> None:
    path = places.project_journal(Path("/p"), "../evil host")
    assert path == Path("/p/.mlops/journal-..-evil-host.jsonl")
