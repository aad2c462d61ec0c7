"""Windows of live data that were judged, written as the background process writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlops_tui.domain.lifecycle import BATCH_JUDGED, BATCH_PERFORMED
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.objects import keep_object

T0 = 1_760_000_000.0
DAY = 86400.0
NUMERIC = {
    "kind": "numeric",
    "edges": [0.0, 1.0, 2.0],
    "reference": [30, 10],
    "current": [2, 6],
}


def add_window(
    project: Path,
    number: int,
    columns: Mapping[str, float | None] | None,
    error: str | None = None,
    **more: object,
) -> None:
    """Record window `number`: by column its score in thresholds, None where it is gone."""
    cells: list[Sequence[object]] = []
    for name, score in (columns or {}).items():
        is_drifted = score is None or score >= 1
        values = (
            (None, None, None, 0, "missing_column") if score is None else (score, 1, 0.5, 8, "")
        )
        cells.append([name, "drift" if is_drifted else "ok", *values])
    drifted = [cell[0] for cell in cells if cell[1] == "drift"]
    verdict = None if error else "drift" if drifted else "ok"
    told = [
        {"column": name, "verdict": cell[1], "score": cell[2], "threshold": cell[3]}
        | {"null_q99": cell[4], "p_value": 0.01, "method": "wasserstein", "role": "feature"}
        | {"n_reference": 40, "n_current": 8}
        for name, cell in ((str(cell[0]), cell) for cell in cells)
    ]
    report: dict[str, object] = {
        "n_reference": 40,
        "n_current": 8,
        "verdict": verdict,
        "columns": told,
    }
    report |= {
        "quality": [],
        "skipped": [],
        "problems": [],
        "distributions": dict.fromkeys(columns or (), NUMERIC),
    }
    ensure_project_folders(project)
    digest = None if error else keep_object(project, json.dumps(report).encode())
    t = T0 + number * DAY
    facts = {"batch": f"b{number}", "dataset": "live", "reference": "train", "at": t}
    facts |= {"key": f"day-{number}.csv", "rows": 8, "verdict": verdict, "error": error}
    facts |= {"n_columns": len(cells), "drifted": drifted, "n_drifted": len(drifted)}
    facts |= {"n_findings": 0, "report": digest, "columns": cells}
    record_fact(project, BATCH_JUDGED, t, **facts, **more)


def performance(value: float, basis: str = "estimated", verdict: str = "ok") -> dict[str, object]:
    """Return how a model did on a window, by one metric."""
    metric = {"metric": "accuracy", "basis": basis, "value": value, "lower": value - 0.05}
    metric |= {"upper": value + 0.03, "reference": 0.95, "sampling_error": 0.01, "n": 8}
    metric |= {"threshold": 0.9, "adjusted_p": 0.001, "verdict": verdict, "n_reference": 40}
    return {"verdict": verdict, "metrics": [metric], "n_labelled": 8, "n_current": 8}


def add_labels(project: Path, number: int, value: float, verdict: str) -> None:
    """Record what the labels of a window came to."""
    found = performance(value, "realised", verdict)
    facts = {"batch": f"b{number}", "labels": "x", "performance": found}
    record_fact(project, BATCH_PERFORMED, T0 + (number + 1) * DAY, **facts)
