"""Reads and checks the table `[alerts]` of a project file."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import TypeVar

from mlops_tui.domain.alert_rules import (
    FEWEST_OF_A_PLATEAU,
    AlertRules,
    AlertSettings,
    DiskFull,
    Divergence,
    NotANumber,
    Overfitting,
    Plateau,
    Rule,
    SilentRunner,
    Stall,
)
from mlops_tui.domain.alerts import Severity
from mlops_tui.domain.tables import Table, describe, is_number, read_flag

Some = TypeVar("Some", bound=Rule)

_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_SHARE_HINT = "1 % is 0.01"


def read_alerts(table: Table) -> AlertSettings:
    """Return what is said about alerts as far as it can be understood, else what is usual."""
    usual = AlertSettings()
    settings = AlertSettings(
        rules=_rules(table.table("rules")),
        send=_receivers(table),
        command=_command(table),
        least=table.one_of("least", Severity) or usual.least,
        cool_down_seconds=table.duration_seconds("cool_down") or usual.cool_down_seconds,
    )
    table.finish()
    return settings


def _rules(rules: Table) -> AlertRules:
    usual = AlertRules()
    found = AlertRules(
        nan=_nan(rules, usual.nan),
        divergence=_divergence(rules, usual.divergence),
        plateau=_plateau(rules, usual.plateau),
        overfitting=_overfitting(rules, usual.overfitting),
        stall=_stall(rules, usual.stall),
        objective=_plain(rules, "objective", usual.objective),
        disk=_disk(rules, usual.disk),
        silent=_silent(rules, usual.silent),
    )
    rules.finish()
    return found


def _nan(rules: Table, usual: NotANumber) -> NotANumber:
    table, rule = _begun(rules, "nan", usual, has_metrics=True)
    return _ended(table, replace(rule, points=_points(table, usual.points, 1)))


def _divergence(rules: Table, usual: Divergence) -> Divergence:
    table, rule = _begun(rules, "divergence", usual, has_metrics=True)
    given_back = _share(table, "given_back", usual.given_back)
    points = _points(table, usual.points, usual.points)
    return _ended(table, replace(rule, points=points, given_back=given_back))


def _plateau(rules: Table, usual: Plateau) -> Plateau:
    table, rule = _begun(rules, "plateau", usual, has_metrics=True)
    improvement = _share(table, "improvement", usual.improvement)
    points = _points(table, usual.points, FEWEST_OF_A_PLATEAU)
    least = table.duration_seconds("least") or usual.least_seconds
    return _ended(table, replace(rule, points=points, improvement=improvement, least_seconds=least))


def _overfitting(rules: Table, usual: Overfitting) -> Overfitting:
    table, rule = _begun(rules, "overfitting", usual, has_metrics=True)
    worse = _share(table, "worse", usual.worse)
    return _ended(table, replace(rule, points=_points(table, usual.points, 1), worse=worse))


def _stall(rules: Table, usual: Stall) -> Stall:
    table, rule = _begun(rules, "stall", usual)
    least = table.duration_seconds("least") or usual.least_seconds
    factor = _at_least(table, "factor", usual.factor, 1)
    return _ended(table, replace(rule, factor=factor, least_seconds=least))


def _disk(rules: Table, usual: DiskFull) -> DiskFull:
    table, rule = _begun(rules, "disk", usual)
    free_gb = _at_least(table, "free_gb", usual.free_gb, 0)
    return _ended(table, replace(rule, share=_share(table, "share", usual.share), free_gb=free_gb))


def _silent(rules: Table, usual: SilentRunner) -> SilentRunner:
    table, rule = _begun(rules, "silent", usual)
    least = table.duration_seconds("least") or usual.least_seconds
    return _ended(table, replace(rule, least_seconds=least))


def _plain(rules: Table, name: str, usual: Some) -> Some:
    return _ended(*_begun(rules, name, usual))


def _begun(
    rules: Table, name: str, usual: Some, *, has_metrics: bool = False
) -> tuple[Table, Some]:
    """Return the table of a rule with what all have; `NAME = false` is short for `on = false`."""
    if isinstance(rules.data.get(name), bool):
        is_on = read_flag(rules, name, True)
        return Table(rules.report, (*rules.path, name), {}), replace(usual, is_on=is_on)
    table = rules.table(name)
    severity = table.one_of("severity", Severity) or usual.severity
    metrics = table.texts("metrics") if has_metrics else ()
    is_on = read_flag(table, "on", usual.is_on)
    reason = table.text("reason") or ""
    return table, replace(usual, is_on=is_on, severity=severity, metrics=metrics, reason=reason)


def _ended(table: Table, rule: Some) -> Some:
    table.finish()
    return rule


def _points(table: Table, usual: int, least: int) -> int:
    return table.whole("points", least, usual)


def _at_least(table: Table, key: str, usual: float, least: int) -> float:
    value = table.raw(key)
    if value is None or (is_number(value) and value >= least):
        return usual if value is None else float(value)
    table.wrong(key, f"a number >= {least}", value)
    return usual


def _share(table: Table, key: str, usual: float) -> float:
    value = table.raw(key)
    if value is None or (is_number(value) and 0 < value <= 1):
        return usual if value is None else float(value)
    table.wrong(key, "a share between 0 and 1", value, _SHARE_HINT)
    return usual


def _receivers(table: Table) -> tuple[str, ...]:
    found = []
    for number, url in enumerate(table.texts("send")):
        if _VARIABLE.fullmatch(url) or _URL.fullmatch(url):
            found.append(url)
            continue
        # what stands there may be a secret: it is not shown
        message = "expected a URL such as mailto://... or slack://..., or env:NAME"
        table.report.add((*table.path, "send", number), message, "env:NAME keeps it out of git")
    return tuple(found)


def _command(table: Table) -> tuple[str, ...]:
    value = table.raw("command")
    if value is None:
        return ()
    if isinstance(value, str):
        try:
            words = shlex.split(value)
        except ValueError as error:
            table.problem("command", f"cannot be split into words: {error}")
            return ()
    elif isinstance(value, list) and all(isinstance(it, str) for it in value):
        words = [str(it) for it in value]
    else:
        table.wrong("command", 'a command such as "notify-send" or a list of texts', value)
        return ()
    if not words or not words[0].strip() or any("\0" in word for word in words):
        table.problem("command", f"expected a program, found {describe(value)}")
        return ()
    return tuple(words)
