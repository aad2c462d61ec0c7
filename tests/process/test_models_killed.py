from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.engine.actions_aliases import Reasons, move_alias
from mlops_tui.engine.actions_models import register_file
from mlops_tui.index import Index

OLD_VERSIONS, OLD_MOVES = [2, 1], [[1, 1]]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    project = tmp_path / "template"
    project.mkdir()
    (project / "mlops.toml").write_text("[models.cancer.gate]\nsize_max_mb = 1\n")
    with Index.open(project) as index:
        for number in (1, 2):
            (project / "m.joblib").write_bytes(b"model %d" % number)
            register_file(project, index, "cancer", project / "m.joblib")
        move_alias(project, index, "cancer:1", "champion", Reasons("the first"))
    (project / "new.joblib").write_bytes(b"new" * 1000)
    return project


def killed_at_every_step(template: Path, folder: Path, act: str) -> list[dict[str, Any]]:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.process.killing", str(template), str(folder), act],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) > 10
    return told


def afterwards(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what was there once the act was done again, after some of the steps."""
    found = [it["after"] for it in told if it["after"] is not None]
    assert len(found) > 2
    return found


def test_a_registration_killed_at_any_step_is_whole_or_never_was(
    template: Path, tmp_path: Path
) -> None:
    told = killed_at_every_step(template, tmp_path / "killed", "register")
    seen = [it["state"]["versions"] for it in told]
    assert [it for it in seen if it not in (OLD_VERSIONS, [3, 2, 1])] == []
    assert seen[0] == OLD_VERSIONS
    assert seen[-1] == seen[-2] == [3, 2, 1]  # a claim is told of by whoever looks
    for it in told:
        assert it["state"]["problems"] == []
        assert (it["state"]["champion"], it["state"]["moves"]) == (1, OLD_MOVES)
    for after in afterwards(told):
        assert (after["versions"], after["problems"]) == ([3, 2, 1], [])  # equal files: one version


@pytest.mark.parametrize("act", ["alias", "promote"])
def test_a_move_killed_at_any_step_was_made_or_was_not(
    template: Path, tmp_path: Path, act: str
) -> None:
    told = killed_at_every_step(template, tmp_path / "killed", act)
    seen = [(it["state"]["champion"], it["state"]["moves"]) for it in told]
    assert [it for it in seen if it not in ((1, OLD_MOVES), (2, [*OLD_MOVES, [2, 2]]))] == []
    assert seen[0] == (1, OLD_MOVES)
    assert seen[-1] == seen[-2] == (2, [*OLD_MOVES, [2, 2]])
    for it in told:
        assert it["state"]["versions"] == OLD_VERSIONS
    assert all(after["moves"] == [*OLD_MOVES, [2, 2]] for after in afterwards(told))


def test_a_rollback_killed_at_any_step_was_made_or_was_not(template: Path, tmp_path: Path) -> None:
    with Index.open(template) as index:
        index.ingest()
        move_alias(template, index, "cancer:2", "champion", Reasons("better"))
    told = killed_at_every_step(template, tmp_path / "killed", "rollback")
    old, new = [*OLD_MOVES, [2, 2]], [*OLD_MOVES, [2, 2], [3, 1]]
    seen = [(it["state"]["champion"], it["state"]["moves"]) for it in told]
    assert [it for it in seen if it not in ((2, old), (1, new))] == []
    assert seen[0] == (2, old)
    assert seen[-1] == seen[-2] == (1, new)
    assert all(after["moves"] == new for after in afterwards(told))
