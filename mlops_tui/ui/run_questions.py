"""What is asked before something is done to runs: exactly what, to which, and what stays; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import count
from mlops_tui.ui.formats import coarse_duration

MOST_NAMED = 8
"""Runs that are named in a question; of more, how many there are."""

NO_RUN = "No run is under the cursor: Esc clears a filter, l launches a job"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what it is about; `runs` are those that a yes acts on."""

    text: str
    lines: tuple[str, ...]
    runs: tuple[Run, ...]


def stop_question(runs: Sequence[Run], now: float, plan: str) -> Question:
    """Return what to ask before these runs are stopped.

    Args:
        runs: those chosen; ended ones are left out.
        now: Unix seconds.
        plan: how a command is stopped, in words.
    """
    alive = [run for run in runs if not run.state.is_ended]
    if len(runs) == 1 and alive:
        (run,) = alive
        state = f"It is {run.state}"
        state += f" for {coarse_duration(run, now)}." if run.started is not None else "."
        lines = [state, run.id]
        if run.state is RunState.RUNNING:
            lines.append(plan)
        return Question(f"Stop {run.name}?", tuple(lines), (run,))
    waiting = [run for run in alive if run.state is RunState.QUEUED]
    others = [run for run in alive if run.state is not RunState.QUEUED]
    lines = [f"{len(others)} stopped: {named(others)}. {plan}"] if others else []
    lines += [f"{len(waiting)} taken out of the queue: {named(waiting)}"] if waiting else []
    lines += _left_alone([run for run in runs if run.state.is_ended])
    return Question(f"Stop {count(len(alive), 'run')}?", tuple(lines), tuple(alive))


def delete_question(runs: Sequence[Run]) -> Question:
    """Return what to ask before these runs are deleted; those that have not ended are left out."""
    ended = [run for run in runs if run.state.is_ended]
    them = "it" if len(runs) == 1 else "them"
    kept = f"Files stay on disk: u brings {them} back, `mlops-tui purge` removes {them} for good."
    if len(runs) == 1 and ended:
        return Question(f"Delete {ended[0].name}?", (kept,), tuple(ended))
    lines = [named(ended), kept]
    lines += _left_alone([run for run in runs if not run.state.is_ended])
    return Question(f"Delete {count(len(ended), 'run')}?", tuple(lines), tuple(ended))


def repeat_question(runs: Sequence[Run]) -> Question:
    """Return what to ask before these runs are queued again; only those that ended can be."""
    ended = [run for run in runs if run.state.is_ended]
    lines = [f"With the same parameters, each as a new run: {named(ended)}"]
    lines += _left_alone([run for run in runs if not run.state.is_ended])
    return Question(f"Queue {count(len(ended), 'run')} again?", tuple(lines), tuple(ended))


def named(runs: Sequence[Run]) -> str:
    """Return the names of runs, and how many more there are where they are many."""
    names = [run.name for run in runs[:MOST_NAMED]]
    more = len(runs) - len(names)
    return ", ".join([*names, f"{more} more"] if more else names)


def _left_alone(runs: Sequence[Run]) -> list[str]:
    """Say which runs stay as they are, and what they are."""
    states: dict[RunState, list[Run]] = {}
    for run in runs:
        states.setdefault(run.state, []).append(run)
    return [f"Left alone, {state}: {named(found)}" for state, found in sorted(states.items())]


def outcome(done: Iterable[tuple[str, int]], failures: Sequence[str]) -> str:
    """Return such as `2 asked to stop, 1 taken out of the queue`, and the first failure."""
    words = [f"{number} {what}" for what, number in done if number]
    if failures:
        words.append(f"{len(failures)} not: {failures[0]}")
    return ", ".join(words)
