"""Fits ridge or gradient boosting step by step and keeps the step that validates best."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from prepare import FOLDER, SEED, Patients, is_prepared, prepare, read_patients
from sklearn.base import RegressorMixin
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlops_tui import track

MODEL = FOLDER / "models" / "diabetes.joblib"
PRINT_STEPS = 20


def boosting_stages(args: argparse.Namespace, train: Patients) -> Iterator[RegressorMixin]:
    """The same ensemble after each further tree."""
    model = GradientBoostingRegressor(
        n_estimators=0,
        learning_rate=args.lr,
        max_depth=args.depth,
        subsample=args.subsample,
        random_state=args.seed,
        warm_start=True,
    )
    for stage in range(args.stages):
        yield model.set_params(n_estimators=stage + 1).fit(train.measured, train.progression)


def ridge_stages(args: argparse.Namespace, train: Patients) -> Iterator[RegressorMixin]:
    """One model per penalty, from 10,000 down to 0.001."""
    for alpha in np.geomspace(1e4, 1e-3, args.stages):
        model = make_pipeline(StandardScaler(), Ridge(alpha))
        yield model.fit(train.measured, train.progression)


def errors(model: RegressorMixin, patients: Patients) -> dict[str, float]:
    answers: NDArray[np.float64] = model.predict(patients.measured)
    return {
        "mae": float(mean_absolute_error(patients.progression, answers)),
        "rmse": float(root_mean_squared_error(patients.progression, answers)),
        "r2": float(r2_score(patients.progression, answers)),
    }


def save(fields: dict[str, Any]) -> None:
    """Put the model in place in one step: a reader finds the old file or the new one."""
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    unfinished = MODEL.with_name(f"{MODEL.name}.{os.getpid()}.tmp")
    joblib.dump(fields, unfinished)
    os.replace(unfinished, MODEL)


def trimmed(model: RegressorMixin, stage: int) -> RegressorMixin:
    """The model as it was after a stage; a ridge is what it was already."""
    if isinstance(model, GradientBoostingRegressor):
        model.set_params(n_estimators=stage + 1)
        model.estimators_ = model.estimators_[: stage + 1]
    return model


def fit_stages(args: argparse.Namespace, run: track.TrackedRun) -> None:
    """Fit all stages, recording each, and save the one with the lowest val_mae.

    `mae`, `rmse` and `r2` are left to the evaluate job, so that nobody takes a figure of the
    training patients for the objective's.
    """
    train, validation = read_patients("train"), read_patients("validation")
    make_stages = ridge_stages if args.family == "ridge" else boosting_stages
    best_stage, best_mae, best_model = -1, float("inf"), None
    for stage, model in enumerate(make_stages(args, train)):
        fitted, asked = errors(model, train), errors(model, validation)
        metrics = {f"train_{name}": value for name, value in fitted.items()}
        run.log({**metrics, **{f"val_{name}": value for name, value in asked.items()}}, step=stage)
        run.progress(stage + 1, args.stages)
        if stage % PRINT_STEPS == 0 or stage == args.stages - 1:
            print(
                f"stage {stage:4d}  train_mae {fitted['mae']:.2f}"
                f"  val_mae {asked['mae']:.2f}  val_r2 {asked['r2']:.3f}",
                flush=True,
            )
        if asked["mae"] < best_mae:
            best_stage, best_mae, best_model = stage, asked["mae"], model
    model = trimmed(best_model, best_stage)
    seen = sorted(train.ids + validation.ids)
    usual = float(np.median(train.progression))
    save({"model": model, "family": args.family, "usual": usual, "trained_on": seen})
    print(f"best stage {best_stage}: val_mae {best_mae:.2f}; saved {MODEL.relative_to(Path.cwd())}")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--family", choices=["ridge", "gradient_boosting"], default="gradient_boosting"
    )
    parser.add_argument("--stages", type=int, default=400)
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--depth", type=int, default=2)
    parser.add_argument("--subsample", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    os.chdir(FOLDER)
    with track.run(job="train", params=vars(args)) as run:
        if not is_prepared():
            prepare()
            run.note("data was missing: prepared with the defaults")
        for name in ("train", "validation"):
            run.dataset(name, f"data/{name}.csv")
        fit_stages(args, run)
        run.artifact(MODEL)


if __name__ == "__main__":
    main()
