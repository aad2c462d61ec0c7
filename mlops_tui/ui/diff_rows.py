"""What is different in the second of two tables, as rows of a list."""

from __future__ import annotations

from mlops_tui.data.differing import (
    ColumnDiff,
    TableDiff,
    both,
    changed_words,
    drift_words,
    row_words,
)
from mlops_tui.data.found import row_texts
from mlops_tui.domain.checks import percent
from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

HEADS = (
    *(Head("What"), Head("Drift"), Head("Changed", True)),
    *(Head("Type"), Head("Missing"), Head("Middle")),
)


def diff_title(found: TableDiff) -> str:
    """Return such as `holdout against train: 3 rows added, 2 removed`."""
    if found.is_same:
        return f"{found.after} and {found.before} are the same but perhaps for the order of rows"
    return f"{found.after} against {found.before}"


def diff_content(found: TableDiff) -> PlaceContent:
    """Return the rows that differ, then every column, those worth a look first."""
    rows = [_rows_row(found)]
    columns = sorted(found.columns, key=lambda column: not column.has_changed)
    rows += [PlaceRow(f"column {it.column}", _cells(it), _facts(it)) for it in columns]
    kinds = (("new column", found.columns_added, "warn"), ("gone", found.columns_removed, "bad"))
    for words, names, kind in kinds:
        for name in names:
            cells = [(safe(name), ""), (words, kind), *[("", "")] * 4]
            facts = [("column", f"{safe(name)}: {words}")]
            rows.insert(1, PlaceRow(f"{words} {name}", cells, facts))
    for problem in found.problems:
        cells = [("noted", "warn"), (safe(problem), ""), *[("", "")] * 4]
        rows.append(PlaceRow(f"noted {problem}", cells, [("noted", safe(problem))]))
    worth = sum(column.has_changed for column in columns)
    return PlaceContent(HEADS, rows, f"{worth} of {count(len(columns), 'column')} worth a look")


def _rows_row(found: TableDiff) -> PlaceRow:
    changes = [f"+{found.n_added:,}", f"-{found.n_removed:,}"]
    if found.n_changed is not None:
        changes.append(f"~{found.n_changed:,}")
    cells = [("rows", "strong"), (" ".join(changes), "" if found.is_same else "warn")]
    cells += [("" if found.n_changed is None else f"{found.n_changed:,}", ""), *[("", "")] * 3]
    facts: list[Fact] = [("all", "\n".join(safe(line) for line in row_words(found)))]
    for title, some in (("added", found.added), ("removed", found.removed)):
        if some:
            facts.append((title, "\n".join(safe(text) for text in row_texts(some))))
    if found.changed:
        told = "\n".join(safe(changed_words(row)) for row in found.changed)
        facts.append(("changed", told))
    return PlaceRow("rows", cells, facts)


def _cells(column: ColumnDiff) -> list[Piece]:
    is_drift = column.drift is not None and column.drift.verdict == "drift"
    n_changed = "" if column.n_changed is None else f"{column.n_changed:,}"
    return [
        (safe(column.column), "strong" if column.has_changed else ""),
        (drift_words(column), "bad" if is_drift else "dim"),
        (n_changed, "warn" if column.n_changed else "dim"),
        (
            both(column.type_before, column.type_after),
            "" if column.type_before == column.type_after else "warn",
        ),
        (both(percent(column.missing_before), percent(column.missing_after)), ""),
        (safe(both(column.middle_before, column.middle_after)), ""),
    ]


def _facts(column: ColumnDiff) -> list[Fact]:
    sizes = f"n {column.n_before:,} before, {column.n_after:,} after"
    facts = [
        ("column", safe(column.column)),
        ("type", both(column.type_before, column.type_after)),
        ("missing", both(percent(column.missing_before), percent(column.missing_after))),
        ("middle", safe(both(column.middle_before, column.middle_after)) or "none"),
    ]
    if column.n_changed is not None:
        facts.append(("changed", f"{count(column.n_changed, 'value')} of rows that both have"))
    if (drift := column.drift) is not None:
        words = f"{drift_words(column)}, of practical size from {short_number(drift.threshold, 3)}"
        facts.append(("drift", f"{words}, p {short_number(drift.p_value, 2)}"))
    return [*facts, ("looked at", sizes)]
