"""The files of a run and its relatives as lines of a list; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import count, safe, short_bytes
from mlops_tui.engine.lineage import Lineage, Place, Relative
from mlops_tui.engine.run_files import ARTIFACTS, FileKind, RunFile, RunFiles
from mlops_tui.ui.columns import GLYPHS
from mlops_tui.ui.formats import ago

WORDS = {
    FileKind.FOLDER: "an empty folder",
    FileKind.OTHER: "no plain file: a pipe, a socket or a device",
    FileKind.MISSING: "not there (any more)",
    FileKind.OUTSIDE: "leads out of the run's folder: not opened",
    FileKind.LOOP: "a link that leads to itself",
    FileKind.UNREADABLE: "cannot be looked at",
}
NOTHING = "none: run.artifact(path) keeps a file, and so does writing to $MLOPS_RUN_DIR/artifacts"


@dataclass(frozen=True, slots=True)
class Item:
    """One line: a heading, a file, another run, or something told."""

    id: str
    title: str
    about: str = ""
    is_heading: bool = False
    path: str | None = None
    """Of the file that can be looked into."""
    run_id: str | None = None
    """Of the run that can be gone to."""
    size: str = ""
    age: str = ""


def items_of(files: RunFiles, lineage: Lineage, now: float) -> list[Item]:
    """Return all lines: artifacts, where the run comes from and went to, and its own records."""
    some = count(len(files.artifacts), "file") + (" and more" if files.has_more else "")
    items = [Item("artifacts", "Artifacts", some if files.artifacts else NOTHING, is_heading=True)]
    items += [_file("artifact", file, now) for file in files.artifacts]
    related = _lineage(lineage)
    if related:
        items += [Item("lineage", "Lineage", is_heading=True), *related]
    items.append(Item("records", "Records of the run itself", is_heading=True))
    return [*items, *(_file("record", file, now) for file in files.records)]


def _file(group: str, file: RunFile, now: float) -> Item:
    path = file.path.removeprefix(ARTIFACTS + "/") if group == "artifact" else file.path
    is_file = file.kind is FileKind.FILE
    return Item(
        f"{group}/{file.path}",
        safe(path),
        WORDS.get(file.kind, ""),
        path=file.path,
        size=short_bytes(file.size_bytes) if file.size_bytes is not None else "",
        age=ago(file.modified, now) if is_file else "",
    )


def _lineage(lineage: Lineage) -> list[Item]:
    items = [_relative(it) for it in lineage.relatives]
    told = sum(it.relation == "swept with" for it in lineage.relatives)
    if lineage.siblings > told:
        words = f"and {lineage.siblings - told} more, tag sweep={safe(lineage.sweep)}"
        items.append(Item("more", "swept with", words))
    return [*items, *_places("reads", lineage.inputs), *_places("writes", lineage.outputs)]


def _relative(it: Relative) -> Item:
    if it.run is None:
        return Item(f"run/{it.relation}/{it.run_id}", it.relation, f"{safe(it.run_id)}, purged")
    return Item(f"run/{it.relation}/{it.run_id}", it.relation, _run_words(it.run), run_id=it.run_id)


def _run_words(run: Run) -> str:
    attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
    return f"{safe(run.name)}  {GLYPHS[run.state]} {run.state}{attempt}"


def _places(verb: str, places: Sequence[Place]) -> list[Item]:
    return [
        Item(
            f"{verb}/{place.name}",
            verb,
            safe(place.name)
            + (f" ({safe(place.path)})" if place.path else "")
            + ("" if place.is_there else ", not there now"),
        )
        for place in places
    ]
