"""The verbs of registered models: arguments and examples; nothing that acts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli.verb import Verb

if TYPE_CHECKING:
    import argparse

_MODELS = "Keep models"
_LOOK = "mlops_tui.cli.verbs_models"
_MOVE = "mlops_tui.cli.verbs_aliases"
_FROM = "mlops_tui.cli.verbs_provenance"
_PROMOTE = "mlops_tui.cli.verbs_promote"
_VERSION = "NAME:3, NAME@champion, or NAME for the newest"


def _version(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("version", metavar="MODEL", help=_VERSION)


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="MODEL", nargs="?", help="the versions of this one")
    parser.add_argument("--deleted", action="store_true", help="the deleted versions instead")


def _register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what the model is called")
    parser.add_argument("path", metavar="PATH", nargs="?", type=Path, help="its file or folder")
    parser.add_argument("--run", metavar="RUN", help="the run that made it")
    parser.add_argument("--artifact", metavar="FILE", help="a file that the run kept")
    parser.add_argument(
        "--format",
        dest="kind",
        choices=("skops", "joblib", "pickle", "onnx", "file", "folder"),
        help="how it is made (default: what its name says)",
    )
    parser.add_argument(
        "--example", metavar="FILE", type=Path, help="JSON: a row, or rows, that it takes"
    )
    parser.add_argument("--note", metavar="TEXT", default="", help="for whoever reads it later")
    parser.add_argument(
        "--again", action="store_true", help="also where the newest version has these very files"
    )


def _calibrate(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    parser.add_argument(
        "--on", metavar="DATASET", help="a declared dataset (default: the one of role validation)"
    )
    parser.add_argument(
        "--method",
        choices=("isotonic", "sigmoid"),
        help="default: isotonic from 1,000 rows on, else sigmoid",
    )


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", metavar="REASON", default="", help="the reason; it is kept")


def _alias(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    parser.add_argument("alias", metavar="ALIAS", help="such as champion or challenger")
    parser.add_argument("--remove", action="store_true", help="take the alias away")
    _why(parser)


def _history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="MODEL", help="the model")
    parser.add_argument("--alias", metavar="ALIAS", help="this one only")
    parser.add_argument("--at", metavar="TIME", help="what stood then, such as 2026-03-03T12:00")
    parser.add_argument("--limit", "-n", metavar="N", type=int, help="at most N moves")


def _to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to", metavar="ALIAS", help="what is moved (default: the gate's, else champion)"
    )


def _gate(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    _to(parser)


def _promote(parser: argparse.ArgumentParser) -> None:
    _gate(parser)
    _why(parser)
    parser.add_argument(
        "--override", action="store_true", help="also where the gate is red; needs --why"
    )


def _rollback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="MODEL", help="the model")
    parser.add_argument("--alias", metavar="ALIAS", default="champion", help="what is moved")
    parser.add_argument("--to", metavar="N", help="a version that it was earlier")
    parser.add_argument("--drill", action="store_true", help="move nothing, record the time taken")
    _why(parser)


def _card(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    parser.add_argument(
        *("--output", "-o"), metavar="FILE", type=Path, help="write it there instead"
    )


def _lineage(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("version", metavar="MODEL", nargs="?", help=_VERSION)
    parser.add_argument("--run", metavar="RUN", help="of a run instead")
    parser.add_argument("--data", metavar="NAME[:VERSION]", help="of data instead")


def _reproduce(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    parser.add_argument(
        "--tolerance",
        metavar="SHARE",
        type=float,
        default=1e-6,
        help="relative difference of a metric that is none (default 1e-6)",
    )


def _trust(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    _why(parser)
    parser.add_argument(
        "--type",
        dest="types",
        metavar="TYPE",
        action="append",
        default=[],
        help="of skops: a type that may be loaded (default: all that it has); several times",
    )
    parser.add_argument("--anyway", action="store_true", help="also where imports are suspicious")
    parser.add_argument("--revoke", action="store_true", help="do not let it be loaded any more")


def _delete(parser: argparse.ArgumentParser) -> None:
    _version(parser)
    _why(parser)


MODEL_VERBS = (
    Verb(
        *("models list", _MODELS, "list registered models, or the versions of one", _LOOK, _list),
        ("mlops-tui models list", "mlops-tui models list cancer --json"),
    ),
    Verb(
        *("models show", _MODELS, "show all that is recorded of a version", _LOOK, _version),
        ("mlops-tui models show cancer:3", "mlops-tui models show cancer@champion --json"),
    ),
    Verb(
        *("models register", _MODELS, "keep a file or folder as the next version of a model"),
        *(_LOOK, _register),
        (
            "mlops-tui models register cancer --run train-3",
            "mlops-tui models register cancer models/cancer.skops --run train-3",
            "mlops-tui models register cancer --run train-3 --artifact models/cancer.joblib",
        ),
    ),
    Verb(
        *("models calibrate", _MODELS, "make a version whose scores are probabilities"),
        *("mlops_tui.cli.verbs_calibrate", _calibrate),
        (
            "mlops-tui models calibrate cancer:3",
            "mlops-tui models calibrate cancer@champion --on validation --method isotonic",
        ),
    ),
    Verb(
        *("models verify", _MODELS, "read a version's files and compare their digests"),
        *(_LOOK, _version),
        ("mlops-tui models verify cancer:3",),
    ),
    Verb(
        *("models alias", _MODELS, "point an alias at a version, or take it away", _MOVE, _alias),
        (
            "mlops-tui models alias cancer:3 challenger --why 'to be watched for a week'",
            "mlops-tui models alias cancer challenger --remove --why 'it was worse'",
        ),
    ),
    Verb(
        *("models scan", _MODELS, "show what a model would import; nothing is loaded"),
        *("mlops_tui.cli.verbs_trust", _version),
        ("mlops-tui models scan cancer:3", "mlops-tui models scan downloads/model.pkl --json"),
    ),
    Verb(
        *("models trust", _MODELS, "let a model be loaded, or take that back"),
        *("mlops_tui.cli.verbs_trust", _trust),
        (
            "mlops-tui models trust cancer:3 --why 'our own training, commit 1f3a'",
            "mlops-tui models trust cancer:3 --revoke --why 'its author left'",
        ),
    ),
    Verb(
        *("models history", _MODELS, "show who moved aliases, when and why", _MOVE, _history),
        (
            "mlops-tui models history cancer --alias champion",
            "mlops-tui models history cancer --at 2026-03-03T12:00 --json",
        ),
    ),
    Verb(
        *("models gate", _MODELS, "show what a model's gate says of a version", _PROMOTE, _gate),
        ("mlops-tui models gate cancer:3", "mlops-tui models gate cancer:3 --json"),
    ),
    Verb(
        *("models promote", _MODELS, "point an alias at a version if the gate lets it"),
        *(_PROMOTE, _promote),
        (
            "mlops-tui models promote cancer:3",
            "mlops-tui models promote cancer:3 --override --why 'the champion fails on live data'",
        ),
    ),
    Verb(
        *("models rollback", _MODELS, "go back to the version before, or rehearse that"),
        *(_PROMOTE, _rollback),
        (
            "mlops-tui models rollback cancer --why 'recall fell on Monday'",
            "mlops-tui models rollback cancer --drill",
        ),
    ),
    Verb(
        *("models card", _MODELS, "print a model card of what is recorded", _FROM, _card),
        ("mlops-tui models card cancer@champion --output README.md",),
    ),
    Verb(
        *("models lineage", _MODELS, "show what a model comes from, and what came of it"),
        *(_FROM, _lineage),
        (
            "mlops-tui models lineage cancer:3",
            "mlops-tui models lineage --data train --json",
            "mlops-tui models lineage --run train-3",
        ),
    ),
    Verb(
        *("models reproduce", _MODELS, "train a version once more and compare", _FROM, _reproduce),
        ("mlops-tui models reproduce cancer:3",),
    ),
    Verb(
        *("models delete", _MODELS, "hide a version; no file is removed", _LOOK, _delete),
        ("mlops-tui models delete cancer:2 --why 'trained on leaked rows'",),
    ),
    Verb(
        *("models restore", _MODELS, "show a deleted version again", _LOOK, _version),
        ("mlops-tui models restore cancer:2",),
    ),
)
