"""Registered models, what their aliases pointed at and who is trusted: lines into tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from mlops_tui.domain import lifecycle
from mlops_tui.domain.models import ModelFormat, MoveKind, name_problem
from mlops_tui.index.lines import BadLineError, clean, is_number

_LONGEST = 4096
_GREATEST = 10**9
_MOST_METRICS = 200
_FORMATS = frozenset(ModelFormat)
_KINDS = frozenset(MoveKind)


def note_version(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note a version; of several lines about one the earliest counts: it has the claim."""
    named = _named(connection, record)
    if named is None:
        return
    told = record.get("format")
    connection.execute(
        f"INSERT INTO model_versions VALUES ({', '.join('?' * 14)}) ON CONFLICT DO UPDATE SET"
        " manifest = excluded.manifest, format = excluded.format, size = excluded.size,"
        " files = excluded.files, run = excluded.run, job = excluded.job,"
        " offered = excluded.offered, t = excluded.t, person = excluded.person,"
        " host = excluded.host, metrics = excluded.metrics, note = excluded.note"
        " WHERE (excluded.t, excluded.manifest) < (t, manifest)",
        (
            *(*named, _text(record, "manifest")),
            told if told in _FORMATS else ModelFormat.FILE,
            *(_count(record, "size_bytes"), _count(record, "files")),
            *(_text(record, "run") or None, _text(record, "job") or None),
            record.get("offered") is True,
            *(_time(record), _text(record, "by"), _text(record, "host")),
            *(json.dumps(_metrics(record.get("metrics"))), _text(record, "note")),
        ),
    )


def note_move(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note a move of an alias; of several lines about one generation the earliest counts."""
    model, alias = _model(connection, record), _text(record, "alias")
    generation = _count(record, "generation")
    if model is None or name_problem(alias) or not 0 < generation < _GREATEST:
        return
    kind = record.get("kind")
    connection.execute(
        f"INSERT INTO alias_moves VALUES ({', '.join('?' * 13)}) ON CONFLICT DO UPDATE SET"
        " before = excluded.before, target = excluded.target, t = excluded.t,"
        " person = excluded.person, host = excluded.host, why = excluded.why,"
        " kind = excluded.kind, evaluation = excluded.evaluation, gate = excluded.gate,"
        " report = excluded.report WHERE (excluded.t, excluded.host) < (t, host)",
        (
            *(model, alias, generation, _number_of(record, "from"), _number_of(record, "to")),
            *(_time(record), _text(record, "by"), _text(record, "host"), _text(record, "why")),
            kind if kind in _KINDS else MoveKind.MOVE,
            *(_text(record, key) or None for key in ("evaluation", "gate", "report")),
        ),
    )


def note_deleted(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note that a version was deleted or restored; the latest word counts."""
    named = _named(connection, record)
    if named is not None:
        is_deleted = record.get("event") == lifecycle.MODEL_DELETED
        connection.execute(
            "INSERT INTO models_deleted VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " deleted = excluded.deleted, t = excluded.t"
            " WHERE (excluded.t, excluded.deleted) > (t, deleted)",
            (*named, is_deleted, _time(record)),
        )


def note_trust(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note that a file may be loaded, or may not any more."""
    types = record.get("types")
    told = [clean(it) for it in types if isinstance(it, str)] if isinstance(types, list) else []
    if _text(record, "digest"):
        connection.execute(
            "INSERT OR REPLACE INTO trusted VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(_text(record, "digest"), _time(record), _text(record, "by")),
                *(_text(record, "model"), _count(record, "version"), _text(record, "reason")),
                *(json.dumps(sorted(set(told))), record.get("revoked") is True),
            ),
        )


def note_refused(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note that what a run offered cannot be registered, and why; the latest word counts."""
    run, name = _text(record, "run"), _text(record, "model")
    if run and name:
        connection.execute(
            "INSERT INTO models_refused VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " why = excluded.why, t = excluded.t WHERE (excluded.t, excluded.why) > (t, why)",
            (run, name, _text(record, "why"), _time(record)),
        )


def note_other(connection: sqlite3.Connection, record: Mapping[str, Any]) -> None:
    """Note a drill or a reproduction as its line has it."""
    name = _text(record, "model")
    if name:
        line = json.dumps(record, sort_keys=True, ensure_ascii=True)
        connection.execute(
            "INSERT OR IGNORE INTO model_facts VALUES (?, ?, ?, ?)",
            (name, _text(record, "event"), _time(record), line),
        )


def to_offered(value: Mapping[str, Any], t: object) -> dict[str, Any]:
    """Return what an event line says of a model to register, ready for the tables.

    Raises:
        BadLineError: it has no name that a model may have, or no path.
    """
    name, path = _text(value, "name"), _text(value, "path")
    if name_problem(name) or not path:
        raise BadLineError("model must be an object with a name and a path")
    kept = {key: it for key, it in value.items() if key not in ("name", "path")}
    return {
        "name": name,
        "path": path,
        "facts": json.dumps(kept, ensure_ascii=True),
        "t": float(t) if is_number(t) else 0.0,  # type: ignore[arg-type]
    }


def add_offered(
    connection: sqlite3.Connection, run: int, origin: str, found: Iterable[Mapping[str, Any]]
) -> None:
    """Note models that a run offers; of one name the last line of the last file counts."""
    connection.executemany(
        "INSERT INTO models_offered VALUES (:run, :name, :origin, :path, :facts, :t)"
        " ON CONFLICT DO UPDATE SET origin = excluded.origin, path = excluded.path,"
        " facts = excluded.facts, t = excluded.t WHERE excluded.origin >= origin",
        [{**it, "run": run, "origin": origin} for it in found],
    )


def _named(connection: sqlite3.Connection, record: Mapping[str, Any]) -> tuple[int, int] | None:
    number = _count(record, "version")
    if not 0 < number < _GREATEST:
        return None
    model = _model(connection, record)
    return None if model is None else (model, number)


def _model(connection: sqlite3.Connection, record: Mapping[str, Any]) -> int | None:
    name = _text(record, "model")
    if name_problem(name):
        return None
    row = connection.execute("SELECT num FROM models WHERE name = ?", (name,)).fetchone()
    if row is None:
        query = "INSERT INTO models (name) VALUES (?) RETURNING num"
        row = connection.execute(query, (name,)).fetchone()
    return int(row[0])


def _metrics(value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        return {}
    told = ((clean(name), it) for name, it in value.items() if is_number(it))
    found = {name: float(it) for name, it in told if abs(it) < 1e300}
    return dict(sorted(found.items())[:_MOST_METRICS])


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value)[:_LONGEST] if isinstance(value, str) else ""


def _time(record: Mapping[str, Any]) -> float:
    value = record.get("t")
    return float(value) if is_number(value) and abs(value) < 1e15 else 0.0  # type: ignore[arg-type]


def _count(record: Mapping[str, Any], key: str) -> int:
    value = record.get(key)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return int(value) if is_count else 0  # type: ignore[arg-type]


def _number_of(record: Mapping[str, Any], key: str) -> int | None:
    return _count(record, key) or None
