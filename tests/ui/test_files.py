from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.screens.files import FilesScreen
from mlops_tui.ui.screens.preview import PreviewScreen
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import START, add_run, append, run_id, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in (1, 2, 3):
        ident = add_run(folder, number, metrics={"accuracy": [0.5]}, output=b"hello\n")
        append(places.run_dir(folder, ident) / "events.jsonl", {"t": START, "tags": {"sweep": "s"}})
    home = places.run_dir(folder, run_id(3))
    kept = home / "artifacts"
    kept.mkdir()
    (kept / "table.csv").write_text("name,score\n" + "row [bold]x,0.5\n" * 3)
    (kept / "facts.json").write_text(json.dumps({"deep": [1, "\x1b[2J"]}))
    (kept / "long.txt").write_text("".join(f"line {at}\n" for at in range(200_000)))
    (kept / "evil\x1b]0;x\x07.txt").write_text("x")
    os.mkfifo(kept / "pipe")
    for path in ("gone.txt", "../../../mlops.toml"):
        append(home / "events.jsonl", {"t": START, "artifact": {"path": path}})
    return folder


async def files_of(it: Driven) -> FilesScreen:
    table = it.project_screen.runs_pane.table
    await it.until(lambda: table.run_at_hand(table.cursor_key))
    await it.press("F")
    await it.until(lambda: isinstance(it.app.screen, FilesScreen) and it.app.screen.table.keys)
    screen = it.app.screen
    assert isinstance(screen, FilesScreen)
    return screen


async def looks_into(it: Driven, files: FilesScreen, path: str) -> PreviewScreen:
    files.table.show_key(f"artifact/{path}")
    await it.press("enter")
    await it.until(lambda: isinstance(it.app.screen, PreviewScreen))
    screen = it.app.screen
    assert isinstance(screen, PreviewScreen)
    viewers = (screen.text, screen.cells, screen.picture)
    await it.until(lambda: any(viewer.display for viewer in viewers))
    return screen


async def leaves(it: Driven, files: FilesScreen) -> None:
    await it.press("escape")
    await it.until(lambda: it.app.screen is files)


@pytest.mark.parametrize("size", [*SIZES, (60, 16)])
async def test_files_are_listed_and_looked_into(project: Path, size: tuple[int, int]) -> None:
    async with opened(project, size) as it:
        files = await files_of(it)
        text = it.screen_text()
        assert "Files of train-3" in text
        assert "evil␛]0;x␇.txt" in text
        assert "leads out" in text
        await looks_into(it, files, "artifacts/table.csv")
        await it.sees("row [bold]x")
        await it.press("enter")
        await it.sees("score: 0.5")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, PreviewScreen))
        await leaves(it, files)
        await looks_into(it, files, "artifacts/facts.json")
        await it.sees('"deep": [')
        await leaves(it, files)


async def test_a_long_text_is_gone_through_and_searched(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        files = await files_of(it)
        screen = await looks_into(it, files, "artifacts/long.txt")
        await it.sees("line 0\n")
        await it.press("G")
        await it.sees("line 199999")
        await it.press("slash", *"line 77777", "enter")
        await it.until(lambda: screen.log_tail.view.found is not None)
        await it.sees("line 77777")
        assert "line 199999" not in it.screen_text()
        await it.press("escape")
        await it.until(lambda: screen.log_tail.view.query is None)
        await leaves(it, files)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("artifacts/pipe", "no plain file"),
        ("gone.txt", "not there"),
        ("../../../mlops.toml", "leads out of the run's folder"),
    ],
)
async def test_what_is_not_opened_says_why(project: Path, path: str, words: str) -> None:
    async with opened(project, (80, 24)) as it:
        files = await files_of(it)
        screen = await looks_into(it, files, path)
        await it.sees(words)
        assert "accuracy" not in screen.log_tail.view.window.data.decode()
        await leaves(it, files)


def reds(it: Driven) -> set[int]:
    """How red the papers of cells on the screen are."""
    styles = [
        segment.style
        for strip in it.app.screen._compositor.render_strips()
        for segment in strip
        if segment.style is not None and segment.style.bgcolor is not None
    ]
    triplets = [style.bgcolor.triplet for style in styles if style.bgcolor is not None]
    return {triplet.red for triplet in triplets if triplet is not None}


async def test_an_image_is_drawn_without_blocks_too(project: Path) -> None:
    images = pytest.importorskip("PIL.Image")
    path = places.run_dir(project, run_id(3)) / "artifacts" / "roc.png"
    images.new("RGB", (300, 300), (201, 0, 0)).save(path)
    plain = LaunchSettings(live_hz=50.0, settle_seconds=0.01, is_unicode=False)
    async with opened(project, (80, 24), settings=plain) as it:
        files = await files_of(it)
        screen = await looks_into(it, files, "artifacts/roc.png")
        await it.until(lambda: screen.picture.picture is not None and 201 in reds(it))
        assert it.screen_text().isascii()


async def test_an_image_is_drawn_and_fits_after_a_resize(project: Path) -> None:
    images = pytest.importorskip("PIL.Image")
    path = places.run_dir(project, run_id(3)) / "artifacts" / "roc.png"
    images.new("RGB", (300, 300), (200, 0, 0)).save(path)
    async with opened(project, (80, 24)) as it:
        files = await files_of(it)
        screen = await looks_into(it, files, "artifacts/roc.png")
        await it.sees("▀" * 44)
        await it.sees("300 x 300, PNG")
        await it.pilot.resize_terminal(60, 16)
        await it.until(lambda: screen.picture.picture and len(screen.picture.picture.rows) == 14)


async def test_a_relative_is_gone_to(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        files = await files_of(it)
        files.table.show_key(f"run/swept with/{run_id(1)}")
        await it.press("enter")
        await it.until(lambda: it.app.screen is it.project_screen)
        assert it.project_screen.runs_pane.table.cursor_key == run_id(1)


async def test_a_run_without_anything_says_what_to_do(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        table = it.project_screen.runs_pane.table
        await it.until(lambda: table.run_at_hand(table.cursor_key))
        await it.press("j")
        await files_of(it)
        await it.sees("none: run.artifact(path)")
        await it.press("y", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)
