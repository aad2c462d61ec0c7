"""Trains a neural network on scanned digits and keeps its best state in models/digits.joblib."""

from __future__ import annotations

import argparse
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from prepare import FOLDER, INK, PIXELS, SEED, SHEETS, Scans, is_prepared, prepare, read_scans
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler

from mlops_tui import track

MODEL = FOLDER / "models" / "digits.joblib"
CLASSES = np.arange(10)
CHECKPOINT_EPOCHS = 5


@dataclass
class Best:
    """The epoch with the lowest val_loss so far, and the network as it was then."""

    val_loss: float = float("inf")
    val_accuracy: float = 0.0
    epoch: int = -1
    weights: tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]] = ([], [])
    is_saved: bool = True


def move(
    images: NDArray[np.float64], shift: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Every image moved by a random part of a pixel, up to `shift`; paper comes in at the edge."""
    count, side, _ = images.shape
    margin = int(np.ceil(shift)) + 1
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    offsets = random.uniform(-shift, shift, (count, 2))
    whole = np.floor(offsets).astype(int)
    part = (offsets - whole)[:, :, None, None]
    rows = np.arange(side) + margin + whole[:, :1]
    columns = np.arange(side) + margin + whole[:, 1:]
    image = np.arange(count)[:, None, None]

    def at(down: int, right: int) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = padded[
            image, (rows + down)[:, :, None], (columns + right)[:, None, :]
        ]
        return moved

    upper = (1 - part[:, 1]) * at(0, 0) + part[:, 1] * at(0, 1)
    lower = (1 - part[:, 1]) * at(1, 0) + part[:, 1] * at(1, 1)
    return np.asarray((1 - part[:, 0]) * upper + part[:, 0] * lower)


def flat(images: NDArray[np.float64]) -> NDArray[np.float64]:
    return images.reshape(len(images), -1)


def measure(network: MLPClassifier, scans: Scans) -> tuple[float, float]:
    """Loss and accuracy on scans as they are."""
    chances = network.predict_proba(flat(scans.images))
    hits = CLASSES[chances.argmax(axis=1)] == scans.labels
    return float(log_loss(scans.labels, chances, labels=CLASSES)), float(hits.mean())


def reader_of(network: MLPClassifier, missing: str) -> Pipeline:
    """Pixels as they come from the scanner go in: what the network needs is done to them here."""
    span = pd.DataFrame([[0] * len(PIXELS), [INK] * len(PIXELS)], columns=PIXELS)
    steps = [MinMaxScaler().fit(span)]
    if missing == "paper":
        paper = SimpleImputer(strategy="constant", fill_value=0.0)
        steps.append(paper.fit(np.array([[0.0] * len(PIXELS)])))
    return make_pipeline(*steps, network)


def save(network: MLPClassifier, best: Best, train: Scans, missing: str) -> None:
    """Put the best network in place in one step: a reader finds the old file or the new one."""
    now = network.coefs_, network.intercepts_
    network.coefs_, network.intercepts_ = best.weights
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    unfinished = MODEL.with_name(f"{MODEL.name}.{os.getpid()}.tmp")
    reader = reader_of(network, missing)
    reader.trained_on_ = sorted(train.ids)
    joblib.dump(reader, unfinished)
    os.replace(unfinished, MODEL)
    network.coefs_, network.intercepts_ = now
    best.is_saved = True


def remember(network: MLPClassifier, best: Best, epoch: int, val: tuple[float, float]) -> None:
    if val[0] < best.val_loss:
        best.val_loss, best.val_accuracy = val
        best.epoch, best.is_saved = epoch, False
        best.weights = (
            [layer.copy() for layer in network.coefs_],
            [layer.copy() for layer in network.intercepts_],
        )


def train_network(args: argparse.Namespace, run: track.TrackedRun) -> Best:
    """Run the epochs, recording each; gives the best one, whose network is on disk."""
    train, validation = (read_scans(it).of_sheets(args.sheets) for it in ("train", "validation"))
    random = np.random.default_rng(args.seed)
    network = MLPClassifier(
        args.hidden,
        solver=args.solver,
        learning_rate_init=args.lr,
        batch_size=min(args.batch_size, len(train.ids)),
        random_state=args.seed,
    )
    labels = np.tile(train.labels, args.copies)
    best, interrupts = Best(), catch_interrupts()
    for epoch in range(args.epochs):
        copies = [move(train.images, args.shift, random) for _ in range(args.copies)]
        network.partial_fit(flat(np.concatenate(copies)), labels, classes=CLASSES)
        loss, accuracy = measure(network, train)
        val = measure(network, validation)
        values = {"loss": loss, "accuracy": accuracy, "augmented_loss": float(network.loss_)}
        run.log({**values, "val_loss": val[0], "val_accuracy": val[1]}, step=epoch)
        run.progress(epoch + 1, args.epochs)
        print(
            f"epoch {epoch:3d}  loss {loss:.4f}  accuracy {accuracy:.4f}"
            f"  val_loss {val[0]:.4f}  val_accuracy {val[1]:.4f}",
            flush=True,
        )
        remember(network, best, epoch, val)
        if (epoch + 1) % CHECKPOINT_EPOCHS == 0 and not best.is_saved:
            save(network, best, train, args.missing)
        if interrupts:
            break
        if epoch - best.epoch >= args.patience:
            run.note(f"stopped early: no better val_loss for {args.patience} epochs")
            break
    if not best.is_saved:
        save(network, best, train, args.missing)
    if interrupts:
        raise KeyboardInterrupt
    return best


def catch_interrupts() -> list[int]:
    """A list that is empty until somebody asks this process to stop with Ctrl-C or SIGINT.

    MLPClassifier swallows KeyboardInterrupt and would train on; so it is raised after the epoch,
    when the best network is saved.
    """
    interrupts: list[int] = []
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    return interrupts


def layer_sizes(text: str) -> tuple[int, ...]:
    """`256,128` as numbers of units; raises ValueError, which argparse turns into a message."""
    sizes = tuple(int(part) for part in text.split(","))
    if min(sizes) < 1:
        raise ValueError
    return sizes


def sheet_letters(text: str) -> str:
    """Letters of sheets; raises ValueError, which argparse turns into a message."""
    if not text or set(text) - set(SHEETS):
        raise ValueError
    return text


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--hidden", type=layer_sizes, default=(256, 128))
    parser.add_argument("--copies", type=int, default=8)
    parser.add_argument("--shift", type=float, default=0.7)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--solver", choices=["adam", "sgd"], default="adam")
    parser.add_argument("--patience", type=int, default=20)
    parser.add_argument("--sheets", type=sheet_letters, default="ABCDE")
    parser.add_argument("--missing", choices=["paper", "refuse"], default="refuse")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    os.chdir(FOLDER)
    params = {**vars(args), "hidden": ",".join(map(str, args.hidden))}
    with track.run(job="train", params=params) as run:
        if not is_prepared():
            prepare()
            run.note("data was missing: prepared with the defaults")
        for name in ("train", "validation"):
            run.dataset(name, f"data/{name}.csv")
        best = train_network(args, run)
        run.artifact(MODEL)
        example = read_scans("train").pixels.head(1)
        note = f"learned from sheets {args.sheets}"
        run.model("digits", MODEL, input_example=example, note=note)
        print(
            f"best epoch {best.epoch}: val_loss {best.val_loss:.4f},"
            f" val_accuracy {best.val_accuracy:.4f}; saved {MODEL.relative_to(Path.cwd())}"
        )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
