"""An index that is open: asked as of one moment, built again where its file is damaged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mlops_tui.domain.errors import StorageError
from mlops_tui.index.fields import Fields
from mlops_tui.index.ingest import Ingester
from mlops_tui.index.store import Store, is_damaged, is_moved
from mlops_tui.index.usage import UsageReader

if TYPE_CHECKING:
    from typing import Self

_Answer = TypeVar("_Answer")


class OpenIndex:
    """Holds the file, for one thread; any number of threads and processes may hold one each."""

    def __init__(
        self, project: Path, on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.project = Path(os.path.abspath(project))
        self._store = Store(self.project)
        self._fields = Fields()
        self._ingester = Ingester(self._store, self.project, on_progress)
        self._usage = UsageReader()

    def close(self) -> None:
        """Let go of the file; a second call does nothing."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _ask(self, question: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Return the answer to a question as of one moment."""

        def ask() -> _Answer:
            self._ingester.fill_again()
            connection = self._store.connection
            connection.execute("BEGIN")
            try:
                return question(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

        return self._guarded(ask)

    def _guarded(self, work: Callable[[], _Answer]) -> _Answer:
        """Return what `work` returns, tried once more after a rebuild where the file is damaged."""
        try:
            self._store.refresh()
            try:
                return work()
            except sqlite3.DatabaseError as error:
                if is_damaged(error):
                    self._store.rebuild()
                elif is_moved(error):
                    self._store.reopen()
                else:
                    raise
            return work()
        except (sqlite3.DatabaseError, OSError) as error:
            raise StorageError(
                f"the index at {self._store.path} cannot be used: {error}",
                "is the disk full? The index may be deleted at any time",
            ) from error
