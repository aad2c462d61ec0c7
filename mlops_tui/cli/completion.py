"""Completion for bash, zsh and fish: short scripts that ask the program what fits."""

from __future__ import annotations

import argparse
import itertools
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.arguments import split, verb_parser
from mlops_tui.cli.verb import Verb
from mlops_tui.cli.verbs import FIRST_WORDS, VERBS
from mlops_tui.cli.verbs_table_alerts import STATES
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
    # more follows at once; the bash of macOS is too old to be told
    if [[ ${COMPREPLY[0]} == *[=/] ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _mlops_tui mlops-tui
""",
    "zsh": """#compdef mlops-tui
_mlops_tui() {
    local -a found
    found=("${(@f)$(mlops-tui __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -z ${found[1]} ]]; then _files; return; fi
    compadd -S '' -- ${(M)found:#*[=/]}
    compadd -- ${found:#*[=/]}
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
    if before and before[-1] in ("-C", "--project"):
        return _folders(current)
    _, word, after = split(before)
    if word not in VERBS:
        second = FIRST_WORDS.get(word or "", []) if not after else []
        return _app_words(before, current) if word is None else second
    verb, project, options = VERBS[word], _project_of(before), _options_of(VERBS[word])
    if current.startswith("-"):
        return [option for option in options if option.startswith("--")]
    if options.get(before[-1]):
        return _values(verb, project, before)
    return _words(verb, project, _plain_words(options, after))


APP_OPTIONS = ("--read-only", "--project", "--help", "--version")


def _app_words(before: Sequence[str], current: str) -> list[str]:
    """Return what may stand where a verb or the folder for the app is expected."""
    if current.startswith("-"):
        return [option for option in APP_OPTIONS if option not in before]
    return _folders(current) if "--read-only" in before else list(FIRST_WORDS)


def _words(verb: Verb, project: Path, given: Sequence[str]) -> list[str]:
    """Return what may follow the plain words `given` of a verb."""
    usage = verb_parser(verb).format_usage()
    if not given and verb.name in _CHOICES:
        return _CHOICES[verb.name]
    if not given and verb.name == "run":
        return _jobs(project)
    if not given and (" DATA" in usage or "[DATASET]" in usage):
        return _datasets(project)
    if not given and " BATCH" in usage:
        return _batches(project)
    if not given and (" MODEL" in usage or "[MODEL]" in usage):
        return _models(project)
    is_run = " RUN" in usage or "[RUN]" in usage
    if is_run and (not given or "[RUN ...]" in usage):
        return [word for word in _runs(project, verb) if word not in given]
    if " ALERT" in usage:
        is_over = bool(given) and "[ALERT ...]" not in usage
        return [] if is_over else [it for it in _alerts(project, verb) if it not in given]
    if verb.name == "series" and len(given) == 1:
        return _metrics(project, given[0])
    return []


def _values(verb: Verb, project: Path, before: Sequence[str]) -> list[str]:
    """Return what may stand behind the option that was typed last."""
    if before[-1] in ("-p", "--param"):
        return _parameters(project, before)
    if verb.name == "alerts list" and before[-1] in ("-s", "--state"):
        return list(STATES)
    if before[-1] == "--on":
        return _datasets(project)
    return _runs(project, verb) if before[-1] == "--run" else []


_CHOICES = {
    "queue": ["status", "pause", "resume"],
    "agent": ["status", "stop"],
    "completion": ["bash", "zsh", "fish"],
}


def _options_of(verb: Verb) -> dict[str, bool]:
    """Return the options of a verb by their spellings, and whether a value follows."""
    found: dict[str, bool] = {}
    for line in verb_parser(verb).format_help().splitlines():
        match = re.match(r"  (-.*?)(?:  |$)", line)
        for flag in re.findall(r"--?[A-Za-z][a-z-]*", match[1]) if match else ():
            found[flag] = bool(re.search(r" [A-Z]", match[1])) if match else False
    return found


def _plain_words(options: Mapping[str, bool], words: Sequence[str]) -> list[str]:
    """Return the words that are neither options nor their values."""
    pairs = zip(words, ["", *words], strict=False)
    return [word for word, last in pairs if not word.startswith("-") and not options.get(last)]


def _folders(typed: str) -> list[str]:
    """Return the folders that begin as typed, as they would be typed."""
    parent, name = os.path.split(typed)
    try:
        with os.scandir(os.path.expanduser(parent) or ".") as entries:
            names = [entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []
    shown = [found for found in names if name.startswith(".") or not found.startswith(".")]
    return sorted(os.path.join(parent, found, "") for found in shown)


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


def _datasets(named: Path) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.domain.projectfile import load_project

    try:
        return list(load_project(project_folder(named)).datasets)
    except MlopsTuiError:
        return []


def _batches(named: Path) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.index import Index

    try:
        with Index.open(project_folder(named)) as index:
            index.ingest(budget_seconds=0.2)
            found = index.batches(limit=MOST_RUNS)
            return [word for batch in reversed(found) for word in (batch.key, batch.id)]
    except MlopsTuiError:
        return []


def _models(named: Path) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.index import Index

    try:
        with Index.open(project_folder(named)) as index:
            index.ingest(budget_seconds=0.2)
            found = index.models()
            names = [it.name for it in found]
            names += [f"{it.name}@{alias}" for it in found for alias in it.aliases]
            versions = [version.name for it in found for version in (it.newest,)]
            return names + versions
    except MlopsTuiError:
        return []


def _parameters(named: Path, before: Sequence[str]) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.domain.project import ParamType
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


def _alerts(named: Path, verb: Verb) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.domain.alerts import UNRESOLVED, AlertState
    from mlops_tui.index import Index

    states = frozenset(AlertState) if verb.name == "alerts reopen" else UNRESOLVED
    try:
        with Index.open(project_folder(named)) as index:
            index.ingest(budget_seconds=0.2)
            return [alert.id for alert in index.alerts(states)]
    except MlopsTuiError:
        return []


def _metrics(named: Path, run: str) -> list[str]:
    from mlops_tui.cli.reading import project_folder
    from mlops_tui.index import Index

    try:
        with Index.open(project_folder(named)) as index:
            index.ingest(budget_seconds=0.2)
            return index.metric_names([index.resolve(run)])
    except MlopsTuiError:
        return []
