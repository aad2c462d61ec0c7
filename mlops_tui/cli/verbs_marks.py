"""The verbs about marks on rows of data: set them, list them, take them back."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.arguments import key_values
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.table import Column
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.patches import Act, Mark
from mlops_tui.engine.actions_patches import (
    MarkRequest,
    MarksReport,
    MarkState,
    list_marks,
    mark_rows,
    unmark_rows,
)

_WORDS = {
    None: "not looked at",
    "applies": "applies",
    "moved": "applies, moved",
    "changed": "NOT APPLIED: the row is not what it was",
    "ambiguous": "NOT APPLIED: several rows are what it was",
    "no_file": "NOT APPLIED: its file is gone",
}


def do_data_mark(options: argparse.Namespace) -> int:
    """Mark rows of a dataset or a file."""
    values = key_values(options.values, "COLUMN=VALUE")
    request = MarkRequest(
        options.data,
        _act(options, values),
        options.why,
        _rows(options),
        [it for text in options.ids for it in text.split(",") if it],
        values,
    )
    marks = mark_rows(options.project, request)
    if options.json:
        output.json_data([mark_shape(mark) for mark in marks])
        return 0
    for mark in marks:
        output.data(f"{mark.id}  {_what(mark)}  {mark.pin.file}, {mark.pin.place}")
    count = len(marks)
    output.words(f"{count} {'row' if count == 1 else 'rows'} marked; the data is untouched")
    return 0


def _act(options: argparse.Namespace, values: Mapping[str, str]) -> Act:
    said = [
        *([Act.EXCLUDE] if options.exclude else []),
        *([Act.REVIEW] if options.review else []),
        *([Act.SET] if values else []),
    ]
    if len(said) != 1:
        raise InputError(
            "say one thing to do with the rows", "--exclude, --review, or --set COLUMN=VALUE"
        )
    return said[0]


def _rows(options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = [{"line": line, "file": options.file} for line in lines_of(options.lines)]
    if options.findings is not None:
        rows += list(_found_rows(options.findings, options.kinds))
    return rows


def lines_of(texts: Sequence[str]) -> list[int]:
    """Return the numbers of texts such as `12,15-18`.

    Raises:
        InputError: they are no numbers, or too many.
    """
    found: list[int] = []
    for part in (part for text in texts for part in text.split(",") if part.strip()):
        first, sign, last = part.strip().partition("-")
        try:
            numbers = range(int(first), int(last if sign else first) + 1)
        except ValueError:
            raise InputError(f"{part!r} is no line", "write such as 12,15-18") from None
        if not numbers or numbers[0] < 1 or len(numbers) > 1_000_000:
            raise InputError(f"{part!r} is no range of lines", "lines count from 1")
        found += numbers
    return found


def _found_rows(report: Path, kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a report that `data findings --json` or `data check --json` printed."""
    try:
        told = json.loads(report.read_bytes())
        results = told["findings"] if "findings" in told else told["checks"]
        for result in results:
            if kinds and result["kind"] not in kinds:
                continue
            _say_what_is_left(result)
            for row in result["rows"]:
                line = row["line"] if row["line"] is not None else row["row"]
                yield {"file": row["file"], "line": int(line)}
    except OSError as error:
        raise InputError(f"{report} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "mlops-tui data findings DATA --json > report.json"
        raise InputError(f"{report} is no report of findings", hint) from error


def _say_what_is_left(result: Mapping[str, Any]) -> None:
    """Say where a report has found more rows than it shows."""
    count = result.get("n_found")
    if isinstance(count, int) and count > len(result["rows"]):
        shown = f"{len(result['rows'])} of {count:,} rows"
        output.words(f"note: the report shows {shown} of {result['kind']}; these are marked")


def do_data_marks(options: argparse.Namespace) -> int:
    """List marks, and what becomes of each now; 1 where one is not applied any more."""
    report = list_marks(options.project, options.data, not options.quick)
    is_lost = any(it.standing is not None and not it.is_good for it in report.marks)
    if options.json:
        output.json_data(marks_shape(report))
        return 1 if is_lost else 0
    for problem in report.problems:
        output.words(f"note: {problem}")
    if report.marks:
        heads = [Column(it) for it in ("mark", "what", "row", "now", "was", "why", "by")]
        print_table(heads, [_cells(it) for it in report.marks])
    else:
        output.words(f"no row of {report.name} is marked")
    if report.version is not None and report.source_version is not None:
        output.words(_versions(report))
    return 1 if is_lost else 0


def _cells(state: MarkState) -> list[str]:
    mark = state.mark
    now = _WORDS.get(state.standing, str(state.standing))
    if state.standing == "moved":
        now += f" to {'row' if mark.pin.is_row else 'line'} {state.line}"
    was = ", ".join(f"{name}={value}" for name, value in mark.shown.items())
    row = f"{mark.pin.file}, {mark.pin.place}"
    return [mark.id, _what(mark), row, now, was, mark.why, mark.by]


def _what(mark: Mark) -> str:
    if mark.act is Act.SET:
        return "set " + ", ".join(f"{name}={value}" for name, value in mark.values.items())
    return mark.act.value


def _versions(report: MarksReport) -> str:
    source, version = str(report.source_version)[:SHORT], str(report.version)[:SHORT]
    if source == version:
        return f"{report.name} is version {source}: the marks change nothing"
    return f"{report.name} is version {source}; with its marks, as jobs read it, {version}"


def do_data_unmark(options: argparse.Namespace) -> int:
    """Take marks back."""
    gone = unmark_rows(
        options.project,
        options.data,
        options.marks,
        lines_of(options.lines),
        options.all,
        options.why or "",
    )
    if options.json:
        output.json_data([mark_shape(mark) for mark in gone])
        return 0
    for mark in gone:
        output.data(f"{mark.id}  {_what(mark)}  {mark.pin.file}, {mark.pin.place}")
    output.words(f"{len(gone)} {'mark' if len(gone) == 1 else 'marks'} taken back")
    return 0


def mark_shape(mark: Mark) -> dict[str, object]:
    """Return a mark for programs."""
    pin = mark.pin
    return {
        "id": mark.id,
        "act": mark.act.value,
        "set": dict(mark.values),
        "file": pin.file,
        "line": None if pin.is_row else pin.line,
        "row": pin.line if pin.is_row else None,
        "digest": pin.digest,
        "was": dict(mark.shown),
        "why": mark.why,
        "by": mark.by,
        "t": mark.t,
    }


def marks_shape(report: MarksReport) -> dict[str, object]:
    """Return the marks of some data for programs."""
    return {
        "name": report.name,
        "path": report.path,
        "file": report.file,
        "source_version": report.source_version,
        "version": report.version,
        "marks": [
            mark_shape(it.mark) | {"standing": it.standing, "line_now": it.line}
            for it in report.marks
        ],
        "problems": list(report.problems),
    }
