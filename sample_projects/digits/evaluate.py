"""Measures the trained network on the holdout scans: accuracy, recalls, latency, confusions."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from prepare import FOLDER, Scans, read_scans, table_path, write_table
from sklearn.metrics import confusion_matrix
from sklearn.pipeline import Pipeline

from mlops_tui import track

CLASSES = list(range(10))
CONFUSION = FOLDER / "reports" / "confusion.csv"


def load(model: Path) -> tuple[Pipeline, Scans]:
    """The saved network, and scans it was not trained on; or exit with 2."""
    if not model.is_file():
        fail(f"{model} is missing: run the train job first")
    if not table_path("holdout").is_file():
        fail("data/holdout.csv is missing: run the prepare job first")
    saved: Pipeline = joblib.load(model)
    holdout = read_scans("holdout")
    seen = len(set(saved.trained_on_) & set(holdout.ids))
    if seen:
        fail(f"the network was trained on {seen} of the holdout scans: run the train job again")
    return saved, holdout


def fail(message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(2)


def latencies_ms(network: Pipeline, pixels: pd.DataFrame, repeats: int) -> NDArray[np.float64]:
    """Milliseconds to read one scan at a time, after a few to warm up."""
    times = []
    for i in range(repeats + 20):
        row = pixels.iloc[[i % len(pixels)]]
        begun = time.perf_counter()
        network.predict(row)
        times.append(time.perf_counter() - begun)
    return np.array(times[20:]) * 1000


def write_confusion(matrix: NDArray[np.int64]) -> None:
    header: list[object] = ["true digit", *(f"read as {digit}" for digit in CLASSES)]
    write_table(CONFUSION, [header, *([i, *row] for i, row in enumerate(matrix.tolist()))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/digits.joblib"))
    parser.add_argument("--repeats", type=int, default=1000)
    args = parser.parse_args()
    os.chdir(FOLDER)
    saved, holdout = load(args.model)
    with track.run(job="evaluate", params={**vars(args), "model": str(args.model)}) as run:
        run.dataset("holdout", "data/holdout.csv")
        answers = saved.predict(holdout.pixels)
        chances = saved.predict_proba(holdout.pixels)
        run.predictions(
            holdout.ids, holdout.labels, answers, chances, classes=CLASSES, dataset="holdout"
        )
        matrix = confusion_matrix(holdout.labels, answers, labels=CLASSES)
        recalls = matrix.diagonal() / np.maximum(matrix.sum(axis=1), 1)
        times = latencies_ms(saved, holdout.pixels, args.repeats)
        metrics = {
            "holdout_accuracy": float((answers == holdout.labels).mean()),
            "recall_min": float(recalls.min()),
            **{f"recall_{digit}": float(recalls[digit]) for digit in CLASSES},
            "latency_p50_ms": float(np.percentile(times, 50)),
            "latency_p95_ms": float(np.percentile(times, 95)),
            "holdout_rows": len(holdout.ids),
        }
        run.log(metrics, step=0)
        write_confusion(matrix)
        run.artifact(CONFUSION)
        run.progress(1, 1)
        for name, value in metrics.items():
            print(f"{name:16} {value:.4f}")
        print(f"confusions (a row is a true digit):\n{matrix}")


if __name__ == "__main__":
    main()
