"""Reads and checks the table `[monitor]` of a project file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlops_tui.domain.monitoring import OF_NUMBERS, Against, ColumnKind, Cut, Monitor, Rule, Score
from mlops_tui.domain.outputs import read_outputs
from mlops_tui.domain.project import Dataset, Role
from mlops_tui.domain.tables import Table, is_number, read_flag

_ALARM = re.compile(r"\s*(\d{1,4})\s+of\s+(\d{1,4})\s*", re.ASCII)
_DEFAULT = Monitor()


def read_monitor(table: Table, datasets: Mapping[str, Dataset]) -> Monitor:
    """Return what is to be watched, as far as it can be understood.

    Args:
        table: `[monitor]`.
        datasets: all that the project declares, by name.
    """
    live = _dataset(table, "live", datasets)
    reference = _dataset(table, "reference", datasets)
    if live is not None and live == reference:
        table.problem("reference", f"`{live}` is the live dataset itself")
    _require_pair(table, live, reference, datasets)
    alarm = _alarm(table)
    against = table.one_of("against", Against) or _DEFAULT.against
    leave_out = table.texts("leave_out")
    columns = {it.name: _rule(it, None) for it in table.table("columns").subtables()}
    monitor = Monitor(
        live=live,
        reference=reference,
        is_watched=read_flag(table, "watch", _DEFAULT.is_watched),
        cut=_cut(table),
        alarm_after=alarm[0],
        of_last=alarm[1],
        against=against,
        prediction=table.filled_text("prediction"),
        leave_out=leave_out,
        kinds=_kinds(table.table("types")),
        columns=columns,
        outputs=read_outputs(table),
        model=table.filled_text("model"),
    )
    for name in leave_out:
        if name in columns:
            words = "the column is left out by `leave_out`: nothing is compared with this"
            table.table("columns").problem(name, words)
    _require_times(table, monitor, datasets)
    table.finish()
    return monitor


def _dataset(table: Table, key: str, datasets: Mapping[str, Dataset]) -> str | None:
    name = table.filled_text(key)
    if name is None or name in datasets:
        return name
    hint = table.report.nearest(name, datasets) or "declare it as [datasets.NAME]"
    table.problem(key, f"`{name}` is no declared dataset", hint)
    return None


def _require_pair(
    table: Table, live: str | None, reference: str | None, datasets: Mapping[str, Dataset]
) -> None:
    """Report what is missing to compare at all, where a table asks for it."""
    if not table.line:
        return
    roles = {dataset.role for dataset in datasets.values()}
    if live is None and "live" not in table and Role.LIVE not in roles:
        hint = 'give one role = "live", or name it: live = "NAME"'
        table.problem("", "no dataset is live: there is nothing to watch", hint)
    usual = {Role.REFERENCE, Role.TRAIN}
    if reference is None and "reference" not in table and not usual & roles:
        hint = 'give one role = "reference", or name it: reference = "NAME"'
        table.problem("", "no dataset is a reference: there is nothing to compare with", hint)


def _cut(table: Table) -> Cut:
    seconds = table.duration_seconds("window")
    rows = table.whole("rows", 1, 0) or None
    if "window" in table and "rows" in table:
        hint = "keep one; without both each file is a batch"
        table.problem("rows", "batches are cut by `window` or by `rows`, not both", hint)
        rows = None
    return Cut(rows, seconds)


def _alarm(table: Table) -> tuple[int, int]:
    text = table.text("alarm")
    usual = (_DEFAULT.alarm_after, _DEFAULT.of_last)
    if text is None:
        return usual
    match = _ALARM.fullmatch(text)
    if match is None:
        table.wrong("alarm", 'such as "2 of 3" windows', text)
        return usual
    drifted, windows = int(match[1]), int(match[2])
    if not 1 <= drifted <= windows:
        words = f"an alarm after {drifted} of {windows} windows is not possible"
        table.problem("alarm", words, 'write such as "2 of 3"')
        return usual
    return drifted, windows


def _kinds(table: Table) -> dict[ColumnKind, Rule]:
    found = {}
    for kind in ColumnKind:
        own = table.table(kind.value)
        if kind.value in table:
            found[kind] = _rule(own, kind)
    table.finish()
    return found


def _rule(table: Table, kind: ColumnKind | None) -> Rule:
    """Return what is said of a column, or of all of a `kind`."""
    method = table.one_of("method", Score)
    if method is not None and kind is ColumnKind.TEXT:
        table.problem("method", "text is compared by its length and by its new words only")
        method = None
    if method in OF_NUMBERS and kind not in (None, ColumnKind.NUMERIC):
        table.problem("method", f"{method} compares numbers, not {kind} columns")
        method = None
    rule = Rule(method, _threshold(table), table.text("reason") or "")
    table.finish()
    return rule


def _threshold(table: Table) -> float | None:
    value = table.raw("threshold")
    if value is None:
        return None
    if is_number(value) and value > 0:
        return float(value)
    table.wrong("threshold", "a number > 0", value)
    return None


def _require_times(table: Table, monitor: Monitor, datasets: Mapping[str, Dataset]) -> None:
    """Report datasets that have no column of times where one is needed."""
    if monitor.live is None:
        concerned = [it for it in datasets.values() if it.role is Role.LIVE]
    else:
        concerned = [datasets[monitor.live]]
    needs = "window" if monitor.cut.seconds is not None else None
    if monitor.against not in (Against.REFERENCE, Against.PREVIOUS):
        needs = needs or "against"
        concerned += [datasets[monitor.reference]] if monitor.reference is not None else []
    for dataset in concerned:
        if needs is not None and dataset.timestamp is None:
            words = f"needs times, and [datasets.{dataset.name}] has no `timestamp`"
            table.problem(needs, words, 'add timestamp = "COLUMN" to it')
