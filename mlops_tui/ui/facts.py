"""What there is to say about one run, as labels and values; pure."""

from __future__ import annotations

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui.columns import GLYPHS
from mlops_tui.ui.formats import ago, coarse_duration, moment, progress_text, value_text

Fact = tuple[str, str]
"""A label and what stands beside it, safe to show."""


def run_facts(run: Run, now: float, waiting: str = "") -> list[Fact]:
    """Return the facts of a run, the most telling first; what is not known is left out.

    Args:
        run: the run.
        now: Unix seconds.
        waiting: why it has not started, where it is queued.
    """
    facts = [
        ("state", _state(run, now)),
        ("why", safe(run.reason or (waiting if run.state is RunState.QUEUED else ""))),
        ("exit", _exit(run)),
        ("progress", progress_text(run).strip()),
        ("trouble", _trouble(run)),
        ("params", _pairs({name: value_text(value) for name, value in run.params.items()})),
        ("metrics", "\n".join(_metric(run, name) for name in sorted(run.metrics))),
        ("tags", _pairs({name: safe(str(value)) for name, value in run.tags.items()})),
        ("note", safe(run.note or "")),
        ("created", moment(run.created)),
        ("retry of", safe(run.retry_of or "")),
        ("child of", safe(run.parent or "")),
        ("job", safe(run.job) + (f", attempt {run.attempt}" if run.attempt > 1 else "")),
        ("host", safe(run.host)),
        ("id", run.id),
    ]
    return [(label, value) for label, value in facts if value]


def _state(run: Run, now: float) -> str:
    words = f"{GLYPHS[run.state]} {run.state}"
    if run.state.is_ended:
        return f"{words} {ago(run.ended, now)}, took {coarse_duration(run, now)}"
    if run.state is RunState.QUEUED:
        return f"{words} since {ago(run.created, now)}"
    heard = f", last heard {ago(run.heard, now)}" if run.heard and now - run.heard > 120 else ""
    return f"{words} for {coarse_duration(run, now)}{heard}"


def _exit(run: Run) -> str:
    if run.signal:
        return safe(run.signal)
    return "" if run.exit_code is None else f"code {run.exit_code}"


def _trouble(run: Run) -> str:
    words = []
    if run.unreadable_lines:
        words.append(count(run.unreadable_lines, "unreadable line"))
        if run.unreadable_first:
            words.append("the first: " + safe(run.unreadable_first[:200]))
    if run.backward_points:
        words.append(f"{count(run.backward_points, 'point')} with a step that went backwards")
    nans = {name: it.nan_count for name, it in run.metrics.items() if it.nan_count}
    words += [f"{safe(name)}: {count(number, 'NaN')}" for name, number in nans.items()]
    return "; ".join(words)


def _metric(run: Run, name: str) -> str:
    it = run.metrics[name]
    words = f"{safe(name)} {short_number(it.last)}"
    if it.count < 2 or it.min is None or it.max is None:
        return words
    return f"{words} ({short_number(it.min)} to {short_number(it.max)})"


def _pairs(values: dict[str, str]) -> str:
    return "  ".join(f"{safe(name)}={value}" for name, value in values.items())
