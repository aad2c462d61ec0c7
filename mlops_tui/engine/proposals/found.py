"""What the finders hand over, and the guesses they share; no file is read here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.jobtables import SANE_NAME
from mlops_tui.domain.params import parse_value
from mlops_tui.domain.project import JobKind, Param, ParamType, Role

KIND_WORDS = {
    JobKind.TRAIN: "train training fit finetune tune pretrain sweep",
    JobKind.EVALUATE: "evaluate eval evaluation test validate score benchmark metrics report",
    JobKind.PREPARE: "prepare prep preprocess preprocessing process download fetch ingest split "
    "featurize features data dataset clean convert generate augment extract",
}
ROLE_WORDS = {
    Role.TRAIN: "train training",
    Role.VALIDATION: "val valid validation dev",
    Role.HOLDOUT: "test testing holdout eval evaluation",
    Role.REFERENCE: "reference ref baseline",
    Role.LIVE: "live production prod current serving",
}
SECRET_WORDS = frozenset(
    {"token", "password", "passwd", "passphrase", "secret", "apikey", "credential", "credentials"}
)
KEY_OWNERS = frozenset({"api", "access", "private", "secret", "auth", "account", "license"})
_SECRET_VALUE = re.compile(
    r"\b(?:hf_|sk-|pk-|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AKIA|ASIA|AIza|eyJ|ya29\.|npm_)"
    r"[A-Za-z0-9._-]{8,}"
    r"|://[^/\s:@]*:[^/\s@]+@|-----BEGIN|\bBearer\s+\S+"
    r"|\b[0-9a-fA-F]{32,}\b|\b(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])\w{28,}\b"
)
_SECRET_ARGUMENT = re.compile(r"(?:^|[\s;&|\"'])(?:-+)?([A-Za-z_][A-Za-z0-9_-]*)(?:=|\s+)[^\s-]")


class Missing:
    """The type of `MISSING` and `COMPUTED`."""


MISSING: Final = Missing()
"""There is no default."""
COMPUTED: Final = Missing()
"""There is a default, but only running the program would tell which."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option or argument of a program as its source declares it."""

    name: str
    flag: str = ""
    """`--lr`; empty for a positional argument; for Hydra `lr=`."""
    type: ParamType = ParamType.STR
    default: object = MISSING
    is_required: bool = False
    choices: tuple[str | int | float, ...] = ()
    min: int | float | None = None
    max: int | float | None = None
    help: str = ""
    obstacle: str = ""
    """Why no value can be passed for it; empty where one can."""


@dataclass(frozen=True, slots=True)
class FoundJob:
    """A job to propose, or one to say of why not."""

    name: str
    run: str | tuple[str, ...]
    kind: JobKind
    source: str
    """The file that shows it, for a comment."""
    params: tuple[Param, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What the person should know, one comment line each."""
    reader: str = ""
    """What declared the parameters: argparse, click; empty where nothing did."""
    obstacle: str = ""
    """Why it has no `run` and cannot be proposed; empty where it can."""


@dataclass(frozen=True, slots=True)
class FoundDataset:
    """Data to propose."""

    name: str
    path: str
    role: Role | None = None
    target: str | None = None


def guess_kind(name: str) -> JobKind:
    """Return what a job is for by the words of its name."""
    words = words_of(name)
    for kind, known in KIND_WORDS.items():
        if any(word in known.split() for word in words):
            return kind
    return JobKind.OTHER


def guess_role(path: str) -> Role | None:
    """Return what data is for by the words of its path, the last ones first."""
    for part in reversed(path.split("/")):
        for word in words_of(part):
            for role, known in ROLE_WORDS.items():
                if word in known.split():
                    return role
    return None


def words_of(name: str) -> list[str]:
    """Return the words of `trainModel_v2` in lower case: train, model, v2."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", parted) if word]


def is_secret_name(name: str) -> bool:
    """Say whether a value of that name should stand in no file; `max_tokens` may."""
    words = words_of(name)
    if not words:
        return False
    is_key = words[-1] == "key" and len(words) > 1 and words[-2] in KEY_OWNERS
    return words[-1] in SECRET_WORDS or is_key


def looks_secret(text: str) -> bool:
    """Say whether `text` holds what looks like a key, a token or a password."""
    if _SECRET_VALUE.search(text):
        return True
    return any(is_secret_name(match.group(1)) for match in _SECRET_ARGUMENT.finditer(text))


def safe_name(text: str) -> str:
    """Return `text` as a name that a project file accepts."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip(".-")
    return name or "job"


def literal(text: str) -> str:
    """Return `text` for a `run`, where braces stand for parameters."""
    return text.replace("{", "{{").replace("}", "}}")


def job_of_options(job: FoundJob, words: Sequence[str], options: Sequence[Option]) -> FoundJob:
    """Return `job` with a command that passes every option that can be passed.

    Args:
        job: name, kind, source and remarks; the rest is set here.
        words: how the program is started, literally.
        options: in the order of their declaration.
    """
    pieces = [literal(shlex.quote(word)) for word in words]
    params: dict[str, Param] = {}
    remarks = list(job.remarks)
    for option in sorted(options, key=lambda option: bool(option.flag)):
        param = param_of(option)
        if isinstance(param, str):
            remarks.append(f"{option.flag.rstrip('=') or option.name}: {param}")
        elif param.name not in params:
            params[param.name] = param
            flag = literal(shlex.quote(option.flag)) if option.flag else ""
            gap = "" if not flag or flag.endswith("=") else " "
            pieces.append(f"{flag}{gap}{{{param.name}}}")
    run = " ".join(pieces)
    return replace(job, run=run, params=tuple(params.values()), remarks=tuple(remarks))


def param_of(option: Option) -> Param | str:
    """Return the parameter for `option`, or in words why the program is left to decide."""
    reason = _obstacle(option)
    if reason:
        return reason
    help_text = "" if looks_secret(option.help) else " ".join(option.help.split())
    param = Param(
        name=option.name,
        type=option.type,
        choices=tuple(dict.fromkeys(option.choices)),
        min=option.min,
        max=option.max,
        help=help_text[:200],
    )
    if option.default is MISSING or option.default is None:
        return param
    try:
        default = parse_value(param, option.default)
    except InputError:
        return "its default has another type; left to the program"
    return replace(param, default=default, has_default=True)


def _obstacle(option: Option) -> str:
    if is_secret_name(option.name) or looks_secret(str(option.default)):
        return (
            "looks like a secret, left out; let the program read it from the environment, "
            'then declare it with type = "secret"'
        )
    if option.obstacle:
        return f"{option.obstacle}; left to the program"
    if not SANE_NAME.fullmatch(option.name):
        return "its name cannot be used here; left to the program"
    if option.default is COMPUTED:
        return "its default is computed; left to the program"
    if (option.default is MISSING or option.default is None) and not option.is_required:
        return "has no default; left to the program"
    return ""
