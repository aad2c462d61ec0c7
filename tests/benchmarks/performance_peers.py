"""What NannyML says of performance: `PYTHON performance_peers.py KIND REFERENCE CURRENT...`.

Runs with the interpreter that has it, without this package. KIND is `two`, `three` or `numbers`, as
`tests.unit.monitor.models` makes them. Prints a line of JSON for each pair of files.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import warnings
from typing import Any

CLASSES = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy"]
NUMBERS = ["mae", "mape", "mse", "rmse"]


def estimator(kind: str, rows: int) -> Any:
    """Return NannyML's estimator, the batch one chunk."""
    nannyml = importlib.import_module("nannyml")
    chunker = importlib.import_module("nannyml.chunk").SizeBasedChunker(chunk_size=rows)
    if kind == "numbers":
        return nannyml.DLE(["x", "z"], y_pred="pred", y_true="y", metrics=NUMBERS, chunker=chunker)
    is_two = kind == "two"
    scores = "score" if is_two else {name: f"p{name}" for name in "abc"}
    problem = f"classification_{'binary' if is_two else 'multiclass'}"
    return nannyml.CBPE(
        CLASSES,
        y_pred="said",
        y_pred_proba=scores,
        y_true="y",
        problem_type=problem,
        chunker=chunker,
    )


def estimated(kind: str, reference: Any, current: Any) -> dict[str, list[Any]]:
    """Return value and alert of every metric."""
    found = estimator(kind, len(current))
    found.fit(reference)
    frame = found.estimate(current.drop(columns="y")).filter(period="analysis").to_df()
    row = frame.iloc[0]
    names = NUMBERS if kind == "numbers" else CLASSES
    return {name: [float(row[(name, "value")]), bool(row[(name, "alert")])] for name in names}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
    import pandas as pd

    for at in range(2, len(sys.argv), 2):
        frames = [pd.read_csv(path) for path in sys.argv[at : at + 2]]
        start = time.process_time()
        told = estimated(sys.argv[1], *frames)
        took = time.process_time() - start
        print("estimated", json.dumps({"seconds": took, "metrics": told}), flush=True)
