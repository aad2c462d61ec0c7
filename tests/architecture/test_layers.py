"""Imports point downwards only; checked here without extras, and by import-linter if installed."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mlops_tui

PACKAGE = Path(mlops_tui.__file__).parent
RANKS = {
    "cli": 6,
    "ui": 5,
    "engine": 4,
    "monitor": 3,
    "evaluate": 2,
    "track": 2,
    "index": 2,
    "data": 2,
    "journal": 1,
    "domain": 0,
}
TRACK_MAY_USE = (
    "track",
    "journal",
    "domain.ids",
    "domain.places",
    "domain.host",
    "domain.lifecycle",
)


def sources(layer: str = "") -> list[Path]:
    return sorted((PACKAGE / layer).rglob("*.py"))


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def imported_modules(path: Path) -> set[str]:
    """Return every absolute module name that the file imports, at any depth of it."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path).rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
            parts = [above] if node.level else []
            source = ".".join([*parts, *([node.module] if node.module else [])])
            names = [f"{source}.{alias.name}" for alias in node.names]
            found.update(name if is_module(name) else source for name in names)
    return found


def layer_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "mlops_tui" else ""


def test_every_folder_of_the_package_is_a_layer() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders <= set(RANKS)


@pytest.mark.parametrize("layer", sorted(RANKS))
def test_a_layer_imports_only_itself_and_what_is_below(layer: str) -> None:
    upwards = {
        f"{module_of(path)} imports {name}"
        for path in sources(layer)
        for name in imported_modules(path)
        if layer_of(name) in RANKS
        and layer_of(name) != layer
        and RANKS[layer_of(name)] >= RANKS[layer]
    }
    assert upwards == set()


def test_domain_and_journal_use_the_standard_library_alone() -> None:
    foreign = {
        f"{module_of(path)} imports {name}"
        for layer in ("domain", "journal")
        for path in sources(layer)
        for name in imported_modules(path)
        if name.split(".")[0] not in sys.stdlib_module_names | {"mlops_tui"}
    }
    assert foreign == set()


def test_track_uses_nothing_that_a_training_environment_may_lack() -> None:
    allowed = tuple(f"mlops_tui.{name}" for name in TRACK_MAY_USE)
    foreign = {
        f"{module_of(path)} imports {name}"
        for path in sources("track")
        for name in imported_modules(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name != "mlops_tui"
        and not any(name == module or name.startswith(module + ".") for module in allowed)
    }
    assert foreign == set()


def test_only_ui_imports_textual() -> None:
    users = {
        layer_of(module_of(path))
        for path in sources()
        for name in imported_modules(path)
        if name.split(".")[0] == "textual"
    }
    assert users <= {"ui"}


def test_another_executor_could_be_put_in_at_one_place() -> None:
    users = {
        f"{module_of(path)} imports {name}"
        for path in sources()
        for name in imported_modules(path)
        if name == "mlops_tui.engine.local" or name == "mlops_tui.engine.slots"
    }
    assert {user for user in users if user.endswith("local")} == {
        "mlops_tui.engine.executors imports mlops_tui.engine.local"
    }
    # executor and dispatch name the kinds of a shortage; the doctor explains this very host
    assert {user.split(" ")[0].removeprefix("mlops_tui.engine.") for user in users} == {
        *("executors", "local", "executor", "dispatch", "doctor"),
    }


def test_the_contracts_of_import_linter_hold() -> None:
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter comes with the `check` extra")
    code = (
        "import sys; from importlinter.cli import lint_imports; "
        "sys.exit(lint_imports(no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PACKAGE.parent,
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
