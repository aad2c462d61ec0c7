"""The index file may be damaged, foreign or gone at any moment: it is built again."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def test_what_is_wrong_with_the_file_is_told_and_not_mended(
    recorder: Recorder, run_id: str
) -> None:
    with Index.open(recorder.project) as index:
        index.ingest()
        assert index.problems() == []
        with sqlite3.connect(places.index_path(recorder.project)) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(
                "UPDATE sqlite_schema SET sql = replace(sql, ' note TEXT', ' note TEXT NOT NULL')"
            )
        connection.close()
    with Index.open(recorder.project) as index:
        path = places.index_path(recorder.project)
        assert index.problems() == [f"{path}: NULL value in runs.note"] == index.problems()


class WithoutSharedMemory(sqlite3.Connection):
    """A connection on a file system where WAL fails with an error rather than by staying off."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if "journal_mode = WAL" in sql:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *parameters)


def _refuse_quietly(path: Path, **options: Any) -> sqlite3.Connection:
    # this VFS of SQLite has no shared memory: it answers `delete` when it is asked for WAL
    return sqlite3.Connection(f"{path.as_uri()}?vfs=unix-dotfile", uri=True, **options)


def _refuse_with_an_error(path: Path, **options: Any) -> sqlite3.Connection:
    return WithoutSharedMemory(path, **options)


@pytest.mark.parametrize("connect", [_refuse_quietly, _refuse_with_an_error])
def test_without_wal_the_index_does_all_the_same(
    recorder: Recorder, connect: Callable[..., sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", connect)
    run_id = recorder.create()
    with Index.open(recorder.project) as index, Index.open(recorder.project) as other:
        for step in range(3):
            recorder.write(run_id, {"t": T, "s": step, "m": {"loss": step}})
            assert index.ingest().points == other.ingest().points == {run_id}
            assert other.runs([run_id])[0].metrics["loss"].count == step + 1
        places.index_path(recorder.project).write_bytes(b"x" * 10_000)
        assert list(index.series(run_id, "loss").values) == [0.0, 1.0, 2.0]
        assert other.run_ids() == [run_id]
    with contextlib.closing(sqlite3.Connection(places.index_path(recorder.project))) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


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
