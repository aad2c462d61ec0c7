"""Lets the model work week by week, data/live/, and measures it by what the lots turn out to be."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import joblib
import numpy as np
from prepare import DATA, FOLDER, WEEKS, table_path, week_name, write_table
from train import SAID, read_rows, said

from mlops_tui import track


def fail(message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/cultivar.joblib"))
    parser.add_argument("--pause", type=float, default=0.5)
    args = parser.parse_args()
    os.chdir(FOLDER)
    if not args.model.is_file():
        fail(f"{args.model} is missing: run the train job first")
    if not table_path("labels").is_file():
        fail("data/weeks is missing: run the prepare job first")
    saved = joblib.load(args.model)
    truth = dict(read_rows(table_path("labels"))[1])
    accuracies = []
    with track.run(job="evaluate", params={"model": str(args.model), "pause": args.pause}) as run:
        for week in range(1, WEEKS + 1):
            header, rows = read_rows(DATA / "weeks" / week_name(week))
            places = [header.index(name) if name in header else None for name in saved["measures"]]
            cells = [["nan" if at is None else row[at] for at in places] for row in rows]
            answers = said(saved["model"].predict_proba(np.array(cells, dtype=np.float64)))
            table = [[*row, *more] for row, more in zip(rows, answers, strict=True)]
            # a file that is renamed into place is complete: the monitor judges it at once
            write_table(DATA / "live" / week_name(week), [[*header, *SAID], *table])
            right = [str(more[0]) == truth[row[0]] for row, more in zip(rows, answers, strict=True)]
            accuracies.append(sum(right) / len(right))
            run.log({"week_accuracy": accuracies[-1], "lots": len(rows)}, step=week)
            run.progress(week, WEEKS)
            print(f"week {week:2}: accuracy {accuracies[-1]:.4f}, {len(rows)} lots")
            time.sleep(args.pause)
        worst, whole = min(accuracies), sum(accuracies) / len(accuracies)
        run.log({"live_accuracy": whole, "worst_week": worst}, step=WEEKS)
        run.dataset("live", "data/live")


if __name__ == "__main__":
    main()
