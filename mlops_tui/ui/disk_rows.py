"""What takes disk space as lists: the largest first, what could go, what is in the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.text import count, safe, short_bytes
from mlops_tui.ui.evaluation_rows import bar
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow, Shelf
from mlops_tui.ui.widgets.pieces import Piece

if TYPE_CHECKING:
    from mlops_tui.engine.actions_disk import Used
    from mlops_tui.engine.actions_space import Space

INTO_TRASH, FOR_GOOD = "trash ", "run "
"""What keys of rows begin with that could go."""


def disk_shelves(space: Space) -> list[Shelf]:
    """Return what takes space, what could go, and what is in the trash; any may be empty."""
    return [
        Shelf("Takes", _takes(space), "Nothing takes any space yet."),
        Shelf(
            "Could go",
            _could_go(space),
            "Nothing could go: every run is kept, and every content is named by something.\n\n"
            "Runs that were deleted (d in the list of runs) and contents of model versions that"
            " were deleted stand here, with what they take.",
        ),
        Shelf("Trash", _trash(space), "The trash is empty."),
    ]


def freed_words(space: Space) -> str:
    """Return in words what could go; empty for nothing."""
    parts = []
    if space.unreferenced:
        size = short_bytes(sum(it.size_bytes for it in space.unreferenced))
        parts.append(f"{count(len(space.unreferenced), 'content')}, {size}: p")
    if runs := space.deleted_runs:
        size = short_bytes(sum(it.size_bytes for it in runs))
        parts.append(f"{count(len(runs), 'deleted run')}, {size}: x")
    return "; ".join(parts)


def _takes(space: Space) -> PlaceContent:
    heads = (
        *(Head("What"), Head("Name"), Head("Size", True), Head("Share of the largest")),
        Head("Which is"),
    )
    use = space.use
    found: list[tuple[str, Used, str]] = [
        *(("run", it, "deleted: it could go" if it.is_deleted else "") for it in use.runs),
        *(("model", it, count(it.count, "version")) for it in use.models),
        *(("dataset", it, "outside of .mlops") for it in use.datasets),
    ]
    found.sort(key=lambda it: (-it[1].size_bytes, it[0], it[1].name))
    most = max((it.size_bytes for _, it, _ in found), default=0) or 1
    rows = []
    for kind, it, words in found:
        name = safe(it.name)
        cells: list[Piece] = [
            *((kind, "dim"), (name, "dim" if it.is_deleted else "strong")),
            (short_bytes(it.size_bytes), ""),
            *((bar(it.size_bytes / most), "good"), (words, "warn" if it.is_deleted else "dim")),
        ]
        facts: list[Fact] = [(kind, name), ("bytes", f"{it.size_bytes:,}")]
        if it.id:
            facts.append(("id", it.id))
        if words:
            facts.append(("which is", words))
        rows.append(PlaceRow(f"{kind} {it.id or it.name}", cells, facts))
    words = f"{short_bytes(use.total_bytes)} in .mlops, {short_bytes(use.objects_bytes)} of it kept"
    return PlaceContent(heads, rows, words + " by content" if rows else "")


def _could_go(space: Space) -> PlaceContent:
    heads = (Head("What"), Head("Size", True), Head("How"), Head("Why"))
    rows: list[tuple[int, PlaceRow]] = []
    for it in space.unreferenced:
        why = safe(it.why)
        cells: list[Piece] = [
            *((f"content {it.digest[:SHORT]}", "strong"), (short_bytes(it.size_bytes), "")),
            *(("p: to the trash", "dim"), (why, "")),
        ]
        facts = [("content", it.digest), ("bytes", f"{it.size_bytes:,}"), ("why", why)]
        rows.append((it.size_bytes, PlaceRow(INTO_TRASH + it.digest, cells, facts)))
    for run in space.deleted_runs:
        name = safe(run.name)
        cells = [
            *((f"run {name}", "strong"), (short_bytes(run.size_bytes), "")),
            *(("x: for good", "warn"), ("deleted", "")),
        ]
        facts = [("run", name), ("id", run.id), ("bytes", f"{run.size_bytes:,}")]
        rows.append((run.size_bytes, PlaceRow(FOR_GOOD + run.id, cells, facts)))
    rows.sort(key=lambda it: (-it[0], it[1].key))
    return PlaceContent(heads, [row for _, row in rows], freed_words(space))


def _trash(space: Space) -> PlaceContent:
    heads = (Head("Content"), Head("Size", True))
    rows = [
        PlaceRow(
            name,
            [(safe(name[: 2 * SHORT]), "strong"), (short_bytes(size), "")],
            [("content", safe(name)), ("bytes", f"{size:,}")],
        )
        for name, size in space.trash
    ]
    size = short_bytes(sum(it for _, it in space.trash))
    words = f"{count(len(rows), 'content')}, {size}; u brings it back, X removes it for good"
    return PlaceContent(heads, rows, words if rows else "")
