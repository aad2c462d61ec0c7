"""The verb `log`: one line of metrics from a shell script; fast, because loops call it."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from mlops_tui.cli.arguments import key_values
from mlops_tui.domain.errors import InputError
from mlops_tui.engine.creation import guarding
from mlops_tui.journal.append import JournalWriter


def do_log(options: argparse.Namespace) -> int:
    """Append one event line to the run that this shell belongs to."""
    events = os.environ.get("MLOPS_EVENTS")
    if not events:
        raise InputError(
            "log works inside a run only: MLOPS_EVENTS is not set",
            "start the script with: mlops-tui run JOB",
        )
    record: dict[str, object] = {"t": time.time()}
    if options.step is not None:
        record["s"] = options.step
    pairs = key_values(options.points, "metric")
    record["m"] = {name: _number(name, text) for name, text in pairs.items()}
    path = Path(events)
    with guarding(path):
        writer = JournalWriter(path)
        try:
            writer.append(record)
        finally:
            writer.close()
    return 0


def _number(name: str, text: str) -> float | int:
    try:
        return int(text) if text.strip().lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise InputError(f"{name}: {text!r} is no number", "metrics are numbers") from None
