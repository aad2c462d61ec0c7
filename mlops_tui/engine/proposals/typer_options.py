"""Options that a file declares as parameters of `typer` functions, by subcommand."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mlops_tui.domain.project import ParamType
from mlops_tui.engine.proposals.argparse_options import Commands
from mlops_tui.engine.proposals.found import MISSING, Option
from mlops_tui.engine.proposals.source import Source, keyword, last_name, path_of, type_named

Function = ast.FunctionDef | ast.AsyncFunctionDef


def typer_commands(source: Source) -> Commands:
    """Return the options of each command, {} where the file declares none."""
    if "typer" not in source.imported:
        return {}
    started = {
        last_name(call.args[0])
        for call in source.calls()
        if path_of(call) == "typer.run" and call.args
    }
    found: Commands = {}
    has_callback = False
    for function in source.functions():
        decorators = {last_name(item): item for item in function.decorator_list}
        has_callback = has_callback or "callback" in decorators
        if "command" in decorators or function.name in started:
            name = _command_name(source, decorators.get("command"), function)
            found[name] = _options(source, function)
    if len(found) == 1 and not has_callback:
        return {"": next(iter(found.values()))}
    return found


def _command_name(source: Source, decorator: ast.expr | None, function: Function) -> str:
    named = ""
    if isinstance(decorator, ast.Call):
        named = source.text_of(decorator.args[0]) if decorator.args else ""
        named = named or source.text_of(keyword(decorator, "name"))
    return named or function.name.replace("_", "-")


def _options(source: Source, function: Function) -> list[Option]:
    arguments = [*function.args.posonlyargs, *function.args.args]
    gaps: list[ast.expr | None] = [None] * (len(arguments) - len(function.args.defaults))
    pairs = list(zip(arguments, [*gaps, *function.args.defaults], strict=True))
    pairs += list(zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True))
    return [
        _option(source, argument, default)
        for argument, default in pairs
        if last_name(argument.annotation) != "Context"
    ]


def _option(source: Source, argument: ast.arg, default: ast.expr | None) -> Option:
    annotation, declared = argument.annotation, default
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) == "Annotated":
        inside = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
        annotation = inside[0] if inside else None
        declared = next((item for item in inside[1:] if isinstance(item, ast.Call)), declared)
    call = declared if isinstance(declared, ast.Call) else None
    how = last_name(call)
    names = call.args if call is not None else []
    if declared is default and call is not None and how in ("Option", "Argument"):
        default = names[0] if names else keyword(call, "default")
        names = names[1:]
    value = _default(source, default)
    is_positional = how == "Argument" or (value is MISSING and how != "Option")
    kind = _type(annotation)
    return Option(
        name=argument.arg,
        flag="" if is_positional else _flag(source, names, argument),
        type=kind or ParamType.STR,
        default=value,
        is_required=value is MISSING,
        help=source.text_of(keyword(call, "help")) if call is not None else "",
        obstacle=_obstacle(kind),
    )


def _default(source: Source, node: ast.expr | None) -> object:
    if node is None or (isinstance(node, ast.Constant) and node.value is ...):
        return MISSING
    return source.value(node)


def _flag(source: Source, names: Sequence[ast.expr], argument: ast.arg) -> str:
    """Return the long flag that is declared, else the one typer makes of the name."""
    long = [name for name in map(source.text_of, names) if name.startswith("--")]
    return long[0] if long else "--" + argument.arg.replace("_", "-")


def _type(node: ast.expr | None) -> ParamType | None:
    """Return the type of an annotation, of `X | None` and `Optional[X]` that of X."""
    if node is None:
        return ParamType.STR
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _type(node.left)
    if isinstance(node, ast.Subscript) and last_name(node.value) == "Optional":
        return _type(node.slice)
    return type_named(node)


def _obstacle(kind: ParamType | None) -> str:
    if kind is ParamType.BOOL:
        return "is a switch"
    return "" if kind else "has a type of its own"
