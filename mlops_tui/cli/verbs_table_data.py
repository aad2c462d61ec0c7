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


DATA_VERBS = (
    Verb(
        *("data list", _DATA, "list the datasets of a project", _MODULE, lambda _: None),
        ("mlops-tui data list", "mlops-tui data list --json"),
    ),
    Verb(
        *("data versions", _DATA, "show versions of data and their runs", _MODULE, _versions),
        ("mlops-tui data versions", "mlops-tui data versions train --json"),
    ),
)
