"""The outermost frame: arguments to one verb or the app, and every error to one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mlops_tui import __version__

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"mlops-tui {__version__}\n")
        return 0
    return _guarded(arguments)


def _guarded(arguments: list[str]) -> int:
    from mlops_tui.cli import output
    from mlops_tui.domain.errors import MlopsTuiError

    output.prepare_streams()
    try:
        code = _dispatch(arguments)
        output.flush()
        return code
    except MlopsTuiError as error:
        output.error(error)
        return error.exit_code
    except BrokenPipeError:
        # whoever read has enough, as `head` does
        output.hang_up()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 the outermost frame: nobody is left to tell it
        output.words(f"mlops-tui: something went wrong inside: {type(error).__name__}: {error}")
        output.words(f"hint: {_keep_traceback()}")
        return 1


def _dispatch(arguments: list[str]) -> int:
    from mlops_tui.cli import output
    from mlops_tui.cli.arguments import overview, parse_app, parse_verb, split
    from mlops_tui.cli.verbs import VERBS

    before, word, after = split(arguments)
    if word == "__complete":
        from mlops_tui.cli.completion import complete

        return complete(after)
    if word not in VERBS and any(flag in (*before, *after) for flag in ("-h", "--help")):
        for line in overview().split("\n"):
            output.data(line)
        return 0
    if word is None or word not in VERBS:
        return _open_app(*parse_app(before, word, after))
    import importlib

    verb = VERBS[word]
    try:
        options = parse_verb(verb, [*before, *after])
    except SystemExit:
        return 0
    function = getattr(importlib.import_module(verb.module), verb.function)
    return int(function(options))


def _open_app(folder: Path, is_read_only: bool) -> int:
    from mlops_tui.domain.errors import InputError

    if os.environ.get("TERM", "") in ("", "dumb") or not (
        sys.stdin.isatty() and sys.stdout.isatty()
    ):
        raise InputError(
            "the app needs a terminal, and this is none",
            "use a verb: mlops-tui runs, show, run, logs; mlops-tui --help lists them all",
        )
    from mlops_tui.ui.app import run_app

    return run_app(folder, is_read_only)


def _keep_traceback() -> str:
    import traceback

    from mlops_tui.domain import places

    path = places.state_dir() / "errors.log"
    try:
        places.make_private(path.parent)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"mlops-tui {__version__}\n{traceback.format_exc()}\n")
    except OSError:
        return "the details could not be kept: check the disk with mlops-tui doctor"
    return f"the details are in {path}; please report them"
