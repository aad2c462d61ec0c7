"""Batches cut, judged and recorded by the tasks, in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, ProjectFileError
from mlops_tui.domain.monitoring import BatchFacts, Cut
from mlops_tui.engine import actions_monitor
from mlops_tui.engine.batch_records import batch_id, digest_of_file
from mlops_tui.engine.objects import object_path
from mlops_tui.engine.tasks import batches, judging
from mlops_tui.engine.tasks.row_sums import NO_ROWS, sum_rows
from mlops_tui.index import Index

MONDAY = 1_772_409_600.0  # 2026-03-02T00:00Z
DAY = 86_400.0
TOML = """\
[datasets.train]
path = "train.csv"
role = "train"
target = "late"
[datasets.live]
path = "live"
role = "live"
"""


def rows(seed: int, n: int, start: float = MONDAY, shift: float = 0.0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    times = pd.to_datetime(start + np.arange(n) * DAY / n, unit="s")
    return pd.DataFrame(
        {
            "t": times.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "heat": draw.normal(20, 5, n) + 5 * shift,
            "load": draw.normal(size=n),
            "line": draw.choice(["a", "b"], n),
        }
    )


@dataclass
class Site:
    """A project with live data, and the tasks called as the agent calls them."""

    folder: Path
    now: float = MONDAY + 30 * DAY
    judged: list[str] = field(default_factory=list)

    def declare(self, more: str = "", toml: str = TOML) -> None:
        (self.folder / "mlops.toml").write_text(toml + more)

    def put(self, key: str, frame: pd.DataFrame) -> Path:
        file = self.folder / "live" / key
        file.parent.mkdir(exist_ok=True)
        frame.to_csv(file, index=False)
        return file

    def cut(self) -> dict[str, Any]:
        return batches.cut(quiet, str(self.folder), "live", self.now)

    def judge(self, key: str, error: str | None = None) -> dict[str, Any]:
        return batches.judge(quiet, str(self.folder), "live", key, self.now, error)

    def judge_all(self) -> list[str]:
        found = self.cut()
        keys: list[str] = found["keys"]
        told = [self.judge(key, words) for key, words in found["broken"]]
        told += [self.judge(key) for key in keys]
        assert {it["state"] for it in told} <= {"judged"}
        return keys

    def recorded(self) -> dict[str, BatchFacts]:
        with Index.open(self.folder) as index:
            index.ingest()
            return {batch.key: batch for batch in index.batches("live")}

    def report(self, key: str) -> dict[str, Any]:
        return actions_monitor.report_of(self.folder, self.recorded()[key])

    def lines(self) -> int:
        journals = places.project_dot(self.folder).glob("journal-*.jsonl")
        return sum(len(path.read_text().splitlines()) for path in journals)


def quiet(done: float, total: float | None) -> None:
    pass


@pytest.fixture(scope="module")
def nulls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What chance gives, which is most of the work: told apart by the reference's own values."""
    return tmp_path_factory.mktemp("nulls") / "kept.npz"


@pytest.fixture
def site(tmp_path: Path, nulls: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(judging, "null_cache_path", lambda _: nulls)
    made = Site(tmp_path)
    made.declare()
    frame = rows(0, 1_000, MONDAY - 30 * DAY)
    frame["late"] = frame["heat"] > 20
    frame.to_csv(tmp_path / "train.csv", index=False)
    (tmp_path / "live").mkdir()
    yield made
    if batches._HELD.index is not None:
        batches._HELD.index.close()
    batches._HELD = batches._Held()


def test_each_file_is_judged_once_and_its_whole_report_is_kept(site: Site) -> None:
    site.put("calm.csv", rows(1, 200))
    site.put("warm.csv", rows(2, 200, MONDAY + DAY, shift=1.0))
    assert site.judge_all() == ["calm.csv", "warm.csv"]
    assert site.judge_all() == []
    found = site.recorded()
    assert [(it.verdict, it.n_drifted) for it in found.values()] == [("ok", 0), ("drift", 1)]
    assert found["warm.csv"].drifted == ("heat",)
    report = site.report("warm.csv")
    assert (report["dataset"], report["n_reference"], report["n_current"]) == ("live", 1_000, 200)
    assert (report["against"], report["batch"]["key"]) == ("train", "warm.csv")
    both = report["distributions"]["heat"]
    assert (sum(both["reference"]), sum(both["current"])) == (1_000, 200)
    assert len(both["edges"]) == len(both["current"]) + 1
    assert report["distributions"]["line"]["labels"] in (["a", "b"], ["b", "a"])
    with Index.open(site.folder) as index:
        index.ingest()
        heat = index.heat_map("live")
    assert heat.columns[0] == "heat"
    assert [cell and cell.verdict for cell in heat.cells["heat"]] == ["ok", "drift"]
    # labels come later: that the batch has none is no finding
    assert not [it for it in report["quality"] if it["column"] == "late"]


def test_the_same_rows_have_the_same_id_on_every_host_and_are_not_judged_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = site.put("a.csv", rows(1, 100))
    first = site.judge("a.csv")
    os.utime(file, ns=(1, 1))
    assert site.cut()["keys"] == ["a.csv"]
    monkeypatch.setenv("MLOPS_HOST", "other")
    assert site.judge("a.csv") == {**first, "state": "known", "verdict": None}
    moved = tmp_path / "moved"
    (tmp_path / "live").rename(moved)
    site.declare(toml=TOML.replace('"live"\nrole', '"moved"\nrole'))
    assert site.judge("a.csv")["batch"] == first["batch"]
    assert site.lines() == 1


def test_a_file_that_changes_is_a_batch_again_and_what_it_was_counts_when_it_is_back(
    site: Site,
) -> None:
    calm, warm = rows(1, 200), rows(2, 200, shift=1.0)
    for frame, verdict in ((calm, "ok"), (warm, "drift"), (calm, "ok")):
        site.put("a.csv", frame)
        site.judge("a.csv")
        assert {key: it.verdict for key, it in site.recorded().items()} == {"a.csv": verdict}


def test_one_that_another_host_is_at_is_left_to_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("a.csv", rows(1, 100))
    monkeypatch.setenv("MLOPS_HOST", "other")
    with monkeypatch.context() as stopped:
        stopped.setattr(batches, "record_report", lambda *_: pytest.fail("stopped here"))
        with pytest.raises(pytest.fail.Exception):
            site.judge("a.csv")
    monkeypatch.delenv("MLOPS_HOST")
    site.judge("a.csv")  # who failed gave its claim back
    (claim,) = places.claims_dir(site.folder).iterdir()
    site.put("b.csv", rows(2, 100))
    digest = digest_of_file(site.folder / "live" / "b.csv")
    name = batch_id("live", Cut(), "b.csv", digest)
    held = json.loads(claim.read_text()) | {"host": "other"}
    claim.with_name(f"batch-{name}").write_text(json.dumps(held))
    assert site.judge("b.csv")["state"] == "held"
    assert set(site.recorded()) == {"a.csv"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "a.csv is empty"),
        (b"PK\x03\x04" + b"x" * 40, "a zip archive"),
        (b"\x1f\x8bno gzip", "a.csv"),
        (None, "a.csv is gone"),
    ],
)
def test_what_cannot_be_read_is_recorded_with_its_file(
    site: Site, text: bytes | None, words: str
) -> None:
    file = site.put("a.csv", rows(1, 10))
    if text is None:
        file.unlink()
    else:
        file.write_bytes(text)
    assert words in site.judge("a.csv")["error"]
    found = site.recorded()["a.csv"]
    assert (found.verdict, found.report) == (None, None)
    assert words in str(found.error)
    if text is not None:
        assert site.cut()["keys"] == []


def test_what_is_broken_in_a_batch_is_drift_and_is_named(site: Site) -> None:
    frame = rows(1, 100).drop(columns="line")
    frame["load"] = "n/k"
    site.put("a.csv", frame)
    site.put("b.csv", rows(1, 3).iloc[:0])
    site.judge_all()
    found = site.recorded()
    assert set(found["a.csv"].drifted) == {"line", "load"}
    assert found["b.csv"].verdict == "drift"
    with Index.open(site.folder) as index:
        cells = index.batch_columns([found["a.csv"].id])[found["a.csv"].id]
    assert (cells["line"].note, cells["line"].score) == ("missing_column", None)
    assert cells["load"].note == "type_changed"


def test_windows_are_cut_by_time_across_files_whatever_the_order_of_rows(site: Site) -> None:
    site.declare('timestamp = "t"\n[monitor]\nwindow = "1d"\n')
    days = [rows(seed, 100, MONDAY + seed * DAY) for seed in range(3)]
    whole = pd.concat(days, ignore_index=True)
    site.put("b.csv", whole.iloc[:150])
    site.put("a.csv", whole.iloc[150:])
    site.now = MONDAY + 2.5 * DAY
    found = site.cut()
    assert found["keys"] == ["2026-03-02T00:00Z", "2026-03-03T00:00Z"]
    assert found["due"] == pytest.approx(MONDAY + 3 * DAY + 3600)
    site.judge_all()
    assert [it.rows for it in site.recorded().values()] == [100, 100]
    assert site.cut()["keys"] == []
    for file in (site.folder / "live").iterdir():
        file.unlink()
    site.put("all.csv", whole.sample(frac=1, random_state=1))
    assert site.cut()["keys"] == []  # the same rows in other files
    site.put("more.csv", rows(9, 5, MONDAY))
    site.now = MONDAY + 4 * DAY
    assert site.judge_all() == ["2026-03-02T00:00Z", "2026-03-04T00:00Z"]
    assert [it.rows for it in site.recorded().values()] == [105, 100, 100]


def test_a_file_without_times_falls_into_no_window_and_is_told_of_once(site: Site) -> None:
    site.declare('timestamp = "t"\n[monitor]\nwindow = "1d"\n')
    site.put("a.csv", rows(1, 20).assign(t="?"))
    site.put("b.csv", rows(1, 20))
    (site.folder / "live" / "c.csv").write_text("")
    assert site.judge_all() == ["2026-03-02T00:00Z"]
    found = site.recorded()
    assert "none of its 20 rows has a time in t" in str(found["a.csv"].error)
    assert "c.csv is empty" in str(found["c.csv"].error)
    assert site.cut() == {"keys": [], "broken": [], "due": None}


def test_rows_are_cut_across_files_and_the_rest_waits(site: Site) -> None:
    site.declare("[monitor]\nrows = 100\n")
    whole = rows(1, 340)
    for number, (first, last) in enumerate([(0, 60), (60, 100), (100, 280), (280, 340)]):
        site.put(f"{number}.csv", whole.iloc[first:last])
    (site.folder / "live" / "1x.csv").write_bytes(b"PK\x03\x04" + b"x" * 40)
    assert site.judge_all() == ["rows 0-99", "rows 100-199", "rows 200-299"]
    found = site.recorded()
    assert "a zip archive" in str(found.pop("1x.csv").error)
    assert [it.rows for it in found.values()] == [100, 100, 100]
    with Index.open(site.folder) as index:
        index.ingest()
        cells = index.batch_columns([found["rows 200-299"].id])
    assert cells[found["rows 200-299"].id]["heat"].n == 100
    site.put("4.csv", rows(2, 60))
    assert site.cut()["keys"] == ["rows 300-399"]


def test_rows_have_one_sum_however_they_are_cut(site: Site) -> None:
    frame = rows(1, 40)
    parts = [frame.iloc[:7], frame.iloc[7:30], frame.iloc[30:], frame.iloc[:0]]
    assert sum(map(sum_rows, parts), NO_ROWS) == sum_rows(frame.iloc[::-1])
    assert sum_rows(frame) != sum_rows(frame.rename(columns={"load": "lead"}))
    assert sum_rows(frame) != sum_rows(frame.assign(load=frame["load"] + 1e-9))
    assert sum_rows(frame[["t", "load"]]) == sum_rows(frame[["load", "t"]])


@pytest.mark.parametrize(
    ("against", "words", "n"),
    [
        ("previous", "the batch before", 100),
        ("same_hour", "rows of train of hour 0, 1, 2 (UTC)", 180),
        ("same_weekday", "rows of train of weekday 0 (UTC)", 480),
        ("same_month", "rows of train of month 3 (UTC)", 480),
    ],
)
def test_a_batch_is_compared_with_what_is_asked_for(
    site: Site, against: str, words: str, n: int
) -> None:
    more = f'timestamp = "t"\n[monitor]\nagainst = "{against}"\n'
    site.declare(more, TOML.replace('"late"\n', '"late"\ntimestamp = "t"\n'))
    usual = [rows(seed, 480, MONDAY + day * DAY) for seed, day in enumerate((-365, -7, -6))]
    pd.concat(usual).to_csv(site.folder / "train.csv", index=False)
    site.put("a.csv", rows(1, 100, MONDAY - DAY * 3))
    site.put("b.csv", rows(2, 240).iloc[:30])
    site.judge_all()
    report = site.report("b.csv")
    assert report["against"].startswith(words)
    assert report["n_reference"] == n


def test_rules_of_kinds_and_columns_are_kept_and_what_is_left_out_is(site: Site) -> None:
    site.declare(
        '[monitor]\nleave_out = ["line"]\n[monitor.types.numeric]\nmethod = "psi"\n'
        "threshold = 0.3\n[monitor.columns.load]\nthreshold = 0.5\n"
    )
    site.put("a.csv", rows(1, 100).drop(columns="line"))
    site.judge_all()
    found = {it["column"]: it for it in site.report("a.csv")["columns"]}
    assert {name: (it["method"], it["threshold"]) for name, it in found.items()} == {
        "heat": ("psi", 0.3),
        "load": ("psi", 0.5),
    }
    site.declare("[monitor.columns.laod]\nthreshold = 0.5\n")
    with pytest.raises(InputError, match=r"monitor\.columns\.laod.*no such column"):
        site.judge("a.csv")
    site.declare("[monitor]\nrow = 3\n")
    with pytest.raises(ProjectFileError, match="did you mean `rows`"):
        site.judge("a.csv")


def test_declared_checks_are_part_of_the_verdict(site: Site) -> None:
    site.declare("[datasets.live.checks.columns.load]\nmax = 2.0\n")
    frame = rows(1, 100).assign(load=0.0)
    frame.loc[50, "load"] = 2.5
    site.put("a.csv", frame)
    site.judge_all()
    report = site.report("a.csv")
    (failed,) = [it for it in report["quality"] if it["kind"] == "check"]
    assert (report["verdict"], failed["level"], failed["column"]) == ("drift", "error", "load")
    assert ", line 52 (mlops.toml, line 9)" in failed["words"]
    assert report["checks"]["status"] == "failed"


def test_a_replay_tells_of_all_history_and_records_nothing(site: Site) -> None:
    site.put("a.csv", rows(1, 200))
    site.put("b.csv", rows(2, 200, MONDAY + DAY, shift=1.0))
    (site.folder / "live" / "c.csv").write_text("")
    call = (quiet, str(site.folder), "live", site.now)
    found = {it["key"]: it for it in batches.replay(*call)}
    assert {key: it["verdict"] for key, it in found.items()} == {
        "a.csv": "ok",
        "b.csv": "drift",
        "c.csv": None,
    }
    assert found["b.csv"]["drifted"] == ["heat"]
    higher = batches.replay(*call, None, {"thresholds": {"heat": 2.0}})
    assert [it["verdict"] for it in higher if it["key"] == "b.csv"] == ["ok"]
    assert batches.replay(*call, site.now * 2) == []
    with pytest.raises(InputError, match="no column 'haet'"):
        batches.replay(*call, None, {"thresholds": {"haet": 2.0}})
    assert not places.project_dot(site.folder).exists() or site.lines() == 0


def test_a_report_that_is_gone_is_told(site: Site) -> None:
    site.put("a.csv", rows(1, 100))
    site.judge_all()
    report = site.recorded()["a.csv"].report
    assert report is not None
    object_path(site.folder, report).unlink()
    with pytest.raises(Exception, match="is gone"):
        site.report("a.csv")
