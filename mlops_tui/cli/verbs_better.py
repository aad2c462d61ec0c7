"""The verb that tells whether B is better than A."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.verbs_evaluate import number, question_of, span
from mlops_tui.domain.text import short_number
from mlops_tui.engine.actions_evaluate import compare_predictions

KEYS = (*("verdict", "difference", "low", "high", "confidence", "n", "method", "rows_needed"),)
"""What programs rely on."""


def do_better(options: argparse.Namespace) -> int:
    """Tell whether B is better than A; what cannot be told ends with 0 as well."""
    first, second = options.predictions
    options.segments = ""
    found = compare_predictions(
        first, second, options.metric, question_of(options), options.min_difference
    )
    print_comparison(found, options.json)
    return 0


def print_comparison(found: Mapping[str, Any], is_json: bool) -> None:
    """Print a comparison; what was left out is told beside it."""
    for words in (*found["problems"], *found["notes"]):
        output.words(f"note: {words}")
    if is_json:
        output.json_data({key: found[key] for key in KEYS})
        return
    output.data(_headline(found))
    output.data(
        f"{found['metric']}: A {_exact(found['a'])}, B {_exact(found['b'])}; B less A "
        f"{number(found['difference'])} ({found['confidence']:.0%}: "
        f"{span(found['low'], found['high'])}), n {found['n']:,}, by {found['method']}"
    )


def _headline(found: Mapping[str, Any]) -> str:
    if found["verdict"] != "cannot tell":
        return f"B is {found['verdict']}"
    wanted = f"a difference of {number(found['wanted'])} ({found['wanted_by']})"
    needed = found["rows_needed"]
    if needed is None:
        return f"cannot tell; nor how many rows would show {wanted}"
    if not needed:
        return f"cannot tell, though so many rows would show {wanted} in 8 of 10 cases"
    return f"cannot tell: needs about {needed:,} more rows to see {wanted}"


def _exact(value: float | None) -> str:
    return "-" if value is None else short_number(value, 4)
