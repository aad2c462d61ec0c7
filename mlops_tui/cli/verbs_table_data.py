"""The verbs that show data: arguments and examples; nothing that acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb

if TYPE_CHECKING:
    import argparse

_DATA = "Look at data"
_MODULE = "mlops_tui.cli.verbs_data"


def _versions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        *("data",),
        metavar="DATA",
        nargs="*",
        help="a dataset, or a file, folder or pattern: the version there now is looked up and kept",
    )


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="a dataset, or a file, folder or pattern")
    parser.add_argument(
        "--target", metavar="COLUMN", help="relate all columns to this one (default: the dataset's)"
    )
    parser.add_argument("--anew", action="store_true", help="also where nothing has changed")


def _mark(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="a dataset, or a file or folder")
    parser.add_argument(
        "--lines",
        metavar="LIST",
        action="append",
        default=[],
        help="lines of the file, such as 12,15-18 (of Parquet: rows); the header is line 1",
    )
    parser.add_argument(
        "--file", metavar="NAME", help="of a folder: the file that the lines are of"
    )
    parser.add_argument(
        "--ids", metavar="LIST", action="append", default=[], help="values of the dataset's id"
    )
    parser.add_argument(
        "--findings",
        metavar="REPORT",
        type=Path,
        help="the rows of a report: data findings DATA --json > REPORT",
    )
    parser.add_argument(
        "--kind",
        dest="kinds",
        metavar="KIND",
        action="append",
        default=[],
        help="only findings of this kind, such as label_errors; may be given several times",
    )
    parser.add_argument("--exclude", action="store_true", help="jobs do not get the rows")
    parser.add_argument("--review", action="store_true", help="somebody should look at them")
    parser.add_argument(
        "--set",
        dest="values",
        metavar="COLUMN=VALUE",
        action="append",
        default=[],
        help="jobs get the rows with this value; may be given several times",
    )
    parser.add_argument("--why", metavar="TEXT", required=True, help="the reason, kept with it")


def _marks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="a dataset, or a file or folder")
    parser.add_argument("--quick", action="store_true", help="do not look for the rows in the data")


def _unmark(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="a dataset, or a file or folder")
    parser.add_argument("marks", metavar="MARK", nargs="*", help="ids, or how they begin")
    parser.add_argument("--lines", metavar="LIST", action="append", default=[], help="their lines")
    parser.add_argument("--all", action="store_true", help="every mark")
    parser.add_argument("--why", metavar="TEXT", help="the reason, kept with it")


_MARKS = "mlops_tui.cli.verbs_marks"

DATA_VERBS = (
    Verb(
        *("data mark", _DATA, "mark rows to exclude, edit or review; the data is untouched"),
        *(_MARKS, _mark),
        (
            "mlops-tui data mark train --lines 12,15-18 --exclude --why 'wrong sensor'",
            "mlops-tui data mark train --ids A7 --set label=cat --why 'seen by eye'",
            "mlops-tui data mark train --findings report.json --kind label_errors --review "
            "--why 'likely wrong'",
        ),
    ),
    Verb(
        *("data marks", _DATA, "list marked rows, and whether each is still there"),
        *(_MARKS, _marks),
        ("mlops-tui data marks train", "mlops-tui data marks train --json"),
    ),
    Verb(
        *("data unmark", _DATA, "take marks back", _MARKS, _unmark),
        ("mlops-tui data unmark train m3f9a", "mlops-tui data unmark train --all"),
    ),
    Verb(
        *("data list", _DATA, "list the datasets of a project", _MODULE, lambda _: None),
        ("mlops-tui data list", "mlops-tui data list --json"),
    ),
    Verb(
        *("data versions", _DATA, "show versions of data and their runs", _MODULE, _versions),
        ("mlops-tui data versions", "mlops-tui data versions train --json"),
    ),
    Verb(
        *("data profile", _DATA, "show what is in some data, however large"),
        *("mlops_tui.cli.verbs_profile", _profile),
        (
            "mlops-tui data profile train",
            "mlops-tui data profile new.csv.gz --target label --json",
        ),
    ),
)
