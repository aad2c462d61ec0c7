"""The truth that comes after a batch was judged: joined by id, and the model judged by it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables
from mlops_tui.domain.errors import InputError, MlopsTuiError, StorageError
from mlops_tui.domain.monitoring import BatchFacts
from mlops_tui.engine.batch_claims import Looker, held
from mlops_tui.engine.batch_records import record_performed
from mlops_tui.engine.late_marks import Marks, label_source, marks_of
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.evaluate.columns import Kind, label
from mlops_tui.evaluate.outcomes import join_truth, truth_by_key

if TYPE_CHECKING:
    import pandas as pd

    from mlops_tui.engine.tasks.judging import Bench
    from mlops_tui.engine.tasks.pieces import Piece
    from mlops_tui.index import Index

MOST_LABELS = 20_000_000
"""Of more, as many are drawn at random."""
_DIGEST_LETTERS = 20


@dataclass(frozen=True)
class LateTruth:
    """The labels of a live dataset as their files were read; kept from one batch to the next."""

    path: str
    marks: Marks
    key: str
    truth: str
    known: Mapping[str, Any]
    """By id; the last label where there are several."""

    @property
    def is_current(self) -> bool:
        """Say whether the files are as they were read."""
        return marks_of(self.path) == self.marks

    def joined(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
        """Return rows with their truth, and the digest of it; empty where none of them has one.

        Raises:
            InputError: the rows have no ids.
        """
        merged, matched = join_truth(frame, self.known, self.key, self.truth)
        if not matched:
            return merged, ""
        values = merged[self.truth].astype(object)
        words = ["" if it != it else label(it, Kind.CATEGORY) for it in values.tolist()]
        digest = hashlib.sha256("\0".join(words).encode("utf-8", "surrogateescape")).hexdigest()
        return merged, digest[:_DIGEST_LETTERS]

    def judge(
        self, bench: Bench, index: Index, looker: Looker, batch: BatchFacts, piece: Piece
    ) -> dict[str, Any]:
        """Judge the model on a batch by its truth, and record that unless it was done anywhere.

        Args:
            bench: of the dataset.
            index: brought up to date.
            looker: what this process knows of claims.
            batch: which; it was judged before.
            piece: where its rows are.

        Returns:
            What became of it, as the task `batches.late` tells it.

        Raises:
            StorageError: the disk failed.
        """
        try:
            loaded = bench.load(piece)
            if loaded.id != batch.id:
                return _told(batch, "gone")
            frame, labels = self.joined(loaded.data.frame)
            if not labels:
                return _told(batch, "unlabelled")
            known = index.performed([batch.id]).get(batch.id)
            if known is not None and known.labels == labels:
                return _told(batch, "known")
            report = bench.judge_model(replace(loaded.data, frame=frame))
        except StorageError:
            raise
        except MlopsTuiError as error:
            return _told(batch, "failed", error=error.message)
        return _record(bench.project.path, index, looker, (batch, labels), report)


def _record(
    project: Path,
    index: Index,
    looker: Looker,
    what: tuple[BatchFacts, str],
    report: Mapping[str, Any],
) -> dict[str, Any]:
    """Record once anywhere how the model did on a batch by one truth."""
    batch, labels = what
    if index.is_performed(batch.id, labels):  # what was known before is known again
        return _told(batch, "performed", record_performed(project, batch, labels, report))
    path = looker.take(project, f"{batch.id}-{labels}", "performed")
    if path is None:
        return _told(batch, "held")
    try:
        with held(path):
            index.ingest()
            if index.is_performed(batch.id, labels):
                return _told(batch, "known")
            return _told(batch, "performed", record_performed(project, batch, labels, report))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _told(
    batch: BatchFacts,
    state: str,
    fact: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    found = {"verdict": None, "n_labelled": 0} if fact is None else fact["performance"]
    figures = {name: found[name] for name in ("verdict", "n_labelled")}
    return {"batch": batch.id, "key": batch.key, "state": state, **figures, "error": error}


def read_truth(bench: Bench) -> LateTruth:
    """Return the labels that are there now.

    Raises:
        InputError: none are declared, or a file cannot be read or lacks a column.
    """
    source = label_source(bench.project, bench.watched)
    truth = bench.truth
    if source is None or truth is None:
        hint = "[monitor] needs `labels` and a prediction, the live dataset `id` and `target`"
        raise InputError("nothing says where the truth comes from", hint)
    marks = marks_of(source.path)
    problems = Problems()
    frame, _ = read_sample(find_tables(source.path), MOST_LABELS, problems)
    known = truth_by_key(frame, source.key, truth)
    return LateTruth(os.fspath(source.path), marks, source.key, truth, known)
