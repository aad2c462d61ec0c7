from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain.errors import WorkCancelledError
from mlops_tui.engine.actions_disk import disk_use
from mlops_tui.engine.actions_keep import delete
from mlops_tui.engine.actions_models import delete_version, register_file
from mlops_tui.engine.actions_space import look_through, purge_one_by_one
from mlops_tui.engine.unreferenced import trashed
from mlops_tui.engine.workers import Cancellation
from mlops_tui.index import Index
from mlops_tui.ui.disk_rows import disk_shelves
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.screens.dialogs import ConfirmDialog
from mlops_tui.ui.screens.disk import DiskScreen
from tests.ui.driving import opened
from tests.ui.recorded import add_run, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One run that is kept, one that is deleted, two versions of which one is deleted."""
    folder = write_project(tmp_path / "digits")
    kept, gone = (add_run(folder, number, metrics={"accuracy": [0.9]}) for number in (1, 2))
    (folder / ".mlops" / "runs" / kept / "big").write_bytes(b"x" * 50_000)
    (folder / ".mlops" / "runs" / gone / "big").write_bytes(b"x" * 30_000)
    delete(folder, [gone])
    with Index.open(folder) as index:
        index.ingest()
        for letter in (b"a", b"b"):
            (folder / "m.bin").write_bytes(letter * 20_000)
            register_file(folder, index, "cancer", folder / "m.bin")
        delete_version(folder, index, "cancer:1", "not needed")
    return folder


def test_what_takes_most_comes_first_and_what_could_go_says_how(project: Path) -> None:
    with Index.open(project) as index:
        index.ingest()
        told: list[tuple[float, float | None]] = []
        space = look_through(project, index, lambda done, total: told.append((done, total)))
        assert space.use == disk_use(project, index)
    takes, could_go, trash = disk_shelves(space)
    names = [row.cells[1][0] for row in takes.content.rows]
    assert names[:3] == ["train-1", "train-2", "cancer"]
    assert told == [(0, 2), (1, 2)]
    hows = [(row.cells[0][0].split()[0], row.cells[2][0]) for row in could_go.content.rows]
    assert hows[0] == ("run", "x: for good")
    assert set(hows[1:]) == {("content", "p: to the trash")}
    assert could_go.content.words.startswith("2 contents, ")
    assert "1 deleted run, " in could_go.content.words
    assert not trash.content.rows


def test_what_is_cancelled_leaves_whole_runs(project: Path) -> None:
    with Index.open(project) as index:
        index.ingest()
        gone = index.run_ids(deleted=True)
        cancellation = Cancellation()
        cancellation.cancel()
        with pytest.raises(WorkCancelledError):
            look_through(project, index, None, cancellation)
    with pytest.raises(WorkCancelledError):
        purge_one_by_one(project, gone, None, cancellation)
    assert (project / ".mlops" / "runs" / gone[0] / "big").is_file()
    assert purge_one_by_one(project, gone) > 30_000
    assert not (project / ".mlops" / "runs" / gone[0]).exists()


async def test_what_nothing_names_goes_into_the_trash_and_comes_back_by_one_key(
    project: Path,
) -> None:
    async with opened(project, (80, 24)) as it:
        await it.press("8")
        await it.sees("1 model")
        await it.press("D")
        await it.until(lambda: isinstance(it.app.screen, DiskScreen))
        await it.sees("cancer")
        await it.press("tab")
        await it.sees("p: to the trash")
        await it.press("p")
        await it.until(lambda: isinstance(it.app.screen, ConfirmDialog))
        await it.sees("Put 2 contents")
        await it.press("n")
        await it.until(lambda: isinstance(it.app.screen, DiskScreen))
        assert trashed(project) == []
        await it.press("p")
        await it.until(lambda: isinstance(it.app.screen, ConfirmDialog))
        await it.press("y")
        await it.until(lambda: "u brings them back" in it.notified())
        assert len(trashed(project)) == 2
        await it.press("u")
        await it.until(lambda: "2 contents brought back" in it.notified())
        assert trashed(project) == []
        await it.sees("2 contents, ")
        await it.press("x")
        await it.until(lambda: isinstance(it.app.screen, ConfirmDialog))
        await it.sees("FOR GOOD? Nothing undoes it.")
        await it.press("y")
        await it.until(lambda: "1 run removed" in it.notified())
        await it.press("escape")
        await it.sees("1 model")


async def test_the_disk_is_found_by_name_and_nothing_goes_where_one_only_looks(
    project: Path,
) -> None:
    settings = LaunchSettings(is_read_only=True)
    async with opened(project, (120, 40), settings=settings) as it:
        await it.sees("train-1")
        await it.press("colon", *"disk", "enter")
        await it.until(lambda: isinstance(it.app.screen, DiskScreen))
        await it.sees("Share of the largest")
        await it.press("p")
        await it.until(lambda: "read-only" in it.notified())
        assert trashed(project) == []
