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
    told = time.monotonic()

    def tell(done: float, total: float | None) -> None:
        nonlocal told
        if time.monotonic() - told < PATIENCE_SECONDS:
            return
        told = time.monotonic()
        of = f" of {short_bytes(total)}, {100 * done / total:.0f} %" if total else ""
        output.words(f"{what}: {short_bytes(done)}{of}")

    yield tell
