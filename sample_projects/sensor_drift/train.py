"""Fits the model on the past, and writes what it would have said then: data/reference.csv."""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from prepare import FOLDER, is_prepared, prepare, table_path, write_table
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlops_tui import track

MODEL = FOLDER / "models" / "cultivar.joblib"
SAID = ("predicted", "p_1", "p_2", "p_3")
"""What the model adds to a lot: the likeliest cultivar, and how likely each is."""


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, rows


def make_model(strength: float) -> Any:
    # a probe that is away leaves a gap: the model goes on with the middle of the past
    return make_pipeline(
        SimpleImputer(strategy="median"),
        StandardScaler(),
        LogisticRegression(C=strength, max_iter=1000),
    )


def said(probabilities: NDArray[np.float64]) -> list[list[object]]:
    """What the model says of each lot, in the order of `SAID`."""
    best = (probabilities.argmax(axis=1) + 1).tolist()
    told = [[f"{value:.4f}" for value in row] for row in probabilities.tolist()]
    return [[cultivar, *row] for cultivar, row in zip(best, told, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strength", type=float, default=0.1)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    os.chdir(FOLDER)
    with track.run(job="train", params=vars(args)) as run:
        if not is_prepared():
            prepare()
            run.note("data was missing: prepared with the defaults")
        run.dataset("train", "data/train.csv")
        header, rows = read_rows(table_path("train"))
        measures = np.array([row[2:-1] for row in rows], dtype=np.float64)
        cultivars = np.array([int(row[-1]) for row in rows])
        found = np.zeros((len(rows), 3))
        folds = StratifiedKFold(args.folds, shuffle=True, random_state=args.seed)
        for number, (rest, own) in enumerate(folds.split(measures, cultivars)):
            model = make_model(args.strength).fit(measures[rest], cultivars[rest])
            found[own] = model.predict_proba(measures[own])
            right = accuracy_score(cultivars[own], found[own].argmax(axis=1) + 1)
            loss = log_loss(cultivars[own], found[own], labels=[1, 2, 3])
            run.log({"cv_accuracy": float(right), "cv_log_loss": float(loss)}, step=number)
            run.progress(number + 1, args.folds + 1)
            print(f"part {number + 1}: accuracy {right:.4f}, log loss {loss:.4f}")
        model = make_model(args.strength).fit(measures, cultivars)
        MODEL.parent.mkdir(exist_ok=True)
        joblib.dump({"model": model, "measures": header[2:-1]}, MODEL)
        # what it says of lots it was not fitted on: what is usual once it works
        table = [[*row, *more] for row, more in zip(rows, said(found), strict=True)]
        write_table(table_path("reference"), [[*header, *SAID], *table])
        run.artifact(MODEL)
        run.progress(args.folds + 1, args.folds + 1)


if __name__ == "__main__":
    main()
