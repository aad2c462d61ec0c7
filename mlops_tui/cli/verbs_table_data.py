"""The verbs that show data: arguments and examples; nothing that acts."""

from __future__ import annotations

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


DATA_VERBS = (
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
