"""Keeps functions, classes and files small; see the budgets below."""

from __future__ import annotations

import ast
from pathlib import Path

import mlops_tui

PACKAGE = Path(mlops_tui.__file__).parent
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_CLASS_LINES = 300
MAX_METHODS = 20
MEDIAN_FUNCTION_LINES = 8
P95_FUNCTION_LINES = 35

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def line_count(node: Function | ast.ClassDef) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def place(path: Path, node: Function | ast.ClassDef) -> str:
    return f"{path.relative_to(PACKAGE.parent)}:{node.lineno} {node.name}"


def function_lengths() -> dict[str, int]:
    return {
        place(path, node): line_count(node)
        for path in sources()
        for node in nodes(path)
        if isinstance(node, Function)
    }


def test_no_file_is_longer_than_its_budget() -> None:
    lengths = {
        str(path.relative_to(PACKAGE.parent)): path.read_text(encoding="utf-8").count("\n")
        for path in sources()
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    lengths = function_lengths()
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def test_functions_are_short_as_a_rule() -> None:
    lengths = sorted(function_lengths().values())
    assert lengths[len(lengths) // 2] <= MEDIAN_FUNCTION_LINES
    assert lengths[int(0.95 * (len(lengths) - 1))] <= P95_FUNCTION_LINES


def test_no_class_is_larger_than_its_budget() -> None:
    sizes = {
        place(path, node): (line_count(node), sum(isinstance(item, Function) for item in node.body))
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
    }
    too_large = {
        name: f"{lines} lines, {methods} methods"
        for name, (lines, methods) in sizes.items()
        if lines > MAX_CLASS_LINES or methods > MAX_METHODS
    }
    assert too_large == {}
