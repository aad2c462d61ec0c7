"""What can go wrong with data, and the marks on its rows, as rows of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.data.finding import Finding, FindingsReport, Sureness
from mlops_tui.data.found import FoundRow, row_texts
from mlops_tui.domain.patches import Act
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.actions_patches import MarksReport, MarkState
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago, moment
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

FINDING_HEADS = (Head("How sure"), Head("Rows", True), Head("What"))
MARK_HEADS = (Head("Mark"), Head("Row"), Head("Now"), Head("By"), Head("Since"), Head("Why"))
SURE_KINDS = {Sureness.CERTAIN: "bad", Sureness.LIKELY: "warn", Sureness.POSSIBLE: "dim"}
ACTS = {
    Act.EXCLUDE: ("✗ exclude", "bad"),
    Act.SET: ("✎ edit", "warn"),
    Act.REVIEW: ("? review", ""),
}
STANDINGS = {
    "applies": ("✓ there", "good"),
    "moved": ("✓ moved", "good"),
    "changed": ("✗ changed", "bad"),
    "ambiguous": ("? several", "warn"),
    "no_file": ("✗ no file", "bad"),
}


def finding_title(report: FindingsReport) -> str:
    """Return such as `2 findings in train, compared with holdout, 500 rows`."""
    found = count(len(report.findings), "finding") if report.findings else "Nothing found"
    against = f", compared with {', '.join(report.against)}" if report.against else ""
    return f"{found} in {report.dataset}{against}, {count(report.n_rows, 'row')}"


def finding_content(report: FindingsReport) -> PlaceContent:
    """Return all findings, the surest first, then what is wrong in files and was not tried."""
    rows = [
        PlaceRow(str(at), _finding_cells(it), _finding_facts(it))
        for at, it in enumerate(report.findings)
    ]
    for at, problem in enumerate(report.problems):
        words = safe(problem)
        cells = (("noted", "warn"), ("", ""), (words, ""))
        rows.append(PlaceRow(f"noted {at}", cells, [("noted", words)]))
    for reason in dict.fromkeys(look.skipped for look in report.looks if look.skipped):
        what = safe("; ".join(look.what for look in report.looks if look.skipped == reason))
        cells = (("not tried", "dim"), ("", ""), (f"{what} ({safe(reason)})", "dim"))
        rows.append(PlaceRow(f"skipped {reason}", cells, [("not tried", what), ("why", reason)]))
    looked = sum(not look.skipped for look in report.looks)
    return PlaceContent(FINDING_HEADS, rows, f"{count(looked, 'thing')} looked for")


def _finding_cells(finding: Finding) -> list[Piece]:
    kind = SURE_KINDS[finding.sure]
    return [(finding.sure.value, kind), (f"{finding.n_found:,}", ""), (safe(finding.words), "")]


def _finding_facts(finding: Finding) -> list[Fact]:
    facts = [("what", safe(finding.words)), ("why", safe(finding.why))]
    if finding.rows:
        facts.append(("rows", "\n".join(safe(text) for text in row_texts(finding.rows))))
    return [*facts, ("remedy", safe(finding.remedy)), ("looked at", count(finding.n, "row"))]


def markable(rows: Sequence[FoundRow], path: str) -> list[Mapping[str, Any]]:
    """Return those rows that lie in the data at `path`, as marks name them."""
    return [
        {"file": row.file, "line": row.line if row.line is not None else row.row}
        for row in rows
        if row.file == path or row.file.startswith(path + "/") or "*" in path
    ]


def mark_content(report: MarksReport, now: float) -> PlaceContent:
    """Return the marks of some data, and whether each has its effect now."""
    rows = [
        PlaceRow(it.mark.id, _mark_cells(it, now), _mark_facts(it, report)) for it in report.marks
    ]
    good = sum(it.is_good for it in report.marks)
    words = f"{good} of {count(len(rows), 'mark')} with effect" if rows else ""
    return PlaceContent(MARK_HEADS, rows, words)


def _mark_cells(state: MarkState, now: float) -> list[Piece]:
    mark = state.mark
    return [
        ACTS[mark.act],
        (safe(f"{mark.pin.file}, {mark.pin.place}"), ""),
        STANDINGS.get(state.standing or "", ("-", "dim")),
        (safe(mark.by), "dim"),
        (ago(mark.t, now), "dim"),
        (safe(mark.why), ""),
    ]


def _mark_facts(state: MarkState, report: MarksReport) -> list[Fact]:
    mark = state.mark
    facts = [("mark", f"{ACTS[mark.act][0][2:]} {safe(mark.pin.file)}, {mark.pin.place}")]
    pairs = (("set", mark.values), ("was", mark.shown))
    facts += [
        (label, safe(", ".join(f"{name}={value}" for name, value in values.items())))
        for label, values in pairs
        if values
    ]
    facts += [("why", safe(mark.why)), ("by", f"{safe(mark.by)}, {moment(mark.t)}")]
    facts += [("id", mark.id), ("kept in", safe(report.file))]
    return facts
