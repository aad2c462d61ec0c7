"""The verbs about alerts: their arguments and examples; nothing that acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb

if TYPE_CHECKING:
    import argparse

_ALERTS = "Deal with alerts"
_MODULE = "mlops_tui.cli.verbs_alerts"
STATES = ("open", "acknowledged", "snoozed", "resolved")


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="the resolved ones too")
    parser.add_argument(
        *("--state", "-s"),
        dest="states",
        metavar="STATE",
        choices=STATES,
        action="append",
        default=[],
        help=f"only those that are {', '.join(STATES[:-1])} or {STATES[-1]}; may be given twice",
    )
    parser.add_argument("--run", metavar="RUN", help="only those about this run")


def _names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "alerts", metavar="ALERT", nargs="+", help="id of an alert, or how it begins"
    )
    parser.add_argument("--reason", "-r", metavar="TEXT", default="", help="why, for the others")


def _snooze(parser: argparse.ArgumentParser) -> None:
    _names(parser)
    parser.add_argument(
        *("--until", "-u"),
        metavar="TIME",
        default="tomorrow",
        help="2h, 3d, tomorrow, friday 14:00, 2026-12-01; a day means 9:00 (default: tomorrow)",
    )


def _remedy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("alert", metavar="ALERT", help="id of an alert, or how it begins")
    parser.add_argument("number", metavar="N", type=int, help="which of its remedies, from 1")
    parser.add_argument(
        *("--reason", "-r"),
        metavar="TEXT",
        default="",
        help="why, for the others; a threshold is only raised for one",
    )


ALERT_VERBS = (
    Verb(
        *("alerts list", _ALERTS, "show what needs attention, the worst first", _MODULE, _list),
        (
            "mlops-tui alerts list",
            "mlops-tui alerts list --state open --json",
            "mlops-tui alerts list --all --run train-3",
        ),
    ),
    Verb(
        *("alerts ack", _ALERTS, "say that you know; quiet until it gets worse", _MODULE, _names),
        ("mlops-tui alerts ack 3f9a --reason 'new sensor, expected'",),
    ),
    Verb(
        *("alerts snooze", _ALERTS, "put alerts aside for a while", _MODULE, _snooze),
        ("mlops-tui alerts snooze 3f9a --until 2h", "mlops-tui alerts snooze 3f 8b -u tomorrow"),
    ),
    Verb(
        *("alerts resolve", _ALERTS, "say that alerts are dealt with", _MODULE, _names),
        ("mlops-tui alerts resolve 3f9a --reason 'trained again'",),
    ),
    Verb(
        *("alerts reopen", _ALERTS, "take back what was said of alerts", _MODULE, _names),
        ("mlops-tui alerts reopen 3f9a",),
    ),
    Verb(
        *("alerts remedy", _ALERTS, "do what an alert offers", _MODULE, _remedy),
        (
            "mlops-tui alerts remedy 3f9a 1",
            "mlops-tui alerts remedy 3f9a 3 --reason 'summer: it is always so warm'",
        ),
    ),
)
