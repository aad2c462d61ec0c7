"""The verbs that judge live data: arguments and examples; nothing that acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb

if TYPE_CHECKING:
    import argparse

_MONITOR = "Watch live data"


def _dataset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dataset", metavar="DATASET", nargs="?", help="a live dataset, where there are several"
    )


def _status(parser: argparse.ArgumentParser) -> None:
    _dataset(parser)
    parser.add_argument(
        *("--limit", "-n"), metavar="N", type=int, default=20, help="at most N batches (default 20)"
    )


def _show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="BATCH", help="id, unique beginning of one, or its key")
    parser.add_argument("--all", action="store_true", help="list every column")


def _quarantine(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("batch", metavar="BATCH", help="id, unique beginning of one, or its key")
    parser.add_argument("--why", metavar="REASON", default="", help="kept in the journal")
    parser.add_argument("--undo", action="store_true", help="take it back")


def _watch(parser: argparse.ArgumentParser) -> None:
    _dataset(parser)
    parser.add_argument(
        "--once",
        action="store_true",
        help="judge what waits, here and now; ends with 1 where a batch drifted",
    )


def _replay(parser: argparse.ArgumentParser) -> None:
    _dataset(parser)
    parser.add_argument("--since", metavar="TIME", help="such as 2026-03-01 or -30d")
    _overrides(parser)
    parser.add_argument("--alarm", metavar="K/M", help="an alarm after K of M windows")
    parser.add_argument(
        "--against",
        choices=("reference", "previous", "same_hour", "same_weekday", "same_month"),
        help="what each batch is compared with",
    )


def _overrides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threshold",
        dest="thresholds",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help="practical threshold of a column or a method; may be given several times",
    )
    parser.add_argument(
        "--method",
        dest="methods",
        metavar="COLUMN=METHOD",
        action="append",
        default=[],
        help="how to compare a column: wasserstein, kolmogorov_smirnov, jensen_shannon, psi, "
        "hellinger, chi_square, total_variation, l_infinity",
    )


def _run(parser: argparse.ArgumentParser) -> None:
    _dataset(parser)
    parser.add_argument("--reference", metavar="FILE", type=Path, help="data that is as usual")
    parser.add_argument("--current", metavar="FILE", type=Path, help="the batch to judge")
    parser.add_argument(
        "--preset",
        choices=("evidently", "nannyml", "psi"),
        help="decide as that tool does by default",
    )
    parser.add_argument("--target", metavar="COLUMN", help="the column that a model predicts")
    parser.add_argument("--prediction", metavar="COLUMN", help="the column of its predictions")
    _add_scores(parser)
    parser.add_argument(
        "--time",
        metavar="COLUMN",
        help="the column that orders the rows (default: the only one with times)",
    )
    _overrides(parser)
    parser.add_argument(
        "--multivariate", action="store_true", help="columns together too; takes seconds"
    )
    parser.add_argument("--all", action="store_true", help="list every column")


def _add_scores(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--score",
        dest="scores",
        metavar="[CLASS=]COLUMN",
        action="append",
        default=[],
        help="the score of the positive class, or of each class; without scores nothing is "
        "estimated for classes",
    )


def _performance(parser: argparse.ArgumentParser) -> None:
    data = "a dataset, or a file, folder or pattern"
    parser.add_argument(
        "--reference", metavar="DATA", help=f"{data} with predictions and truth (default: declared)"
    )
    parser.add_argument(
        "--current", metavar="DATA", help=f"the batch: {data} (default: the live dataset)"
    )
    parser.add_argument("--truth", metavar="COLUMN", help="what was true (default: the target)")
    parser.add_argument("--prediction", metavar="COLUMN", help="the predicted class or number")
    _add_scores(parser)
    parser.add_argument("--problem", choices=("binary", "multiclass", "regression"))
    parser.add_argument("--positive", metavar="CLASS", help="the class that recall is about")
    parser.add_argument("--labels", metavar="DATA", help="where the truth came later, by id")
    parser.add_argument("--id", metavar="COLUMN", help="by which labels find their rows")
    parser.add_argument("--by", metavar="COLUMN", help="judge each of its values too")
    parser.add_argument("--files", action="store_true", help="judge each file of the batch too")
    parser.add_argument("--time", metavar="COLUMN", help="the column that orders the rows")


MONITOR_VERBS = (
    Verb(
        *("monitor performance", _MONITOR, "judge a model: measured, and estimated before labels"),
        *("mlops_tui.cli.verbs_performance", _performance),
        (
            "mlops-tui monitor performance",
            "mlops-tui monitor performance --reference ref.csv --current today.csv --truth y "
            "--prediction said --score p",
            "mlops-tui monitor performance --current today.csv --labels labels.csv --id id --json",
        ),
    ),
    Verb(
        *("monitor run", _MONITOR, "compare data with a reference; tell drift from chance"),
        *("mlops_tui.cli.verbs_monitor", _run),
        (
            "mlops-tui monitor run",
            "mlops-tui monitor run --reference train.csv --current today.csv",
            "mlops-tui monitor run --reference train.csv --current today.csv --json",
            "mlops-tui monitor run --reference train.csv --current today.csv --preset psi",
        ),
    ),
    Verb(
        *("monitor status", _MONITOR, "list batches of live data and what they amount to"),
        *("mlops_tui.cli.verbs_live", _status),
        ("mlops-tui monitor status", "mlops-tui monitor status --json"),
    ),
    Verb(
        *("monitor show", _MONITOR, "show the report of a batch"),
        *("mlops_tui.cli.verbs_live", _show),
        ("mlops-tui monitor show 2026-03-02.csv", "mlops-tui monitor show 4838792b --json"),
    ),
    Verb(
        *("monitor watch", _MONITOR, "judge every new batch in the background, or what waits now"),
        *("mlops_tui.cli.verbs_live", _watch),
        ("mlops-tui monitor watch", "mlops-tui monitor watch --once"),
    ),
    Verb(
        *("monitor quarantine", _MONITOR, "put a batch aside, or take it back; files stay"),
        *("mlops_tui.cli.verbs_live", _quarantine),
        (
            "mlops-tui monitor quarantine 2026-03-02.csv --why 'the probe was in the wrong tank'",
            "mlops-tui monitor quarantine 2026-03-02.csv --undo",
        ),
    ),
    Verb(
        *("monitor replay", _MONITOR, "tell what history would have raised; records nothing"),
        *("mlops_tui.cli.verbs_live", _replay),
        (
            "mlops-tui monitor replay --since 2026-03-01",
            "mlops-tui monitor replay --threshold heat=0.3 --alarm 3/5 --json",
        ),
    ),
)
