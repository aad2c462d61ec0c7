"""An evaluation as lists: metrics with intervals, segments, thresholds, calibration, residuals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.text import count, safe, short_bytes, short_number, with_unit
from mlops_tui.ui.confusion_rows import confusion_shelf
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow, Shelf
from mlops_tui.ui.widgets.pieces import Piece

Report = Mapping[str, Any]
SCALE_CELLS = 16
BAR_CELLS = 20
DASHES = "─"
MEANINGS = {
    "roc_auc": "how often a positive row scores higher than a negative one",
    "average_precision": "precision, averaged over all thresholds by how much recall each adds",
    "accuracy": "the share of rows that are predicted rightly",
    "balanced_accuracy": "the mean of the shares found of each class",
    "f1": "the harmonic mean of precision and recall",
    "precision": "of what was called positive, the share that is",
    "recall": "of what is positive, the share that was found",
    "specificity": "of what is negative, the share that was called so",
    "mcc": "the correlation of prediction and truth: 0 is chance, 1 is perfect",
    "log_loss": "how surprised the probabilities were by the truth, in nats a row",
    "brier": "the mean squared error of the probabilities",
    "cost": "what errors cost, a row",
    "mae": "the mean absolute error, in the unit of the target",
    "rmse": "the root of the mean squared error, in the unit of the target",
    "mse": "the mean squared error",
    "mape": "the mean absolute error as a share of the truth",
    "median_ae": "half of the errors are smaller than this",
    "msle": "the mean squared error of the logarithms",
    "rmsle": "the root of the mean squared error of the logarithms",
    "bias": "the mean error: prediction less truth",
    "r2": "the share of the variance that the predictions explain",
    "mase": "the error as a multiple of that of the naive forecast",
    "ndcg": "how near each ranking is to the best one possible",
    "map": "precision at each relevant place, averaged",
    "mrr": "one over the place of the first relevant row, averaged",
}
AGAINST = {
    "better": ("✓ better", "good"),
    "worse": ("✗ worse", "bad"),
    "cannot tell": ("? cannot be told", "warn"),
}
OF_SEGMENTS = ("accuracy", "recall", "precision", "f1", "mae", "rmse", "r2", "cost")
MOST_COLUMNS = 4
FEW = "too few rows for an interval"
MEANS_OF_CLASSES = ("roc_auc", "average_precision", "f1", "precision", "recall")
"""Of several classes these are told as the mean over them, each class counting as much."""


def evaluation_shelves(report: Report) -> list[Shelf]:
    """Return what an evaluation found, each kind as one list; no list is empty."""
    made = [
        Shelf("Metrics", _metrics(report)),
        Shelf("Worst segments", _worst(report.get("worst_segments"))),
        Shelf("Segments", _segments(report.get("segments") or ())),
        Shelf("Classes", _classes(report.get("per_class") or ())),
        confusion_shelf(report.get("confusion")),
        _thresholds(report.get("thresholds")),
        Shelf("Calibration", _calibration(report.get("calibration"))),
        Shelf("Errors", _residuals(report.get("residuals"))),
        Shelf("Baselines", _baselines(report.get("baselines") or (), report["metrics"])),
        Shelf("Calls", _figures(report.get("model_figures") or {})),
        Shelf("Notes", _notes(report.get("notes") or ())),
    ]
    return [it for it in made if it.content.rows]


def number(value: float | None, digits: int = 4) -> str:
    """Return a number short, `-` where there is none."""
    return "-" if value is None else short_number(value, digits)


def bounds(low: float | None, high: float | None) -> str:
    """Return such as `0.91 to 0.96`; empty where no interval can be told."""
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def scale(value: float | None, low: float | None, high: float | None, first: float = 0.0) -> str:
    """Return where a value and its interval lie between `first` and 1, drawn; empty outside."""
    if value is None or not first <= value <= 1:
        return ""
    cells = [" "] * SCALE_CELLS

    def cell(at: float) -> int:
        return min(SCALE_CELLS - 1, max(0, int((at - first) / (1 - first) * SCALE_CELLS)))

    if low is not None and high is not None:
        left, right = cell(low), cell(high)
        cells[left : right + 1] = DASHES * (right + 1 - left)
        cells[left], cells[right] = "├", "┤"
    cells[cell(value)] = "●"
    return "▏" + "".join(cells) + "▕"


def bar(share: float | None, cells: int = BAR_CELLS) -> str:
    """Return a share, 0 to 1, as a bar."""
    return "" if share is None else "█" * round(min(1.0, max(0.0, share)) * cells)


def _metrics(report: Report) -> PlaceContent:
    heads = (Head("Metric"), Head("Value", True), Head("95 % interval"), Head("n", True))
    metrics = report["metrics"]
    first = scale_start(metrics.values())
    is_of_several = report["task"] == ProblemKind.MULTICLASS
    rows = [
        PlaceRow(name, _metric_cells(name, it, first), metric_facts(name, it, is_of_several))
        for name, it in metrics.items()
    ]
    units = f", drawn {report['units']}" if report.get("units") else ""
    words = f"{report['task']}, {count(report['n'], 'row')}{safe(units)}"
    if report.get("notes"):
        words += f", {count(len(report['notes']), 'note')}"
    return PlaceContent((*heads, Head(f"{first:.1g} to 1")), rows, words)


def scale_start(metrics: Iterable[Mapping[str, Any]]) -> float:
    """Return the tenth from which a scale up to 1 has room for all metrics that get better so."""
    lows = [
        it["value"] if it["low"] is None else it["low"]
        for it in metrics
        if it["direction"] == "maximize" and it["value"] is not None
    ]
    return max(0.0, math.floor(min(lows) * 10) / 10) if lows and min(lows) < 1 else 0.0


def _metric_cells(name: str, it: Mapping[str, Any], first: float) -> list[Piece]:
    low, high = it["low"], it["high"]
    return [
        (safe(with_unit(name, it.get("unit"))), ""),
        (number(it["value"]), "strong"),
        (bounds(low, high), "" if low is not None else "dim"),
        (f"{it['n']:,}", "dim"),
        (scale(it["value"], low, high, first) if it["direction"] == "maximize" else "", "good"),
    ]


def metric_facts(name: str, it: Mapping[str, Any], is_of_several: bool = False) -> list[Fact]:
    """Return all that is known of a metric with its interval, perhaps of several classes."""
    interval = bounds(it["low"], it["high"]) or FEW
    facts = [("metric", f"{safe(with_unit(name, it.get('unit')))} {number(it['value'])}")]
    if meaning := MEANINGS.get(name.partition("@")[0]):
        of_each = (
            "the mean over all classes: " if is_of_several and name in MEANS_OF_CLASSES else ""
        )
        facts.append(("means", of_each + meaning))
    facts.append(("95 %", f"{interval}, by {safe(it.get('method') or 'no method')}"))
    facts.append(("n", f"{it['n']:,} rows stand behind it"))
    return facts


def _baselines(
    found: Sequence[Mapping[str, Any]], own: Mapping[str, Mapping[str, Any]]
) -> PlaceContent:
    heads = (
        *(Head("Metric"), Head("Model", True), Head("Simple model", True), Head("Which")),
        *(Head("Verdict"), Head("Difference, 95 %")),
    )
    rows = []
    for it in found:
        for name, told in it["model_against_it"].items():
            simple, model = it["metrics"].get(name), own.get(name)
            verdict, kind = AGAINST.get(told["verdict"], (told["verdict"], ""))
            difference = f"{number(told['difference'], 3)} ({bounds(told['low'], told['high'])})"
            cells = [
                (safe(name), ""),
                (number(None if model is None else model["value"]), "strong"),
                (number(None if simple is None else simple["value"]), ""),
                *((safe(it["words"]), ""), (verdict, kind), (difference, "dim")),
            ]
            facts = [
                ("simple", f"{safe(it['words'])}, learned from {safe(it['trained_on'])}"),
                ("verdict", f"the model is {verdict[2:]}, by {safe(told['method'])}"),
                ("n", f"{told['n']:,} rows, {it['trained_rows']:,} to learn from"),
            ]
            rows.append(PlaceRow(f"{it['name']} {name}", cells, facts))
    return PlaceContent(heads, rows, "what the figures are worth")


def _figures(found: Mapping[str, Mapping[str, Any]]) -> PlaceContent:
    heads = (Head("Figure"), Head("Value", True), Head("95 % interval"), Head("n", True))
    rows = []
    for name, it in found.items():
        value = it["value"]
        words = short_bytes(value) if name.endswith("_bytes") and value is not None else ""
        cells = [
            (safe(name.replace("_", " ")), ""),
            (words or number(value), "strong"),
            *((bounds(it["low"], it["high"]), "dim"), (f"{it['n'] or 0:,}", "dim")),
        ]
        rows.append(PlaceRow(name, cells, [("figure", safe(name)), ("value", number(value))]))
    return PlaceContent(heads, rows, "what a call costs here")


def _notes(notes: Sequence[str]) -> PlaceContent:
    rows = [
        PlaceRow(str(at), [(safe(words), "")], [("noted", safe(words))])
        for at, words in enumerate(notes)
    ]
    return PlaceContent((Head("What to know before believing it"),), rows)


def _worst(found: Mapping[str, Any] | None) -> PlaceContent:
    heads = (
        *(Head("Segment"), Head("Metric"), Head("Here", True), Head("Elsewhere", True)),
        *(Head("Difference, 95 % of all looked at"), Head("n", True), Head("How sure")),
    )
    if found is None:
        return PlaceContent(heads, ())
    rows = []
    for at, it in enumerate(found["found"]):
        sure = ("✗ sure", "bad") if it["is_sure"] else ("? chance does so too", "dim")
        name = safe(f"{it['column']} = {it['value']}")
        interval = f"{number(it['difference'], 3)} ({bounds(it['low'], it['high'])})"
        cells = [
            *((name, "strong" if it["is_sure"] else ""), (safe(it["metric"]), "")),
            *((number(it["here"], 3), ""), (number(it["elsewhere"], 3), "dim"), (interval, "")),
            *((f"{it['n']:,}", "dim"), sure),
        ]
        facts: list[Fact] = [
            ("segment", name),
            ("here", f"{safe(it['metric'])} {number(it['here'])}, n {it['n']:,}"),
            ("elsewhere", f"{number(it['elsewhere'])}, n {it['n_elsewhere']:,}"),
            ("chance", f"the worst of all looks so bad with p {number(it['p_value'], 2)}"),
        ]
        rows.append(PlaceRow(str(at), cells, facts))
    words = f"{count(found['looked'], 'segment')} of {count(found['columns'], 'column')} looked at"
    return PlaceContent(heads, rows, words)


def _segments(found: Sequence[Mapping[str, Any]]) -> PlaceContent:
    shown = [name for name in OF_SEGMENTS if found and name in found[0]["metrics"]][:MOST_COLUMNS]
    heads = (Head("Segment"), Head("n", True), *(Head(name, True) for name in shown))
    rows = [
        _by_metric(str(at), safe(f"{it['column']} = {it['value']}"), it, shown)
        for at, it in enumerate(found)
    ]
    return PlaceContent(heads, rows, count(len(rows), "segment"))


def _classes(found: Sequence[Mapping[str, Any]]) -> PlaceContent:
    shown = list(found[0]["metrics"])[:MOST_COLUMNS] if found else []
    heads = (Head("Class"), Head("n", True), *(Head(name, True) for name in shown))
    rows = [_by_metric(str(at), safe(it["class"]), it, shown) for at, it in enumerate(found)]
    return PlaceContent(heads, rows, count(len(rows), "class") if len(rows) == 1 else "by class")


def _by_metric(key: str, name: str, it: Mapping[str, Any], shown: Sequence[str]) -> PlaceRow:
    metrics = it["metrics"]
    cells: list[Piece] = [(name, ""), (f"{it['n']:,}", "dim")]
    values = [metrics[which]["value"] if which in metrics else None for which in shown]
    cells += [(number(value), "") for value in values]
    told = [
        f"{safe(which):<18} {number(one['value'])} ({bounds(one['low'], one['high']) or FEW})"
        for which, one in metrics.items()
    ]
    facts = [("rows", f"{name}, n {it['n']:,}"), ("metrics", "\n".join(told))]
    return PlaceRow(key, cells, facts)


def _thresholds(found: Mapping[str, Any] | None) -> Shelf:
    heads = (
        *(Head("From", True), Head("Cost a row", True), Head("95 % interval")),
        *(Head("Missed", True), Head("False alarms", True), Head("Recall", True)),
        *(Head("Precision", True), Head("Cost")),
    )
    if found is None:
        return Shelf("Thresholds", PlaceContent(heads, ()))
    best = found["cheapest"]
    most = max((it["cost"] or 0.0 for it in found["points"]), default=0.0)
    rows, start = [], ""
    for at, it in enumerate(found["points"]):
        is_best = best is not None and it["threshold"] == best["threshold"]
        share = it["cost"] / most if it["cost"] is not None and most > 0 else None
        drawn = bar(share) + (" ◀ cheapest" if is_best else "")
        cells = [
            (number(it["threshold"], 3), "strong" if is_best else ""),
            (number(it["cost"]), ""),
            (bounds(it["low"], it["high"]), "dim"),
            *((f"{it['fn']:,}", ""), (f"{it['fp']:,}", "")),
            (_share(it["tp"], it["fn"]), ""),
            *((_share(it["tp"], it["fp"]), ""), (drawn, "good" if is_best else "dim")),
        ]
        start = str(at) if is_best else start
        rows.append(PlaceRow(str(at), cells, _threshold_facts(it, best)))
    words = "no costs are declared" if best is None else f"cheapest {number(best['threshold'], 3)}"
    return Shelf("Thresholds", PlaceContent(heads, rows, words), start=start)


def _share(hit: int, other: int) -> str:
    return f"{hit / (hit + other):.1%}" if hit + other else "-"


def _threshold_facts(it: Mapping[str, Any], best: Mapping[str, Any] | None) -> list[Fact]:
    facts = [("here", f"{it['tp']:,} found, {it['fn']:,} missed, {it['fp']:,} false alarms")]
    if best is not None:
        saving = bounds(best["saving_low"], best["saving_high"])
        facts += [
            (
                "cheapest",
                f"{number(best['threshold'], 3)} (95 % of samples:"
                f" {bounds(best['low'], best['high'])}), {number(best['cost'])} a row",
            ),
            ("on others", f"about {number(best['optimism'], 3)} a row more: it was chosen here"),
            ("saves", f"{number(best['saving'])} a row ({saving}) against what was decided"),
            ("n", f"{best['n']:,} rows"),
        ]
    return facts


def _calibration(found: Mapping[str, Any] | None) -> PlaceContent:
    heads = (
        *(Head("Scores"), Head("Said", True), Head("Came true", True), Head("95 % interval")),
        *(Head("n", True), Head("0 to 1: ● came true, ├┤ its interval, ◆ said")),
    )
    if found is None:
        return PlaceContent(heads, ())
    poor = found["verdict"] == "poor"
    facts: list[Fact] = [
        ("ece", f"{number(found['ece'], 3)}, n {found['n']:,}"),
        (
            "chance",
            f"perfect probabilities have {number(found['null_mean'], 3)} on average, above"
            f" {number(found['null_high'], 3)} once in twenty; p {number(found['p_value'], 2)}",
        ),
        ("brier", f"{number(found['brier'])}, bias {number(found['bias'], 3)}"),
    ]
    rows = []
    for at, it in enumerate(found["bins"]):
        is_off = not it["true_low"] <= it["said"] <= it["true_high"]
        drawn = scale(it["true"], it["true_low"], it["true_high"])
        place = 1 + min(SCALE_CELLS - 1, max(0, int(it["said"] * SCALE_CELLS)))
        drawn = f"{drawn[:place]}◆{drawn[place + 1 :]}" if drawn else ""
        cells = [
            *((bounds(it["low"], it["high"]), ""), (f"{it['said']:.1%}", "")),
            (f"{it['true']:.1%}", "bad" if is_off else ""),
            (f"{it['true_low']:.1%} to {it['true_high']:.1%}", "dim"),
            *((f"{it['n']:,}", "dim"), (drawn, "bad" if is_off else "good")),
        ]
        rows.append(PlaceRow(str(at), cells, facts))
    told = "✗ poor" if poor else "no sign of poor calibration"
    return PlaceContent(heads, rows, f"ece {number(found['ece'], 3)}: {told}")


def _residuals(found: Mapping[str, Any] | None) -> PlaceContent:
    heads = (
        *(Head("Predicted"), Head("Mean error", True), Head("95 % interval")),
        *(Head("Mean truth", True), Head("mae", True), Head("n", True)),
    )
    if found is None:
        return PlaceContent(heads, ())
    spread = ", ".join(f"{share:.0%}: {number(error, 3)}" for share, error in found["quantiles"])
    facts: list[Fact] = [
        (
            "errors",
            f"mean {number(found['mean'], 3)}, sd {number(found['sd'], 3)}, n {found['n']:,}",
        ),
        ("spread", spread),
    ]
    rows = []
    for at, it in enumerate(found["by_prediction"]):
        low, high = it["error_low"], it["error_high"]
        is_off = low is not None and high is not None and not low <= 0 <= high
        cells = [
            (bounds(it["low"], it["high"]), ""),
            (number(it["error"], 3), "bad" if is_off else ""),
            (bounds(low, high), "dim"),
            *((number(it["true"]), ""), (number(it["mae"], 3), ""), (f"{it['n']:,}", "dim")),
        ]
        rows.append(PlaceRow(str(at), cells, facts))
    return PlaceContent(heads, rows, "errors are predictions less truth")
