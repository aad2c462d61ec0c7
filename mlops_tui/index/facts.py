"""What lines of project journals, `run.json` and `runner.jsonl` say about runs, put into tables."""

from __future__ import annotations

import math
import sqlite3
import time
from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_tui.domain import lifecycle
from mlops_tui.domain.runs import ENDED
from mlops_tui.index.alert_marks import note_alert_line
from mlops_tui.index.coverage import add_sizes, extend_coverage
from mlops_tui.index.datasets import add_used
from mlops_tui.index.labels import PERSON, add_labels, said_at, set_note, tag
from mlops_tui.index.lines import (
    BadLineError,
    clean,
    is_number,
    read_record,
    split_lines,
    to_params,
    to_tags,
)
from mlops_tui.index.models import add_offered
from mlops_tui.index.other_facts import OTHER_FACTS
from mlops_tui.index.points import delete_points
from mlops_tui.index.predictions import add_predictions

if TYPE_CHECKING:
    from mlops_tui.index.events import Facts

JOURNAL, RUNNER = 1, 2
"""Who told of an end; the greater one is believed."""
_ENDS = frozenset(state.value for state in ENDED)
_STATES_OF_ORDERS = {
    lifecycle.RUN_DELETED: ("deleted", 1),
    lifecycle.RUN_RESTORED: ("deleted", 0),
}
_OF_FILES = ("files", "coverage", "artifacts", "data_used", "predictions", "models_offered")
"""Tables with what the files of a run say."""


class Touched(NamedTuple):
    """What lines of a project journal were about."""

    runs: set[int]
    """Rows of runs."""
    causes: set[str]
    """Of alerts."""
    topics: set[str]
    """What else, as `OTHER_FACTS` names it."""


def run_number(connection: sqlite3.Connection, run_id: str) -> int:
    """Return the row of a run, made where there is none."""
    row = connection.execute("SELECT num FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO runs (id) VALUES (?) RETURNING num", (run_id,)
        ).fetchone()
    return int(row[0])


def apply_project_lines(connection: sqlite3.Connection, data: bytes) -> Touched:
    """Apply lines of a project journal; return what they are about."""
    touched = Touched(set(), set(), set())
    for line in split_lines(data):
        try:
            record = read_record(line)
        except BadLineError:
            continue
        run = record.get("run")
        event = _text(record, "event")
        if event in lifecycle.ALERT_EVENTS:
            touched.causes.update(note_alert_line(connection, record))
        elif event in OTHER_FACTS:
            topic, note = OTHER_FACTS[event]
            note(connection, record)
            touched.topics.add(topic)
        elif isinstance(run, str) and run and "/" not in run:
            number = run_number(connection, clean(run))
            _apply_to_run(connection, number, record)
            touched.runs.add(number)
        else:
            touched.runs.update(_apply_to_queue(connection, record))
    if touched.causes:
        from mlops_tui.index.alerts import tell_alerts  # whoever meets none does without

        tell_alerts(connection, touched.causes)
    return touched


def apply_creation(connection: sqlite3.Connection, run: int, record: Mapping[str, Any]) -> None:
    """Apply what is known of a run's creation, from the journal or from `run.json`."""
    created = _number(record, "created")
    if created is None:
        created = _number(record, "t")
    run_id = connection.execute("SELECT id FROM runs WHERE num = ?", (run,)).fetchone()[0]
    connection.execute(
        "UPDATE runs SET name = iif(name_t IS NULL, ?, name),"
        " priority = iif(priority_t IS NULL, ?, priority),"
        " job = ?, kind = ?, host = ?, machine = ?, source = ?, created = ?, retry_of = ?,"
        " parent = ?, attempt = ?, slots = ?, gpus = ?, known = 1 WHERE num = ? AND known = 0",
        (
            _text(record, "name") or run_id,
            _integer(record, "priority", 0),
            _text(record, "job"),
            _text(record, "kind"),
            _text(record, "host"),
            _text(record, "machine"),
            _text(record, "source"),
            _time_of_id(run_id) if created is None else created,
            _text(record, "retry_of") or None,
            _text(record, "parent") or None,
            _integer(record, "attempt", 1),
            _integer(record, "slots", 1),
            _integer(record, "gpus", 0),
            run,
        ),
    )
    for kind, convert in (("param", to_params), ("tag", to_tags)):
        try:
            add_labels(connection, run, kind, convert(record.get(kind + "s") or {}), "")
        except BadLineError:
            continue


def apply_event_facts(connection: sqlite3.Connection, run: int, origin: str, facts: Facts) -> None:
    """Apply what event lines of the file `origin` say beside metrics."""
    if facts.params:
        add_labels(connection, run, "param", facts.params, origin)
    if facts.tags:
        add_labels(connection, run, "tag", facts.tags, origin)
    if facts.artifacts:
        connection.executemany(
            "INSERT OR IGNORE INTO artifacts VALUES (?, ?)",
            [(run, path) for path in facts.artifacts],
        )
    if facts.datasets:
        add_used(connection, run, facts.datasets)
    if facts.predictions:
        add_predictions(connection, run, origin, facts.predictions)
    if facts.models:
        add_offered(connection, run, origin, facts.models)
    if facts.note is not None:
        set_note(connection, run, facts.note, origin)
    if facts.progress is not None:
        connection.execute(
            "UPDATE runs SET progress_done = ?, progress_total = ?, progress_origin = ?"
            " WHERE num = ? AND progress_origin <= ?",
            (*facts.progress, origin, run, origin),
        )


def apply_runner_lines(connection: sqlite3.Connection, run: int, data: bytes) -> None:
    """Apply lines of a run's `runner.jsonl`."""
    heard: float | None = None
    sizes: dict[str, tuple[array[int], array[float]]] = {}
    for line in split_lines(data):
        try:
            record = read_record(line)
        except BadLineError:
            continue
        t = _number(record, "t")
        if t is not None:
            heard = t if heard is None else max(heard, t)
        event = record.get("event")
        if event == lifecycle.RUNNER_HEARTBEAT:
            add_sizes(sizes, record.get("files"), t)
        elif event == lifecycle.RUNNER_STARTING:
            connection.execute("UPDATE runs SET phase = max(phase, 1) WHERE num = ?", (run,))
        elif event in (lifecycle.RUNNER_STARTED, lifecycle.RUNNER_ADOPTED):
            connection.execute(
                "UPDATE runs SET phase = 2, started = ifnull(started, ?) WHERE num = ?", (t, run)
            )
        elif event == lifecycle.RUNNER_SIGNAL:
            _tell_signal(connection, run, record)
        elif event == lifecycle.RUNNER_ENDED:
            _end(connection, run, record, RUNNER)
    hear(connection, run, heard)
    for name, (seen_sizes, times) in sizes.items():
        extend_coverage(connection, run, name, seen_sizes, times)


def _tell_signal(connection: sqlite3.Connection, run: int, record: Mapping[str, Any]) -> None:
    """Let a run that is being stopped say how far that is; its end has the last word."""
    grace = _number(record, "grace_seconds")
    words = f"stopping: {_text(record, 'signal')} sent"
    if grace and _text(record, "signal") != "SIGKILL":
        words += f", a stronger signal follows after {grace:g} s"
    connection.execute("UPDATE runs SET reason = ? WHERE num = ? AND end_source = 0", (words, run))


def hear(connection: sqlite3.Connection, run: int, t: float | None) -> None:
    """Note a sign of life of a run."""
    if t is not None:
        connection.execute(
            "UPDATE runs SET heard = max(ifnull(heard, ?), ?) WHERE num = ?", (t, t, run)
        )


def forget_files(connection: sqlite3.Connection, run: int) -> None:
    """Drop all that came from the files of a run, so that they are read from their start again."""
    rows = connection.execute("SELECT id FROM series WHERE run = ?", (run,)).fetchall()
    delete_points(connection, [row[0] for row in rows])
    for table in _OF_FILES:
        connection.execute(f"DELETE FROM {table} WHERE run = ?", (run,))
    connection.execute(
        f"DELETE FROM labels WHERE run = ? AND origin != '' AND origin < '{PERSON}'", (run,)
    )
    connection.execute(
        "UPDATE runs SET phase = 0, started = NULL, heard = NULL, unreadable = 0,"
        " unreadable_first = NULL, unreadable_origin = '', backward = 0, progress_done = NULL,"
        " progress_total = NULL, progress_origin = '',"
        f" note = iif(note_origin < '{PERSON}', NULL, note),"
        f" note_origin = iif(note_origin < '{PERSON}', '', note_origin),"
        " reason = iif(end_source = 0, NULL, reason), end_source = min(end_source, ?)"
        " WHERE num = ?",
        (JOURNAL, run),
    )


def _apply_to_run(connection: sqlite3.Connection, run: int, record: Mapping[str, Any]) -> None:
    event, t = _text(record, "event"), _number(record, "t") or 0.0
    if event == lifecycle.RUN_CREATED:
        apply_creation(connection, run, record)
    elif event == lifecycle.RUN_ENDED:
        _end(connection, run, record, JOURNAL)
    elif event == lifecycle.RUN_RENAMED:
        _set_if_later(connection, run, "name", _text(record, "name"), t)
    elif event == lifecycle.RUN_TAGGED:
        tag(connection, run, record.get("tags"), said_at(t))
    elif event == lifecycle.RUN_NOTED:
        set_note(connection, run, _text(record, "note").strip() or None, said_at(t))
    elif event == lifecycle.RUN_PRIORITY:
        _set_turn(connection, run, record, t)
    elif event == lifecycle.RUN_PURGED:
        connection.execute(
            "UPDATE runs SET purged = 1, deleted = 1, settled = 1 WHERE num = ?", (run,)
        )
        forget_files(connection, run)
    elif event in _STATES_OF_ORDERS:
        _set_if_later(connection, run, *_STATES_OF_ORDERS[event], t)


def _apply_to_queue(connection: sqlite3.Connection, record: Mapping[str, Any]) -> set[int]:
    """Note whether a queue is paused; return the rows of the runs that wait for another reason."""
    event, host = record.get("event"), record.get("host")
    if event not in (lifecycle.QUEUE_PAUSED, lifecycle.QUEUE_RESUMED) or not isinstance(host, str):
        return set()
    connection.execute(
        "INSERT INTO paused VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET t = excluded.t, paused = excluded.paused WHERE excluded.t >= t",
        (clean(host), _number(record, "t") or 0.0, event == lifecycle.QUEUE_PAUSED),
    )
    rows = connection.execute(
        "SELECT num FROM runs WHERE settled = 0 AND end_source = 0 AND phase = 0 AND host = ?",
        (clean(host),),
    )
    return {row[0] for row in rows}


def _set_if_later(
    connection: sqlite3.Connection, run: int, column: str, value: str | int, t: float
) -> None:
    """Set a column that lines of several hosts may set: the latest time wins."""
    connection.execute(
        f"UPDATE runs SET {column} = ?, {column}_t = ?"
        f" WHERE num = ? AND ifnull({column}_t, ?) <= ?",
        (value, t, run, t, t),
    )


def _set_turn(
    connection: sqlite3.Connection, run: int, record: Mapping[str, Any], t: float
) -> None:
    """Set what decides when a run starts; a line without a place takes an earlier place back."""
    connection.execute(
        "UPDATE runs SET priority = ?, place = ?, priority_t = ?"
        " WHERE num = ? AND ifnull(priority_t, ?) <= ?",
        (_integer(record, "priority", 0), _number(record, "place"), t, run, t, t),
    )


def _end(connection: sqlite3.Connection, run: int, record: Mapping[str, Any], source: int) -> None:
    state = record.get("state")
    if not isinstance(state, str) or state not in _ENDS:
        return
    ended = _number(record, "ended")
    connection.execute(
        "UPDATE runs SET end_source = ?, end_state = ?, end_started = ?, ended = ?,"
        " exit_code = ?, signal = ?, reason = ? WHERE num = ? AND end_source < ?",
        (
            source,
            state,
            _number(record, "started"),
            _number(record, "t") if ended is None else ended,
            _integer_or_none(record, "exit_code"),
            _text(record, "signal") or None,
            _text(record, "reason") or None,
            run,
            source,
        ),
    )


def _number(record: Mapping[str, Any], key: str) -> float | None:
    value = record.get(key)
    if not is_number(value):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _integer(record: Mapping[str, Any], key: str, default: int) -> int:
    value = _integer_or_none(record, key)
    return default if value is None else value


def _integer_or_none(record: Mapping[str, Any], key: str) -> int | None:
    value = record.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return value
    return None


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return clean(value) if isinstance(value, str) else ""


def _time_of_id(run_id: str) -> float:
    import calendar  # for runs without a time of creation only

    try:
        return float(calendar.timegm(time.strptime(run_id[:15], "%Y%m%d-%H%M%S")))
    except ValueError:
        return 0.0
