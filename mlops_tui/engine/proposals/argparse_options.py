"""Options that a file declares with `argparse`, by subcommand."""

from __future__ import annotations

import ast

from mlops_tui.domain.project import ParamType
from mlops_tui.engine.proposals.found import COMPUTED, MISSING, Option
from mlops_tui.engine.proposals.source import Source, keyword, last_name, scalars, type_named

Commands = dict[str, list[Option]]
"""Options by the name of the subcommand; "" is the program itself."""

_MANY = "takes several values"
_ACTIONS = {"store", "None"}


def argparse_commands(source: Source) -> Commands:
    """Return the options of each subcommand, {} where the file makes no parser."""
    if "argparse" not in source.imported:
        return {}
    parsers: dict[str, str] = {}
    commands: Commands = {}
    for call, target in _calls_with_targets(source):
        method = last_name(call)
        owner = _owner(call)
        if method == "ArgumentParser":
            commands.setdefault("", [])
        elif method == "add_parser":
            name = source.text_of(call.args[0]) if call.args else ""
            parsers[target] = name
            commands.setdefault(name, [])
        elif method in ("add_argument_group", "add_mutually_exclusive_group"):
            parsers[target] = parsers.get(owner, "")
        elif method == "add_argument":
            option = _option(source, call)
            if option is not None:
                commands.setdefault(parsers.get(owner, ""), []).append(option)
    return _with_shared(commands)


def _with_shared(commands: Commands) -> Commands:
    """Return the subcommands with the options of the program itself, where there are any."""
    named = {name: options for name, options in commands.items() if name}
    if not named:
        return commands
    shared = commands.get("", [])
    needed = [option for option in shared if option.is_required and option.flag]
    return {name: [*needed, *options] for name, options in named.items()}


def _calls_with_targets(source: Source) -> list[tuple[ast.Call, str]]:
    """Return every call in order, with the name of the variable that takes its result."""
    targets: dict[ast.expr, str] = {}
    for node in source.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            targets[node.value] = ast.unparse(node.targets[0])
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets[node.value] = ast.unparse(node.target)
    return [(call, targets.get(call, "")) for call in source.calls()]


def _owner(call: ast.Call) -> str:
    """Return the variable that a method is called on: `parser` of `parser.add_argument`."""
    if not isinstance(call.func, ast.Attribute):
        return ""
    return (
        ast.unparse(call.func.value)
        if isinstance(call.func.value, ast.Name | ast.Attribute)
        else ""
    )


def _option(source: Source, call: ast.Call) -> Option | None:
    flags = [source.text_of(item) for item in call.args]
    flags = [flag for flag in flags if flag]
    if not flags:
        return None
    flag = _best_flag(flags)
    name = source.text_of(keyword(call, "dest")) or (flag or flags[0]).lstrip("-").replace("-", "_")
    default_node = keyword(call, "default")
    default = MISSING if default_node is None else source.value(default_node)
    type_node = keyword(call, "type")
    choices_node = keyword(call, "choices")
    choices = scalars(source.value(choices_node)) if choices_node is not None else ()
    kind = _type(type_node, choices)
    return Option(
        name=name,
        flag=flag,
        type=kind or ParamType.STR,
        default=default,
        is_required=not flag or source.value(keyword(call, "required")) is True,
        choices=choices,
        help=source.text_of(keyword(call, "help")).replace("%(default)s", "").replace("%%", "%"),
        obstacle=_obstacle(source, call, kind, default)
        or ("its choices are computed" if choices_node is not None and not choices else ""),
    )


def _best_flag(flags: list[str]) -> str:
    """Return the first long flag, else the first; "" for a positional argument."""
    if not flags[0].startswith("-"):
        return ""
    return next((flag for flag in flags if flag.startswith("--")), flags[0])


def _type(node: ast.expr | None, choices: tuple[str | int | float, ...]) -> ParamType | None:
    """Return the parameter type, None where the program converts the text in its own way."""
    kind = ParamType.STR if node is None else type_named(node)
    if choices and kind is ParamType.STR:
        return ParamType.CHOICE
    return kind


def _obstacle(source: Source, call: ast.Call, kind: ParamType | None, default: object) -> str:
    action_node = keyword(call, "action")
    if action_node is not None and source.text_of(action_node) not in _ACTIONS:
        return "is a switch or no plain value"
    nargs = source.value(keyword(call, "nargs")) if keyword(call, "nargs") is not None else None
    if nargs is not None and nargs != 1:
        return "may be left out" if nargs == "?" else _MANY
    if kind is ParamType.BOOL:
        return "type=bool takes every text but an empty one as true"
    if kind is None and (default is COMPUTED or not isinstance(default, str | int | float)):
        return "has a type of its own" if not _is_needed(source, call) else ""
    if keyword(call, "type") is None and not _is_text(default):
        return "has no type, so a given value would arrive as text"
    return ""


def _is_needed(source: Source, call: ast.Call) -> bool:
    is_positional = bool(call.args) and not source.text_of(call.args[0]).startswith("-")
    return is_positional or source.value(keyword(call, "required")) is True


def _is_text(default: object) -> bool:
    return default is MISSING or default is COMPUTED or default is None or isinstance(default, str)
