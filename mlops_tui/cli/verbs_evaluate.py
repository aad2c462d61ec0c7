"""The verb that measures predictions."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.patience import telling_share
from mlops_tui.cli.table import Column
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Cost
from mlops_tui.domain.text import short_bytes, short_number, with_unit
from mlops_tui.engine.actions_evaluate import EvaluationQuestion, evaluate_predictions

_MOST_CLASSES = 12
"""Of a confusion matrix that is printed; the JSON has them all."""
_SHOWN_POINTS = 9
"""Of the thresholds; the JSON has them all."""


def do_evaluate(options: argparse.Namespace) -> int:
    """Measure predictions: of a run, or in a file."""
    if options.predictions is None:
        from mlops_tui.cli.verbs_evaluations import list_evaluations, show_evaluation

        return list_evaluations(options) if options.list else show_evaluation(options)
    if options.subject is not None or options.list:
        raise InputError("--predictions FILE stands alone", "name a run, or a file, not both")
    question = question_of(options)
    with telling_share(f"evaluating {options.predictions.name}") as on_progress:
        report = evaluate_predictions(options.predictions, question, on_progress)
    if options.json:
        output.json_data(report)
    else:
        print_evaluation(report)
    return 0


def question_of(options: argparse.Namespace) -> EvaluationQuestion:
    """Return how predictions are to be judged.

    Raises:
        InputError: a number of steps or rows is none.
    """
    for name in ("season", "first"):
        if getattr(options, name, None) is not None and getattr(options, name) < 1:
            raise InputError(f"--{name} is a whole number from 1 on")
    costs = (options.cost_fn, options.cost_fp, options.cost_unit)
    cost = Cost("", *costs) if any(it is not None for it in costs) else None
    return EvaluationQuestion(
        segments=[name.strip() for name in options.segments.split(",") if name.strip()],
        group=options.group,
        time=getattr(options, "time", None),
        season=getattr(options, "season", None),
        query=getattr(options, "query", None),
        first=getattr(options, "first", None),
        functions=getattr(options, "functions", ()),
        cost=cost,
        problem=options.problem,
        positive=options.positive,
        seed=options.seed,
    )


def refuse_own(options: argparse.Namespace) -> None:
    """Return quietly unless something is given that a project says itself.

    Raises:
        InputError: it is.
    """
    for name in ("group", "cost_fn", "cost_fp", "cost_unit"):
        if getattr(options, name) is not None:
            hint = "say it in mlops.toml: group of the dataset, [objective.cost]"
            raise InputError(f"--{name.replace('_', '-')} is for --predictions", hint)


def print_evaluation(report: Mapping[str, Any]) -> None:
    """Print a report for people."""
    for words in (*report.get("problems", ()), *report["notes"]):
        output.words(f"note: {words}")
    output.data(_headline(report))
    output.data("")
    print_table(_METRIC_HEADS, [_metric_cells(*it) for it in report["metrics"].items()])
    _print_model_figures(report.get("model_figures") or {})
    _print_baselines(report.get("baselines", ()))
    _print_confusion(report["confusion"])
    _print_classes(report["per_class"])
    _print_thresholds(report["thresholds"])
    _print_calibration(report["calibration"])
    _print_residuals(report["residuals"])
    _print_windows(report.get("windows", ()))
    _print_segments(report["segments"])
    _print_worst(report["worst_segments"])


_METRIC_HEADS = (
    *(Column("metric"), Column("value", True), Column("95 %", True), Column("n", True)),
    Column("interval by"),
)


def _headline(report: Mapping[str, Any]) -> str:
    words = f"{report['task']}, {report['n']:,} {'row' if report['n'] == 1 else 'rows'}"
    if report["positive"] is not None:
        words += f", positive is {report['positive']}"
    elif report["classes"]:
        words += f", {len(report['classes'])} classes"
    if report["units"]:
        words += f", drawn {report['units']} ({report['n_units']:,} of them)"
    return words


def _metric_cells(name: str, it: Mapping[str, Any]) -> list[str]:
    label = with_unit(name, it.get("unit"))
    return [label, number(it["value"]), span(it["low"], it["high"]), f"{it['n']:,}", it["method"]]


def _print_model_figures(found: Mapping[str, Mapping[str, Any]]) -> None:
    """Print what was measured of the model itself."""
    if found:
        heads = [Column("the model"), *(Column(it, True) for it in ("value", "95 %", "n"))]
        rows = [
            [name, _figure(name, it["value"]), span(it["low"], it["high"]), f"{it['n']:,}"]
            for name, it in found.items()
        ]
        output.data("")
        print_table(heads, rows)


def _figure(name: str, value: float | None) -> str:
    """Return a figure of a model; what is counted in bytes as such."""
    if value is None or not name.endswith("_bytes"):
        return number(value)
    return short_bytes(value)


def _print_baselines(found: Sequence[Mapping[str, Any]]) -> None:
    """Print what simple models come to, and whether the model is better than they are."""
    if not found:
        return
    names = list(dict.fromkeys(name for it in found for name in it["model_against_it"]))
    heads = [Column("baseline"), *(Column(name, True) for name in names)]
    rows = [
        [
            f"{it['words']} (learned from {it['trained_rows']:,} rows)",
            *(_with_verdict(it, name) for name in names),
        ]
        for it in found
    ]
    _print_titled("simple models on the same rows; the model against each:", heads, rows)


def _with_verdict(it: Mapping[str, Any], name: str) -> str:
    told = it["model_against_it"].get(name)
    value = _with_bounds(it["metrics"].get(name))
    return value if told is None else f"{value}: {told['verdict']}"


def _print_confusion(found: Mapping[str, Any] | None) -> None:
    if found is None or len(found["classes"]) > _MOST_CLASSES:
        return
    is_other = any(found["other"])
    names = [*found["classes"], *(["other"] if is_other else [])]
    rows = [
        [name, *(f"{it:,}" for it in (*counts, *([more] if is_other else [])))]
        for name, counts, more in zip(
            found["classes"], found["counts"], found["other"], strict=True
        )
    ]
    output.data("")
    print_table([Column("true \\ said"), *(Column(name, True) for name in names)], rows)


def _print_classes(classes: Sequence[Mapping[str, Any]]) -> None:
    if not classes:
        return
    names = list(classes[0]["metrics"])
    heads = [Column("class"), Column("n", True), *(Column(name, True) for name in names)]
    rows = [
        [it["class"], f"{it['n']:,}", *(_with_bounds(it["metrics"].get(name)) for name in names)]
        for it in classes[: 4 * _MOST_CLASSES]
    ]
    _print_titled("by class:", heads, rows)


def _print_thresholds(found: Mapping[str, Any] | None) -> None:
    best = None if found is None else found["cheapest"]
    if found is None or best is None:
        return
    points = found["points"]
    step = max(1, len(points) // _SHOWN_POINTS)
    shown = [it for at, it in enumerate(points) if at % step == 0]
    shown += [it for it in points if it["threshold"] == best["threshold"] and it not in shown]
    shown.sort(key=lambda it: float(it["threshold"]))
    heads = [Column(it, True) for it in ("threshold", "tp", "fp", "fn", "tn", "cost", "95 %")]
    rows = [
        [
            *(number(it["threshold"]), *(f"{it[name]:,}" for name in ("tp", "fp", "fn", "tn"))),
            *(number(it["cost"]), span(it["low"], it["high"])),
        ]
        for it in shown
    ]
    _print_titled(f"cost a row by threshold ({len(points)} were tried):", heads, rows)
    output.data(
        f"cheapest from {number(best['threshold'])} ({span(best['low'], best['high'])}) on: "
        f"{number(best['cost'])} a row, n {best['n']:,}; about {number(best['optimism'])} more on "
        f"other rows, since it was chosen by these; true probabilities would want "
        f"{number(best['ideal'])}"
    )
    output.data(
        f"against the decisions that were made it saves {number(best['saving'])} a row "
        f"({span(best['saving_low'], best['saving_high'])})"
    )


def _print_calibration(found: Mapping[str, Any] | None) -> None:
    if found is None:
        return
    heads = [Column(it, True) for it in ("score from", "to", "n", "said", "true", "95 %")]
    rows = [
        [
            *(number(it["low"]), number(it["high"]), f"{it['n']:,}", number(it["said"])),
            *(number(it["true"]), span(it["true_low"], it["true_high"])),
        ]
        for it in found["bins"]
    ]
    what = "the positive class" if found["of"] == "positive" else "the predicted class"
    _print_titled(f"calibration of the score of {what}:", heads, rows)
    verdict = "poor" if found["verdict"] == "poor" else "no sign that it is poor"
    output.data(
        f"{verdict}: expected calibration error {number(found['ece'])}, of perfect probabilities "
        f"{number(found['null_mean'])} (95 % below {number(found['null_high'])}), "
        f"p {number(found['p_value'])}, n {found['n']:,}"
    )
    output.data(
        f"brier {number(found['brier'])} = reliability {number(found['reliability'])} - resolution "
        f"{number(found['resolution'])} + uncertainty {number(found['uncertainty'])} + within bins "
        f"{number(found['within'])}"
    )


def _print_residuals(found: Mapping[str, Any] | None) -> None:
    if found is None:
        return
    spread = ", ".join(f"{share:.0%} {number(it)}" for share, it in found["quantiles"])
    heads = [
        *(Column(it, True) for it in ("predicted from", "to", "n", "predicted", "true")),
        *(Column(it, True) for it in ("error", "95 %", "mae")),
    ]
    rows = [
        [
            *(number(it["low"]), number(it["high"]), f"{it['n']:,}", number(it["predicted"])),
            *(number(it["true"]), number(it["error"])),
            *(span(it["error_low"], it["error_high"]), number(it["mae"])),
        ]
        for it in found["by_prediction"]
    ]
    _print_titled("errors (predicted less true) by prediction:", heads, rows)
    output.data(f"their quantiles: {spread}; n {found['n']:,}")


def _print_segments(segments: Sequence[Mapping[str, Any]]) -> None:
    for column in dict.fromkeys(it["column"] for it in segments):
        own = [it for it in segments if it["column"] == column]
        names = [name for name in own[0]["metrics"] if name in _SEGMENT_METRICS]
        heads = [Column(column), Column("n", True), *(Column(name, True) for name in names)]
        rows = [
            [it["value"], f"{it['n']:,}", *(_with_bounds(it["metrics"].get(x)) for x in names)]
            for it in own
        ]
        _print_titled(f"by {column}:", heads, rows)


def _print_windows(windows: Sequence[Mapping[str, Any]]) -> None:
    if not windows:
        return
    names = [name for name in windows[0]["metrics"] if name in _SEGMENT_METRICS]
    heads = [Column("window"), Column("n", True), *(Column(name, True) for name in names)]
    rows = [
        [it["name"], f"{it['n']:,}", *(_with_bounds(it["metrics"].get(x)) for x in names)]
        for it in windows
    ]
    _print_titled("by time:", heads, rows)


_SEGMENT_METRICS = frozenset(
    {"roc_auc", "accuracy", "recall", "precision", "mae", "rmse", "r2", "mase", "cost"}
    | {"ndcg", "map", "mrr"}
)
"""The JSON has them all."""


def _print_worst(found: Mapping[str, Any] | None) -> None:
    if found is None or not found["looked"] + found["too_small"]:
        return
    sure = [it for it in found["found"] if it["is_sure"]]
    looked = f"{found['looked']} segments of {found['columns']} columns were looked at"
    if found["too_small"]:
        looked += f", {found['too_small']} more have too few rows or mistakes to be judged"
    if not sure:
        output.data("")
        output.data(f"no segment is worse than chance makes the worst of so many: {looked}")
        return
    heads = [
        *(Column("segment"), Column("metric"), Column("here", True), Column("elsewhere", True)),
        *(Column("difference", True), Column("95 %", True), Column("p", True), Column("n", True)),
    ]
    rows = [
        [
            *(f"{it['column']} = {it['value']}", it["metric"], number(it["here"])),
            *(number(it["elsewhere"]), number(it["difference"]), span(it["low"], it["high"])),
            *(number(it["p_value"]), f"{it['n']:,}"),
        ]
        for it in sure
    ]
    _print_titled("segments that do worse than the rest:", heads, rows)
    output.data(f"p and bounds allow for the search: {looked}")


def _print_titled(title: str, heads: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    output.data("")
    output.data(title)
    print_table(heads, rows)


def _with_bounds(it: Mapping[str, Any] | None) -> str:
    if it is None or it["value"] is None:
        return "-"
    return f"{number(it['value'])} ({span(it['low'], it['high'])})"


def span(low: float | None, high: float | None) -> str:
    """Return bounds as a person reads them; `-` where they are not known."""
    return "-" if low is None or high is None else f"{number(low)} to {number(high)}"


def number(value: float | None) -> str:
    """Return a figure in three digits; `-` for what is not known."""
    return "-" if value is None else short_number(value, 3)
