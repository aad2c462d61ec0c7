from __future__ import annotations

from typing import Any

from mlops_tui.ui.model_report import matters_parts, performance_parts, performance_title


def metric(basis: str, value: float, verdict: str, n: int = 300) -> dict[str, Any]:
    return {
        "metric": "accuracy",
        "basis": basis,
        "value": value,
        "lower": value - 0.05,
        "upper": value + 0.05,
        "reference": 0.99,
        "threshold": 0.97,
        "verdict": verdict,
        "n": n,
    }


def report(**more: Any) -> dict[str, Any]:
    return {
        "verdict": "degraded",
        "metrics": [metric("realised", 0.687, "degraded"), metric("estimated", 0.9, "ok", 500)],
        "objective": None,
        "why_not_estimated": "",
        "trust": None,
        "assumptions": ["the concept is the same"],
        "n_current": 500,
        "n_labelled": 300,
        **more,
    }


def text(parts: list[Any]) -> str:
    return "\n".join(f"{part.label}|{part.text}" for part in parts)


def test_what_is_measured_stands_beside_what_is_estimated_with_its_rows() -> None:
    told = text(performance_parts(report()))
    assert "measured by its truth, 300 rows; 95 % bounds" in told
    assert "✗ worse|accuracy     0.687 (0.637 to 0.737)  usual 0.99, limit 0.97" in told
    assert "estimated without the truth, 500 rows" in told
    assert "holds while|the concept is the same" in told
    assert performance_title("week-13.csv", report()) == (
        "The model on week-13.csv: worse, 500 rows with a prediction, 300 with their truth"
    )


def test_an_estimate_that_labels_refute_is_not_trusted() -> None:
    trust = {"metric": "recall", "realised": 0.694, "estimated": 0.998, "is_kept": False, "n": 300}
    told = text(performance_parts(report(trust=trust)))
    assert "no trust|over 300 rows with their truth recall is 0.694, where 0.998" in told
    assert "holds while" not in told


def test_the_objective_comes_first_and_may_be_undecided() -> None:
    objective = {"objective": "live\x1b[31m", "basis": "estimated", "value": 0.95, "lower": 0.9}
    objective |= {"upper": 0.99, "n": 500, "target": 0.95, "is_reached": None}
    first = performance_parts(report(objective=objective))[0]
    assert first.label == "? unsure"
    assert "\x1b" not in first.text
    assert first.text.endswith(
        "0.95 (0.9 to 0.99), n 500, target 0.95, estimated without the truth"
    )


def test_only_what_moved_is_said_to_matter_or_not() -> None:
    columns = [
        {"verdict": "matters", "words": "proline moved, and changes predictions by 17 points"},
        {"verdict": "cannot_tell", "words": ""},
    ]
    told = text(matters_parts({"why_not": "", "columns": columns}))
    assert "✗ matters|proline moved" in told
    assert "unsure" not in told
    assert "not told|no surrogate" in text(matters_parts({"why_not": "no surrogate"}))
    assert "No column that moved" in text(matters_parts({"why_not": "", "columns": []}))
