"""The verb that judges a model by what it said of live data."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.table import Column
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import short_number
from mlops_tui.engine.actions_performance import PerformanceQuestion, judge_performance

_VERDICTS = {"ok": "ok", "degraded": "degraded", "too_little_data": "too little data"}
_BASES = {"realised": "measured by its truth", "estimated": "estimated without the truth"}
_MOST_CLASSES = 12
"""Of a confusion matrix that is printed; the JSON has them all."""
_HEADS = (
    *(Column("metric"), Column("verdict"), Column("value", True), Column("95 %", True)),
    *(Column("usual", True), Column("matters from", True), Column("chance", True)),
    *(Column("p", True), Column("n", True), Column("N", True)),
)


def do_monitor_performance(options: argparse.Namespace) -> int:
    """Show how a model does on a batch; exit code 1 where it is degraded."""
    report = judge_performance(options.project, _question(options))
    if options.json:
        output.json_data(report)
    else:
        print_performance(report)
    return 1 if report["verdict"] == "degraded" else 0


def _question(options: argparse.Namespace) -> PerformanceQuestion:
    return PerformanceQuestion(
        reference=options.reference,
        current=options.current,
        truth=options.truth,
        prediction=options.prediction,
        scores=scores_of(options.scores),
        problem=options.problem,
        positive=options.positive,
        labels=options.labels,
        key=options.id,
        time=options.time,
        by=options.by,
        is_by_file=options.files,
    )


def scores_of(given: Sequence[str]) -> dict[str, str]:
    """Return class to column of `COLUMN` or `CLASS=COLUMN` texts.

    Raises:
        InputError: both forms, or the first one twice.
    """
    found: dict[str, str] = {}
    for text in given:
        name, sign, column = text.rpartition("=")
        if name in found or (found and ("" in found) != (name == "")):
            raise InputError(
                f"--score {text} does not fit the one before",
                "two classes: --score COLUMN; several: --score CLASS=COLUMN for each",
            )
        found[name if sign else ""] = column
    return found


def print_performance(report: Mapping[str, Any]) -> None:
    """Print a report for people."""
    for problem in (*report.get("problems", ()), *report["notes"]):
        output.words(f"note: {problem}")
    output.data(_headline(report))
    for line in [*_objective_lines(report), *_money_lines(report)]:
        output.data(line)
    for basis, title in _BASES.items():
        found = [it for it in report["metrics"] if it["basis"] == basis]
        if found:
            output.data("")
            output.data(f"{title}:")
            print_table(_HEADS, [_cells(it) for it in found])
            _print_confusion(report, basis)
    _print_parts(f"by {report['by']}", report["segments"])
    _print_parts("by file", report.get("files", ()))
    if report["why_not_estimated"]:
        output.words(f"not estimated: {report['why_not_estimated']}")
    for line in _trust_lines(report):
        output.words(line)


def _headline(report: Mapping[str, Any]) -> str:
    words = _VERDICTS[report["verdict"]]
    worse = dict.fromkeys(it["metric"] for it in report["metrics"] if it["verdict"] == "degraded")
    judged = f"{', '.join(worse) or 'nothing'} worse than usual"
    if not report["metrics"]:
        judged = "no metric can be told"
    n, labelled = report["n_current"], report["n_labelled"]
    truth = "all with their truth" if labelled == n > 0 else f"{labelled:,} with their truth"
    rows = "row" if n == 1 else "rows"
    sizes = f"{n:,} {rows} with a prediction, {truth}, against {report['n_reference']:,}"
    left = report["rows_current"] - n
    if left:
        sizes += f"; {left:,} without a prediction or score left out"
    joined = report.get("joined")
    if joined:
        sizes += f"; {joined['matched']:,} labels came later, of {joined['rows']:,}"
    return f"{words}: {judged}; {sizes}"


def _objective_lines(report: Mapping[str, Any]) -> list[str]:
    state = report["objective"]
    if state is None:
        return []
    reached = {True: "reached", False: "not reached", None: "undecided"}[state["is_reached"]]
    target = f"{reached} (target {_number(state['target'])})" if state["target"] else "no target"
    bounds = f"{_number(state['value'])} ({_number(state['lower'])} to {_number(state['upper'])})"
    name = f"{state['objective']} as {state['metric']}"
    return [f"objective: {name} {bounds}, {state['basis']}, n {state['n']:,}: {target}"]


def _money_lines(report: Mapping[str, Any]) -> list[str]:
    lines = []
    for it in report["money"]:
        unit = f" {it['currency']}".rstrip()
        span = f"{_number(it['extra_lower'])} to {_number(it['extra_upper'])}"
        more = "more" if it["extra"] >= 0 else "less"
        lines.append(
            f"errors cost: {_number(it['total'])}{unit}, {it['basis']}, n {it['n']:,}: "
            f"{_number(abs(it['extra']))} {more} than so many usual rows ({span})"
        )
    return lines


def _cells(it: Mapping[str, Any]) -> list[str]:
    bounds = "-" if it["lower"] is None else f"{_number(it['lower'])} to {_number(it['upper'])}"
    return [
        *(it["metric"], _VERDICTS[it["verdict"]], _number(it["value"]), bounds),
        *(_number(it["reference"]), _number(it["threshold"]), _number(it["chance_limit"])),
        *(_number(it["adjusted_p"]), f"{it['n']:,}", f"{it['n_reference']:,}"),
    ]


def _print_parts(title: str, parts: Sequence[Mapping[str, Any]]) -> None:
    """Print a line for each segment or file: its verdict and its plainest metric."""
    if not parts:
        return
    output.data("")
    output.data(f"{title}:")
    heads = [
        *(Column(""), Column("verdict"), Column("worse"), Column("metric")),
        *(Column("realised", True), Column("estimated", True), Column("95 %", True)),
        *(Column("usual", True), Column("n", True), Column("labelled", True), Column("N", True)),
    ]
    print_table(heads, [_part_cells(it) for it in parts])


def _part_cells(part: Mapping[str, Any]) -> list[str]:
    metric = "mae" if part["problem"] == "regression" else "accuracy"
    found = {it["basis"]: it for it in part["metrics"] if it["metric"] == metric}
    one = found.get("realised") or found.get("estimated") or {}
    worse = dict.fromkeys(it["metric"] for it in part["metrics"] if it["verdict"] == "degraded")
    lower, upper = one.get("lower"), one.get("upper")
    bounds = "-" if lower is None else f"{_number(lower)} to {_number(upper)}"
    values = [_number(found.get(basis, {}).get("value")) for basis in _BASES]
    return [
        *(part["name"], _VERDICTS[part["verdict"]], ", ".join(worse) or "-", metric),
        *(*values, bounds, _number(one.get("reference"))),
        *(f"{part['n_current']:,}", f"{part['n_labelled']:,}", f"{part['n_reference']:,}"),
    ]


def _print_confusion(report: Mapping[str, Any], basis: str) -> None:
    cells = report["confusion"].get(basis, ())
    classes = report["classes"]
    if not cells or len(classes) > _MOST_CLASSES:
        return
    counts = {(it["truth"], it["predicted"]): it for it in cells}
    heads = [Column("truth \\ said"), *(Column(name, True) for name in classes)]
    rows = [
        [truth, *(_count(counts[truth, said]["count"]) for said in classes)] for truth in classes
    ]
    output.data("")
    print_table(heads, rows)


def _trust_lines(report: Mapping[str, Any]) -> list[str]:
    lines = []
    if report["assumptions"]:
        lines.append("an estimate holds while " + ", and while ".join(report["assumptions"]))
    trust = report["trust"]
    if trust is not None and not trust["is_kept"]:
        lines.append(
            f"do not trust the estimate: over the {trust['n']:,} rows with their truth "
            f"{trust['metric']} is {_number(trust['realised'])}, where "
            f"{_number(trust['estimated'])} was estimated: the same rows have another truth now"
        )
    return lines


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.1f}"


def _number(value: float | None) -> str:
    return "-" if value is None else short_number(value, 3)
