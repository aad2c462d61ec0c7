"""Writes the tables of patients: data/train.csv, validation.csv and holdout.csv."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from mlops_tui import track

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
TABLES = ("train", "validation", "holdout")
# what scikit-learn calls s1 to s6, by its description of the set
NAMES = {
    "s1": "cholesterol",
    "s2": "ldl",
    "s3": "hdl",
    "s4": "cholesterol_ratio",
    "s5": "log_triglycerides",
    "s6": "glucose",
}
SEED = 7


@dataclass(frozen=True)
class Patients:
    """One table: as many ids and outcomes as rows of measurements."""

    ids: list[str]
    measured: NDArray[np.float64]
    progression: NDArray[np.float64]


def table_path(name: str) -> Path:
    return DATA / f"{name}.csv"


def is_prepared() -> bool:
    return all(table_path(name).is_file() for name in TABLES)


def read_patients(name: str) -> Patients:
    with table_path(name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    values = np.array([row[1:] for row in rows], dtype=np.float64)
    return Patients([row[0] for row in rows], values[:, :-1], values[:, -1])


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a whole table or nothing: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    os.replace(unfinished, path)


def prepare(seed: int = SEED) -> dict[str, int]:
    """Write the tables: 60 % of the patients, 20 % and 20 %; gives their numbers of rows."""
    diabetes = load_diabetes(scaled=False)
    rows = np.arange(len(diabetes.target))
    rest, holdout = train_test_split(rows, test_size=0.2, random_state=seed)
    train, validation = train_test_split(rest, test_size=0.25, random_state=seed)
    header = [NAMES.get(name, name) for name in diabetes.feature_names]
    counts = {}
    for name, part in zip(TABLES, (train, validation, holdout), strict=True):
        table: list[list[object]] = [["patient_id", *header, "progression"]]
        for i in sorted(part.tolist()):
            measured = [f"{value:g}" for value in diabetes.data[i].tolist()]
            table.append([f"P{i:03d}", *measured, int(diabetes.target[i])])
        write_table(table_path(name), table)
        counts[name] = len(part)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    os.chdir(FOLDER)
    with track.run(job="prepare", params=vars(args)) as run:
        counts = prepare(args.seed)
        run.log({f"{name}_rows": count for name, count in counts.items()}, step=0)
        run.progress(1, 1)
        for name, count in counts.items():
            run.dataset(name, f"data/{name}.csv")
            print(f"data/{name}.csv: {count} patients")


if __name__ == "__main__":
    main()
