"""The verbs that judge and compare models by their predictions: arguments and examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb

if TYPE_CHECKING:
    import argparse

_EVALUATE = "Judge models"


def _evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "subject",
        metavar="RUN",
        nargs="?",
        help="a run with predictions: id, prefix, or name; or a model: NAME:3, NAME@champion",
    )
    parser.add_argument("--on", metavar="DATASET", help="which of its predictions, or the data")
    parser.add_argument(
        "--again", action="store_true", help="evaluate anew what was evaluated before"
    )
    parser.add_argument("--list", action="store_true", help="list what was evaluated, and looks")
    parser.add_argument(
        *("--limit", "-n"), metavar="N", type=int, default=20, help="of the list (default 20)"
    )
    parser.add_argument(
        "--predictions",
        metavar="FILE",
        type=Path,
        help="a table of id, y_true, y_pred[, y_score or y_score_CLASS] and, if you like, columns "
        "to part the rows by; no project is needed",
    )
    parser.add_argument(
        "--segments", metavar="COL,...", default="", help="tell each value of these columns too"
    )
    parser.add_argument(
        "--time",
        metavar="COL",
        help="orders the rows: metrics by window, and of numbers as a forecast (--group: series)",
    )
    parser.add_argument(
        "--season", metavar="N", type=int, help="a series repeats itself after N steps (default 1)"
    )
    parser.add_argument(
        "--query", metavar="COL", help="rows are ranked within these: ndcg, map, mrr"
    )
    parser.add_argument("--first", metavar="K", type=int, help="for ndcg@K (default 10)")
    parser.add_argument(
        "--function",
        dest="functions",
        metavar="MODULE:NAME",
        action="append",
        default=[],
        help="a metric of your own, called with y_true, y_pred[, y_score]; may be given several "
        "times",
    )
    _judging(parser)


def _better(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", metavar="RUN", nargs="*", help="A and B: runs, or models by NAME:3")
    parser.add_argument("--on", metavar="DATASET", help="on which both have predictions")
    parser.add_argument(
        "--seeds", action="store_true", help="each stands for all runs alike but for the seed"
    )
    parser.add_argument(
        "--anyway", action="store_true", help="over different data or budgets too; says so"
    )
    parser.add_argument(
        "--predictions",
        metavar=("A", "B"),
        nargs=2,
        type=Path,
        help="two tables of id, y_true, y_pred[, y_score or y_score_CLASS]; rows are paired by id",
    )
    parser.add_argument("--metric", metavar="M", required=True, help="such as roc_auc or rmse")
    parser.add_argument(
        "--min-difference",
        metavar="D",
        type=float,
        help="the difference that you want to see: tells how many rows that takes",
    )
    _judging(parser)


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--group", metavar="COL", help="rows with the same value belong together")
    parser.add_argument("--cost-fn", metavar="X", type=float, help="what a false negative costs")
    parser.add_argument("--cost-fp", metavar="Y", type=float, help="what a false positive costs")
    parser.add_argument(
        "--cost-unit",
        metavar="X",
        type=float,
        help="what a unit of a predicted number's error costs",
    )
    parser.add_argument("--problem", choices=("binary", "multiclass", "regression"))
    parser.add_argument("--positive", metavar="CLASS", help="the class that recall is about")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the bootstrap")


def _importance(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("metric", metavar="METRIC", help="its last value of each run counts")
    parser.add_argument("--filter", "-F", metavar="EXPR", default="", help="which runs")


def _readiness(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="every line of the levels too")


def _attach(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("test", metavar="LINE", help="such as D5 or L1.4")
    parser.add_argument("--evidence", metavar="WHERE", default="", help="where it can be seen")
    parser.add_argument("--why", metavar="WORDS", default="", help="why that is enough")
    parser.add_argument("--remove", action="store_true", help="take back what was attached")


def _stress(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "version", metavar="MODEL", help="NAME:3, NAME@champion, or NAME for the newest"
    )
    parser.add_argument(
        "--on", metavar="DATASET", help="a declared dataset (default: the one of role validation)"
    )
    parser.add_argument(
        "--metrics", metavar="M,...", default="", help="the first decides which case is the worst"
    )
    parser.add_argument(
        "--labels",
        action="store_true",
        help="let it learn again from labels of which some are wrong",
    )
    parser.add_argument("--all", action="store_true", help="list every case")
    parser.add_argument("--problem", choices=("binary", "multiclass", "regression"))
    parser.add_argument("--positive", metavar="CLASS", help="the class that recall is about")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the noise")


EVALUATE_VERBS = (
    Verb(
        *("importance", _EVALUATE, "tell which parameters move a metric, over many runs"),
        *("mlops_tui.cli.verbs_importance", _importance),
        (
            "mlops-tui importance val_accuracy",
            "mlops-tui importance loss --filter 'job = train' --json",
        ),
    ),
    Verb(
        *("readiness", _EVALUATE, "how ready for production, by what is recorded"),
        *("mlops_tui.cli.verbs_readiness", _readiness),
        ("mlops-tui readiness", "mlops-tui readiness --all", "mlops-tui readiness --json"),
    ),
    Verb(
        *("readiness attach", _EVALUATE, "attach evidence that no record shows; it counts half"),
        *("mlops_tui.cli.verbs_readiness", _attach),
        (
            "mlops-tui readiness attach D5 --evidence wiki/privacy --why 'reviewed in March'",
            "mlops-tui readiness attach D5 --remove --why 'the page is gone'",
        ),
    ),
    Verb(
        *("better", _EVALUATE, "tell whether B is better than A, on the same rows"),
        *("mlops_tui.cli.verbs_better", _better),
        (
            "mlops-tui better evaluate-1 evaluate-2 --metric roc_auc --on holdout",
            "mlops-tui better cancer@champion cancer:4 --metric cost --on holdout",
            "mlops-tui better train-1 train-6 --metric val_accuracy --seeds --json",
            "mlops-tui better --predictions old.csv new.csv --metric roc_auc",
            "mlops-tui better --predictions old.csv new.csv --metric accuracy --min-difference "
            "0.01 --json",
        ),
    ),
    Verb(
        *("evaluate", _EVALUATE, "measure predictions: metrics with intervals, costs, segments"),
        *("mlops_tui.cli.verbs_evaluate", _evaluate),
        (
            "mlops-tui evaluate evaluate-1",
            "mlops-tui evaluate 20261122 --on holdout --segments site --json",
            "mlops-tui evaluate cancer:3 --on holdout",
            "mlops-tui evaluate --list",
            "mlops-tui evaluate --predictions holdout.csv",
            "mlops-tui evaluate --predictions holdout.csv --segments site,device --group patient",
            "mlops-tui evaluate --predictions holdout.csv --cost-fn 120 --cost-fp 5 --json",
        ),
    ),
    Verb(
        *("stress", _EVALUATE, "tell how far a model falls when its inputs go wrong"),
        *("mlops_tui.cli.verbs_stress", _stress),
        (
            "mlops-tui stress cancer@challenger",
            "mlops-tui stress cancer:3 --on validation --metrics cost,recall --labels --json",
        ),
    ),
)
