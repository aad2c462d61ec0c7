"""Reading journals into the tables, each line exactly once, from any number of processes."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from mlops_tui.domain import ids, places
from mlops_tui.index.alert_marks import changed_alerts, mark_alerts
from mlops_tui.index.apply import apply_news
from mlops_tui.index.facts import apply_project_lines, run_number
from mlops_tui.index.files import file_number, move, stored_position
from mlops_tui.index.gather import (
    CHUNK_BYTES,
    Piece,
    RunNews,
    RunRow,
    event_files,
    gather,
    positions,
    reason_of,
)
from mlops_tui.index.store import Store
from mlops_tui.index.values import Changes
from mlops_tui.journal.tail import Position, read_chunk

SETTLE_SECONDS = 30.0
"""So long after its end late lines of a run are still looked for at every ingest."""
SWEEP_SECONDS = 30.0
"""Between two looks for run folders that no journal names."""
_RUNS_A_TRANSACTION = 64
_GREATEST_ROW = 2**63 - 1
_SIZE_CHECK_SECONDS = 0.001
"""Spent at each ingest on looking whether files of settled runs grew after all."""
_TOPIC = "topic:"
_PROGRESS_BYTES = 1 << 20
"""Reading less than this is over before anybody could look at a bar."""


class JournalRestartedError(Exception):
    """A project journal was replaced: what came from it cannot be told apart, all is read again."""


class Ingester:
    """Reads what is new into the index of one project; one thread."""

    def __init__(self, store: Store, project: Path, on_progress: Callable[[int, int], None] | None):
        self._store = store
        self._project = project
        self._on_progress = on_progress
        self._total_bytes = 0
        self._done_bytes = 0
        self._start_over()
        self._seen_version = self._version()

    def ingest(self, budget_seconds: float | None) -> Changes:
        """Read until nothing is left, or until the budget is spent; return what is new."""
        if self._generation != self._store.generation:
            self._start_over()
        deadline = time.monotonic() + budget_seconds if budget_seconds is not None else None
        try:
            more = self._read_journals(deadline)
        except JournalRestartedError:
            self._store.rebuild()
            self._start_over()
            more = self._read_journals(deadline)
        self._find_folders()
        more = self._read_runs(deadline) or more
        self._check_sizes()
        return self._changes(more)

    def fill_again(self) -> None:
        """Read everything where the file was replaced; the next `ingest` tells of it."""
        if self._generation != self._store.generation:
            self.ingest(None)
            self._seen_version = 0

    def _start_over(self) -> None:
        self._generation = self._store.generation
        self._seen_version = 0
        self._next_sweep = 0.0
        self._is_measured = False
        self._check_below: int | None = None
        self._next_size_check = 0.0
        self._unreadable: dict[str, str] = {}

    def _version(self) -> int:
        query = "SELECT value FROM meta WHERE key = 'version'"
        return int(self._store.connection.execute(query).fetchone()[0])

    def _changes(self, more: bool) -> Changes:
        """Return what changed since the last call, whichever process wrote it."""
        version = self._version()
        if version == self._seen_version:
            return Changes(frozenset(), frozenset(), more, dict(self._unreadable))
        rows = self._store.connection.execute(
            "SELECT id, points_version > ?, version FROM runs WHERE version > ?",
            (self._seen_version, self._seen_version),
        ).fetchall()
        alerts = changed_alerts(self._store.connection, self._seen_version)
        topics = read_topics(self._store.connection, self._seen_version)
        self._seen_version = max([version, *(row[2] for row in rows), *alerts.values()])
        points = frozenset(row[0] for row in rows if row[1])
        changed = frozenset(row[0] for row in rows)
        unreadable = dict(self._unreadable)
        return Changes(changed, points, more, unreadable, frozenset(alerts), topics)

    def _read_journals(self, deadline: float | None) -> bool:
        """Read the project's journals of all hosts; return whether more is left."""
        for path in self._journals():
            name = path.name
            while True:
                known = positions(self._store.connection, 0)
                before, size_then = known.get(name, (Position(), 0))
                try:
                    stat = os.stat(path)
                    if stat.st_size == size_then and stat.st_ino == before.inode:
                        break
                    chunk = read_chunk(path, before, CHUNK_BYTES)
                except OSError as error:
                    self._unreadable[name] = reason_of(error)
                    break
                self._unreadable.pop(name, None)
                if chunk.restarted:
                    raise JournalRestartedError
                is_first = self._write_journal(Piece(name, before, chunk, stat.st_size))
                if is_first and not chunk.has_more:
                    break
                if _is_past(deadline):
                    return True
        return False

    def _journals(self) -> list[Path]:
        try:
            with os.scandir(places.project_dot(self._project)) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            return []
        folder = places.project_dot(self._project)
        chosen = [n for n in names if n.startswith("journal-") and n.endswith(".jsonl")]
        return [folder / name for name in sorted(chosen)]

    def _write_journal(self, piece: Piece) -> bool:
        """Write what was read; return False where another process was first, maybe with less."""
        with self._store.write() as connection:
            if stored_position(connection, 0, piece.name) != piece.before:
                return False
            touched = apply_project_lines(connection, piece.chunk.data)
            move(connection, file_number(connection, 0, piece.name), piece)
            mark(connection, touched.runs, (), touched.causes, touched.topics)
        return True

    def _find_folders(self) -> None:
        """Add the runs whose folders no journal names."""
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + SWEEP_SECONDS
        try:
            with os.scandir(places.runs_dir(self._project)) as entries:
                names = {entry.name for entry in entries if ids.is_run_id(entry.name)}
        except OSError:
            return
        names.difference_update(
            row[0] for row in self._store.connection.execute("SELECT id FROM runs")
        )
        if names:
            with self._store.write() as connection:
                for name in sorted(names):
                    run_number(connection, name)

    def _read_runs(self, deadline: float | None) -> bool:
        """Read the files of runs that are not settled: the live ones first, then the newest."""
        queue = deque(self._unsettled())
        self._measure(queue)
        waiting: list[RunNews] = []
        while queue:
            run = queue.popleft()
            folder = places.run_dir(self._project, run.id)
            news = gather(folder, run, positions(self._store.connection, run.num))
            self._keep_unreadable(news)
            if news.matters:
                waiting.append(news)
            if not news.is_at_end or _is_enough(waiting):
                queue.extend(self._write(waiting))
                waiting = []
                if not news.is_at_end:
                    queue.appendleft(run._replace(known=True))
                if queue and _is_past(deadline):
                    return True
            if waiting and not queue:
                queue.extend(self._write(waiting))
                waiting = []
        return False

    def _keep_unreadable(self, news: RunNews) -> None:
        below = f"runs/{news.run.id}/"
        if self._unreadable:
            kept = self._unreadable.items()
            self._unreadable = {name: why for name, why in kept if not name.startswith(below)}
        self._unreadable |= {below + name: why for name, why in news.unreadable.items()}

    def _unsettled(self) -> list[RunRow]:
        rows = self._store.connection.execute(
            "SELECT num, id, known, end_source > 0 AND NOT abs(ifnull(ended, 0) - ?) < ? AS old"
            " FROM runs WHERE settled = 0 AND purged = 0 ORDER BY old, num DESC",
            (time.time(), SETTLE_SECONDS),
        ).fetchall()
        return [RunRow(num, run_id, bool(known), bool(old)) for num, run_id, known, old in rows]

    def _write(self, batch: list[RunNews]) -> list[RunRow]:
        """Write what was read in one transaction; return the runs to read again."""
        again: list[RunRow] = []
        facts: set[int] = set()
        points: set[int] = set()
        with self._store.write() as connection:
            for news in batch:
                is_applied = apply_news(connection, news)
                if not is_applied:
                    again.append(news.run)
                if news.has_facts or not is_applied:
                    facts.add(news.run.num)
                if news.has_lines:
                    points.add(news.run.num)
            mark(connection, facts, points)
        self._report(sum(news.size_bytes for news in batch))
        return again

    def _measure(self, runs: Iterable[RunRow]) -> None:
        """Find out how much there is to read, where somebody wants to know."""
        if self._on_progress is None or self._is_measured:
            return
        self._is_measured = True
        for run in runs:
            known = positions(self._store.connection, run.num)
            for name, size, _ in event_files(places.run_dir(self._project, run.id)):
                before = known[name][0].offset if name in known else 0
                self._total_bytes += max(0, size - before)

    def _report(self, size_bytes: int) -> None:
        if self._on_progress is not None and self._total_bytes >= _PROGRESS_BYTES:
            self._done_bytes = min(self._done_bytes + size_bytes, self._total_bytes)
            self._on_progress(self._done_bytes, self._total_bytes)
            if self._done_bytes == self._total_bytes:
                self._total_bytes = 0

    def _check_sizes(self) -> None:
        """Look for a moment whether files of settled runs grew: a late writer is not lost."""
        now = time.monotonic()
        if self._check_below is None:
            if now < self._next_size_check:
                return
            self._next_size_check = now + SWEEP_SECONDS
            self._check_below = _GREATEST_ROW
        grown: list[tuple[int]] = []
        while self._check_below is not None and time.monotonic() < now + _SIZE_CHECK_SECONDS:
            rows = self._store.connection.execute(
                "SELECT num, id FROM runs WHERE settled = 1 AND purged = 0 AND num < ?"
                " ORDER BY num DESC LIMIT 10",
                (self._check_below,),
            ).fetchall()
            grown += [(num,) for num, run_id in rows if self._has_grown(num, run_id)]
            self._check_below = rows[-1][0] if rows else None
        if grown:
            with self._store.write() as connection:
                connection.executemany("UPDATE runs SET settled = 0 WHERE num = ?", grown)

    def _has_grown(self, run: int, run_id: str) -> bool:
        known = positions(self._store.connection, run)
        folder = places.run_dir(self._project, run_id)
        return any(
            size != (known[name][1] if name in known else 0)
            for name, size, _ in event_files(folder)
        )


def mark(
    connection: sqlite3.Connection,
    runs: Iterable[int],
    points: Iterable[int],
    causes: Iterable[str] = (),
    topics: Iterable[str] = (),
) -> None:
    """Stamp what changed, so that every process gets to know at its next ingest."""
    runs, points, causes, topics = set(runs), set(points), set(causes), set(topics)
    if not runs | points and not causes | topics:
        return
    version = connection.execute(
        "UPDATE meta SET value = value + 1 WHERE key = 'version' RETURNING value"
    ).fetchone()[0]
    connection.executemany(
        "UPDATE runs SET version = ?, points_version = iif(?, ?, points_version) WHERE num = ?",
        [(version, run in points, version, run) for run in runs | points],
    )
    mark_alerts(connection, causes, version)
    connection.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)",
        [(_TOPIC + topic, version) for topic in topics],
    )


def read_topics(connection: sqlite3.Connection, since: int) -> frozenset[str]:
    """Return what beside runs changed after a version of the index."""
    rows = connection.execute(
        "SELECT substr(key, ?) FROM meta WHERE key LIKE ? AND value > ?",
        (len(_TOPIC) + 1, _TOPIC + "%", since),
    )
    return frozenset(row[0] for row in rows)


def _is_enough(batch: list[RunNews]) -> bool:
    return (
        len(batch) >= _RUNS_A_TRANSACTION or sum(news.size_bytes for news in batch) >= CHUNK_BYTES
    )


def _is_past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline
