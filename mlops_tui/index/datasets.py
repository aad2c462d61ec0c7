"""Which data runs used, and which versions of it were seen: the tables, and what is asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlops_tui.domain.datasets import SHORT, DataVersion, UsedData
from mlops_tui.index.lines import BadLineError, clean, is_number, read_record, split_lines

_LONGEST = 4096


def apply_version_lines(connection: sqlite3.Connection, run: int, data: bytes) -> None:
    """Apply lines of the file with the versions that a run found."""
    for line in split_lines(data):
        try:
            record = read_record(line)
            add_used(connection, run, [to_data(record.get("dataset"), record.get("t"))])
        except BadLineError:
            continue


def to_data(value: object, t: object) -> dict[str, Any]:
    """Return what a line says about data, ready for the tables.

    Raises:
        BadLineError: it is no object with a name.
    """
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"]:
        raise BadLineError("dataset must be an object with a name")
    version = _text(value, "version")
    return {
        "name": _text(value, "name"),
        "version": version,
        "path": _text(value, "path"),
        "files": _count(value.get("files")) if version else None,
        "size": _count(value.get("size_bytes")) if version else None,
        "t": float(t) if is_number(t) else 0.0,  # type: ignore[arg-type]
        "problem": _text(value, "problem") or None,
    }


def add_used(connection: sqlite3.Connection, run: int, found: Iterable[Mapping[str, Any]]) -> None:
    """Note data that a run used; in which order lines are applied makes no difference."""
    connection.executemany(
        "INSERT INTO data_used VALUES (:run, :name, :version, :path, :files, :size, :t, :problem)"
        " ON CONFLICT DO UPDATE SET t = min(t, excluded.t), path = max(path, excluded.path),"
        " files = ifnull(files, excluded.files), size = ifnull(size, excluded.size),"
        " problem = ifnull(problem, excluded.problem)",
        [{**data, "run": run} for data in found],
    )


def note_version(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note a version that a person asked for, from a line of a project journal."""
    try:
        data = to_data(record.get("dataset"), record.get("t"))
    except BadLineError:
        return
    if data["version"]:
        connection.execute(
            "INSERT INTO data_seen VALUES (:name, :version, :path, :files, :size, :t, :t)"
            " ON CONFLICT DO UPDATE SET first = min(first, excluded.first),"
            " last = max(last, excluded.last)",
            data,
        )


def select_used(connection: sqlite3.Connection, run_ids: Sequence[str]) -> list[UsedData]:
    """Return the data of some runs, by run and then by name.

    Data that a run only named is left out where its version was found too.
    """
    rows = connection.execute(
        "SELECT runs.id, name_, path, version_, files, size, iif(t > 0, t, created), problem FROM ("
        " SELECT run, data_used.name AS name_, path, data_used.version AS version_, files, size,"
        " t, problem FROM data_used WHERE data_used.version != '' OR NOT EXISTS ("
        "  SELECT 1 FROM data_used AS known WHERE known.run = data_used.run"
        "  AND known.name = data_used.name AND known.version != '')"
        ") JOIN runs ON num = run WHERE runs.id IN (SELECT value FROM json_each(?))"
        " ORDER BY runs.id, name_, t",
        (json.dumps([clean(run_id) for run_id in run_ids]),),
    )
    return [
        UsedData(run_id, name, path, version or None, files, size, t, problem)
        for run_id, name, path, version, files, size, t, problem in rows
    ]


def short_versions(connection: sqlite3.Connection, name: str) -> dict[int, object]:
    """Return which version of a dataset each run used, as people are shown it; the last found."""
    rows = connection.execute(
        "SELECT run, version FROM data_used WHERE name = ? AND version != '' ORDER BY t, version",
        (clean(name),),
    )
    return {run: version[:SHORT] for run, version in rows}


def select_versions(connection: sqlite3.Connection, name: str | None) -> list[DataVersion]:
    """Return the versions of all datasets or of one, by name and then the newest first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    seen = connection.execute(
        "SELECT name, version, path, files, size, first, last, NULL FROM data_seen"
        " WHERE ?1 IS NULL OR name = ?1"
        " UNION ALL"
        " SELECT data_used.name, data_used.version, path, files, size,"
        " iif(t > 0, t, created), iif(t > 0, t, created),"
        " iif(deleted = 0 AND purged = 0 AND known = 1, runs.id, NULL)"
        " FROM data_used JOIN runs ON num = run"
        " WHERE data_used.version != '' AND (?1 IS NULL OR data_used.name = ?1)",
        (None if name is None else clean(name),),
    )
    for key, version, path, files, size, first, last, run_id in seen:
        entry = found.setdefault(
            (key, version),
            {"path": path, "files": files, "size": size, "first": first, "last": last, "ids": []},
        )
        entry["first"] = min(entry["first"], first)
        entry["last"] = max(entry["last"], last)
        if run_id is not None:
            entry["ids"].append(run_id)
    versions = [
        DataVersion(
            key,
            version,
            it["path"],
            it["files"],
            it["size"],
            it["first"],
            it["last"],
            tuple(sorted(it["ids"], reverse=True)),
        )
        for (key, version), it in found.items()
    ]
    return sorted(versions, key=lambda it: (it.name, -it.last_seen, it.version))


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return clean(found)[:_LONGEST] if isinstance(found, str) else ""


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**63 else None
