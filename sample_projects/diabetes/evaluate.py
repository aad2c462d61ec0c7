"""Measures the model on the holdout patients, against guessing the same for everyone."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from prepare import FOLDER, SEED, Patients, read_patients, table_path, write_table
from sklearn.metrics import r2_score

from mlops_tui import track

PREDICTIONS = FOLDER / "reports" / "predictions.csv"


def fail(message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(2)


def load(model: Path) -> tuple[dict[str, Any], Patients]:
    """The saved model with its facts, and patients it was not made with; or exit with 2."""
    if not model.is_file():
        fail(f"{model} is missing: run the train job first")
    if not table_path("holdout").is_file():
        fail("data/holdout.csv is missing: run the prepare job first")
    saved: dict[str, Any] = joblib.load(model)
    holdout = read_patients("holdout")
    seen = len(set(saved["trained_on"]) & set(holdout.ids))
    if seen:
        fail(f"the model was made with {seen} of the holdout patients: run the train job again")
    return saved, holdout


def mean_interval(values: NDArray[np.float64], resamples: int, seed: int) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean."""
    random = np.random.default_rng(seed)
    rows = random.integers(0, len(values), (resamples, len(values)))
    low, high = np.percentile(values[rows].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/diabetes.joblib"))
    parser.add_argument("--resamples", type=int, default=2000)
    args = parser.parse_args()
    os.chdir(FOLDER)
    saved, holdout = load(args.model)
    with track.run(job="evaluate", params={**vars(args), "model": str(args.model)}) as run:
        run.dataset("holdout", "data/holdout.csv")
        answers = saved["model"].predict(holdout.measured)
        errors = np.abs(answers - holdout.progression)
        low, high = mean_interval(errors, args.resamples, SEED)
        metrics = {
            "mae": float(errors.mean()),
            "mae_low": low,
            "mae_high": high,
            "mae_of_guessing": float(np.abs(saved["usual"] - holdout.progression).mean()),
            "rmse": float(np.sqrt((errors**2).mean())),
            "r2": float(r2_score(holdout.progression, answers)),
            "holdout_rows": len(holdout.ids),
        }
        run.log(metrics, step=0)
        columns = zip(holdout.ids, holdout.progression, answers.round(2), strict=True)
        write_table(PREDICTIONS, [["patient_id", "progression", "predicted"], *columns])
        run.artifact(PREDICTIONS)
        run.progress(1, 1)
        for name, value in metrics.items():
            print(f"{name:16} {value:.4f}")


if __name__ == "__main__":
    main()
