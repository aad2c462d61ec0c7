"""The verb that compares live data with a reference, and how its report is printed."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_matters import print_matters
from mlops_tui.cli.verbs_performance import print_performance, scores_of
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import short_number
from mlops_tui.engine import actions_monitor

WORDS = {"ok": "ok", "drift": "drift", "too_little_data": "too little data"}
_SHOWN = 20
"""Columns without a finding that are listed; the rest is counted."""
_HEADS = (
    *(Column("column"), Column("verdict"), Column("score", True), Column("threshold", True)),
    *(Column("chance", True), Column("p", True), Column("n", True), Column("N", True)),
    *(Column("method"), Column("type")),
)


def do_monitor_run(options: argparse.Namespace) -> int:
    """Compare a batch, or a live dataset, with a reference.

    The exit code is 1 on drift, or where the model does worse.
    """
    is_by_files = options.reference is not None or options.current is not None
    report = _of_files(options) if is_by_files else _of_project(options)
    if options.json:
        output.json_data(report)
    else:
        print_report(report, options.all)
    model = report["performance"]
    is_degraded = model is not None and model["verdict"] == "degraded"
    return 1 if report["verdict"] == "drift" or is_degraded else 0


def _of_files(options: argparse.Namespace) -> dict[str, Any]:
    if options.reference is None or options.current is None:
        missing = "--reference" if options.reference is None else "--current"
        raise InputError(f"{missing} FILE is missing", "mlops-tui monitor run --help")
    if options.dataset is not None:
        hint = "name a live dataset, or two files, not both"
        raise InputError(f"{options.dataset!r} beside --reference and --current", hint)
    scores = scores_of(options.scores)
    prediction = options.prediction or next(iter(scores.values()), None)
    roles = {"target": options.target, "prediction": prediction, "time": options.time}
    return actions_monitor.compare_files(
        options.reference,
        options.current,
        options.preset,
        roles | settings_of(options),
        options.multivariate,
        ask={
            "truth": options.target,
            "prediction": options.prediction,
            "scores": scores,
            "time": options.time,
        },
    )


def _of_project(options: argparse.Namespace) -> dict[str, Any]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.engine import actions_live

    for name in ("preset", "target", "prediction", "scores", "time"):
        if getattr(options, name):
            hint = "mlops.toml says it of datasets and [monitor]; or give --reference and --current"
            raise InputError(f"--{name.removesuffix('s')} is for two files", hint)
    folder = project_folder(options.project)
    settings = settings_of(options)
    return actions_live.compare_live(folder, options.dataset, settings, options.multivariate)


def settings_of(options: argparse.Namespace) -> dict[str, object]:
    """Return the thresholds and methods that were given.

    Raises:
        InputError: one is no pair.
    """
    return {
        "thresholds": dict(_pairs(options.thresholds, float, "THRESHOLD")),
        "methods": dict(_pairs(options.methods, str, "METHOD")),
    }


def _pairs(given: Sequence[str], kind: type[float] | type[str], what: str) -> list[tuple[str, Any]]:
    found = []
    for pair in given:
        name, sign, value = pair.rpartition("=")
        try:
            found.append((name, kind(value)))
        except ValueError:
            sign = ""
        if not sign or not name:
            raise InputError(f"{pair!r} is not understood", f"write NAME={what}")
    return found


def print_report(report: Mapping[str, Any], is_all: bool) -> None:
    """Print a report for people; columns without a finding only in part unless `is_all`."""
    for problem in report["problems"]:
        output.words(f"note: {problem}")
    output.data(_headline(report))
    for finding in report["quality"]:
        column = f"{finding['column']}: " if finding["column"] else ""
        output.data(f"  {finding['level']:<8} {column}{finding['words']}")
    for role, title in (
        ("target", "target"),
        ("prediction", "prediction"),
        ("feature", "features"),
    ):
        rows = [column for column in report["columns"] if column["role"] == role]
        _print_columns(title, rows, is_all)
    _print_together(report["multivariate"])
    if report["matters"] is not None:
        print_matters(report["matters"])
    if report["performance"] is not None:
        output.data("")
        output.data("the model:")
        print_performance(report["performance"])
    if report["skipped"]:
        names = ", ".join(f"{it['column']} ({it['type']})" for it in report["skipped"][:_SHOWN])
        more = len(report["skipped"]) - _SHOWN
        output.words(f"not compared: {names}" + (f" and {more} more" if more > 0 else ""))


def _headline(report: Mapping[str, Any]) -> str:
    columns = report["columns"]
    drifted = sum(column["verdict"] == "drift" for column in columns)
    sizes = f"{report['n_current']:,} rows against {report['n_reference']:,}"
    for side, words in (("current", "rows"), ("reference", "rows of reference")):
        if report[f"rows_{side}"] != report[f"n_{side}"]:
            sizes += f"; {words} drawn from {report[f'rows_{side}']:,}"
    by = f", as {report['preset']} decides" if report["preset"] else ""
    ordered = f", in order of {report['time']}" if report["time"] else ""
    judged = f"{drifted} of {len(columns)} scores drifted"
    errors = sum(finding["level"] == "error" for finding in report["quality"])
    if errors:
        judged += f", {errors} {'error' if errors == 1 else 'errors'} in the data"
    return f"{WORDS[report['verdict']]}: {judged}; {sizes}{ordered}{by}"


def _print_columns(title: str, columns: Sequence[Mapping[str, Any]], is_all: bool) -> None:
    if not columns:
        return
    urgent = [column for column in columns if column["verdict"] == "drift"]
    rest = [column for column in columns if column["verdict"] != "drift"]
    shown = [*urgent, *(rest if is_all else rest[:_SHOWN])]
    output.data("")
    output.data(f"{title}:")
    print_table(_HEADS, [_cells(column) for column in shown])
    if len(shown) < len(columns):
        output.words(f"and {len(columns) - len(shown)} more without drift: --all shows them")


def _cells(column: Mapping[str, Any]) -> list[str]:
    return [
        *(column["column"], WORDS[column["verdict"]], _number(column["score"])),
        *(_number(column["threshold"]), _number(column["null_q99"]), _number(column["p_value"])),
        *(f"{column['n_current']:,}", f"{column['n_reference']:,}"),
        *(column["method"], column["type"]),
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else short_number(value, 3)


def _print_together(together: Mapping[str, Any] | None) -> None:
    if together is None:
        return
    output.data("")
    output.data("all columns together:")
    for name in ("domain_classifier", "pca"):
        found = together[name]
        if found is not None:
            output.data(f"  {WORDS[found['verdict']]}: {found['words']}")
