"""Tasks about live data: which batches wait, judging and recording one, all of history again.

A worker that stays holds the reference and the index between two batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import MlopsTuiError, StorageError
from mlops_tui.domain.monitoring import Against, BatchFacts, Watched
from mlops_tui.domain.project import Project
from mlops_tui.engine.batch_claims import Looker, held
from mlops_tui.engine.batch_records import (
    batch_id,
    cells_of,
    failed_id,
    record_failure,
    record_report,
    repeat_report,
)
from mlops_tui.engine.live_keys import LiveFile, live_files, look_at
from mlops_tui.engine.monitored import live_path, monitored_project, require_watched, shapes_file
from mlops_tui.engine.tasks.comparing import Data
from mlops_tui.engine.tasks.judging import Bench
from mlops_tui.engine.tasks.late_truth import LateTruth, read_truth
from mlops_tui.engine.tasks.pieces import Cutting, Loaded, Piece, cut_pieces
from mlops_tui.engine.tasks.shapes import Shapes
from mlops_tui.engine.worker import Progress
from mlops_tui.index import Index

_SIZES = 20
_EARLIER = 5
"""So many batches before are tried for one that can be compared with."""


@dataclass
class _Held:
    """What a worker that stays keeps from one batch to the next."""

    index: Index | None = None
    bench: Bench | None = None
    pieces: dict[str, Piece] = field(default_factory=dict)
    """Of the dataset of the bench, as they were cut last; empty where each file is a batch."""
    looker: Looker = field(default_factory=Looker)
    truth: LateTruth | None = None
    """Of the dataset of the bench, as it was read last."""


_HELD = _Held()


def cut(progress: Progress, project: str, dataset: str, now: float) -> dict[str, object]:
    """Return what waits to be judged of a dataset.

    Returns:
        `keys`: of the batches, oldest first; `broken`: pairs of a file's key and what is wrong
        with it; `due`: when the clock completes the next window, Unix seconds, or None.

    Raises:
        MlopsTuiError: the project file is wrong, or there are too many files.
    """
    described = monitored_project(Path(project))
    watched = require_watched(described, dataset)
    found = _cutting(described, watched, now)
    index = _index(described.path)
    files = [(file.key, file.size, file.mtime_ns) for file, _ in found.broken]
    known = index.known_files(dataset, files)
    return {
        "keys": _unjudged(index, watched, found.pieces),
        "broken": [[file.key, words] for file, words in found.broken if file.key not in known],
        "due": found.due,
    }


def judge(
    progress: Progress, project: str, dataset: str, key: str, now: float, error: str | None = None
) -> dict[str, Any]:
    """Judge a batch, unless that was done anywhere before, and record what came of it.

    Args:
        progress: not told.
        project: the project's folder.
        dataset: the live one.
        key: the batch; a file where each file is one.
        now: Unix seconds.
        error: why it cannot be judged, where that is known; it is recorded only.

    Returns:
        `state`: `judged`, `known` (it was before), or `held` (another process is at it); `batch`:
        its id; `verdict` and `error`: what was recorded, None where nothing was.

    Raises:
        MlopsTuiError: the project file or the reference is wrong, or the disk failed.
    """
    bench = _bench(Path(project), dataset)
    folder, watched = bench.project.path, bench.watched
    index = _index(folder)
    piece = _piece(bench, key, now)
    try:
        if error is not None:
            return _failed(bench, index, piece, error)
        loaded = bench.load(piece)
    except StorageError:
        raise
    except MlopsTuiError as found:
        return _failed(bench, index, piece, found.message)
    known = index.batch(loaded.id)
    if known is not None:
        if not index.newest_batches([known.id]):
            repeat_report(folder, watched, known)
        return _told("known", loaded.id)

    def work() -> Mapping[str, Any]:
        at = bench.moment(piece, loaded)
        sizes = index.batch_sizes(dataset, at)
        try:
            report = bench.judge(piece, loaded, now, _previous(bench, index, at), sizes)
        except StorageError:
            raise
        except MlopsTuiError as found:
            file = _only_file(piece)
            return record_failure(folder, watched, key, file, found.message, loaded.id)
        return record_report(folder, watched, report)

    return _claimed(folder, index, loaded.id, work)


def late(
    progress: Progress, project: str, dataset: str, batches: list[str], now: float
) -> list[dict[str, Any]]:
    """Judge the model on batches whose truth is known by now, and record what is new.

    Args are those of `judge`, but for `batches`: their ids.

    Returns:
        What became of each: `batch`, `key`, and `state`: `performed`, `known` (by that truth it was
        judged before), `unlabelled`, `held` (another process is at it), `gone` (there is other
        content by now), or `failed`; `verdict`, `n_labelled` and `error` with it.

    Raises:
        MlopsTuiError: the labels or the reference cannot be read, or the disk failed.
    """
    bench = _bench(Path(project), dataset)
    index = _index(bench.project.path)
    if _HELD.truth is None or not _HELD.truth.is_current:
        _HELD.truth = read_truth(bench)
    cut_as = bench.watched.monitor.cut
    if cut_as.rows is not None or cut_as.seconds is not None:
        _cutting(bench.project, bench.watched, now)
    told = []
    for number, name in enumerate(batches):
        progress(number, len(batches))
        batch = index.batch(name)
        if batch is not None:
            piece = _piece(bench, batch.key, now)
            told.append(_HELD.truth.judge(bench, index, _HELD.looker, batch, piece))
    return told


def replay(
    progress: Progress,
    project: str,
    dataset: str,
    now: float,
    since: float | None = None,
    settings: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Return what the monitor would say of every batch there is, oldest first; records nothing.

    Args:
        progress: told of batches.
        project: the project's folder.
        dataset: the live one.
        now: Unix seconds.
        since: only batches that stand for this moment or a later one, Unix seconds.
        settings: in place of what the project file says: `thresholds` and `methods` by column (or
            method), `against`.

    Raises:
        MlopsTuiError: the project file, the reference or a setting is wrong.
    """
    bench = _changed_bench(Path(project), dataset, settings or {})
    bench.forget_model()
    found = _cutting(bench.project, bench.watched, now)
    for file, words in found.broken:
        found.pieces.append(Piece(file.key, (file,), digest=f"broken {words}"))
    told: list[tuple[float, dict[str, Any]]] = []
    last: Data | None = None
    sizes: list[int] = []
    broken = {file.key: words for file, words in found.broken}
    for number, piece in enumerate(found.pieces):
        progress(number, len(found.pieces))
        facts, data = _replayed(bench, piece, broken.get(piece.key), now, last, sizes)
        if data is not None:
            sizes = [*sizes[1 - _SIZES :], data.rows]
            last = data if bench.watched.monitor.against is Against.PREVIOUS else None
        if since is None or facts["at"] >= since:
            told.append((facts["at"], facts))
    progress(len(found.pieces), len(found.pieces))
    return [facts for _, facts in sorted(told, key=lambda pair: pair[0])]


def compare(
    progress: Progress,
    project: str,
    dataset: str,
    now: float,
    settings: Mapping[str, Any] | None = None,
    multivariate: bool = False,
) -> dict[str, Any]:
    """Return how all of a live dataset differs from its reference, as it is declared.

    Args:
        progress: told of steps.
        project: the project's folder.
        dataset: the live one.
        now: Unix seconds.
        settings: as for `replay`.
        multivariate: compare columns together as well, which takes seconds.

    Raises:
        MlopsTuiError: the project file or the data is wrong.
    """
    bench = _changed_bench(Path(project), dataset, settings or {})
    progress(1, 3)
    data = bench.read_all()
    progress(2, 3)
    report = bench.compare(data, now, is_multivariate=multivariate)
    progress(3, 3)
    return report


def _replayed(
    bench: Bench,
    piece: Piece,
    problem: str | None,
    now: float,
    last: Data | None,
    sizes: list[int],
) -> tuple[dict[str, Any], Data | None]:
    """Return what would be said of one batch, and its rows where they can be read."""
    facts: dict[str, Any] = {
        "batch": None,
        "key": piece.key,
        "at": piece.at,
        "start": None,
        "end": None,
        "rows": 0,
        "verdict": None,
        "error": problem,
        "n_columns": 0,
        "n_drifted": 0,
        "drifted": [],
    }
    if problem is not None:
        return facts, None
    try:
        loaded = bench.load(piece)
        report = bench.judge(piece, loaded, now, last, sizes)
    except MlopsTuiError as error:
        return facts | {"error": error.message}, None
    drifted = [cell[0] for cell in cells_of(report) if cell[1] == "drift"]
    batch = report["batch"]
    told = {name: batch[name] for name in ("key", "at", "start", "end")} | {
        "batch": loaded.id,
        "rows": loaded.data.rows,
        "verdict": report["verdict"],
        "n_columns": len({it["column"] for it in report["columns"]}),
        "n_drifted": len(drifted),
        "drifted": drifted,
    }
    return facts | told, loaded.data


def _failed(bench: Bench, index: Index, piece: Piece, words: str) -> dict[str, Any]:
    """Record that a batch cannot be judged, unless that is known."""
    folder, watched, file = bench.project.path, bench.watched, _only_file(piece)
    name = failed_id(bench.path, piece.key, file, watched.monitor.cut, watched.live.name)
    if index.newest_batches([name]):
        return _told("known", name)

    def work() -> Mapping[str, Any]:
        return record_failure(folder, watched, piece.key, file, words, name)

    return _claimed(folder, index, name, work)


def _only_file(piece: Piece) -> LiveFile | None:
    return piece.files[0] if piece.digest is None else None


def _claimed(
    project: Path, index: Index, name: str, work: Callable[[], Mapping[str, Any]]
) -> dict[str, Any]:
    """Do what may be done once anywhere; a claim whose work failed is given back."""
    path = _HELD.looker.take(project, name)
    if path is None:
        return _told("held", name)
    try:
        with held(path):
            index.ingest()
            if index.newest_batches([name]):
                return _told("known", name)
            fact = work()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _told("judged", name, fact["verdict"], fact["error"])


def _told(
    state: str, name: str, verdict: str | None = None, error: str | None = None
) -> dict[str, Any]:
    return {"state": state, "batch": name, "verdict": verdict, "error": error}


def _cutting(described: Project, watched: Watched, now: float) -> Cutting:
    path = live_path(described, watched)
    shapes = Shapes(shapes_file(described.path, watched.live.name))
    cut_as = watched.monitor.cut
    found = cut_pieces(path, list(live_files(path)), cut_as, watched.live.timestamp, now, shapes)
    shapes.keep()
    is_by_file = cut_as.rows is None and cut_as.seconds is None
    _HELD.pieces = {} if is_by_file else {piece.key: piece for piece in found.pieces}
    return found


def _unjudged(index: Index, watched: Watched, pieces: list[Piece]) -> list[str]:
    """Return the keys of the batches that no verdict is known of."""
    name, cut_as = watched.live.name, watched.monitor.cut
    files = [(it.key, *it.files[0][1:]) for it in pieces if it.digest is None]
    known = index.known_files(name, files)
    ids = {it.key: batch_id(name, cut_as, it.key, it.digest) for it in pieces if it.digest}
    judged = index.newest_batches(list(ids.values()))
    return [it.key for it in pieces if it.key not in known and ids.get(it.key) not in judged]


def _piece(bench: Bench, key: str, now: float) -> Piece:
    """Return the batch of a key; a file that is gone is one too, which cannot be read."""
    if key in _HELD.pieces:
        return _HELD.pieces[key]
    file = look_at(bench.path, key) or LiveFile(key, 0, int(now * 1e9))
    return Piece(key, (file,))


def _previous(bench: Bench, index: Index, at: float) -> Data | None:
    """Return the rows of the newest batch before a moment, where they are wanted and there."""
    if bench.watched.monitor.against is not Against.PREVIOUS:
        return None
    found: list[BatchFacts] = index.batches(bench.watched.live.name, _EARLIER, at)
    for batch in reversed(found):
        if batch.error is not None or batch.quarantined is not None:
            continue
        try:
            loaded: Loaded = bench.load(_piece(bench, batch.key, at))
        except MlopsTuiError:
            continue
        if loaded.id == batch.id:
            return loaded.data
    return None


def _index(project: Path) -> Index:
    """Return the index of a project with all that is known anywhere by now."""
    held_one = _HELD.index
    if held_one is None or held_one.project != project:
        held_one = _HELD.index = Index.open(project)
    held_one.ingest()
    return held_one


def _bench(project: Path, dataset: str) -> Bench:
    """Return the bench for a dataset, the one at hand where nothing has changed."""
    described = monitored_project(project)
    watched = require_watched(described, dataset)
    bench = _HELD.bench
    if bench is not None and bench.watched == watched and bench.project.path == described.path:
        if bench.is_current:
            return bench
    _HELD.bench = None  # two references at once would take twice the memory
    _HELD.truth = None
    _HELD.bench = Bench(described, watched)
    return _HELD.bench


def _changed_bench(project: Path, dataset: str, changes: Mapping[str, Any]) -> Bench:
    """Return a bench that judges by other settings than those of the project file."""
    described = monitored_project(project)
    watched = require_watched(described, dataset)
    against = changes.get("against")
    if against is not None:
        monitor = replace(watched.monitor, against=Against(against))
        watched = replace(watched, monitor=monitor)
    bench = Bench(described, watched)
    bench.change(changes.get("thresholds") or {}, changes.get("methods") or {})
    return bench
