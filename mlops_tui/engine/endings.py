"""How a run ended whose end no runner saw: told from what is on disk, in one order of trust."""

from __future__ import annotations

import os
from typing import Any

from mlops_tui.domain.host import ProcessMark, boot_id
from mlops_tui.engine import reasons
from mlops_tui.engine.recorded import RunFolder, RunnerFacts, read_object


def end_of(state: str, reason: str | None, **facts: object) -> dict[str, Any]:
    """Return the facts of an end; what is not given is null, but for `ended`."""
    blank: dict[str, Any] = {"exit_code": None, "signal": None, "started": None, "ended": None}
    return {"state": state, "reason": reason, **blank, **facts}


def unseen_end(folder: RunFolder, facts: RunnerFacts, now: float) -> dict[str, Any]:
    """Return how a run ended of which nothing is alive any more.

    A start that was cancelled comes first, then signals that a runner sent, then the end that the
    script announced itself; without any of these the run is lost.
    """
    cancelled = _cancelled(folder)
    if cancelled is not None:
        return end_of("stopped", f"{reasons.stop_words(cancelled)} before it started", ended=now)
    times = {"started": facts.started, "ended": max(facts.started or 0.0, min(now, _heard(folder)))}
    ours = _end_by_signal(folder, facts)
    if ours is not None:
        return {**ours, **times}
    announced = folder.announced_end()
    if announced is not None:
        end = end_of(announced["state"], announced.get("reason"), **times)
        return {**end, "exit_code": announced.get("exit_code"), "signal": announced.get("signal")}
    return end_of("lost", _lost_words(folder, facts), **times)


def _end_by_signal(folder: RunFolder, facts: RunnerFacts) -> dict[str, Any] | None:
    if not facts.signals:
        return None
    last = facts.signals[-1]
    if last.get("why") == "time-out":
        return end_of("failed", "timed out", signal=last.get("signal"))
    return end_of("stopped", reasons.stop_words(folder.stop_asked_by()), signal=last.get("signal"))


def _lost_words(folder: RunFolder, facts: RunnerFacts) -> str:
    if _is_of_another_boot(facts.runner) or _is_of_another_boot(facts.command):
        return "the host was restarted while it ran"
    if facts.command is None:
        return "its runner was killed before the command was started"
    if facts.runner is None:
        return "its process is gone and left no word of its end"
    return "its runner was killed, and the command left no word of its end"


def _is_of_another_boot(mark: ProcessMark | None) -> bool:
    return mark is not None and bool(mark.boot) and mark.boot != boot_id()


def _cancelled(folder: RunFolder) -> str | None:
    """Return who cancelled the run before it started, None where nobody did."""
    try:
        claimed = read_object(folder.start_claim)
    except (OSError, ValueError):
        return None
    return str(claimed.get("by") or "") if claimed.get("cancelled") is True else None


def _heard(folder: RunFolder) -> float:
    """Return the time of the last sign of life, Unix seconds."""
    times = []
    for path in (folder.runner_journal, folder.output, *folder.path.glob("events*.jsonl")):
        try:
            times.append(os.stat(path).st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)
