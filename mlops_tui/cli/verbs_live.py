"""The verbs about live data that is watched: its state, judging it, replaying its history."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import open_index, project_folder
from mlops_tui.cli.shapes import ago, local_time
from mlops_tui.cli.shapes_monitor import batch_shape, drifted_in, replay_shape, state_shape
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_monitor import WORDS, print_report, settings_of
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters_values import ValueProblemError, read_literal
from mlops_tui.domain.performed import REALISED, told_metric
from mlops_tui.domain.text import short_duration
from mlops_tui.engine import actions_live, actions_monitor

if TYPE_CHECKING:
    from mlops_tui.domain.monitoring import BatchFacts
    from mlops_tui.domain.performed import Performed
    from mlops_tui.engine.actions_live import MonitorState, Replay

_ALARM = re.compile(r"(\d{1,4})\s*(?:/|of)\s*(\d{1,4})", re.ASCII)
_NAMED = 4
MODEL_WORDS = {"ok": "ok", "degraded": "worse", "too_little_data": "too little data"}
_HEADS = (
    *(Column("at"), Column("batch"), Column("verdict"), Column("n", True)),
    *(Column("drifted", True), Column("columns, or what is wrong")),
)


def do_monitor_status(options: argparse.Namespace) -> int:
    """Show live datasets, their newest batches and what these amount to; 0 whatever it is."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        states = actions_live.monitor_states(folder, index, options.dataset)
    if options.json:
        output.json_data([state_shape(state, options.limit) for state in states])
        return 0
    if not states:
        output.words('nothing to watch: give a dataset role = "live", another role = "reference"')
    for number, state in enumerate(states):
        if number:
            output.data("")
        _print_state(state, options.limit)
    return 0


def _print_state(state: MonitorState, limit: int) -> None:
    watched = state.watched
    level = state.level.value
    if state.since is not None:
        level += f" since {local_time(state.since)}"
    output.data(f"{watched.live.name} against {watched.reference.name}: {level}")
    output.data(f"  {_watch_words(state)}")
    if not state.batches:
        output.words(
            "  no batch was judged yet: mlops-tui monitor watch --once judges what is there"
        )
    shown = state.batches[-limit:] if limit else []
    if shown:
        _print_batches(shown, state.performed)
    if len(shown) < len(state.batches):
        output.words(f"and {len(state.batches) - len(shown)} before: --limit N shows more")


def _print_batches(shown: Sequence[BatchFacts], performed: Mapping[str, Performed]) -> None:
    """Print a line a batch; how the model did on it only where that is known of any."""
    heads, rows = [*_HEADS], [_batch_cells(batch) for batch in shown]
    if any(batch.id in performed for batch in shown):
        heads.insert(-1, Column("model"))
        for batch, row in zip(shown, rows, strict=True):
            row.insert(-1, _model_words(performed.get(batch.id)))
    print_table(heads, rows)


def _watch_words(state: MonitorState) -> str:
    monitor = state.watched.monitor
    window = monitor.cut.seconds
    cut = monitor.cut.words if window is None else f"windows of {short_duration(window)}"
    by = f"batches by {cut}"
    where = state.path if state.is_there else f"{state.path} (not there)"
    if not monitor.is_watched:
        return f"not watched (watch = false): {where}, {by}"
    now = "watched now" if state.is_running else "not watched now (mlops-tui monitor watch)"
    return f"{now}: {where}, {by}, alarm after {monitor.alarm_after} of {monitor.of_last}"


def _batch_cells(batch: BatchFacts) -> list[str]:
    return [
        *(local_time(batch.at), batch.key, _standing(batch)),
        *(f"{batch.rows:,}", _share(batch.n_drifted, batch.columns, batch.verdict)),
        _named(batch.drifted, batch.n_drifted, batch.error),
    ]


def _model_words(performed: Performed | None) -> str:
    if performed is None:
        return "-"
    words = MODEL_WORDS[performed.figures["verdict"]]
    found = told_metric(performed)
    if found is None or found["value"] is None:
        return words
    basis = "measured" if found["basis"] == REALISED else "estimated"
    return f"{words}, {found['metric']} {found['value']:.3g} {basis}, n {found['n']:,}"


def _standing(batch: BatchFacts) -> str:
    aside = "" if batch.quarantined is None else ", in quarantine"
    return _verdict(batch.verdict) + aside


def _verdict(verdict: str | None) -> str:
    return "cannot be judged" if verdict is None else WORDS[verdict]


def _share(drifted: int, columns: int, verdict: str | None) -> str:
    return "-" if verdict is None else f"{drifted} of {max(columns, drifted)}"


def _named(drifted: Sequence[str], count: int, error: str | None) -> str:
    if error is not None:
        return error
    named = ", ".join(drifted[:_NAMED])
    return named + (f" and {count - _NAMED} more" if count > _NAMED else "")


def do_monitor_show(options: argparse.Namespace) -> int:
    """Show the report of a batch that was judged."""
    folder = project_folder(options.project)
    with open_index(folder) as index:
        batch = index.find_batch(options.batch)
        performed = index.performed([batch.id]).get(batch.id)
    report = actions_monitor.report_of(folder, batch)
    if options.json:
        output.json_data(report | {"facts": batch_shape(batch, performed)})
        return 0
    judged = ago(batch.judged, time.time())
    output.data(f"{batch.dataset}, {batch.key}: {local_time(batch.at)}, judged {judged}")
    output.data(f"against {report['against']}, batch {batch.id}")
    print_report(report, options.all)
    return 0


def do_monitor_quarantine(options: argparse.Namespace) -> int:
    """Put a batch aside, or take it back; its files stay where and as they are."""
    from mlops_tui.engine.actions_quarantine import quarantine_batch

    folder = project_folder(options.project)
    with open_index(folder) as index:
        batch = quarantine_batch(folder, index, options.batch, options.why, options.undo)
        performed = index.performed([batch.id]).get(batch.id)
    if options.json:
        output.json_data(batch_shape(batch, performed))
    elif batch.quarantined is None:
        output.words(f"{batch.key} counts")
    else:
        output.words(f"{batch.key} is in quarantine: {batch.quarantined}")
    return 0


def do_monitor_watch(options: argparse.Namespace) -> int:
    """Have new batches judged from now on, or what waits now; then 1 where a batch drifted."""
    folder = project_folder(options.project)
    if not options.once:
        pairs = actions_live.start_watching(folder)
        found = [{"dataset": it.live.name, "reference": it.reference.name} for it in pairs]
        if options.json:
            output.json_data(found)
        for it in [] if options.json else pairs:
            output.data(f"watching {it.live.name} ({it.live.path}) against {it.reference.name}")
        return 0
    judged: list[dict[str, Any]] = []
    late: list[dict[str, Any]] = []

    def tell(dataset: str, key: str, told: Mapping[str, Any]) -> None:
        judged.append({"dataset": dataset, "key": key, **told, "n_labelled": None})
        if not options.json:
            output.data(f"{dataset}, {key}: {told['error'] or _verdict(told['verdict'])}")

    def tell_late(dataset: str, key: str, told: Mapping[str, Any]) -> None:
        late.append({"dataset": dataset, "key": key, **told})
        if not options.json:
            words = f"{MODEL_WORDS[told['verdict']]}, {told['n_labelled']:,} labels"
            output.data(f"{dataset}, {key}: the model by its labels: {words}")

    actions_live.judge_waiting(folder, options.dataset, tell, tell_late)
    if options.json:
        output.json_data([*judged, *late])
    elif not judged and not late:
        output.words("there is no new batch")
    is_worse = any(it["verdict"] == "degraded" for it in late)
    return 1 if is_worse or any(it["verdict"] == "drift" for it in judged) else 0


def do_monitor_replay(options: argparse.Namespace) -> int:
    """Tell what would have been raised over all the live data there is."""
    folder = project_folder(options.project)
    settings = settings_of(options) | {"against": options.against}
    alarm = _alarm(options.alarm)
    since = _since(options.since)
    found = actions_live.replay_live(folder, options.dataset, since, settings, alarm)
    if options.json:
        output.json_data(replay_shape(found))
    else:
        _print_replay(found)
    return 0


def _alarm(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = _ALARM.fullmatch(text.strip())
    drifted, windows = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= drifted <= windows:
        raise InputError(f"{text!r} is no alarm rule", "write such as 2/3: after 2 of 3 windows")
    return drifted, windows


def _since(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return read_literal("created", text).at(time.time())
    except ValueProblemError as error:
        raise InputError(str(error), "write -30d, 2026-03-01 or 2026-03-01T18:00") from error


def _print_replay(found: Replay) -> None:
    rows = [
        [
            *(local_time(window["at"]), window["key"], _verdict(window["verdict"])),
            *(f"{window['rows']:,}", level.value),
            _share(window["n_drifted"], window["n_columns"], window["verdict"]),
            _named(window["drifted"], window["n_drifted"], window["error"]),
        ]
        for window, level in zip(found.windows, found.levels, strict=True)
    ]
    heads = [*_HEADS[:4], Column("level"), *_HEADS[4:]]
    if rows:
        print_table(heads, rows)
        output.data("")
    count = len(found.episodes)
    told = f"{count} {'alert' if count == 1 else 'alerts'}" if count else "no alert"
    rule = f"an alarm after {found.alarm_after} of {found.of_last}"
    output.data(f"{told} in {len(rows)} {'window' if len(rows) == 1 else 'windows'}, {rule}:")
    for it in found.episodes:
        windows = found.windows
        words = f"  {windows[it.first]['key']} ({local_time(windows[it.first]['at'])}): warning"
        if it.alarm is not None:
            words += f", alarm from {windows[it.alarm]['key']}"
        words += ", still open" if it.end is None else f", over with {windows[it.end]['key']}"
        columns = drifted_in(found, it.first, it.end)
        output.data(f"{words}; {_named(columns, len(columns), None)}")
