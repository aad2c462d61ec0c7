"""The task that compares a batch of data with a reference: files in, a report as JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from mlops_tui.engine.tasks.comparing import Wish, compare_data, read_data, require_columns
from mlops_tui.engine.worker import Progress
from mlops_tui.monitor import drift

_STEPS = 3


def compare(
    progress: Progress,
    reference: str,
    current: str,
    preset: str | None = None,
    settings: Mapping[str, object] | None = None,
    cache: str | None = None,
    multivariate: bool = False,
    now: float | None = None,
    ask: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return how the tables at `current` differ from those at `reference`.

    Args:
        progress: told of steps.
        reference: a file, folder or pattern; absolute.
        current: the same.
        preset: decide as this tool does, without a null; None: our own verdict.
        settings: fields of `drift.Settings`.
        cache: the file that keeps nulls; None: none is kept.
        multivariate: compare columns together as well, which takes seconds.
        now: Unix seconds, to judge times by; None: they are not judged.
        ask: fields of `performance.Ask`, to judge the model by what it predicted.

    Raises:
        InputError: a file cannot be read, a column that is named is not there, or there is nothing
            to compare.
    """
    chosen = drift.Settings(**(settings or {}))  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(read_data, place) for place in (reference, current)]
        before = reading[0].result()
        progress(1, _STEPS)
        after = reading[1].result()
    progress(2, _STEPS)
    require_columns(chosen, before)
    wish = Wish(chosen, preset, cache, multivariate, now, ask=ask)
    report, _ = compare_data(before, after, wish)
    progress(_STEPS, _STEPS)
    return report
