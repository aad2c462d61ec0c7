"""What can be counted about free text: its length, and words that the reference does not have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WORD = re.compile(r"\w+")


class NewWords(NamedTuple):
    """The share of words that no other text of the reference has, for each text with a word."""

    reference: Floats
    """(texts of the reference,): each against all others, so that rare words count as they do in
    a batch."""
    current: Floats
    """(texts of the batch,)."""


def lengths(texts: Sequence[str | None]) -> Floats:
    """Return the number of characters of each text, NaN where it is missing."""
    return np.array([np.nan if text is None else len(text) for text in texts], dtype=np.float64)


def new_words(reference: Sequence[str | None], current: Sequence[str | None]) -> NewWords:
    """Return how new the words of each text are; texts that are missing or have none are left out.

    A word is a run of letters and digits, without regard to case. A word counts once a text.
    """
    bags = [bag for bag in map(_bag, reference) if bag]
    known = Counter(word for bag in bags for word in bag)
    alone = [sum(known[word] == 1 for word in bag) / len(bag) for bag in bags]
    fresh = [sum(word not in known for word in bag) / len(bag) for bag in map(_bag, current) if bag]
    return NewWords(np.array(alone, np.float64), np.array(fresh, np.float64))


def _bag(text: str | None) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) if text else frozenset()
