"""What Evidently or NannyML decide: `PYTHON drift_peers.py evidently|nannyml REFERENCE CURRENT...`.

Runs with the interpreter that has them, without this package. Prints one line of JSON for each pair
of files: every column's score and decision, and the peak memory so far in MB.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import warnings
from typing import Any

Decisions = dict[str, tuple[float, bool]]


def evidently(reference: Any, current: Any) -> Decisions:
    """Return Evidently's scores and decisions by its preset."""
    preset = importlib.import_module("evidently.presets").DataDriftPreset()
    done = importlib.import_module("evidently").Report([preset]).run(current, reference)
    found = {}
    for metric in done.dict()["metrics"]:
        config = metric["config"]
        if "ValueDrift" in str(config.get("type")):
            value, threshold = float(metric["value"]), float(config["threshold"])
            is_p_value = "p_value" in str(config["method"])
            found[config["column"]] = (
                value,
                value < threshold if is_p_value else value >= threshold,
            )
    return found


def nannyml(reference: Any, current: Any) -> Decisions:
    """Return NannyML's scores and decisions, the batch one chunk and the reference ten."""
    chunks = importlib.import_module("nannyml.chunk")
    univariate = importlib.import_module("nannyml.drift.univariate")
    names = list(reference.columns)
    chunker = chunks.SizeBasedChunker(chunk_size=len(reference) // 10)
    calculator = univariate.UnivariateDriftCalculator(column_names=names, chunker=chunker)
    calculator.fit(reference)
    chunker.chunk_size = len(current)
    frame = calculator.calculate(current).filter(period="analysis").to_df()
    assert len(frame) == 1
    row = frame.iloc[0]
    return {
        name: (
            float(row[(name, "jensen_shannon", "value")]),
            bool(row[(name, "jensen_shannon", "alert")]),
        )
        for name in names
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    import pandas as pd

    decide = {"evidently": evidently, "nannyml": nannyml}[sys.argv[1]]
    for at in range(2, len(sys.argv), 2):
        reference_frame, current_frame = (pd.read_csv(path) for path in sys.argv[at : at + 2])
        decisions = decide(reference_frame, current_frame)
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print("decided", json.dumps({"memory_mb": memory_mb, "columns": decisions}), flush=True)
