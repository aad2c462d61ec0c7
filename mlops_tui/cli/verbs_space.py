"""The verbs about disk space: what takes it, and removing what nothing refers to."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.cli.table import Column
from mlops_tui.domain.text import short_bytes
from mlops_tui.engine import actions, actions_disk, unreferenced

if TYPE_CHECKING:
    from mlops_tui.engine.actions_disk import DiskUse, Used
    from mlops_tui.engine.unreferenced import Unreferenced


def do_disk(options: argparse.Namespace) -> int:
    """Show what takes disk space."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        use = actions_disk.disk_use(folder, index)
    if options.json:
        output.json_data(_shape(use))
        return 0
    for title, found in (("run", use.runs), ("model", use.models), ("dataset", use.datasets)):
        if found:
            _print_used(title, found, options.limit)
            output.data("")
    output.data(f"{short_bytes(use.objects_bytes)} kept by content: models, reports")
    if use.unreferenced:
        words = f"{short_bytes(use.unreferenced_bytes)} in {use.unreferenced} that nothing names"
        output.data(f"{words}: mlops-tui purge")
    if use.trash_bytes:
        output.data(f"{short_bytes(use.trash_bytes)} in the trash: mlops-tui purge --empty")
    output.data(f"{short_bytes(use.total_bytes)} in .mlops in all")
    return 0


def _print_used(title: str, found: Sequence[Used], limit: int) -> None:
    rows = []
    for it in found[:limit]:
        more = ", deleted" if it.is_deleted else f", {it.count} versions" if it.count else ""
        rows.append([f"{it.name}{more}", short_bytes(it.size_bytes)])
    print_table([Column(title), Column("size", is_right=True)], rows)
    if len(found) > limit:
        rest = short_bytes(sum(it.size_bytes for it in found[limit:]))
        output.words(f"and {len(found) - limit} more, {rest}: --limit N shows more")


def _shape(use: DiskUse) -> dict[str, object]:
    told = asdict(use)
    for run in told["runs"]:
        del run["count"]
    told["models"] = [
        {"name": it.name, "versions": it.count, "size_bytes": it.size_bytes} for it in use.models
    ]
    told["datasets"] = [{"name": it.name, "size_bytes": it.size_bytes} for it in use.datasets]
    return told


def do_purge(options: argparse.Namespace) -> int:
    """Show what purging would remove, or remove it, or undo or empty what was removed."""
    project = project_folder(options.project)
    if options.undo:
        return _undo(project, options)
    if options.empty:
        return _empty(project, options)
    rows = actions.purge_preview(project)
    total = sum(size for _, size in rows)
    with open_index(project) as index:
        if options.yes:
            found = unreferenced.trash_unreferenced(project, index)
        else:
            found = unreferenced.find_unreferenced(project, index)
    if options.yes and rows:
        actions.purge(project, [run_id for run_id, _ in rows])
    trash = sum(size for _, size in unreferenced.trashed(project))
    if options.json:
        runs = [{"id": run_id, "bytes": size} for run_id, size in rows]
        objects = [{"digest": it.digest, "bytes": it.size_bytes, "why": it.why} for it in found]
        done = bool(options.yes and (rows or found))
        told = {"runs": runs, "bytes": total, "purged": done, "objects": objects}
        output.json_data({**told, "trash_bytes": trash})
        return 0
    _print_purge(rows, found, bool(options.yes))
    if trash:
        words = "--undo brings it back, --empty removes it for good"
        output.words(f"{short_bytes(trash)} in the trash: {words}")
    return 0


def _print_purge(
    rows: Sequence[tuple[str, int]], found: Sequence[Unreferenced], is_done: bool
) -> None:
    if not rows and not found:
        output.words("no deleted runs, and nothing kept that nothing names: nothing to purge")
    if rows:
        cells = [[run_id, short_bytes(size)] for run_id, size in rows]
        print_table([Column("id", is_fixed=True), Column("size", is_right=True)], cells)
        total = short_bytes(sum(size for _, size in rows))
        did = "removed for good" if is_done else "would be removed for good"
        output.words(f"{len(rows)} runs, {total}, {did}")
    if found:
        cells = [[it.digest[:12], short_bytes(it.size_bytes), it.why] for it in found]
        heads = [Column("content", is_fixed=True), Column("size", is_right=True), Column("why")]
        print_table(heads, cells)
        size = short_bytes(sum(it.size_bytes for it in found))
        did = "put into the trash" if is_done else "would be put into the trash"
        output.words(f"{len(found)} contents, {size}, {did}")
    if (rows or found) and not is_done:
        output.words("to do it: mlops-tui purge --yes")


def _undo(project: Path, options: argparse.Namespace) -> int:
    count = unreferenced.restore_trash(project)
    if options.json:
        output.json_data({"restored": count})
    else:
        output.words(f"{count} contents are back" if count else "the trash is empty")
    return 0


def _empty(project: Path, options: argparse.Namespace) -> int:
    freed = unreferenced.empty_trash(project)
    if options.json:
        output.json_data({"bytes": freed})
    else:
        output.words(f"{short_bytes(freed)} are free" if freed else "the trash is empty")
    return 0
