"""Completion for bash, zsh and fish: short scripts that ask the program what fits."""

from __future__ import annotations

import argparse
import itertools
import re
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.arguments import verb_parser
from mlops_tui.cli.verbs import VERBS, Verb
from mlops_tui.domain.errors import MlopsTuiError

MOST_RUNS = 200
_PLAIN = re.compile(r"[A-Za-z0-9._@:+=/-]+")
"""What a shell takes as one word whatever it does to it; other names are typed by hand."""

_SCRIPTS = {
    "bash": """_mlops_tui() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        mlops-tui __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    # a value follows at once; the bash of macOS is too old to be told
    if [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _mlops_tui mlops-tui
""",
    "zsh": """#compdef mlops-tui
_mlops_tui() {
    local -a found
    found=("${(@f)$(mlops-tui __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -z ${found[1]} ]]; then _files; return; fi
    compadd -S '' -- ${(M)found:#*=}
    compadd -- ${found:#*=}
}
compdef _mlops_tui mlops-tui
""",
    "fish": """function __mlops_tui_complete
    set -l words (commandline -opc) (commandline -ct)
    mlops-tui __complete $words[2..-1] 2>/dev/null
end
complete -c mlops-tui -a '(__mlops_tui_complete)'
""",
}


def do_completion(options: argparse.Namespace) -> int:
    """Print the script of a shell."""
    for line in _SCRIPTS[options.shell].rstrip("\n").split("\n"):
        output.data(line.replace("\t", "    "))
    return 0


def complete(typed: Sequence[str]) -> int:
    """Print what may stand where the last of the `typed` words is; nothing where in doubt."""
    *before, current = typed or [""]
    for word in candidates(before, current):
        if word.startswith(current) and _PLAIN.fullmatch(word):
            output.data(word)
    return 0


def candidates(before: Sequence[str], current: str) -> list[str]:
    """Return the words that fit after the words `before`, whatever is typed of `current`."""
    verb = next((VERBS[word] for word in before if word in VERBS), None)
    if verb is None:
        return list(VERBS)
    if current.startswith("-"):
        return _options_of(verb)
    fixed = _choices_of(verb)
    if fixed:
        return fixed
    project = _project_of(before)
    if before[-1] in ("-p", "--param"):
        return _parameters(project, before)
    if verb.name == "run" and before[-1] == "run":
        return _jobs(project)
    return _runs(project, verb) if _takes_runs(verb) else []


def _options_of(verb: Verb) -> list[str]:
    found = re.findall(r"--[a-z][a-z-]*", verb_parser(verb).format_help())
    return list(dict.fromkeys(found))


def _choices_of(verb: Verb) -> list[str]:
    return {
        "queue": ["status", "pause", "resume"],
        "agent": ["status", "stop"],
        "completion": ["bash", "zsh", "fish"],
    }.get(verb.name, [])


def _takes_runs(verb: Verb) -> bool:
    usage = verb_parser(verb).format_usage()
    return " RUN" in usage


def _project_of(before: Sequence[str]) -> Path:
    for flag, value in itertools.pairwise(before):
        if flag in ("-C", "--project"):
            return Path(value)
    return Path()


def _jobs(named: Path) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.domain.projectfile import load_project

    try:
        return list(load_project(project_folder(named)).jobs)
    except MlopsTuiError:
        return []


def _parameters(named: Path, before: Sequence[str]) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.domain.projectfile import load_project

    try:
        jobs = load_project(project_folder(named)).jobs
    except MlopsTuiError:
        return []
    params = [param for word in before if word in jobs for param in jobs[word].params.values()]
    return [f"{param.name}=" for param in params if param.type is not ParamType.SECRET]


def _runs(named: Path, verb: Verb) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.index import Index

    try:
        with Index.open(project_folder(named)) as index:
            index.ingest(budget_seconds=0.2)
            ids = index.run_ids(deleted=verb.name == "restore", limit=MOST_RUNS)
            return [word for run in index.runs(ids) for word in (run.name, run.id)]
    except MlopsTuiError:
        return []
    from mlops_tui.domain.project import ParamType
