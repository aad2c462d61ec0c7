"""The verbs about checks, findings and differences of data: arguments and examples; no acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb

if TYPE_CHECKING:
    import argparse

_DATA = "Look at data"
_MODULE = "mlops_tui.cli.verbs_data_checks"


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="a dataset, or a file, folder or pattern")
    parser.add_argument(
        "--as", dest="like", metavar="NAME", help="the dataset whose checks DATA is to meet"
    )
    parser.add_argument(
        "--rows", metavar="N", type=int, default=5, help="offending rows to show (default: 5)"
    )


def _propose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATASET", help="a name under [datasets] in mlops.toml")
    parser.add_argument("--write", action="store_true", help="put them into mlops.toml")


def _findings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", help="a dataset, or a file, folder or pattern")
    parser.add_argument("--target", metavar="COLUMN", help="what is to be predicted")
    parser.add_argument(
        "--holdout", metavar="DATA2", help="what models are measured on: must share no rows"
    )
    parser.add_argument("--before", metavar="DATA2", help="an older version, or what is right")


def _diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="BEFORE", help="a dataset, or a file, folder or pattern")
    parser.add_argument("data", metavar="DATA", help="the other one")
    parser.add_argument("--id", metavar="COLUMN", help="the column that names a row")


CHECK_VERBS = (
    Verb(
        *("data check", _DATA, "judge the declared checks of a dataset", _MODULE, _check),
        ("mlops-tui data check train", "mlops-tui data check new.csv --as train --rows 20 --json"),
    ),
    Verb(
        *("data propose-checks", _DATA, "propose checks from what the data is like"),
        *("mlops_tui.cli.verbs_data_checks", _propose),
        ("mlops-tui data propose-checks train", "mlops-tui data propose-checks train --write"),
    ),
    Verb(
        *("data findings", _DATA, "look for what can go wrong with data"),
        *("mlops_tui.cli.verbs_data_findings", _findings),
        (
            "mlops-tui data findings train",
            "mlops-tui data findings train.csv --target label --holdout holdout.csv",
            "mlops-tui data findings new.csv --before train --json",
        ),
    ),
    Verb(
        *("data diff", _DATA, "show what is different between two tables"),
        *("mlops_tui.cli.verbs_data_diff", _diff),
        ("mlops-tui data diff old.csv train", "mlops-tui data diff a.csv b.csv --id case --json"),
    ),
)
