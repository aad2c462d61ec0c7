"""Wrote wine.csv, which is kept beside it; no job runs this, and no job needs Python.

178 real wines: a chemical analysis of each, and the grape it was grown from (scikit-learn's
`load_wine`, from the UCI repository). Rows are shuffled with a seed and numbered.
"""

from __future__ import annotations

import argparse
import csv
import random
from pathlib import Path

from sklearn.datasets import load_wine

SEED = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("wine.csv"))
    args = parser.parse_args()
    wine = load_wine()
    names = [name.split("/")[0] for name in wine.feature_names]
    rows = list(range(len(wine.target)))
    random.Random(args.seed).shuffle(rows)
    with args.output.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["bottle_id", *names, "grape"])
        for number, row in enumerate(rows, start=1):
            values = [f"{value:g}" for value in wine.data[row]]
            table.writerow([f"W{number:03d}", *values, int(wine.target[row]) + 1])


if __name__ == "__main__":
    main()
