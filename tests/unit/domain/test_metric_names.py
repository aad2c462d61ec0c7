"""Names of metrics tell which are the same on other data."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.metric_names import chosen, is_of_a_game, is_of_other_data, pairs
from mlops_tui.domain.project import Direction
from mlops_tui.domain.projectfile import parse_project


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["loss", "val_loss"], [("loss", "val_loss")]),
        (["train/loss", "valid/loss", "loss"], [("train/loss", "valid/loss")]),
        (
            ["train.acc", "eval.acc", "test.acc"],
            [("train.acc", "eval.acc"), ("train.acc", "test.acc")],
        ),
        (["val_loss", "train_acc", "lr"], []),
        (["evaluation_loss", "loss"], []),
        (["val", "train"], [("train", "val")]),
    ],
)
def test_training_and_validation_find_each_other(
    names: list[str], expected: list[tuple[str, str]]
) -> None:
    assert pairs(names) == expected
    assert pairs(reversed(names)) == expected


def test_names_are_chosen_by_patterns() -> None:
    assert chosen(["loss", "val_loss", "acc"], ["val_*", "acc"]) == ["val_loss", "acc"]
    assert is_of_other_data("Val/loss")
    assert not is_of_other_data("interval")


def test_losses_of_players_are_known() -> None:
    games = ["g_loss", "loss/D", "actor-loss", "train/critic_loss", "value.loss"]
    assert [name for name in games if not is_of_a_game(name)] == []
    assert [name for name in ("loss", "dloss", "val_loss") if is_of_a_game(name)] == []


def test_only_metrics_of_learning_have_a_direction() -> None:
    text = "[objective]\nmetric = 'kpi'\n[metrics.speed]\ndirection = 'maximize'"
    project = parse_project(text, Path("/p"))
    down, up = Direction.MINIMIZE, Direction.MAXIMIZE
    for name, expected in {
        **dict.fromkeys(["loss", "val/RMSE", "g_loss", "test_error"], down),
        **dict.fromkeys(["acc", "val_accuracy", "roc-auc", "f1", "kpi", "speed"], up),
        **dict.fromkeys(
            [
                "latency_ms",
                "lr",
                "macro",
                "grad_norm",
                "errors_total",
                "backup",
                "cv_roc_auc_std",
                "loss_sd",
            ],
            None,
        ),
    }.items():
        assert known_direction(project, name) is expected, name
