"""Tells on stderr how far a slow piece of work is, so that nobody takes it for dead."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from mlops_tui.cli import output
from mlops_tui.domain.text import short_bytes

PATIENCE_SECONDS = 1.0


@contextlib.contextmanager
def telling(what: str) -> Iterator[Callable[[float, float | None], None]]:
    """Give what hears of bytes done and bytes in all, and tells it about once a second."""
    yield _now_and_then(what, _bytes_words)


@contextlib.contextmanager
def telling_share(what: str) -> Iterator[Callable[[float, float | None], None]]:
    """Give what hears of how much is done and how much there is, and tells the share of it."""
    yield _now_and_then(what, lambda done, total: f"{100 * done / (total or 1):.0f} %")


def _bytes_words(done: float, total: float | None) -> str:
    of = f" of {short_bytes(total)}, {100 * done / total:.0f} %" if total else ""
    return f"{short_bytes(done)}{of}"


def _now_and_then(
    what: str, words: Callable[[float, float | None], str]
) -> Callable[[float, float | None], None]:
    told = time.monotonic()

    def tell(done: float, total: float | None) -> None:
        nonlocal told
        if time.monotonic() - told >= PATIENCE_SECONDS:
            told = time.monotonic()
            output.words(f"{what}: {words(done, total)}")

    return tell
