"""Options that a file declares with `click` decorators, by subcommand."""

from __future__ import annotations

import ast
import re

from mlops_tui.domain.project import ParamType
from mlops_tui.engine.proposals.argparse_options import Commands
from mlops_tui.engine.proposals.found import COMPUTED, MISSING, Option
from mlops_tui.engine.proposals.source import (
    Source,
    keyword,
    last_name,
    path_of,
    scalars,
    type_named,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def click_commands(source: Source) -> Commands:
    """Return the options of each command, {} where the file declares none."""
    if not source.imported & {"click", "rich_click"}:
        return {}
    found: dict[str, tuple[str, list[Option]]] = {}
    for function in source.functions():
        decorators = {last_name(item): item for item in function.decorator_list}
        if "command" in decorators:
            group = path_of(decorators["command"]).rpartition(".")[0]
            name = _command_name(source, decorators["command"], function)
            found[name] = (group, _options(source, function))
    is_alone = len(found) == 1 and all(
        group in ("", "click", "rich_click") for group, _ in found.values()
    )
    return {"" if is_alone else name: options for name, (_, options) in found.items()}


def _command_name(source: Source, decorator: ast.expr, function: Function) -> str:
    named = ""
    if isinstance(decorator, ast.Call):
        named = source.text_of(decorator.args[0]) if decorator.args else ""
        named = named or source.text_of(keyword(decorator, "name"))
    short = re.sub(r"_(command|cmd|group|grp)$", "", function.name)
    return named or short.replace("_", "-")


def _options(source: Source, function: Function) -> list[Option]:
    found: list[Option] = []
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and last_name(decorator) in ("option", "argument"):
            option = _option(source, decorator, last_name(decorator) == "argument")
            if option is not None:
                found.append(option)
    return found


def _option(source: Source, call: ast.Call, is_argument: bool) -> Option | None:
    names = [name for name in (source.text_of(item) for item in call.args) if name]
    if not names:
        return None
    flags = [name for name in names if name.startswith("-")]
    flag = next((name for name in flags if name.startswith("--")), flags[0] if flags else "")
    plain = [name for name in names if not name.startswith("-")]
    name = plain[0] if plain else flag.lstrip("-").replace("-", "_").lower()
    node = keyword(call, "default")
    default = MISSING if node is None else source.value(node)
    is_required = source.value(keyword(call, "required"))
    made = Option(
        name=name,
        flag=flag,
        default=default,
        is_required=is_required is True or (is_argument and is_required is not False),
        help=source.text_of(keyword(call, "help")),
        obstacle=_obstacle(source, call, flag),
    )
    return _with_type(source, made, keyword(call, "type"))


def _with_type(source: Source, option: Option, node: ast.expr | None) -> Option:
    kind, choices, low, high = _type(source, node, option.default)
    obstacle = option.obstacle or ("" if kind else "has a type of its own")
    return Option(
        option.name, option.flag, kind or ParamType.STR, option.default, option.is_required,
        choices, low, high, option.help, obstacle,
    )  # fmt: skip


def _type(
    source: Source, node: ast.expr | None, default: object
) -> tuple[ParamType | None, tuple[str | int | float, ...], int | float | None, int | float | None]:
    """Return type, choices, least and greatest value; click takes the type from the default."""
    if node is None:
        plain = type(default).__name__ if isinstance(default, str | int | float) else "str"
        return type_named(ast.Name(plain)), (), None, None
    if last_name(node) == "Choice" and isinstance(node, ast.Call):
        choices = scalars(source.value(node.args[0])) if node.args else ()
        return (ParamType.CHOICE if choices else None), choices, None, None
    if last_name(node) == "Path":
        return ParamType.PATH, (), None, None
    low = high = None
    if last_name(node) in ("IntRange", "FloatRange") and isinstance(node, ast.Call):
        low, high = _bound(source, node, "min", 0), _bound(source, node, "max", 1)
    return type_named(node), (), low, high


def _bound(source: Source, call: ast.Call, name: str, place: int) -> int | float | None:
    node = keyword(call, name) or (call.args[place] if len(call.args) > place else None)
    value = source.value(node)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _obstacle(source: Source, call: ast.Call, flag: str) -> str:
    if source.value(keyword(call, "is_flag")) is True or "/" in flag:
        return "is a switch"
    if keyword(call, "flag_value") is not None or source.value(keyword(call, "count")) is True:
        return "is a switch"
    if source.value(keyword(call, "multiple")) is True:
        return "takes several values"
    nargs = keyword(call, "nargs")
    if nargs is not None and source.value(nargs) not in (1, COMPUTED):
        return "takes several values"
    return ""
