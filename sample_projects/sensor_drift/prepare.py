"""Writes the past, data/train.csv, and the weeks to come with what happens, data/weeks/."""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_wine

from mlops_tui import track

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / "data"
WEEKS_OF_PAST = 12
WEEKS = 16
FIRST_MONDAY = datetime(2025, 1, 6, tzinfo=UTC)
EQUAL = (1 / 3, 1 / 3, 1 / 3)
# what happens in which week; in all others nothing does
SHIFT_OF_COLOR = {5: 0.5, 6: 0.8}  # in standard deviations: its lamp ages
SHARES = {9: (0.6, 0.2, 0.2)}  # of the cultivars: a large order of the first
PROLINE_IN_GRAMS = {10}  # a new meter tells g/l in place of mg/l
WITHOUT_MAGNESIUM = {11}  # its probe is away for repair
RENAMED_SHARE = {13: 0.4, 14: 0.4}  # of lots of 1 and 2 that are sold as the other one
SEED = 7


@dataclass(frozen=True)
class Lots:
    """Lots of wine: as many names and times as rows of measures; `cultivars` from 1 to 3."""

    ids: list[str]
    times: list[str]
    measures: dict[str, NDArray[np.float64]]
    cultivars: NDArray[np.int64]


def table_path(name: str) -> Path:
    return DATA / f"{name}.csv"


def week_name(week: int) -> str:
    return f"week-{week:02d}.csv"


def is_prepared() -> bool:
    return table_path("train").is_file() and (DATA / "weeks" / week_name(WEEKS)).is_file()


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a whole table or nothing: a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    os.replace(unfinished, path)


def draw_week(week: int, count: int, seed: int) -> Lots:
    """Real wines drawn again, each measured anew; week 0 is the last one of the past."""
    random = np.random.default_rng([seed, week + WEEKS_OF_PAST])
    wine = load_wine()
    cultivars = random.choice(3, size=count, p=SHARES.get(week, EQUAL))
    rows = np.empty((count, wine.data.shape[1]))
    for cultivar in range(3):
        own = wine.data[wine.target == cultivar]
        drawn = np.flatnonzero(cultivars == cultivar)
        # a measure repeats to within a third of what wines of one kind differ by
        error = random.normal(size=(len(drawn), own.shape[1])) * own.std(axis=0) / 3
        rows[drawn] = own[random.integers(len(own), size=len(drawn))] + error
    names = [name.replace("/", "_") for name in wine.feature_names]
    measures = dict(zip(names, rows.T, strict=True))
    color = measures["color_intensity"]
    color += SHIFT_OF_COLOR.get(week, 0.0) * wine.data[:, names.index("color_intensity")].std()
    if week in PROLINE_IN_GRAMS:
        measures["proline"] /= 1000
    is_renamed = (random.random(count) < RENAMED_SHARE.get(week, 0.0)) & (cultivars < 2)
    start = FIRST_MONDAY + timedelta(weeks=week - 1)
    step = timedelta(weeks=1) / count
    return Lots(
        [f"W{week + WEEKS_OF_PAST:02d}-{number:04d}" for number in range(count)],
        [f"{start + number * step:%Y-%m-%dT%H:%M:%SZ}" for number in range(count)],
        measures,
        np.where(is_renamed, 1 - cultivars, cultivars) + 1,
    )


def measures_of(lots: Lots, names: Sequence[str]) -> list[list[object]]:
    """A row a lot: its name, when it was measured, and these measures."""
    columns = [[f"{value:.4g}" for value in lots.measures[name].tolist()] for name in names]
    return [list(row) for row in zip(lots.ids, lots.times, *columns, strict=True)]


def prepare(lots_a_week: int = 300, seed: int = SEED) -> dict[str, int]:
    """Write all tables; gives their numbers of rows."""
    past = [draw_week(week, lots_a_week, seed) for week in range(1 - WEEKS_OF_PAST, 1)]
    names = list(past[0].measures)
    train: list[list[object]] = [["lot_id", "measured_at", *names, "cultivar"]]
    for lots in past:
        pairs = zip(measures_of(lots, names), lots.cultivars.tolist(), strict=True)
        train += [[*row, cultivar] for row, cultivar in pairs]
    write_table(table_path("train"), train)
    labels: list[list[object]] = [["lot_id", "cultivar"]]
    for week in range(1, WEEKS + 1):
        lots = draw_week(week, lots_a_week, seed)
        kept = [name for name in names if name != "magnesium" or week not in WITHOUT_MAGNESIUM]
        table = [["lot_id", "measured_at", *kept], *measures_of(lots, kept)]
        write_table(DATA / "weeks" / week_name(week), table)
        labels += [list(pair) for pair in zip(lots.ids, lots.cultivars.tolist(), strict=True)]
    write_table(table_path("labels"), labels)
    return {"train": len(train) - 1, "labels": len(labels) - 1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lots-a-week", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    os.chdir(FOLDER)
    with track.run(job="prepare", params=vars(args)) as run:
        counts = prepare(args.lots_a_week, args.seed)
        run.log({f"{name}_rows": count for name, count in counts.items()}, step=0)
        run.progress(1, 1)
        run.dataset("train", "data/train.csv")
        print(f"data/train.csv: {counts['train']} lots of {WEEKS_OF_PAST} weeks")
        print(f"data/weeks: {WEEKS} weeks to come; data/labels.csv: what their lots turn out to be")


if __name__ == "__main__":
    main()
