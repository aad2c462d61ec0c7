"""Turns what a person gives for a job's parameters into values, and values into a command."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Job, Param, ParamType
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.tables import is_number, is_whole, nearest

TRUE_WORDS = frozenset({"true", "yes", "on", "1"})
FALSE_WORDS = frozenset({"false", "no", "off", "0"})

DATA_PREFIX = "data."
"""`{data.train}` in a command is the path of the dataset `train`, with its marks."""
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def parse_value(param: Param, given: object) -> ParamValue:
    """Return the value of `param` that a text or a value stands for.

    Raises:
        InputError: it is not of the parameter's type, out of bounds or no choice.
    """
    value = _typed(param, given)
    if value is None or not _fits(param, value):
        shown = "a secret" if param.type is ParamType.SECRET else repr(given)
        raise InputError(f"{param.name}: expected {expected(param)}, got {shown}", param.help)
    return value


def expected(param: Param) -> str:
    """Return what a value of `param` must be: `a float between 1e-05 and 1`."""
    if param.choices:
        return "one of " + ", ".join(format_value(choice) for choice in param.choices)
    noun = {
        ParamType.INT: "a whole number",
        ParamType.FLOAT: "a float",
        ParamType.BOOL: "true or false",
        ParamType.PATH: "a path",
        ParamType.SECRET: "text",
    }.get(param.type, "text")
    if param.min is not None and param.max is not None:
        return f"{noun} between {_bound(param.min)} and {_bound(param.max)}"
    if param.min is not None:
        return f"{noun} >= {_bound(param.min)}"
    return f"{noun} <= {_bound(param.max)}" if param.max is not None else noun


def check(job: Job, given: Mapping[str, object]) -> tuple[dict[str, ParamValue], dict[str, str]]:
    """Return the values of all parameters but secrets, and by name what is wrong with which.

    A given None counts as not given. Secrets are looked at by `resolve_secrets` alone.
    """
    values: dict[str, ParamValue] = {}
    wrong = {
        name: f"{name}: job {job.name} has no such parameter"
        + (f" ({hint})" if (hint := nearest(name, job.params)) else "")
        for name in given
        if name not in job.params
    }
    for name, param in job.params.items():
        if param.type is ParamType.SECRET:
            continue
        try:
            if given.get(name) is not None:
                values[name] = parse_value(param, given[name])
            elif param.has_default:
                values[name] = param.default
            else:
                wrong[name] = f"{name}: a value is needed, {expected(param)}"
        except InputError as error:
            wrong[name] = error.message
    return values, wrong


def resolve(job: Job, given: Mapping[str, object]) -> dict[str, ParamValue]:
    """Return the values of all parameters of `job` but its secrets, in the declared order.

    Raises:
        InputError: names are unknown, values wrong or missing; one line for each of them.
    """
    values, wrong = check(job, given)
    if wrong:
        known = ", ".join(job.params) or "none"
        raise InputError("\n".join(wrong.values()), f"parameters of {job.name}: {known}")
    return values


def resolve_secrets(
    job: Job, given: Mapping[str, object], environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the value of every secret of `job` by the name of its environment variable.

    A secret is taken from `given`, else from `environ`. One that is given empty is left out.

    Raises:
        InputError: secrets are found in neither.
    """
    values: dict[str, str] = {}
    wrong: list[str] = []
    for param in secrets_of(job):
        value = given.get(param.name)
        value = environ.get(param.env) if value is None else value
        if value is None:
            wrong.append(f"{param.name}: a value is needed, set {param.env} in the environment")
        elif value != "":
            values[param.env] = str(parse_value(param, value))
    if wrong:
        raise InputError("\n".join(wrong))
    return values


def secrets_of(job: Job) -> list[Param]:
    """Return the parameters of `job` that are passed by environment and recorded nowhere."""
    return [param for param in job.params.values() if param.type is ParamType.SECRET]


def format_value(value: ParamValue) -> str:
    """Return `value` as it stands in a command: `true`, `20`, `0.05`, the text itself."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    return "" if value is None else str(value)


def split_run(run: str | Sequence[str]) -> list[str]:
    """Return the words of a command with the placeholders still in them.

    Raises:
        ValueError: the text has an open quote.
    """
    return shlex.split(run) if isinstance(run, str) else list(run)


def placeholders(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield what stands in braces, and whether it can be a name; a lone brace can not."""
    for word in words:
        for match in _PIECE.finditer(word):
            if match.group(1) is not None:
                yield match.group(1), True
            elif match.group() in ("{", "}"):
                yield match.group(), False


def build_argv(
    job: Job, values: Mapping[str, ParamValue], data: Mapping[str, str] | None = None
) -> list[str]:
    """Return the command of `job`: split first, then each value put in as part of one argument.

    Args:
        job: whose.
        values: of its parameters.
        data: the path of each dataset, for `{data.NAME}`; left as it is written without.

    Raises:
        InputError: the command cannot be split, or names what has no value here (as secrets do).
    """
    try:
        words = split_run(job.run)
    except ValueError as error:
        raise InputError(f"job {job.name}: {_sentence(error)} in run") from error
    if not words:
        raise InputError(f"job {job.name} has no command", "give it a `run`")
    known = values if data is None else {**_named_data(data), **values}
    return [_PIECE.sub(lambda match: _filled(job, known, match), word) for word in words]


def data_pieces(
    job: Job, values: Mapping[str, ParamValue], names: Sequence[str]
) -> dict[int, list[tuple[str, str]]]:
    """Return the arguments of `job` that have paths of data in them, by their place.

    Each is what to join: `("text", it)` as it is, and `("data", name)` for the path of a dataset,
    which may be known only when the run starts.
    """
    found = {}
    for place, word in enumerate(split_run(job.run)):
        pieces: list[tuple[str, str]] = []
        end = 0
        for match in _PIECE.finditer(word):
            name = data_name(match.group(1) or "", values)
            text = word[end : match.start()]
            pieces.append(("text", text))
            if name in names:
                pieces.append(("data", name))
            else:
                pieces.append(("text", _filled(job, values, match)))
            end = match.end()
        if any(kind == "data" for kind, _ in pieces):
            found[place] = [it for it in (*pieces, ("text", word[end:])) if it[1]]
    return found


def data_name(placeholder: str, params: Collection[str]) -> str:
    """Return the dataset that `data.NAME` stands for; empty where it is a parameter, or no such."""
    if placeholder in params or not placeholder.startswith(DATA_PREFIX):
        return ""
    return placeholder.removeprefix(DATA_PREFIX)


def _named_data(data: Mapping[str, str]) -> dict[str, ParamValue]:
    return {DATA_PREFIX + name: path for name, path in data.items()}


def preview(argv: Sequence[str]) -> str:
    """Return `argv` as a person would type it in a shell."""
    return shlex.join(argv)


def _filled(job: Job, values: Mapping[str, ParamValue], match: re.Match[str]) -> str:
    piece = match.group()
    if piece in ("{{", "}}"):
        return piece[0]
    name = match.group(1)
    if name is not None and data_name(name, values):
        return piece  # a path that is put in when the run starts
    if name is None or name not in values:
        raise InputError(
            f"job {job.name}: nothing to put in for {piece} in run",
            nearest(name or "", values) or "write {{ and }} for braces",
        )
    return format_value(values[name])


def _typed(param: Param, given: object) -> ParamValue:
    """Return `given` as a value of the parameter's type, None where it cannot be one."""
    if param.type is ParamType.BOOL:
        return _bool(given)
    if param.type is ParamType.INT:
        return _int(given)
    if param.type is ParamType.FLOAT:
        return _float(given)
    if param.type is ParamType.CHOICE:
        return _choice(param, given)
    return _text(given)


def _fits(param: Param, value: ParamValue) -> bool:
    if param.choices and value not in param.choices:
        return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        too_small = param.min is not None and value < param.min
        return not too_small and not (param.max is not None and value > param.max)
    return not (param.type in (ParamType.PATH, ParamType.SECRET) and value == "")


def _bool(given: object) -> bool | None:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def _int(given: object) -> int | None:
    if isinstance(given, str):
        words = given.strip()
        if re.fullmatch(r"[+-]?\d{1,19}", words, re.ASCII):
            given = int(words)
        else:
            given = _float(words)
    if isinstance(given, float) and given.is_integer() and abs(given) <= 2**53:
        given = int(given)
    return given if is_whole(given) else None


def _float(given: object) -> float | None:
    if isinstance(given, str) and given.isascii():
        try:
            given = float(given)
        except ValueError:
            return None
    return float(given) if is_number(given) else None


def _choice(param: Param, given: object) -> ParamValue:
    """Return the choice that is equal to `given`, or reads the same, or is the same number."""
    words = format_value(given) if isinstance(given, str | int | float) else ""
    for choice in param.choices:
        if format_value(choice) == words:
            return choice
    number = _float(given)
    same = [choice for choice in param.choices if is_number(choice) and choice == number]
    return same[0] if same else None


def _text(given: object) -> str | None:
    if not isinstance(given, str | int | float):
        return None
    text = format_value(given)
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return None if "\0" in text else text


def _bound(value: float) -> str:
    return repr(value).removesuffix(".0")


def _sentence(error: ValueError) -> str:
    return str(error).lower() or "an open quote"
