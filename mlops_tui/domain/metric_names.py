"""What names of metrics say: which two are the same on training and on other data."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

_PARTS = re.compile(r"[/_.:\- ]+")
_TRAINING = frozenset({"train", "training", "tr"})
_OTHER = frozenset({"val", "valid", "validation", "eval", "dev", "test"})

_GAME = frozenset(
    {"g", "d", "gen", "disc", "generator", "discriminator", "adv", "adversarial", "entropy"}
    | {"actor", "critic", "policy", "value", "q", "q1", "q2", "td", "vf", "pg"}
)


def pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the metrics that are there for training and for validation, in that order.

    `train_loss` and `val_loss` are such, and so are `loss` and `val/loss`.
    """
    known = sorted(names)
    training: dict[tuple[str, ...], str] = {}
    for name in known:
        stem = _stem(name, _TRAINING)
        is_said = stem != _parts(name)
        if not _OTHER.intersection(stem) and (is_said or stem not in training):
            training[stem] = name
    found = []
    for name in known:
        stem = _stem(name, _OTHER)
        if stem != _parts(name) and stem in training:
            found.append((training[stem], name))
    return found


def is_of_other_data(name: str) -> bool:
    """Say whether a metric is measured on other data than that of the training."""
    return bool(_OTHER.intersection(_parts(name)))


@functools.lru_cache(maxsize=10_000)
def is_of_a_game(name: str) -> bool:
    """Say whether a metric is the loss of a player: it wanders, and better is not less."""
    return bool(_GAME.intersection(_parts(name)))


def chosen(names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """Return the names that one of `patterns` fits, in the order of the names."""
    return [name for name in names if any(fnmatchcase(name, it) for it in patterns)]


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in _PARTS.split(name.lower()) if part)


def _stem(name: str, words: frozenset[str]) -> tuple[str, ...]:
    return tuple(part for part in _parts(name) if part not in words)
