"""The verbs about checks of data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mlops_tui.cli import output
from mlops_tui.cli.patience import telling
from mlops_tui.cli.reading import project_folder
from mlops_tui.cli.shapes_data import check_shape
from mlops_tui.data.check_results import CheckReport, CheckResult, Status
from mlops_tui.data.found import FoundRow, row_texts
from mlops_tui.domain.errors import InputError
from mlops_tui.engine import actions

MARKS = {Status.OK: "ok", Status.FAILED: "FAILED", Status.CANNOT_TELL: "cannot tell"}
LONGEST_ROW = 160


def do_data_check(options: argparse.Namespace) -> int:
    """Judge the declared checks of a dataset; 1 where one fails."""
    if options.rows < 0:
        raise InputError(f"--rows is {options.rows}, expected 0 or more")
    project = project_folder(options.project)
    with telling("reading") as tell:
        report = actions.check_data(project, options.data, options.like, options.rows, tell)
    if options.json:
        output.json_data(check_shape(report))
    else:
        _print_report(report)
    return 1 if report.status is Status.FAILED else 0


def do_data_propose_checks(options: argparse.Namespace) -> int:
    """Show checks that a dataset meets as it is, and write them where that is asked for."""
    project = project_folder(options.project)
    with telling("reading") as tell:
        proposal = actions.propose_data_checks(project, options.data, tell)
    written = actions.write_checks(project, proposal) if options.write else None
    if options.json:
        output.json_data(
            {
                "dataset": proposal.dataset,
                "n_rows": proposal.n_rows,
                "toml": proposal.toml,
                "written": str(written) if written else None,
            }
        )
        return 0
    for line in proposal.toml.rstrip("\n").split("\n"):
        output.data(line)
    output.words(f"from {proposal.n_rows:,} rows of {proposal.n_columns} columns")
    output.words(f"wrote {written}; look it over" if written else "--write puts it in mlops.toml")
    return 0


def _print_report(report: CheckReport) -> None:
    for result in report.checks:
        for line in check_lines(result):
            output.data(line)
    for problem in report.problems:
        output.words(f"noted: {problem}")
    output.words(summary(report))


def summary(report: CheckReport) -> str:
    """Return such as `train: 1 of 9 checks failed on 500 rows in 1 file`."""
    failed = len(report.with_status(Status.FAILED))
    unsure = len(report.with_status(Status.CANNOT_TELL))
    counted = f"{len(report.checks)} check{'' if len(report.checks) == 1 else 's'}"
    files = f"{report.n_files} file{'' if report.n_files == 1 else 's'}"
    words = f"{failed} of {counted} failed" if failed else f"{counted} met"
    if unsure and not failed:
        words = f"{unsure} of {counted} undecided, the others met"
    rows = f"{report.n_rows:,} row{'' if report.n_rows == 1 else 's'}"
    return f"{report.dataset}: {words} on {rows} in {files}"


def check_lines(result: CheckResult) -> list[str]:
    """Return one check as a person reads it, its offending rows below."""
    figures = f" ({result.figures})" if result.figures else ""
    lines = [f"{MARKS[result.status]:<12}{result.words}{figures}"]
    return lines + row_lines(result.rows)


def row_lines(rows: Sequence[FoundRow]) -> list[str]:
    """Return rows below what they are shown for: their places and values."""
    lines = [f"            {text}" for text in row_texts(rows)]
    return [it if len(it) <= LONGEST_ROW else it[: LONGEST_ROW - 1] + "…" for it in lines]
