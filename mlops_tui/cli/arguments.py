"""Turns argument lists into a verb with its options, or the app with a path; help texts."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mlops_tui.cli.verb import Verb
from mlops_tui.cli.verbs import FIRST_WORDS, VERBS
from mlops_tui.domain.errors import InputError

_ABOUT = """usage: mlops-tui [PATH]            open the app on a project or a folder of projects
       mlops-tui --read-only [PATH]   the same without a key that starts, stops or writes
       mlops-tui VERB [-C PROJECT] ...   the same from the command line"""
_MORE = """Every verb explains itself: mlops-tui VERB --help
Exit codes: 0 done; 1 what was asked about failed; 2 bad usage or not found."""


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes are ours to tell, in our form."""

    def error(self, message: str) -> NoReturn:
        raise InputError(message, f"{self.prog} --help")


def split(argv: Sequence[str]) -> tuple[list[str], str | None, list[str]]:
    """Return the options before the first word, that word, and what follows it.

    The first two words are one where they are a verb together, as `data check`.
    """
    before: list[str] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return before, rest[0] if rest else None, rest[1:]
        if not word.startswith("-") or word == "-":
            if rest and rest[0] in FIRST_WORDS.get(word, ()):
                return before, f"{word} {rest[0]}", rest[1:]
            return before, word, rest
        before.append(word)
        if word in ("-C", "--project") and rest:
            before.append(rest.pop(0))
    return before, None, []


def parse_verb(verb: Verb, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of `verb`; `project` is a path wherever the verb has one.

    Raises:
        InputError: they are not understood.
        SystemExit: help was asked for and printed.
    """
    parser, words = verb_parser(verb), _tied(arguments)
    # where everything behind `--` is plain, argparse cannot do both
    parse = parser.parse_args if "--" in words else parser.parse_intermixed_args
    return parse(words)


def parse_app(before: Sequence[str], path: str | None, after: Sequence[str]) -> tuple[Path, bool]:
    """Return the folder that the app is to open, and whether only to look at it.

    Raises:
        InputError: there is no such folder, or more was said than a folder.
    """
    parser = _Parser(prog="mlops-tui", add_help=False, allow_abbrev=False)
    parser.add_argument("-C", "--project", default=".")
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("path", nargs="?")
    if FIRST_WORDS.get(path or ""):
        raise _no_second_word(str(path))
    if path is not None and path not in (".", "..") and not Path(path).exists():
        raise _no_such_path(path)
    words = [*before, *after, *(["--", path] if path is not None else [])]
    options = parser.parse_args(words)
    folder = Path(options.project) / options.path if options.path else Path(options.project)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder", "open a project's folder, or one above it")
    return folder, bool(options.read_only)


def verb_parser(verb: Verb) -> argparse.ArgumentParser:
    """Return the parser of one verb."""
    examples = "\n".join(f"  {example}" for example in verb.examples)
    parser = _Parser(
        prog=f"mlops-tui {verb.name}",
        description=verb.summary[0].upper() + verb.summary[1:] + ".",
        epilog=f"examples:\n{examples}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verb.configure(parser)
    hidden = None if verb.has_project else argparse.SUPPRESS
    parser.add_argument(
        *("-C", "--project"),
        metavar="PROJECT",
        type=Path,
        default=Path(),
        help=hidden or "the project's folder (default: .)",
    )
    if verb.has_json:
        parser.add_argument("--json", action="store_true", help="data for programs")
    return parser


def overview() -> str:
    """Return the help of the program as a whole."""
    parts = [_ABOUT]
    for group in dict.fromkeys(verb.group for verb in VERBS.values()):
        width = max(12, *(len(v.name) + 2 for v in VERBS.values() if v.group == group))
        lines = [f"  {v.name:<{width}}{v.summary}" for v in VERBS.values() if v.group == group]
        parts.append("\n".join([f"{group}:", *lines]))
    return "\n\n".join([*parts, _MORE])


def key_values(pairs: Sequence[str], what: str) -> dict[str, str]:
    """Return `key=value` texts as a mapping; the value may hold more `=`.

    Raises:
        InputError: one has no `=` or no key.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise InputError(f"{pair!r} is no {what}", "write KEY=VALUE, such as lr=0.01")
        found[key.strip()] = value
    return found


def _tied(words: Sequence[str]) -> list[str]:
    """Return the words with what is no option tied to its own: an order `-loss`, a time `-2d`."""
    tied: list[str] = []
    for word in words:
        if tied and tied[-1] in ("-s", "--sort") and re.match(r"-[^-]{2}", word):
            tied[-1] = f"--sort={word}"
        elif tied and tied[-1] in ("--at", "--since") and re.match(r"-\d", word):
            tied[-1] += f"={word}"
        else:
            tied.append(word)
    return tied


def _no_second_word(word: str) -> InputError:
    verbs = ", ".join(f"{word} {second}" for second in FIRST_WORDS[word])
    return InputError(f"{word} what? {verbs}", f"to open the folder: mlops-tui ./{word}")


def _no_such_path(path: str) -> InputError:
    import difflib

    close = difflib.get_close_matches(path, list(FIRST_WORDS), n=1, cutoff=0.6)
    hint = f"did you mean the verb {close[0]}?" if close else "mlops-tui --help lists the verbs"
    return InputError(f"{path!r} is no verb, and no such folder is here", hint)
