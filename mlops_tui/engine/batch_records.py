"""What is written of a batch that was judged: its name, its report, its line in the journal."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import BATCH_JUDGED, BATCH_PERFORMED
from mlops_tui.domain.monitoring import BatchFacts, Cut, Watched
from mlops_tui.domain.performed import figures_of
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.live_keys import LiveFile, path_of
from mlops_tui.engine.objects import keep_object, read_object
from mlops_tui.track.fingerprint import ChangedError, digest_of

MOST_CELLS = 1_000
"""Columns in the line of a batch, the most urgent ones; its report has all."""
MOST_NAMED = 20
_ID_LETTERS = 20


def batch_id(dataset: str, cut: Cut, key: str, digest: str) -> str:
    """Return what a batch is called, wherever and whenever it is judged."""
    told = "\0".join((dataset, cut.words, key, digest))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:_ID_LETTERS]


def failed_id(path: str, key: str, file: LiveFile | None, cut: Cut, dataset: str) -> str:
    """Return what a batch is called that cannot be read.

    By its bytes where it is a file that has them, else by what is known of it.
    """
    try:
        digest = digest_of_file(path_of(path, key if file is None else file.key))
    except MlopsTuiError:
        digest = "" if file is None else f"{file.size} {file.mtime_ns}"
    return batch_id(dataset, cut, key, digest)


def digest_of_file(path: Path) -> str:
    """Return the digest of a file's bytes.

    Raises:
        InputError: it is gone, cannot be read, or changes meanwhile.
    """
    try:
        return digest_of(os.fspath(path), lambda _: None)[0]
    except ChangedError as error:
        raise InputError(f"{path} changes while it is read") from error
    except FileNotFoundError as error:
        raise InputError(f"{path} is gone: it was removed before it was read") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def record_report(project: Path, watched: Watched, report: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the report of a batch and record its verdict; return the fact.

    Args:
        project: the project's folder.
        watched: what was compared with what.
        report: as `actions_monitor.report_of` returns it.

    Raises:
        StorageError: the disk failed.
    """
    content = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
    digest = keep_object(project, content.encode("utf-8", "backslashreplace"))
    columns = cells_of(report)
    drifted = [cell[0] for cell in columns if cell[1] == "drift"]
    batch = report["batch"]
    model = report.get("performance")
    fact = {
        "batch": batch["id"],
        "dataset": watched.live.name,
        "cut": watched.monitor.cut.words,
        "reference": watched.reference.name,
        **{name: batch[name] for name in ("key", "at", "start", "end", "size", "mtime_ns")},
        "rows": report["rows_current"],
        "verdict": report["verdict"],
        "error": None,
        "n_columns": len({column["column"] for column in report["columns"]}),
        "n_findings": len(report["quality"]),
        "drifted": drifted[:MOST_NAMED],
        "n_drifted": len(drifted),
        "report": digest,
        "host": host_name(),
        "columns": columns[:MOST_CELLS],
        "performance": None if model is None else figures_of(model),
    }
    record_fact(project, BATCH_JUDGED, time.time(), **fact)
    return fact


def record_performed(
    project: Path, batch: BatchFacts, labels: str, report: Mapping[str, Any]
) -> dict[str, Any]:
    """Record how a model did on a batch by a truth that came later; return the fact.

    Args:
        project: the project's folder.
        batch: which; it was judged before.
        labels: the digest of the truth of its rows.
        report: as the task `performance.judge` tells it.

    Raises:
        StorageError: the disk failed.
    """
    fact = {
        "batch": batch.id,
        "dataset": batch.dataset,
        "key": batch.key,
        "labels": labels,
        "performance": figures_of(report),
        "host": host_name(),
    }
    record_fact(project, BATCH_PERFORMED, time.time(), **fact)
    return fact


def repeat_report(project: Path, watched: Watched, batch: BatchFacts) -> None:
    """Record a verdict again: the content that was judged then is what its key has again.

    Raises:
        MlopsTuiError: its report is gone, or the disk failed.
    """
    if batch.report is not None:
        record_report(project, watched, json.loads(read_object(project, batch.report)))


def record_failure(
    project: Path,
    watched: Watched,
    key: str,
    file: LiveFile | None,
    error: str,
    name: str | None = None,
) -> dict[str, Any]:
    """Record that a batch could not be judged, and why; return the fact.

    Args:
        project: the project's folder.
        watched: what was to be compared with what.
        key: of the batch.
        file: the file that it is, as it was seen; None where it is cut from several.
        error: why, with file and line.
        name: of the batch, if its rows are known.

    Raises:
        StorageError: the disk failed.
    """
    ensure_project_folders(project)
    path = os.path.abspath(project / watched.live.path)
    now = time.time()
    own = name or failed_id(path, key, file, watched.monitor.cut, watched.live.name)
    fact = {
        "batch": own,
        "dataset": watched.live.name,
        "cut": watched.monitor.cut.words,
        "reference": watched.reference.name,
        "key": key,
        "at": now if file is None else file.mtime_ns / 1e9,
        "start": None,
        "end": None,
        "size": 0 if file is None else file.size,
        "mtime_ns": 0 if file is None else file.mtime_ns,
        "rows": 0,
        "verdict": None,
        "error": error,
        "n_columns": 0,
        "n_findings": 0,
        "drifted": [],
        "n_drifted": 0,
        "report": None,
        "host": host_name(),
        "columns": [],
    }
    record_fact(project, BATCH_JUDGED, now, **fact)
    return fact


def cells_of(report: Mapping[str, Any]) -> list[list[Any]]:
    """Return a cell a column, those that are broken first, then as the report has them.

    Each is column, verdict, score, threshold, 99 % quantile of chance, values, worst finding.
    """
    notes: dict[str, tuple[str, str]] = {}
    for finding in report["quality"]:  # errors come first
        if finding["column"] is not None:
            notes.setdefault(finding["column"], (finding["level"], finding["kind"]))
    scored: dict[str, list[Any]] = {}
    for it in report["columns"]:
        level, note = notes.get(it["column"], ("", ""))
        verdict = "drift" if level == "error" else it["verdict"]
        figures = [it["score"], it["threshold"], it["null_q99"], it["n_current"]]
        scored.setdefault(it["column"], [it["column"], verdict, *figures, note])
    broken = [
        [name, "drift" if level == "error" else "ok", None, None, None, 0, note]
        for name, (level, note) in notes.items()
        if name not in scored
    ]
    return sorted([*broken, *scored.values()], key=lambda cell: not _is_broken(cell, notes))


def _is_broken(cell: list[Any], notes: Mapping[str, tuple[str, str]]) -> bool:
    return notes.get(cell[0], ("", ""))[0] == "error"
