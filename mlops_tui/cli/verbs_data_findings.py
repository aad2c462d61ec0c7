"""The verb that looks for what can go wrong with data."""

from __future__ import annotations

import argparse
import textwrap

from mlops_tui.cli import output
from mlops_tui.cli.listing import terminal_width
from mlops_tui.cli.patience import telling
from mlops_tui.cli.shapes_data import findings_shape
from mlops_tui.cli.verbs_data_checks import row_lines
from mlops_tui.data.finding import Finding, FindingsReport
from mlops_tui.engine import actions

WIDEST = 100
_INDENT = " " * 12


def do_data_findings(options: argparse.Namespace) -> int:
    """Show what may go wrong with data; 0 whatever was found."""
    question = actions.Question(options.data, options.target, options.holdout, options.before)
    with telling("reading") as tell:
        report = actions.find_problems(options.project, question, tell)
    if options.json:
        output.json_data(findings_shape(report))
        return 0
    for finding in report.findings:
        for line in finding_lines(finding, min(WIDEST, terminal_width())):
            output.data(line)
    for problem in report.problems:
        output.words(f"noted: {problem}")
    for line in look_lines(report):
        output.words(line)
    return 0


def finding_lines(finding: Finding, width: int) -> list[str]:
    """Return one finding: how sure and what, why, the first rows, the remedy."""
    room = max(40, width) - len(_INDENT)
    first, *more = textwrap.wrap(finding.words, room) or [""]
    lines = [f"{finding.sure:<12}{first}", *(_INDENT + line for line in more)]
    lines += [_INDENT + line for line in textwrap.wrap(finding.why, room)]
    lines += row_lines(finding.rows)
    return lines + [_INDENT + line for line in textwrap.wrap(f"remedy: {finding.remedy}", room)]


def look_lines(report: FindingsReport) -> list[str]:
    """Return how much was looked at, and what could not be, by the reason."""
    count = len(report.findings)
    found = "nothing found" if not count else f"{count} finding{'' if count == 1 else 's'}"
    against = f", compared with {', '.join(report.against)}" if report.against else ""
    rows = f"{report.n_rows:,} row{'' if report.n_rows == 1 else 's'}"
    lines = [f"{report.dataset}: {found} in {rows}{against}"]
    reasons = dict.fromkeys(look.skipped for look in report.looks if look.skipped)
    for reason in reasons:
        what = "; ".join(look.what for look in report.looks if look.skipped == reason)
        lines.append(f"not looked for: {what} ({reason})")
    return lines
