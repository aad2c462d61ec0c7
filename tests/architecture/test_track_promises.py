"""What a training script is promised: soon there, no thread, old Pythons, nothing but track."""

from __future__ import annotations

import ast
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mlops_tui
from tests.unit.track.scripts import settle

PACKAGE = Path(mlops_tui.__file__).parent
ALLOWED = ("mlops_tui", "mlops_tui.track", "mlops_tui.journal", "mlops_tui.domain")
ALLOWED_DOMAIN = ("ids", "places", "host", "lifecycle")
IMPORT_SECONDS = 0.030
NEW_NAMES = {
    *("StrEnum", "TypeAlias", "ParamSpec", "TypeGuard", "Self", "assert_never", "batched"),
    *("pairwise", "ExceptionGroup", "tomllib", "add_note", "orig_argv", "bit_count"),
}
"""Of 3.10 and later; reading `orig_argv` by getattr is no attribute of the tree."""
USING = """
import json, sys, threading, time
before = time.perf_counter()
from mlops_tui import track
seconds = time.perf_counter() - before
at_import = sorted(sys.modules)
if {use}:
    with track.run() as run:
        run.log({{"a": 1}}, step=0)
        run.param("lr", 0.1)
        run.artifact(__file__)
        import threading
        assert threading.active_count() == 1
print(json.dumps([seconds, sorted(sys.modules)]))
"""


def after(tmp_path: Path, use: bool, isolated: bool = False) -> tuple[float, set[str]]:
    """Return the seconds that the import took in a fresh interpreter, and what is loaded."""
    script = tmp_path / "script.py"
    script.write_text(USING.format(use=use))
    done = subprocess.run(
        [sys.executable, *(["-S"] if isolated else []), str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seconds, modules = json.loads(done.stdout)
    return seconds, set(modules)


def closure() -> list[Path]:
    """Return every file of ours that a recording script may load."""
    files = [PACKAGE / "__init__.py", PACKAGE / "domain" / "__init__.py"]
    files += [PACKAGE / "domain" / f"{name}.py" for name in ALLOWED_DOMAIN]
    for layer in ("track", "journal"):
        files += sorted((PACKAGE / layer).glob("*.py"))
    return files


def test_recording_loads_the_standard_library_and_track_alone(
    tmp_path: Path, isolated_home: Path
) -> None:
    _, modules = after(tmp_path, use=True, isolated=True)
    settle(isolated_home)
    ours = {name for name in modules if name.split(".")[0] == "mlops_tui"}
    foreign = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    assert foreign <= {"mlops_tui", "__main__", "_sysconfigdata__linux_x86_64-linux-gnu"}
    allowed = {f"mlops_tui.domain.{name}" for name in ALLOWED_DOMAIN} | set(ALLOWED)
    assert {
        name
        for name in ours - allowed
        if not name.startswith(("mlops_tui.track.", "mlops_tui.journal."))
    } == set()
    costly = {"subprocess", "socket", "uuid", "logging", "asyncio", "dataclasses", "inspect"}
    assert modules & costly == set()


def test_importing_track_costs_next_to_nothing(tmp_path: Path) -> None:
    measured = [after(tmp_path, use=False) for _ in range(5)]
    assert statistics.median(seconds for seconds, _ in measured) < IMPORT_SECONDS
    ours = {name for name in measured[0][1] if name.startswith("mlops_tui")}
    assert ours == {"mlops_tui", "mlops_tui.track"}


@pytest.mark.parametrize("path", closure(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_file_that_a_script_loads_is_python_3_9(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    assert [problem for node in ast.walk(tree) for problem in newer_than_3_9(node)] == []
    if any(isinstance(node, (ast.FunctionDef, ast.AnnAssign)) for node in ast.walk(tree)):
        assert "from __future__ import annotations" in source


def newer_than_3_9(node: ast.AST) -> list[str]:
    """Return what a node uses that Python 3.9 parses but does not have."""
    found = []
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        keywords = {keyword.arg for keyword in node.keywords}
        if (name == "zip" and "strict" in keywords) or (
            name == "dataclass" and keywords & {"slots", "kw_only"}
        ):
            found.append(f"line {node.lineno}: {name}{sorted(map(str, keywords))}")
    names = {ast.Name: "id", ast.Attribute: "attr"}
    used: Any = getattr(node, names.get(type(node), ""), None) if type(node) in names else None
    if isinstance(node, ast.ImportFrom | ast.Import):
        used = next((alias.name for alias in node.names if alias.name in NEW_NAMES), None)
    if used in NEW_NAMES:
        found.append(f"{used}")
    if isinstance(node, ast.Match | ast.TryStar):
        found.append(type(node).__name__)
    return found


@pytest.mark.parametrize(
    "code",
    [
        *("zip(a, b, strict=True)", "@dataclass(slots=True)\nclass A: ...", "os.orig_argv"),
        "from enum import StrEnum",
    ],
)
def test_the_check_for_newer_python_finds_what_it_looks_for(code: str) -> None:
    assert [problem for node in ast.walk(ast.parse(code)) for problem in newer_than_3_9(node)]


def test_no_code_of_track_starts_a_thread_or_forks() -> None:
    forbidden = {"threading", "_thread", "concurrent", "multiprocessing", "asyncio"}
    for path in (PACKAGE / "track").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & forbidden
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in forbidden
            elif isinstance(node, ast.Attribute):
                assert node.attr not in {"fork", "forkpty"}


def test_there_is_one_broad_except() -> None:
    broad = [
        (path.name, node.lineno)
        for path in (PACKAGE / "track").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    ]
    assert [name for name, _ in broad] == ["attempt.py"]
