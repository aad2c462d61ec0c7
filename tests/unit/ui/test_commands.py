from __future__ import annotations

import pytest
from textual.dom import DOMNode

from mlops_tui.ui.commands import Command, matching

NODE = DOMNode()


def command(label: str, tooltip: str = "", display: str = "x") -> Command:
    return Command(label, tooltip, display, label.lower(), NODE)


LAUNCH = command("Launch", "Start a job of this project", "l")
STOP = command("Stop", "Stop the run under the cursor", "s")
PANE = command("Next pane", "Go to the next pane", "Tab")
COPY = command("Copy id", "Copy the run's id to the clipboard", "y")
ALL = [LAUNCH, STOP, PANE, COPY]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ALL),
        ("la", [LAUNCH]),
        ("LAUNCH", [LAUNCH]),
        ("pane", [PANE]),
        ("ne pa", [PANE]),
        ("project", [LAUNCH]),
        ("run", [STOP, COPY]),
        ("start job", [LAUNCH]),
        ("cpd", [COPY]),
        ("nothing", []),
        ("s", [STOP, LAUNCH, COPY]),
    ],
)
def test_what_is_typed_finds_what_is_meant(typed: str, found: list[Command]) -> None:
    names = [it.label for it in matching(ALL, typed)]
    assert names == [it.label for it in found]
