"""The verb that makes a calibrated challenger of a model."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling_share
from mlops_tui.cli.reading import project_folder
from mlops_tui.cli.shapes_models import version_shape
from mlops_tui.cli.table import Column
from mlops_tui.cli.verbs_evaluate import number, span
from mlops_tui.engine.actions_calibrate import Calibrated, calibrate_model


def do_models_calibrate(options: argparse.Namespace) -> int:
    """Make the next version of a model: the same with calibrated scores."""
    folder = project_folder(options.project)
    with telling_share(f"calibrating {options.version}") as on_progress:
        found = calibrate_model(folder, options.version, options.on, options.method, on_progress)
    if options.json:
        version = version_shape(found.version)
        source = {"from": found.source.name, "dataset": found.dataset}
        output.json_data({**version, **source, "calibration": found.report})
        return 0
    _print(found)
    return 0


def _print(found: Calibrated) -> None:
    report = found.report
    for words in report["problems"]:
        output.words(f"note: {words}")
    output.data(found.version.name)
    output.words(f"{found.version.note}; it is loaded once you trust it:")
    output.words(f"  mlops-tui models trust {found.version.name} --why ...")
    sides = [(name, report[name]) for name in ("before", "after") if report[name] is not None]
    heads = [Column("scores")]
    heads += [Column(it, True) for it in ("ece", "if perfect", "p", "brier", "n")]
    output.data("")
    print_table(heads, [_cells(name, it) for name, it in sides])
    output.data(_verdict(report))


_WORDS = {"poor": "poor", "no sign": "no sign that they are poor"}


def _cells(name: str, it: Mapping[str, Any]) -> list[str]:
    return [
        *(f"{name}: {_WORDS[it['verdict']]}", number(it["ece"]), f"< {number(it['null_high'])}"),
        *(number(it["p_value"]), number(it["brier"]), f"{it['n']:,}"),
    ]


def _verdict(report: Mapping[str, Any]) -> str:
    found = report["log_loss"]
    if found is None:
        return "the scores were no probabilities before: there is nothing to compare them with"
    return (
        f"log_loss {number(found['a'])} before, {number(found['b'])} after, by calibrations that "
        f"rows were no part of: {found['verdict']} ({span(found['low'], found['high'])}), "
        f"n {found['n']:,}"
    )
