"""Options that a file takes from a Hydra config, or by `run.param` of our own tracking."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from mlops_tui.domain.project import ParamType
from mlops_tui.engine.proposals.found import MISSING, Option
from mlops_tui.engine.proposals.reading import read_text
from mlops_tui.engine.proposals.simple_yaml import Node, read_yaml
from mlops_tui.engine.proposals.source import Source, keyword, path_of

_NOT_OPTIONS = frozenset({"defaults", "hydra"})
MAX_OPTIONS = 40


def hydra_options(source: Source, folder: Path) -> list[Option] | None:
    """Return the scalars of the config as options, None where the file does not use Hydra.

    Args:
        source: the program.
        folder: where the program lies; a relative config path starts there.
    """
    for function in source.functions():
        for decorator in function.decorator_list:
            if path_of(decorator) == "hydra.main" and isinstance(decorator, ast.Call):
                return _options(_config(source, decorator, folder))
    return None


def tracked_options(source: Source) -> list[Option]:
    """Return what the file reads by `run.param("lr", 0.05)`; it needs no flag."""
    if "mlops_tui" not in source.imported:
        return []
    found: dict[str, Option] = {}
    for call in source.calls():
        if path_of(call).endswith(".param") and len(call.args) == 2:
            name, default = source.text_of(call.args[0]), source.value(call.args[1])
            if name:
                found.setdefault(name, Option(name, type=_type(default), default=default))
    return list(found.values())


def _config(source: Source, decorator: ast.Call, folder: Path) -> dict[str, Node]:
    """Return the primary config, {} where it cannot be read."""
    directory = source.text_of(keyword(decorator, "config_path"))
    name = source.text_of(keyword(decorator, "config_name"))
    if not name or "://" in directory or Path(directory).is_absolute():
        return {}
    path = folder / directory / (name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
    text = read_text(path)
    return read_yaml(text) if text else {}


def _options(config: dict[str, Node]) -> list[Option]:
    top = {key: node for key, node in config.items() if key not in _NOT_OPTIONS}
    return [
        Option(
            name=key,
            flag=f"{key}=",
            type=_type(value),
            default=MISSING if value == "???" else value,
            is_required=value == "???",
        )
        for key, value in _scalars(top, "")
    ][:MAX_OPTIONS]


def _scalars(node: dict[str, Node], prefix: str) -> Iterator[tuple[str, object]]:
    """Yield dotted key and value of every plain scalar, the order kept."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _scalars(value, f"{prefix}{key}.")
        elif isinstance(value, str) and "${" in value:
            continue
        elif isinstance(value, str | int | float):
            yield f"{prefix}{key}", value


def _type(value: object) -> ParamType:
    if isinstance(value, bool):
        return ParamType.BOOL
    if isinstance(value, int):
        return ParamType.INT
    return ParamType.FLOAT if isinstance(value, float) else ParamType.STR
