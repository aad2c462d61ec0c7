"""Measures model and threshold on the holdout cases, in errors and in money."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import joblib
import numpy as np
from cost import read_cost
from prepare import FOLDER, Cases, read_cases, table_path, write_table
from sklearn.base import ClassifierMixin
from sklearn.metrics import confusion_matrix, roc_auc_score

from mlops_tui import track

CONFUSION = FOLDER / "reports" / "confusion.csv"


def fail(message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(2)


def load(model: Path) -> tuple[ClassifierMixin, Cases]:
    """The saved model, and cases it was not made with; or exit with 2."""
    if not model.is_file():
        fail(f"{model} is missing: run the train job first")
    if not table_path("holdout").is_file():
        fail("data/holdout.csv is missing: run the prepare job first")
    saved: ClassifierMixin = joblib.load(model)
    holdout = read_cases("holdout")
    seen = len(set(saved.trained_on_) & set(holdout.ids))
    if seen:
        fail(f"the model was made with {seen} of the holdout cases: run the train job again")
    return saved, holdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/breast_cancer.joblib"))
    args = parser.parse_args()
    os.chdir(FOLDER)
    saved, holdout = load(args.model)
    with track.run(job="evaluate", params={"model": str(args.model)}) as run:
        run.dataset("holdout", "data/holdout.csv")
        cost = read_cost(FOLDER)
        answers = saved.predict_proba(holdout.cells)[:, 1]
        referred = saved.predict(holdout.cells) == 1
        run.predictions(
            holdout.ids, holdout.malignant, referred.astype(int), answers, dataset="holdout"
        )
        matrix = confusion_matrix(holdout.malignant, referred, labels=[0, 1])
        (spared, needless), (missed, found) = matrix.tolist()
        everyone = np.ones(len(holdout.ids), dtype=bool)
        metrics = {
            "roc_auc": float(roc_auc_score(holdout.malignant, answers)),
            "recall": found / (found + missed),
            "precision": found / max(1, found + needless),
            "expected_cost_per_case": cost.per_case(holdout.malignant, referred),
            "cost_of_operating_on_everyone": cost.per_case(holdout.malignant, everyone),
            "missed": missed,
            "needless": needless,
            "threshold": saved.threshold,
            "holdout_rows": len(holdout.ids),
        }
        run.log(metrics, step=0)
        header = ["true", "sent home", "referred"]
        rows = [["benign", spared, needless], ["malignant", missed, found]]
        write_table(CONFUSION, [header, *rows])
        run.artifact(CONFUSION)
        run.progress(1, 1)
        for name, value in metrics.items():
            print(f"{name:30} {value:.4f}")


if __name__ == "__main__":
    main()
