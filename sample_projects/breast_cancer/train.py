"""Cross-validates a family of models, fits it, and chooses the threshold that costs least."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from cost import Cost, read_cost
from numpy.typing import NDArray
from prepare import FOLDER, SEED, Cases, is_prepared, prepare, read_cases
from sklearn.base import ClassifierMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import FixedThresholdClassifier, RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlops_tui import track

MODEL = FOLDER / "models" / "breast_cancer.joblib"
FAMILIES = ["logistic", "random_forest", "gradient_boosting"]
SIZES = ("radius", "perimeter", "area")


def make_model(args: argparse.Namespace, names: Sequence[str]) -> ClassifierMixin:
    """A pipeline that takes tables of cells, of which it may look at the sizes only."""
    seen = [name for name in names if args.cells == "all" or any(it in name for it in SIZES)]
    return make_pipeline(make_column_transformer(("passthrough", seen)), classifier(args))


def classifier(args: argparse.Namespace) -> ClassifierMixin:
    if args.family == "logistic":
        logistic = LogisticRegression(C=args.strength, max_iter=5000)
        return make_pipeline(StandardScaler(), logistic)
    if args.family == "random_forest":
        return RandomForestClassifier(args.trees, min_samples_leaf=2, random_state=args.seed)
    return GradientBoostingClassifier(
        n_estimators=args.trees,
        learning_rate=0.05,
        max_depth=2,
        subsample=0.7,
        random_state=args.seed,
    )


def chance(model: ClassifierMixin, cells: pd.DataFrame) -> NDArray[np.float64]:
    """The chance of being malignant, for every row."""
    return np.asarray(model.predict_proba(cells)[:, 1])


def cross_validate(
    model: ClassifierMixin, train: Cases, args: argparse.Namespace, run: track.TrackedRun
) -> NDArray[np.float64]:
    """Fit and measure once per fold, each a step; gives every case's mean answer when left out."""
    folds = RepeatedStratifiedKFold(
        n_splits=args.folds, n_repeats=args.repeats, random_state=args.seed
    )
    total = args.folds * args.repeats
    aucs, losses = [], []
    left_out = np.zeros(len(train.ids))
    for step, (fit, ask) in enumerate(folds.split(train.cells, train.malignant)):
        fitted = clone(model).fit(train.cells.iloc[fit], train.malignant[fit])
        answers = chance(fitted, train.cells.iloc[ask])
        left_out[ask] += answers / args.repeats
        aucs.append(float(roc_auc_score(train.malignant[ask], answers)))
        losses.append(float(log_loss(train.malignant[ask], answers, labels=[0, 1])))
        run.log({"cv_roc_auc": aucs[-1], "cv_log_loss": losses[-1]}, step=step)
        run.progress(step + 1, total + 1)
        print(f"fold {step:3d}  roc_auc {aucs[-1]:.4f}  log_loss {losses[-1]:.4f}", flush=True)
    spread = {"cv_roc_auc_mean": np.mean(aucs), "cv_roc_auc_std": np.std(aucs)}
    run.log({**spread, "cv_log_loss_mean": np.mean(losses)}, step=0)
    return left_out


def choose_threshold(
    answers: NDArray[np.float64], malignant: NDArray[np.int64], cost: Cost, run: track.TrackedRun
) -> tuple[float, float]:
    """The cheapest threshold and what it costs; of equals the lowest, which misses the least.

    The whole curve is recorded, with the threshold in percent as its step.
    """
    best = 1.0, float("inf")
    for percent in range(1, 100):
        per_case = cost.per_case(malignant, answers >= percent / 100)
        run.log({"val_cost_at_threshold": per_case}, step=percent)
        if per_case < best[1]:
            best = percent / 100, per_case
    return best


def save(model: ClassifierMixin) -> None:
    """Put the model in place in one step: a reader finds the old file or the new one."""
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    unfinished = MODEL.with_name(f"{MODEL.name}.{os.getpid()}.tmp")
    joblib.dump(model, unfinished)
    os.replace(unfinished, MODEL)


def train_model(args: argparse.Namespace, run: track.TrackedRun) -> None:
    # with what people have marked in the data, where the job was launched
    train, validation = [read_cases(it, run.data(it)) for it in ("train", "validation")]
    cost = read_cost(FOLDER)
    model = make_model(args, list(train.cells.columns))
    left_out = cross_validate(model, train, args, run)
    answers = chance(clone(model).fit(train.cells, train.malignant), validation.cells)
    # the validation cases alone are so few that the threshold would follow single cases
    unseen = np.concatenate([left_out, answers])
    malignant = np.concatenate([train.malignant, validation.malignant])
    threshold, per_case = choose_threshold(unseen, malignant, cost, run)
    metrics = {
        "val_roc_auc": float(roc_auc_score(validation.malignant, answers)),
        "val_cost": per_case,
        "threshold": threshold,
    }
    run.log(metrics, step=0)
    # what decides goes with what is to be decided: predict() answers by this threshold
    decider = FixedThresholdClassifier(model, threshold=threshold, response_method="predict_proba")
    decider.fit(train.cells, train.malignant)
    decider.trained_on_ = sorted(train.ids + validation.ids)
    save(decider)
    run.artifact(MODEL)
    run.model(
        "lumps", MODEL, input_example=train.cells.head(1), note=f"{args.family}, {args.cells} cells"
    )
    total = args.folds * args.repeats + 1
    run.progress(total, total)
    print(f"threshold {threshold:.2f}: {per_case:.0f} {cost.currency} a case on unseen cases")
    print(f"saved {MODEL.relative_to(Path.cwd())}")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=FAMILIES, default="logistic")
    parser.add_argument("--cells", choices=["all", "size"], default="all")
    parser.add_argument("--strength", type=float, default=0.3)
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=4)
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
            run.dataset(name, run.data(name))
        train_model(args, run)


if __name__ == "__main__":
    main()
