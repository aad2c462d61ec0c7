"""Writes the tables of scanned digits: data/train.csv, validation.csv and holdout.csv."""

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
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from mlops_tui import track

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
TABLES = ("train", "validation", "holdout")
SIDE = 8
PIXELS = [f"p{row}{column}" for row in range(SIDE) for column in range(SIDE)]
INK = 16
"""A pixel without any paper; 0 is one without any ink."""
SHEETS = "ABCDE"
"""Fifths of the scans in their order: neighbours are of one writer, so sheets have their own."""
SEED = 7


@dataclass(frozen=True)
class Scans:
    """One table: as many ids, labels and sheets as rows of pixels."""

    ids: list[str]
    pixels: pd.DataFrame
    """As they stand in the table, 0 (paper) to 16 (ink)."""
    labels: NDArray[np.int64]
    sheets: NDArray[np.str_]

    @property
    def images(self) -> NDArray[np.float64]:
        """The pixels as images from 0 (paper) to 1 (ink)."""
        images: NDArray[np.float64] = self.pixels.to_numpy(dtype=np.float64) / INK
        return images.reshape(-1, SIDE, SIDE)

    def of_sheets(self, sheets: str) -> Scans:
        """The scans of some sheets only."""
        kept = np.isin(self.sheets, list(sheets))
        ids = [it for it, is_kept in zip(self.ids, kept, strict=True) if is_kept]
        return Scans(ids, self.pixels[kept], self.labels[kept], self.sheets[kept])


def table_path(name: str) -> Path:
    return DATA / f"{name}.csv"


def is_prepared() -> bool:
    return all(table_path(name).is_file() for name in TABLES)


def read_scans(name: str) -> Scans:
    table = pd.read_csv(table_path(name))
    sheets = table["sheet"].to_numpy(dtype=np.str_)
    return Scans(table["form_id"].tolist(), table[PIXELS], table["label"].to_numpy(), sheets)


def stroke_of(pixels: Sequence[int]) -> str:
    """How thick a digit is drawn, by the pixels without any paper."""
    full = sum(it >= INK - 1 for it in pixels)
    return "thin" if full < 7 else "medium" if full < 10 else "thick"


def split_rows(labels: NDArray[np.int64], split: str, seed: int) -> list[list[int]]:
    """Row numbers of the three tables: 60 %, 20 % and 20 %."""
    rows = np.arange(len(labels))
    if split == "blocks":
        first, second = int(len(rows) * 0.6), int(len(rows) * 0.8)
        return [rows[:first].tolist(), rows[first:second].tolist(), rows[second:].tolist()]
    rest, holdout = train_test_split(rows, test_size=0.2, stratify=labels, random_state=seed)
    train, validation = train_test_split(
        rest, test_size=0.25, stratify=labels[rest], random_state=seed
    )
    return [sorted(part.tolist()) for part in (train, validation, holdout)]


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a whole table or nothing: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    os.replace(unfinished, path)


def prepare(split: str = "shuffled", seed: int = SEED) -> dict[str, int]:
    """Write the three tables; gives the number of rows of each."""
    digits = load_digits()
    images = digits.images.reshape(-1, len(PIXELS)).astype(int)
    counts = {}
    for name, numbers in zip(TABLES, split_rows(digits.target, split, seed), strict=True):
        rows: list[list[object]] = [["form_id", "sheet", "stroke", "label", *PIXELS]]
        for i in numbers:
            sheet, pixels = SHEETS[i * len(SHEETS) // len(images)], images[i].tolist()
            row = [f"F{i:04d}", sheet, stroke_of(pixels), int(digits.target[i]), *pixels]
            rows.append(row)
        write_table(table_path(name), rows)
        counts[name] = len(numbers)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["shuffled", "blocks"], default="shuffled")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    os.chdir(FOLDER)
    with track.run(job="prepare", params=vars(args)) as run:
        counts = prepare(args.split, args.seed)
        run.log({f"{name}_rows": count for name, count in counts.items()})
        run.progress(1, 1)
        for name, count in counts.items():
            run.dataset(name, f"data/{name}.csv")
            print(f"data/{name}.csv: {count} scans")


if __name__ == "__main__":
    main()
