"""Marks on rows of data: what a person says about rows, and what the data comes to with it.

For the screens: `mark_rows`, `list_marks`, `unmark_rows`; a `FoundRow` of any report names its row
by `file` and `line` as `MarkRequest.rows` takes them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.patches import (
    Act,
    Change,
    Mark,
    Pin,
    mark_line,
    patched_version,
    undo_line,
)
from mlops_tui.engine import workers
from mlops_tui.engine.actions_lookup import user_name
from mlops_tui.engine.data_sources import Source, find_source, open_project
from mlops_tui.engine.patches import Patch, append_lines, new_mark_id, read_marks
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.track.fingerprint import fingerprint

MOST_ROWS = 100_000
"""Marked at once."""


@dataclass(frozen=True, slots=True)
class MarkRequest:
    """What somebody wants of which rows."""

    source: str
    """A dataset, or a file or folder."""
    act: Act
    why: str
    rows: Sequence[Mapping[str, Any]] = ()
    """Each `line` (rows of Parquet: their number), and `file` where there are several."""
    ids: Sequence[str] = ()
    """Values of the dataset's id."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Column to its new value, for an edit."""


@dataclass(frozen=True, slots=True)
class MarkState:
    """A mark, and whether it has an effect on the data as it is now."""

    mark: Mark
    standing: str | None
    """`applies`, `moved`, `changed`, `ambiguous`, `no_file`; None where nobody looked."""
    line: int | None
    """Where the row stands now."""

    @property
    def is_good(self) -> bool:
        """Say whether it is known to have its effect."""
        return self.standing in ("applies", "moved")


@dataclass(frozen=True, slots=True)
class MarksReport:
    """The marks of some data."""

    name: str
    path: str
    file: str
    """The patch file; it need not be there."""
    marks: tuple[MarkState, ...]
    source_version: str | None
    """None where it was not asked for or cannot be told."""
    version: str | None
    """That of the data with its marks; the source's where they change nothing."""
    problems: tuple[str, ...]


def mark_rows(
    folder: Path,
    request: MarkRequest,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> list[Mark]:
    """Mark rows and return the marks that are new; one that stands already is not made again.

    Args:
        folder: the project's, or any where a file is named.
        request: what and which.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Raises:
        NotFoundError: there is no such data, file or id.
        InputError: no row is named, a line begins none, a reason is missing, or an edit fits not.
        StorageError: the patch file cannot be written.
    """
    _require_sense(request)
    source = find_source(open_project(folder), request.source)
    patch = read_marks(source)
    dataset = source.dataset
    shown = [it for it in (dataset.id, dataset.target) if it] if dataset is not None else []
    arguments = {
        "path": source.path,
        "rows": [dict(row) for row in request.rows],
        "ids": list(request.ids),
        "key": dataset.id if dataset is not None else None,
        "values": dict(request.values),
        "shown": shown,
    }
    pinned = workers.work("patches.pin", arguments, on_progress, cancellation)
    known = {(it.pin, it.act, tuple(sorted(it.values.items()))) for it in patch.marks}
    taken = [it.id for it in patch.marks]
    made: list[Mark] = []
    for row in pinned:
        pin = Pin(**row["pin"])
        if (pin, request.act, tuple(sorted(request.values.items()))) in known:
            continue
        mark_id = new_mark_id(taken)
        taken.append(mark_id)
        said = (request.why, user_name(), time.time(), dict(request.values), row["shown"])
        made.append(Mark(mark_id, request.act, pin, *said))
    append_lines(patch.file, [mark_line(mark) for mark in made])
    return made


def _require_sense(request: MarkRequest) -> None:
    count = len(request.rows) + len(request.ids)
    if not count:
        raise InputError("no row is named", "give lines, ids, or a report of findings")
    if count > MOST_ROWS:
        raise InputError(f"{count:,} rows are too many to mark at once (at most {MOST_ROWS:,})")
    if not request.why.strip():
        raise InputError("a reason is missing", 'say why: --why "..."')
    if bool(request.values) != (request.act is Act.SET):
        raise InputError("an edit needs values, and only an edit has them", "--set COLUMN=VALUE")


def list_marks(
    folder: Path,
    word: str,
    is_checked: bool = True,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> MarksReport:
    """Return the marks that stand, and, unless told otherwise, what becomes of each now.

    Args:
        folder: the project's, or any where a file is named.
        word: a dataset, or a file or folder.
        is_checked: look for the rows in the data, and tell its versions.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Raises:
        NotFoundError: there is no such data.
        InputError: it cannot be read.
        StorageError: the patch file cannot be read.
    """
    source = find_source(open_project(folder), word)
    patch = read_marks(source)
    states = [MarkState(mark, None, None) for mark in patch.marks]
    versions: tuple[str | None, str | None] = (None, None)
    if is_checked:
        if patch.marks:
            arguments = {"path": source.path, "pins": [asdict(it.pin) for it in patch.marks]}
            found = workers.work("patches.judge", arguments, on_progress, cancellation)
            states = [
                MarkState(mark, it["standing"], it["line"])
                for mark, it in zip(patch.marks, found, strict=True)
            ]
        versions = _versions(source, patch)
    facts = (source.name, source.path, str(patch.file), tuple(states), *versions)
    return MarksReport(*facts, patch.problems)


def _versions(source: Source, patch: Patch) -> tuple[str | None, str | None]:
    found = fingerprint(source.path, places.cache_dir())
    if found.version is None:
        return None, None
    return found.version, patched_version(found.version, patch.changes)


def unmark_rows(
    folder: Path,
    word: str,
    ids: Sequence[str] = (),
    lines: Sequence[int] = (),
    is_all: bool = False,
    why: str = "",
) -> list[Mark]:
    """Take marks back and return them; the patch file says who did it and why.

    Args:
        folder: the project's, or any where a file is named.
        word: a dataset, or a file or folder.
        ids: of marks, or how they begin.
        lines: where the rows stood when they were marked.
        is_all: every mark.
        why: for whoever reads it later.

    Raises:
        NotFoundError: there is no such data or mark.
        InputError: an id begins several marks, or none is named.
        StorageError: the patch file cannot be written.
    """
    patch = read_marks(find_source(open_project(folder), word))
    wanted = {it.id for it in patch.marks} if is_all else set()
    for text in ids:
        wanted.add(_one(text, patch.marks).id)
    for line in lines:
        ours = [it.id for it in patch.marks if it.pin.line == line]
        if not ours:
            raise NotFoundError(f"no mark is of line {line}", "mlops-tui data marks lists them")
        wanted.update(ours)
    if not wanted and not is_all:
        raise InputError("no mark is named", "give ids of marks, --lines, or --all")
    gone = [it for it in patch.marks if it.id in wanted]
    now = time.time()
    if gone:
        append_lines(patch.file, [undo_line(it.id, user_name(), why, now) for it in gone])
    return gone


def _one(text: str, marks: Sequence[Mark]) -> Mark:
    found = [it for it in marks if it.id == text] or [it for it in marks if it.id.startswith(text)]
    if not found or not text:
        raise NotFoundError(f"there is no mark {text!r}", "mlops-tui data marks lists them")
    if len(found) > 1:
        some = ", ".join(it.id for it in found[:10])
        raise InputError(f"{text!r} begins several marks: {some}")
    return found[0]


def change_facts(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as a worker takes them."""
    return [asdict(it) for it in changes]
