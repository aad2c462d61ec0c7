from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.engine.batch_claims import LEASE_SECONDS, Looker, held
from tests.process.support import until


def claims(project: Path) -> list[str]:
    return sorted(path.name for path in places.claims_dir(project).iterdir())


def change(path: Path, **facts: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


def test_a_batch_is_claimed_once_while_its_holder_lives(tmp_path: Path) -> None:
    path = Looker().take(tmp_path, "b")
    assert path == places.claims_dir(tmp_path) / "batch-b"
    assert Looker().take(tmp_path, "b") is None
    assert Looker().take(tmp_path, "c") is not None
    assert claims(tmp_path) == ["batch-b", "batch-c"]


def test_who_died_here_is_followed_once(tmp_path: Path) -> None:
    first = Looker().take(tmp_path, "b")
    assert first is not None
    change(first, start="0")
    second = Looker().take(tmp_path, "b")
    assert second is not None
    assert second.name == "batch-b.2"
    assert Looker().take(tmp_path, "b") is None
    change(second, boot="another")
    assert Looker().take(tmp_path, "b") == second.with_name("batch-b.3")


def test_a_process_of_another_container_may_be_alive(tmp_path: Path) -> None:
    first = Looker().take(tmp_path, "b")
    assert first is not None
    change(first, namespace="pid:[1]", start="0")
    assert Looker().take(tmp_path, "b") is None


def test_another_host_is_followed_once_it_was_not_heard_of_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [0.0]
    looker = Looker(lambda: moment[0])
    monkeypatch.setenv("MLOPS_HOST", "other")
    first = looker.take(tmp_path, "b")
    assert first is not None
    monkeypatch.delenv("MLOPS_HOST")
    assert looker.take(tmp_path, "b") is None
    moment[0] = LEASE_SECONDS - 1
    os.utime(first, ns=(1, 1))  # it says that it is there
    assert looker.take(tmp_path, "b") is None
    moment[0] = 2 * LEASE_SECONDS - 2
    assert looker.take(tmp_path, "b") is None
    moment[0] = 2 * LEASE_SECONDS
    assert looker.take(tmp_path, "b") == first.with_name("batch-b.2")


def test_a_claim_that_is_held_is_touched(tmp_path: Path) -> None:
    path = Looker().take(tmp_path, "b")
    assert path is not None
    os.utime(path, ns=(1, 1))
    with held(path, 0.01):
        until(lambda: path.stat().st_mtime_ns > 1)
