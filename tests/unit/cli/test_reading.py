from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.cli.reading import project_folder
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.places import unfiled_project


def hint(folder: Path) -> str:
    with pytest.raises(InputError) as raised:
        project_folder(folder)
    return raised.value.hint


def test_without_a_project_it_is_said_where_runs_outside_any_are(
    tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "outside" not in hint(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(isolated_home / "my data"))
    (unfiled_project() / ".mlops").mkdir(parents=True)
    assert hint(tmp_path).endswith(f"-C '{isolated_home}/my data/mlops-tui/unfiled'")
    assert project_folder(unfiled_project()) == unfiled_project()
