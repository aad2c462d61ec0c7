"""One Python file as a syntax tree, with what can be known about it without running it."""

from __future__ import annotations

import ast
import math
import warnings
from collections.abc import Iterator

from mlops_tui.domain.project import ParamType
from mlops_tui.engine.proposals.found import COMPUTED

TYPE_NAMES = {
    "int": ParamType.INT,
    "float": ParamType.FLOAT,
    "str": ParamType.STR,
    "bool": ParamType.BOOL,
    "Path": ParamType.PATH,
    "PurePath": ParamType.PATH,
    "INT": ParamType.INT,
    "FLOAT": ParamType.FLOAT,
    "STRING": ParamType.STR,
    "BOOL": ParamType.BOOL,
    "IntRange": ParamType.INT,
    "FloatRange": ParamType.FLOAT,
    "FileType": ParamType.PATH,
    "File": ParamType.PATH,
}


class Source:
    """The tree of one file and the constants at its top level; immutable."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self.nodes = list(ast.walk(tree))
        self.imported = {name.split(".")[0] for name in _imports(self.nodes)}
        self._constants: dict[str, ast.expr] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = node.targets[0]
                if isinstance(target, ast.Name):
                    self._constants[target.id] = node.value

    @property
    def has_main(self) -> bool:
        """Say whether the file asks whether it is the program."""
        return any(
            isinstance(node, ast.If)
            and isinstance(node.test, ast.Compare)
            and isinstance(node.test.left, ast.Name)
            and node.test.left.id == "__name__"
            for node in self.tree.body
        )

    @property
    def is_part_of_package(self) -> bool:
        """Say whether the file imports its neighbours by a relative import."""
        return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in self.nodes)

    def value(self, node: ast.expr | None) -> object:
        """Return the value of a literal or a constant of the file, else `COMPUTED`."""
        if isinstance(node, ast.Name) and node.id in self._constants:
            node = self._constants[node.id]
        if node is None:
            return COMPUTED
        try:
            return _arithmetic(node)
        except (ValueError, TypeError, SyntaxError, OverflowError, ZeroDivisionError):
            return COMPUTED

    def text_of(self, node: ast.expr | None) -> str:
        """Return the text of a literal, "" for all else."""
        value = self.value(node)
        return value if isinstance(value, str) else ""

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function in the order of the file."""
        found = [n for n in self.nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        yield from sorted(found, key=lambda node: node.lineno)

    def calls(self) -> list[ast.Call]:
        """Return every call in the order of the file."""
        found = [node for node in self.nodes if isinstance(node, ast.Call)]
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def parse_source(text: str) -> Source | None:
    """Return the source that `text` is, None where it is no Python we can read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Source(text, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the argument given by that name, else None."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def path_of(node: ast.AST) -> str:
    """Return `a.b.c` of a name with attributes, of a call what is called, "" of all else."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Name):
            return ".".join(reversed([*parts, node.id]))
        else:
            return ""


def last_name(node: ast.AST | None) -> str:
    """Return `c` of `a.b.c` or of `a.b.c(...)`."""
    return path_of(node).rpartition(".")[2] if node is not None else ""


def type_named(node: ast.AST | None) -> ParamType | None:
    """Return the parameter type for `int`, `pathlib.Path`, `click.FLOAT`, None for others."""
    return TYPE_NAMES.get(last_name(node))


def scalars(value: object) -> tuple[str | int | float, ...]:
    """Return the items of a list of texts or finite numbers, else ()."""
    if not isinstance(value, list | tuple) or not value:
        return ()
    kept = [item for item in value if isinstance(item, str | int | float)]
    is_plain = all(isinstance(item, str) or math.isfinite(item) for item in kept)
    has_bool = any(isinstance(item, bool) for item in kept)
    return tuple(kept) if len(kept) == len(value) and is_plain and not has_bool else ()


def _imports(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _arithmetic(node: ast.expr) -> object:
    """Return the value of a literal, also of small products such as `64 * 1024`.

    Raises:
        ValueError: it is none.
    """
    if isinstance(node, ast.Call) and last_name(node) == "Path" and len(node.args) == 1:
        node = node.args[0]
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div | ast.Add):
        return ast.literal_eval(node)
    left, right = _arithmetic(node.left), _arithmetic(node.right)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise ValueError("not numbers")
    if isinstance(node.op, ast.Add):
        return left + right
    return left * right if isinstance(node.op, ast.Mult) else left / right
