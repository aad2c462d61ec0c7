"""Whether what differs between the metrics of two runs comes from their data; pure values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.compare import Row, RunDetails, Section
from mlops_tui.domain.text import short_number

_ELSEWHERE = frozenset({"host", "executable", "platform"})
"""Of the environment; what may differ without a difference in the packages."""
_VERSION = "version of "
_MARKS = "marks of "
_SHOWN = 6
_RECORDED_LATER = (Section.CODE, Section.ENVIRONMENT)
"""By a process beside the run, once that has started."""


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric of both runs."""

    metric: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """What the second run has more."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Attribution:
    """What two runs that read different data say about it."""

    is_attributable: bool
    """Whether all that is recorded of code, parameters and packages is the same."""
    is_sure: bool
    """Whether a commit without changes of its own says that the code is the same."""
    data: tuple[str, ...]
    """Names of the datasets whose versions differ."""
    others: tuple[str, ...]
    """What else differs, such as `params lr`."""
    changes: tuple[MetricChange, ...]
    words: str


def attribution(runs: Sequence[RunDetails], rows: Sequence[Row]) -> Attribution | None:
    """Return whether data alone can have changed the metrics of two runs.

    Args:
        runs: two; of more, or fewer, nothing is said.
        rows: what `compare` returned for them.

    Returns:
        None where both read the same data, as far as versions are known.
    """
    if len(runs) != 2:
        return None
    ours = [it for it in rows if it.section is Section.DATA and it.key.startswith(_VERSION)]
    different = [it for it in ours if it.differs]
    if not different:
        return None
    unknown = [it.key for it in different if None in it.values]
    is_recorded = all("python" in it.environment for it in runs)
    others = [f"{it.section.value} {it.key}" for it in rows if _is_other(it, is_recorded)]
    others += [f"data {key} (not known of both)" for key in unknown]
    is_sure = is_recorded and all(it.code.get("git dirty") is False for it in runs)
    changes = _changes(rows)
    names = tuple(it.key.removeprefix(_VERSION) for it in different)
    facts = (not others, is_sure, names, tuple(others), changes)
    return Attribution(*facts, _words(different, rows, others, changes, is_sure))


def _is_other(row: Row, is_recorded: bool) -> bool:
    """Say whether a difference may have changed metrics too.

    What is not recorded of a run, or not yet, is no difference; it leaves a doubt.
    """
    if not is_recorded and None in row.values and row.section in _RECORDED_LATER:
        return False
    if not row.differs or row.section in (Section.METRICS, Section.CHANGES):
        return False
    if row.section is Section.DATA:
        return row.key == "inputs"
    return row.section is not Section.ENVIRONMENT or row.key not in _ELSEWHERE


def _changes(rows: Sequence[Row]) -> tuple[MetricChange, ...]:
    found = []
    for row in rows:
        before, after = row.values
        if row.section is not Section.METRICS:
            continue
        if isinstance(before, int | float) and isinstance(after, int | float):
            found.append(MetricChange(row.key, float(before), float(after)))
    return tuple(found)


def _words(
    different: Sequence[Row],
    rows: Sequence[Row],
    others: Sequence[str],
    changes: Sequence[MetricChange],
    is_sure: bool,
) -> str:
    marks = {it.key.removeprefix(_MARKS): it.values[1] for it in rows if it.key.startswith(_MARKS)}
    data = ", ".join(_told(it, marks.get(it.key.removeprefix(_VERSION))) for it in different)
    if others:
        some = ", ".join(others[:_SHOWN])
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        return (
            f"the data differs ({data}), but what changed cannot be attributed to it: "
            f"{some}{more} differ too"
        )
    doubt = (
        "" if is_sure else "; as far as is recorded: no clean commit says that the code is the same"
    )
    return (
        f"only the data differs ({data}): {_told_changes(changes)}; one run each, so luck such as "
        f"that of a seed is not told apart{doubt}"
    )


def _told(row: Row, marks: object) -> str:
    before, after = row.values
    words = f"{row.key.removeprefix(_VERSION)} {before} -> {after}"
    return f"{words}, {marks} by marks" if marks else words


def _told_changes(changes: Sequence[MetricChange]) -> str:
    if not changes:
        return "no metric is known of both"
    moved = [it for it in changes if it.change != 0 or math.isnan(it.change)]
    if not moved:
        return "no metric changed"
    told = [
        f"{it.metric} {short_number(it.before, 4)} -> {short_number(it.after, 4)}"
        f" ({'+' if it.change >= 0 else ''}{short_number(it.change, 3)})"
        for it in moved[:_SHOWN]
    ]
    more = f" and {len(moved) - _SHOWN} more metrics" if len(moved) > _SHOWN else ""
    return ", ".join(told) + more
