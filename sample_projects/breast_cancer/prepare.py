"""Writes the tables of biopsied lumps: data/train.csv, validation.csv and holdout.csv."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from mlops_tui import track

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
TABLES = ("train", "validation", "holdout")
SEED = 7


@dataclass(frozen=True)
class Cases:
    """One table: as many ids and answers (1 is malignant) as rows of measured cells."""

    ids: list[str]
    cells: pd.DataFrame
    malignant: NDArray[np.int64]


def table_path(name: str) -> Path:
    return DATA / f"{name}.csv"


def is_prepared() -> bool:
    return all(table_path(name).is_file() for name in TABLES)


def read_cases(name: str, path: str | None = None) -> Cases:
    table = pd.read_csv(path or table_path(name))
    cells = table.drop(columns=["case_id", "malignant"])
    return Cases(table["case_id"].tolist(), cells, table["malignant"].to_numpy())


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a whole table or nothing: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    os.replace(unfinished, path)


def prepare(seed: int = SEED) -> dict[str, int]:
    """Write the tables: half of the cases, a quarter and a quarter; gives their numbers of rows."""
    cancer = load_breast_cancer()
    # scikit-learn has 1 for benign; here 1 is what must not be missed
    malignant = 1 - cancer.target
    names = [name.replace(" ", "_") for name in cancer.feature_names]
    rest, holdout = train_test_split(
        np.arange(len(malignant)), test_size=0.25, stratify=malignant, random_state=seed
    )
    train, validation = train_test_split(
        rest, test_size=1 / 3, stratify=malignant[rest], random_state=seed
    )
    counts = {}
    for name, part in zip(TABLES, (train, validation, holdout), strict=True):
        rows: list[list[object]] = [["case_id", *names, "malignant"]]
        for i in sorted(part.tolist()):
            rows.append([f"C{i:03d}", *cancer.data[i].tolist(), int(malignant[i])])
        write_table(table_path(name), rows)
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
            print(f"data/{name}.csv: {count} cases")


if __name__ == "__main__":
    main()
