"""Looks for all that can go wrong with a table before anything is trained on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mlops_tui.data.duplicates import Table, find_conflicts, find_shared
from mlops_tui.data.finding import Finding, FindingKind, FindingsReport, Look, surest_first
from mlops_tui.data.label_errors import find_label_errors
from mlops_tui.data.leakage import find_leakage
from mlops_tui.data.meaning import find_changed_meaning
from mlops_tui.data.neighbours import find_near
from mlops_tui.data.places import Read
from mlops_tui.data.private import PrivateLook
from mlops_tui.data.segments import find_imbalance, find_tiny, find_vanished
from mlops_tui.data.table_roles import SAMPLE_ROWS, Roles, Sampled, draw


class Relation(StrEnum):
    """What another table is to the one that is looked at."""

    TRAIN = "train"
    """What models are fitted to; the one looked at measures them."""
    HOLDOUT = "holdout"
    """What models are measured on."""
    BEFORE = "before"
    """An older version, or what is held for right; sharing rows is no fault."""


@dataclass(frozen=True, slots=True)
class Given:
    """A table to look at."""

    name: str
    read: Read
    roles: Roles
    relation: Relation | None = None
    """To the one that is looked at; None for that one."""


def look_for_findings(
    given: Given,
    others: Sequence[Given] = (),
    most_rows: int = SAMPLE_ROWS,
    on_step: Callable[[str], object] = str,
) -> FindingsReport:
    """Return what may go wrong with a table, the surest first.

    Args:
        given: the table.
        others: tables to compare it with.
        most_rows: rows that are drawn for what needs them in memory; the rest sees all rows.
        on_step: hears what is done next.

    Raises:
        MlopsTuiError: a table cannot be read.
    """
    on_step("reading")
    private = PrivateLook()
    sample = draw(given.read, given.roles, most_rows, look=private.add)
    table = Table(given.name, given.read, sample)
    found, look = private.findings()
    findings, looks = list(found), [look]
    steps: tuple[tuple[str, Callable[[], tuple[list[Finding], Look]]], ...] = (
        ("conflicts", lambda: find_conflicts(table)),
        ("leakage", lambda: find_leakage(sample)),
        ("classes", lambda: find_imbalance(sample)),
        ("segments", lambda: find_tiny(sample)),
        ("labels", lambda: find_label_errors(sample, _leaking(findings))),
    )
    for name, step in steps:
        on_step(name)
        own, look = step()
        findings += own
        looks.append(look)
    for other in others:
        on_step(f"comparing with {other.name}")
        own, more = _compared(table, other, most_rows)
        findings += own
        looks += more
    names = tuple(other.name for other in others)
    findings = [replace(it, rows=tuple(it.rows)) for it in surest_first(findings)]
    return FindingsReport(given.name, names, sample.n_rows, tuple(findings), tuple(looks))


def _leaking(findings: Sequence[Finding]) -> set[str]:
    return {it.columns[0] for it in findings if it.kind is FindingKind.LEAKAGE}


def _compared(table: Table, other: Given, most_rows: int) -> tuple[list[Finding], list[Look]]:
    second = Table(other.name, other.read, draw(other.read, other.roles, most_rows))
    is_first = other.relation is Relation.HOLDOUT
    before, now = (table, second) if is_first else (second, table)
    findings: list[Finding] = []
    looks: list[Look] = []
    if other.relation is not Relation.BEFORE:
        findings, looks = find_shared(before, now)
        near, look = find_near(before, now)
        looks.append(look)
        is_known = any(it.kind is FindingKind.NEAR_DUPLICATES for it in findings)
        findings += [] if is_known else near
    for look_for in (find_vanished, find_changed_meaning):
        own, look = look_for(before.sample, now.sample, now.name)
        findings += own
        looks.append(look)
    return _without_classes(findings, before.sample), looks


def _without_classes(findings: Sequence[Finding], sample: Sampled) -> list[Finding]:
    """Return the findings without segments of the target: its classes are told by themselves."""
    target = sample.roles.target
    return [
        it
        for it in findings
        if it.kind is not FindingKind.VANISHED_SEGMENTS or target not in it.columns
    ]
