"""The verb that tells how far a model falls when its inputs go wrong."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling_share
from mlops_tui.cli.reading import project_folder
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_evaluate import number, span
from mlops_tui.engine.actions_stress import StressQuestion, stress_model

_SHOWN = 20
"""Cases that are printed; the JSON has them all."""
_MOST_NAMES = 4


def do_stress(options: argparse.Namespace) -> int:
    """Tell how far each metric falls in each case, the worst first."""
    question = StressQuestion(
        dataset=options.on,
        metrics=[name.strip() for name in options.metrics.split(",") if name.strip()],
        is_relearned=options.labels,
        problem=options.problem,
        positive=options.positive,
        seed=options.seed,
    )
    project = project_folder(options.project)
    with telling_share(f"stressing {options.version}") as on_progress:
        report = stress_model(project, options.version, question, on_progress)
    if options.json:
        output.json_data(report)
    else:
        print_stress(report, options.all)
    return 0


def print_stress(report: Mapping[str, Any], is_all: bool = False) -> None:
    """Print a report for people: what broke the model, then the worst cases by the first metric."""
    for words in (*report["problems"], *report["notes"]):
        output.words(f"note: {words}")
    first, cases = report["metrics"][0], report["cases"]
    usual = ", ".join(f"{name} {number(value)}" for name, value in report["before"].items())
    output.data(f"{report['model']} on {report['dataset']}: {usual}; n {report['n']:,}")
    for line in broken_lines([it for it in cases if it["error"]]):
        output.data(line)
    whole = [it for it in cases if not it["error"]]
    sure = sum(it["falls"][first]["is_sure"] for it in whole)
    output.data(f"{len(whole)} cases were measured; in {sure} of them {first} is worse for certain")
    shown = whole if is_all else whole[:_SHOWN]
    if not shown:
        return
    output.data("")
    heads = [
        *(Column("case"), Column(first, True), Column("worse by", True), Column("95 %", True)),
        *(Column(name, True) for name in report["metrics"][1:]),
        Column("n", True),
    ]
    print_table(heads, [_cells(it, report["metrics"]) for it in shown])
    if len(shown) < len(whole):
        output.words(f"{len(whole) - len(shown)} more, less bad: --all")


def broken_lines(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each way in which the model gave no predictions, with the columns."""
    ways: dict[tuple[str, str], list[str]] = {}
    for it in cases:
        ways.setdefault((it["kind"], it["error"]), []).append(it["column"] or "all columns")
    lines = []
    for (kind, error), names in ways.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        lines.append(f"broken by {kind} values of {', '.join(names[:_MOST_NAMES])}{more}: {error}")
    return lines


def _cells(case: Mapping[str, Any], metrics: Sequence[str]) -> list[str]:
    first = case["falls"][metrics[0]]
    others = [number(case["falls"][name]["after"]) for name in metrics[1:]]
    return [
        *(case["words"], number(first["after"]), number(first["fall"])),
        *(span(first["low"], first["high"]), *others, f"{first['n']:,}"),
    ]
