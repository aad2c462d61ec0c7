"""The index file may be damaged, foreign or gone at any moment: it is built again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.index import Index
from tests.index.recorder import Recorder, T


@pytest.fixture
def run_id(recorder: Recorder) -> str:
    run_id = recorder.create()
    recorder.write(run_id, *({"t": T, "s": s, "m": {"loss": s}} for s in range(20)))
    with Index.open(recorder.project) as index:
        index.ingest()
    return run_id


def _foreign(path: Path) -> None:
    path.unlink()
    sqlite3.connect(path).executescript("CREATE TABLE other (x); PRAGMA user_version = 1").close()


def _older(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 0")
    connection.close()


def _trashed(path: Path) -> None:
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))


def _without_tables(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE series")
    connection.close()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "zero bytes": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"x" * 10_000),
    "truncated": lambda path: os.truncate(path, 5000),
    "foreign": _foreign,
    "older schema": _older,
    "trashed pages": _trashed,
    "without a table": _without_tables,
    "deleted": lambda path: path.unlink(),
    "folder deleted": lambda path: shutil.rmtree(path.parent),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_costs_a_rebuild_only(recorder: Recorder, run_id: str, damage: str) -> None:
    DAMAGES[damage](places.index_path(recorder.project))
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.runs([run_id])[0].metrics["loss"].count == 20
        assert len(index.series(run_id, "loss").steps) == 20


@pytest.mark.parametrize("damage", ["deleted", "folder deleted", "foreign", "trashed pages"])
def test_damage_below_an_open_index_is_noticed(
    recorder: Recorder, run_id: str, damage: str
) -> None:
    path = places.index_path(recorder.project)
    with Index.open(recorder.project) as index, Index.open(recorder.project) as other:
        assert index.runs([run_id])
        DAMAGES[damage](path)
        for suffix in ("-wal", "-shm"):
            Path(str(path) + suffix).unlink(missing_ok=True)
        assert isinstance(index.run_ids(), list)
        index.ingest()
        other.ingest()
        for each in (index, other):
            assert each.runs([run_id])[0].metrics["loss"].count == 20


def test_a_rebuild_names_all_runs_as_changed(recorder: Recorder, run_id: str) -> None:
    with Index.open(recorder.project) as index:
        assert index.ingest().runs == frozenset()
        places.index_path(recorder.project).unlink()
        changes = index.ingest()
        assert changes.runs == changes.points == {run_id}


def test_file_and_folder_are_private(recorder: Recorder, run_id: str) -> None:
    with Index.open(recorder.project) as index:
        index.ingest()
        path = places.index_path(recorder.project)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_cache_that_cannot_be_written_is_a_storage_error(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MLOPS_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(StorageError, match="cannot be opened"):
        Index.open(recorder.project)
