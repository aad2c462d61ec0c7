"""A profile says of a table what looking at all of it would say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlops_tui.data.association import correlation_ratio, cramers_v, spearman
from mlops_tui.data.problems import Problems
from mlops_tui.data.profile import profile_table
from mlops_tui.data.profiled import ColumnProfile, ColumnType, Profile, profile_of
from mlops_tui.data.tables import read_chunks
from mlops_tui.domain.errors import InputError
from mlops_tui.engine.worker import plain


def write(folder: Path, frame: pd.DataFrame | str, name: str = "table.csv") -> Path:
    path = folder / name
    if isinstance(frame, str):
        path.write_text(frame)
    else:
        frame.to_csv(path, index=False)
    return path


def profiled(*paths: Path, target: str | None = None, chunk_rows: int = 65536) -> Profile:
    problems = Problems()
    chunks = read_chunks(paths, None, chunk_rows, problems)
    return profile_table(chunks, paths, target, None, problems)


def columns(profile: Profile) -> dict[str, ColumnProfile]:
    return {column.name: column for column in profile.columns}


def types(profile: Profile) -> dict[str, str]:
    return {column.name: column.type.value for column in profile.columns}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    random = np.random.default_rng(7)
    n = 3000
    made: dict[str, Any] = {
        "row_id": np.arange(n) + 17,
        "token": [f"{number * 7919:08x}" for number in range(n)],
        "height": np.where(random.random(n) < 0.1, np.nan, random.normal(170, 10, n)),
        "income": random.lognormal(3, 1, n),
        "rooms": random.integers(0, 6, n),
        "is_new": random.random(n) < 0.3,
        "flag": random.integers(0, 2, n),
        "city": random.choice(["Köln", "Bonn", "Ulm"], n, p=[0.6, 0.3, 0.1]),
        "seen": pd.date_range("2026-01-01", periods=n, freq="37min").strftime("%Y-%m-%d %H:%M:%S"),
        "words": [f"somebody wrote this {number}, and more of it" for number in range(n)],
        "same": "x",
        "nothing": None,
        "zip": [f"0{number:04d}" for number in random.integers(0, 300, n)],
    }
    return pd.DataFrame(made)


def test_columns_are_what_a_person_takes_them_for(tmp_path: Path, frame: pd.DataFrame) -> None:
    profile = profiled(write(tmp_path, frame))
    assert types(profile) == dict(
        zip(
            frame.columns,
            "id id numeric numeric numeric boolean boolean category time text category empty"
            " category".split(),
            strict=True,
        )
    )
    assert (profile.rows, profile.constant, profile.empty) == (3000, ("same",), ("nothing",))


@pytest.mark.parametrize("chunk_rows", [65536, 700])
def test_figures_are_those_of_pandas(tmp_path: Path, frame: pd.DataFrame, chunk_rows: int) -> None:
    profile = profiled(write(tmp_path, frame), chunk_rows=chunk_rows)
    found = columns(profile)
    for name in ("height", "income", "rooms"):
        numbers, column = found[name].numbers, frame[name].dropna()
        assert numbers is not None
        assert (numbers.n, numbers.n_quantiles, numbers.rank_error) == (len(column),) * 2 + (0,)
        assert numbers.mean == pytest.approx(column.mean())
        assert numbers.deviation == pytest.approx(column.std())
        assert numbers.skewness == pytest.approx(stats.skew(column))
        assert numbers.kurtosis == pytest.approx(stats.kurtosis(column))
        assert (numbers.min, numbers.max) == pytest.approx((column.min(), column.max()))
        for percent, value in numbers.quantiles.items():
            assert value == pytest.approx(column.quantile(int(percent) / 100))
        assert sum(numbers.counts) + numbers.below + numbers.above == numbers.n
        assert numbers.zeros == (column == 0).sum()
    for name in map(str, frame):
        assert found[name].missing == frame[name].isna().sum()
        assert found[name].distinct == frame[name].nunique()
    assert found["city"].top == tuple(frame["city"].value_counts().items())
    assert found["is_new"].top[0] == ("false", (~frame["is_new"]).sum())
    seen = found["seen"].numbers
    assert seen is not None
    assert seen.min == pd.Timestamp("2026-01-01", tz="UTC").timestamp()
    assert seen.max == pd.Timestamp(frame["seen"].iloc[-1], tz="UTC").timestamp()
    lengths = frame["words"].str.len()
    assert (found["words"].shortest, found["words"].longest) == (lengths.min(), lengths.max())


def test_a_profile_travels_as_json(tmp_path: Path, frame: pd.DataFrame) -> None:
    profile = profiled(write(tmp_path, frame), target="city")
    assert profile_of(json.loads(json.dumps(profile, default=plain))) == profile


def test_copies_of_rows_are_found_over_chunks_and_files(tmp_path: Path) -> None:
    one = write(tmp_path, pd.DataFrame({"a": range(1000), "b": "x"}), "1.csv")
    other = write(tmp_path, pd.DataFrame({"a": range(900, 1100), "b": "x"}), "2.csv")
    assert profiled(one, chunk_rows=100).duplicates == 0
    assert profiled(one, other, chunk_rows=100).duplicates == 100


def test_columns_that_a_file_lacks_are_missing_there(tmp_path: Path) -> None:
    one = write(tmp_path, "a,b\n1,2\n3,4\n", "1.csv")
    other = write(tmp_path, "b,c\n5,6\n", "2.csv")
    found = columns(profiled(one, other))
    assert {name: (it.n, it.missing) for name, it in found.items()} == {
        "a": (3, 1),
        "b": (3, 0),
        "c": (3, 2),
    }


def test_words_among_numbers_are_counted_and_the_first_has_its_line(tmp_path: Path) -> None:
    rows = [str(number % 97) for number in range(5000)]
    rows[3210] = rows[4000] = "n.v."
    found = columns(
        profiled(write(tmp_path, "a,b\n" + "".join(f"{it},1\n" for it in rows)), chunk_rows=1000)
    )
    column = found["a"]
    assert (column.type, column.storage, column.not_numbers) == (ColumnType.NUMERIC, "mixed", 2)
    assert (column.not_number, column.distinct) == ("n.v.", 98)
    assert column.not_number_place == f"{tmp_path}/table.csv:3212"
    assert column.numbers is not None
    assert (column.numbers.n, column.numbers.max) == (4998, 96)


def test_numbers_among_very_many_words_leave_a_column_text(tmp_path: Path) -> None:
    rows = [f"word{number}" for number in range(6000)]
    rows[5] = rows[4321] = "12"  # two rows that are equal
    profile = profiled(
        write(tmp_path, "a,b\n" + "".join(f"{it},1\n" for it in rows)), chunk_rows=1000
    )
    column = columns(profile)["a"]
    assert (column.distinct, column.missing, column.not_numbers) == (5999, 0, 0)
    assert column.type in ("text", "id")
    assert profile.duplicates == 1


def test_blanks_alone_are_missing(tmp_path: Path) -> None:
    found = columns(profiled(write(tmp_path, 'a,b\nx,1\n"  ",2\n,3\ny,4\n')))
    assert (found["a"].missing, found["a"].distinct, found["a"].shortest) == (2, 2, 1)


def test_a_few_whole_numbers_have_a_bin_each(tmp_path: Path) -> None:
    column = columns(profiled(write(tmp_path, "a\n" + "1\n" * 5 + "2\n" * 7 + "4\n" * 3)))["a"]
    assert column.numbers is not None
    assert column.numbers.edges == (0.5, 1.5, 2.5, 3.5, 4.5)
    assert column.numbers.counts == (5, 7, 0, 3)


def test_far_outliers_do_not_hide_how_the_others_are_spread(tmp_path: Path) -> None:
    usual = np.random.default_rng(0).normal(0, 1, 5000).tolist()
    numbers = columns(profiled(write(tmp_path, pd.DataFrame({"a": [*usual, 1e9, -1e12]}))))[
        "a"
    ].numbers
    assert numbers is not None
    assert (numbers.min, numbers.max) == (-1e12, 1e9)
    assert sum(count > 50 for count in numbers.counts) > 10
    assert sum(numbers.counts) + numbers.below + numbers.above == 5002


def test_very_long_texts_fill_no_memory(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{'x' * 50_000}{row},1\n" for row in range(400))
    column = columns(profiled(write(tmp_path, text)))["a"]
    assert (column.type, column.distinct, column.top) == ("text", 400, ())
    assert column.longest == 50_003


def test_odd_times_are_counted(tmp_path: Path) -> None:
    rows = [f"2026-01-{1 + number % 28:02d}" for number in range(100)]
    rows[50] = "yesterday"
    column = columns(profiled(write(tmp_path, "a,b\n" + "".join(f"{it},1\n" for it in rows))))["a"]
    assert (column.type, column.not_numbers, column.not_number) == ("time", 1, "yesterday")
    assert column.not_number_place == f"{tmp_path}/table.csv:52"


@pytest.mark.parametrize(
    "text",
    ["a,b\n", "a\n1\n", "a,b\n1,x\n", "a,b\n,\n,\n", "a\ninf\n-inf\n", "a\n1e308\n-1e308\n5\n"],
)
def test_small_and_strange_tables_have_a_profile(tmp_path: Path, text: str) -> None:
    profile = profiled(write(tmp_path, text), target="a")
    assert profile.rows == text.count("\n") - 1
    assert profile_of(json.loads(json.dumps(profile, default=plain))) == profile


def test_quantiles_of_many_rows_are_within_the_error_they_name(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"a": random.exponential(1, 120_000)})
    column = columns(profiled(write(tmp_path, frame.sort_values("a"))))["a"]
    assert column.numbers is not None
    assert (column.numbers.n, column.numbers.n_quantiles) == (120_000, 50_000)
    assert column.numbers.mean == pytest.approx(frame["a"].mean())
    for percent, value in column.numbers.quantiles.items():
        rank = float((frame["a"] <= value).mean())
        assert abs(rank - int(percent) / 100) < column.numbers.rank_error
    assert column.is_distinct_approximate
    assert column.distinct == pytest.approx(120_000, rel=0.05)


def test_columns_are_related_to_the_target(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    n = 2000
    label = random.integers(0, 2, n)
    made = {
        "twin": label * 2.0 + random.normal(0, 0.1, n),
        "noise": random.normal(0, 1, n),
        "group": np.where(random.random(n) < 0.9, label, 1 - label).astype(str),
        "other": random.choice(list("abc"), n),
        "label": label,
    }
    found = columns(profiled(write(tmp_path, pd.DataFrame(made)), target="label"))
    told = {name: it.association for name, it in found.items()}
    assert told["label"] is None
    for name, measure, low, high in (
        ("twin", "correlation ratio", 0.98, 1.0),
        ("noise", "correlation ratio", 0.0, 0.08),
        ("group", "cramers v", 0.75, 0.85),
        ("other", "cramers v", 0.0, 0.08),
    ):
        association = told[name]
        assert association is not None
        assert (association.measure, association.n) == (measure, n)
        assert low <= association.value <= high
    with pytest.raises(InputError, match="has no column 'labl'"):
        profiled(tmp_path / "table.csv", target="labl")


def test_measures_are_those_of_scipy_or_of_the_formula() -> None:
    random = np.random.default_rng(11)
    one = random.normal(0, 1, 300)
    other = one + random.normal(0, 1, 300)
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)
    assert spearman(one, np.zeros(300)) is None
    groups = random.integers(0, 4, 300)
    f = stats.f_oneway(*[one[groups == group] for group in range(4)]).statistic
    epsilon = max(0.0, 3 * (f - 1) / (3 * f + 296))
    assert correlation_ratio(groups, one) == pytest.approx(epsilon**0.5)
    assert correlation_ratio(np.zeros(300, np.int64), one) is None
    table = pd.crosstab(groups, groups // 2).to_numpy()
    plain_v = stats.contingency.association(table, method="cramer")
    assert cramers_v(groups, groups // 2) == pytest.approx(plain_v, abs=0.01)
    assert cramers_v(groups, np.zeros(300, np.int64)) is None
