"""The verb that tells whether B is better than A."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.verbs_evaluate import number, question_of, refuse_own, span
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import short_number
from mlops_tui.engine.actions_evaluate import compare_predictions
from mlops_tui.engine.better_words import needed_words

KEYS = (*("verdict", "difference", "low", "high", "confidence", "n", "method", "rows_needed"),)
"""What programs rely on."""


def do_better(options: argparse.Namespace) -> int:
    """Tell whether B is better than A; what cannot be told ends with 0 as well."""
    if options.predictions is None:
        return _compare_runs(options)
    if options.runs:
        raise InputError("--predictions A B stands alone", "name two runs, or two files")
    first, second = options.predictions
    options.segments = ""
    found = compare_predictions(
        first, second, options.metric, question_of(options), options.min_difference
    )
    print_comparison(found, options.json)
    return 0


def _compare_runs(options: argparse.Namespace) -> int:
    if len(options.runs) != 2:
        raise InputError("two models are compared", "better A B --metric M, or --predictions A B")
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.engine.actions_better import BetterQuestion, compare_models, compare_repeated

    refuse_own(options)
    question = BetterQuestion(
        metric=options.metric,
        dataset=options.on,
        min_difference=options.min_difference,
        positive=options.positive,
        problem=options.problem,
        is_anyway=options.anyway,
        seed=options.seed,
    )
    compare = compare_repeated if options.seeds else compare_models
    a, b = options.runs
    found = compare(project_folder(options.project), a, b, question)
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
    return needed_words(found)


def _exact(value: float | None) -> str:
    return "-" if value is None else short_number(value, 4)
