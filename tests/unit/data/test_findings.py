"""What is planted is found, and clean data is left in peace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from mlops_tui.data.duplicates import Table, find_conflicts, find_shared
from mlops_tui.data.finding import Finding, FindingKind, FindingsReport, Sureness, findings_of
from mlops_tui.data.findings import Given, Relation, look_for_findings
from mlops_tui.data.label_errors import confident, find_label_errors
from mlops_tui.data.leakage import find_leakage
from mlops_tui.data.meaning import find_changed_meaning
from mlops_tui.data.neighbours import find_near
from mlops_tui.data.places import Places
from mlops_tui.data.private import PrivateLook
from mlops_tui.data.segments import find_imbalance, find_tiny, find_vanished
from mlops_tui.data.table_roles import Roles, draw
from tests.unit.data.tables import reader

Kind = FindingKind


@cache
def bundled(name: str) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(datasets, f"load_{name}")(as_frame=True).frame
    return frame if "target" in frame else frame.rename(columns={"Pulse": "target"})


def parted(frame: pd.DataFrame, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    order = np.random.default_rng(seed).permutation(len(frame))
    cut = int(0.7 * len(frame))
    return frame.iloc[order[:cut]].reset_index(drop=True), frame.iloc[order[cut:]].reset_index(
        drop=True
    )


def table(frame: pd.DataFrame, name: str = "train", **roles: str) -> Table:
    read = reader(frame, rows=90)
    return Table(name, read, draw(read, Roles(**{"target": "target", **roles})))


def shared(first: pd.DataFrame, second: pd.DataFrame, **roles: str) -> list[Finding]:
    one, two = table(first, **roles), table(second, "other", **roles)
    return [*find_shared(one, two)[0], *find_near(one, two)[0]]


def meaning(before: pd.DataFrame, now: pd.DataFrame) -> list[Finding]:
    return find_changed_meaning(table(before).sample, table(now).sample, "train")[0]


def looked(
    frame: pd.DataFrame,
    other: pd.DataFrame | None = None,
    relation: Relation = Relation.HOLDOUT,
    **roles: str,
) -> FindingsReport:
    own = Roles(**{"target": "target", **roles})
    others = [Given("other", reader(other, rows=90), own, relation)] if other is not None else []
    return look_for_findings(Given("train", reader(frame, rows=90), own), others)


def one(findings: Sequence[Finding], kind: Kind) -> Finding:
    [finding] = findings
    assert finding.kind is kind
    return finding


def cancer() -> pd.DataFrame:
    return bundled("breast_cancer").iloc[:, [0, 1, 4, 7, 9, 13, 20, 27, 30]].copy()


@pytest.mark.parametrize(
    ("name", "seed"),
    [("iris", 1), ("wine", 0), ("breast_cancer", 0), ("diabetes", 0), ("linnerud", 0)],
)
def test_clean_data_is_left_in_peace(name: str, seed: int) -> None:
    train, holdout = parted(bundled(name), seed)
    assert looked(train, holdout).findings == ()


def test_clean_data_with_categories_is_left_in_peace() -> None:
    rng = np.random.default_rng(5)
    n = 600
    frame = pd.DataFrame(
        {
            "row_id": np.arange(n),
            "city": rng.choice(["Bonn", "Köln", "Trier"], n),
            "size": rng.choice([1, 2, 3], n),
            "is_new": rng.choice([True, False], n),
            "seen": pd.date_range("2026-01-01", periods=n, freq="h").astype(str),
            "weight": rng.normal(50, 9, n).round(3),
        }
    )
    frame["target"] = np.where(frame["weight"] + rng.normal(0, 9, n) > 50, "big", "small")
    report = looked(frame[:400], frame[400:].reset_index(drop=True), id="row_id", timestamp="seen")
    assert report.findings == ()
    assert all(look.n for look in report.looks), report.looks


def test_rows_that_stand_in_both_tables_are_found_with_their_lines() -> None:
    train, holdout = parted(cancer())
    leaked = pd.concat([holdout, train.iloc[[4, 9, 14]]], ignore_index=True)
    finding = one(shared(train, leaked), Kind.SHARED_ROWS)
    assert finding.sure is Sureness.CERTAIN
    assert (finding.n_found, finding.n) == (3, len(leaked))
    assert [(row.line, row.note) for row in finding.rows] == [
        (len(holdout) + 2, "train, line 6"),
        (len(holdout) + 3, "train, line 11"),
        (len(holdout) + 4, "train, line 16"),
    ]


def test_equal_rows_are_chance_where_columns_have_few_values() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({name: rng.integers(0, 3, 900) for name in "abcd"})
    frame["target"] = (frame["a"] + rng.integers(0, 2, 900) > 1).astype(int)
    train, other = parted(frame)
    assert shared(train, other) == []


@pytest.mark.parametrize("noise", [1e-9, 0.01])
def test_rows_that_are_copies_with_noise_are_found(noise: float) -> None:
    train, holdout = parted(cancer())
    copies = train.iloc[:12].copy()
    features = [name for name in copies.columns if name != "target"]
    rng = np.random.default_rng(0)
    spread = train[features].std().to_numpy()
    copies[features] += noise * spread * rng.normal(size=copies[features].shape)
    leaked = pd.concat([holdout, copies], ignore_index=True)
    found = shared(train, leaked)
    finding = one(found[:1], Kind.NEAR_DUPLICATES)
    assert 10 <= finding.n_found <= 13
    assert finding.rows[0].note.startswith("train, line ")


def test_text_that_differs_by_spelling_only_is_found() -> None:
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(list("abcdefgh"), 12)) for _ in range(200)]
    train = pd.DataFrame({"text": [f"Der {word} kommt." for word in words]})
    other = pd.DataFrame({"text": [f"der  {word.upper()} kömmt" for word in words[:9]]})
    other["text"] = other["text"].str.replace("ö", "o")
    finding = one(shared(train, other), Kind.NEAR_DUPLICATES)
    assert finding.n_found == 9


def test_ids_and_groups_in_both_tables_are_found() -> None:
    train, holdout = parted(cancer())
    train["patient"] = [f"p{number % 90}" for number in range(len(train))]
    holdout["patient"] = [f"q{number}" for number in range(len(holdout))]
    holdout.loc[:4, "patient"] = "p3"
    finding = one(shared(train, holdout, group="patient"), Kind.SHARED_IDS)
    assert (finding.n_found, finding.columns) == (5, ("patient",))
    train["id"], holdout["id"] = range(len(train)), range(len(holdout))
    train, holdout = train.drop(columns="patient"), holdout.drop(columns="patient")
    assert shared(train, holdout, id="id") == []
    holdout["id"] += 5000
    holdout.loc[3, "id"] = 7
    assert one(shared(train, holdout, id="id"), Kind.SHARED_IDS).n_found == 1


def test_equal_rows_with_different_labels_are_found() -> None:
    frame = cancer()
    twins = frame.iloc[[2, 30]].copy()
    twins["target"] = [1 - int(frame["target"].iloc[2]), int(frame["target"].iloc[30])]
    found, _ = find_conflicts(table(pd.concat([frame, twins], ignore_index=True)))
    finding = one(found, Kind.CONFLICTING_LABELS)
    assert (finding.sure, finding.n_found) == (Sureness.CERTAIN, 2)
    [row] = finding.rows
    assert (row.line, row.note) == (len(frame) + 2, f"line 4 has {int(frame['target'].iloc[2])}")


def test_labels_that_differ_where_columns_hardly_do_are_told_as_such() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"a": rng.integers(0, 3, 300), "target": rng.integers(0, 2, 300)})
    finding = one(find_conflicts(table(frame))[0], Kind.CONFLICTING_LABELS)
    assert finding.sure is Sureness.POSSIBLE
    assert "hardly differ" in finding.why


@pytest.mark.parametrize("how", ["copy", "category", "missing"])
def test_a_column_that_tells_the_target_alone_is_found(how: str) -> None:
    frame = cancer()
    target = frame["target"]
    if how == "copy":
        frame["outcome"] = target * 7.5 + np.random.default_rng(0).normal(0, 0.1, len(frame))
    elif how == "category":
        frame["outcome"] = target.map({0: "treated", 1: "sent home"})
    else:
        frame["outcome"] = np.where(target == 1, 3.5, np.nan)
    finding = one(find_leakage(table(frame).sample)[0], Kind.LEAKAGE)
    assert finding.columns == ("outcome", "target")
    assert finding.sure is Sureness.LIKELY


def test_a_column_that_tells_an_amount_alone_is_found() -> None:
    frame = bundled("diabetes").copy()
    frame["score"] = frame["target"] * 2 + 1
    assert one(find_leakage(table(frame).sample)[0], Kind.LEAKAGE).columns == ("score", "target")


def test_an_id_that_tells_the_target_is_found() -> None:
    frame = cancer().sort_values("target").reset_index(drop=True)
    frame["id"] = [f"P-{number:05d}" for number in range(len(frame))]
    finding = one(find_leakage(table(frame, id="id").sample)[0], Kind.ORDER_LEAKAGE)
    assert finding.columns == ("id", "target")
    frame["id"] = np.random.default_rng(0).permutation(frame["id"])
    assert find_leakage(table(frame, id="id").sample)[0] == []


def test_a_time_that_tells_the_target_is_possible() -> None:
    frame = cancer().sort_values("target").reset_index(drop=True)
    frame["day"] = pd.date_range("2024-01-01", periods=len(frame)).astype(str)
    found, _ = find_leakage(table(frame, timestamp="day").sample)
    assert one(found, Kind.ORDER_LEAKAGE).sure is Sureness.POSSIBLE


def test_labels_that_were_turned_are_found() -> None:
    frame = bundled("breast_cancer").copy()
    at = np.random.default_rng(1).choice(len(frame), 28, replace=False)
    frame.loc[at, "target"] = 1 - frame.loc[at, "target"]
    finding = one(find_label_errors(table(frame).sample)[0], Kind.LABEL_ERRORS)
    turned = {int(place) + 2 for place in at}
    assert finding.n_found >= 12
    assert sum(row.line in turned for row in finding.rows) >= 9
    assert finding.rows[0].note.startswith("looks like ")


def test_turned_labels_are_found_although_a_column_repeats_them() -> None:
    frame = bundled("breast_cancer").copy()
    at = np.random.default_rng(1).choice(len(frame), 28, replace=False)
    frame.loc[at, "target"] = 1 - frame.loc[at, "target"]
    frame = frame.iloc[:, [0, 7, 20, 21, 24, 27, 28, 30]]
    frame["outcome"] = frame["target"].map({0: "no", 1: "yes"})
    kinds = [finding.kind for finding in looked(frame).findings]
    assert kinds == [Kind.LEAKAGE, Kind.LABEL_ERRORS]


def test_the_confident_joint_is_that_of_the_paper() -> None:
    """Row 2 is labelled 0, and reaches the mean self-confidence of class 1, which is 0.8."""
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.05, 0.95], [0.2, 0.8], [0.2, 0.8]])
    labels = np.array([0, 0, 0, 1, 1])
    flags, margins, others = confident(probabilities, labels)
    assert flags.tolist() == [False, False, True, False, False]
    assert margins.tolist() == pytest.approx([0.8, 0.6, -0.9, 0.6, 0.6])
    assert others.tolist() == [1, 1, 1, 0, 0]


def test_a_rare_class_is_found() -> None:
    frame = cancer()
    frame = pd.concat([frame[frame["target"] == 1], frame[frame["target"] == 0][:15]])
    finding = one(find_imbalance(table(frame).sample)[0], Kind.IMBALANCE)
    assert (finding.n_found, finding.n) == (15, 372)
    assert "0 15 (4.03 %)" in finding.words


def test_segments_with_hardly_any_rows_and_absent_ones_are_found() -> None:
    train, holdout = parted(cancer())
    rng = np.random.default_rng(0)
    train["site"] = rng.choice(["a", "b", "c"], len(train))
    holdout["site"] = rng.choice(["a", "b"], len(holdout))
    train.loc[:3, "site"] = "d"
    before, now = table(train).sample, table(holdout).sample
    tiny = one(find_tiny(before)[0], Kind.TINY_SEGMENTS)
    assert tiny.words.endswith("fewer than 10 rows: d (4)")
    gone = one(find_vanished(before, now, "other")[0], Kind.VANISHED_SEGMENTS)
    assert "1 of 4 values of site are absent in other: c (" in gone.words


CHANGES: dict[str, Any] = {
    "times 1000": lambda column: column * 1000,
    "divided by 100": lambda column: column / 100,
    "times 2.54": lambda column: column * 2.54,
    "Fahrenheit": lambda column: column * 1.8 + 32,
    "numbers before, text now": lambda column: column.round(2).astype(str) + " mm",
    "-999 in 10": lambda column: column.where(np.arange(len(column)) % 10 > 0, -999),
}


@pytest.mark.parametrize("words", list(CHANGES))
def test_a_column_of_numbers_that_means_something_else_is_found(words: str) -> None:
    before, now = parted(cancer())
    now["mean radius"] = CHANGES[words](now["mean radius"])
    finding = one(meaning(before, now), Kind.CHANGED_MEANING)
    assert finding.columns == ("mean radius",)
    assert words in finding.words
    assert "in train" in finding.words


@pytest.mark.parametrize(
    ("values", "words", "sure"),
    [
        (["DE", "FR", "IT"], "written otherwise", Sureness.LIKELY),
        (["1", "2", "x"], "other values in about the same shares", Sureness.POSSIBLE),
    ],
)
def test_a_category_that_is_written_otherwise_is_found(
    values: list[str], words: str, sure: Sureness
) -> None:
    before, now = parted(cancer())
    rng = np.random.default_rng(0)
    shares = [0.6, 0.3, 0.1]
    before["land"] = rng.choice(["de", "fr", "it"], len(before), p=shares)
    now["land"] = rng.choice(values, len(now), p=shares)
    finding = one(meaning(before, now), Kind.CHANGED_MEANING)
    assert (finding.sure, finding.columns) == (sure, ("land",))
    assert words in finding.words


def test_a_shift_is_no_change_of_meaning() -> None:
    before, now = parted(cancer())
    now["mean radius"] = now["mean radius"] * 1.2 + 3
    assert meaning(before, now) == []


SECRET = "AKIA" + "Q7XN2M4P5R6S3T2V"
PERSONAL = {
    "e-mail address": "Mail to anna.b@example.org please",
    "bank account (IBAN)": "DE89 3704 0044 0532 0130 00",
    "AWS access key": f"key {SECRET}",
    "telephone number": "+49 228 555-0100",
    "password": "password: hunter22",
    "private key": "-----BEGIN RSA PRIVATE KEY-----",
    "URL with a password": "postgres://me:topsecret@db/x",
}


def private(frame: pd.DataFrame) -> list[Finding]:
    look, places = PrivateLook(), Places()
    for chunk in reader(frame, rows=90)():
        look.add(chunk, places)
    return look.findings()[0]


@pytest.mark.parametrize("name", list(PERSONAL))
def test_secrets_and_personal_data_are_found_and_shown_masked(name: str) -> None:
    frame = cancer()
    frame["note"] = "nothing to see, 12.5 mm at 3.4.2026 10:20"
    frame.loc[[7, 9, 11, 12, 13, 14], "note"] = PERSONAL[name]
    [finding] = private(frame)
    assert (
        finding.words
        == f"6 of 569 values (1.05 %) of note hold a{finding.words.split(' hold a')[1]}"
    )
    assert finding.words.endswith(f" {name}")
    assert [row.line for row in finding.rows] == [9, 11, 13]
    shown = finding.rows[0].values["note"]
    assert shown.endswith("***")
    assert len(shown) <= 5


def test_card_numbers_are_found_by_their_check_and_long_ids_are_not() -> None:
    frame = cancer()
    cards = [4111111111111111, 5500005555555559]
    frame["number"] = np.where(np.arange(len(frame)) % 2, cards[0], cards[1])
    assert "card number" in one(private(frame), Kind.PERSONAL_DATA).words
    rng = np.random.default_rng(0)
    frame["number"] = rng.integers(4 * 10**15, 5 * 10**15, len(frame))
    assert private(frame) == []


def test_a_report_comes_through_json_as_it_was() -> None:
    import json

    from mlops_tui.engine.worker import plain

    frame = cancer()
    frame["note"] = "a@example.org"
    report = looked(frame)
    assert report.findings
    assert findings_of(json.loads(json.dumps(report, default=plain))) == report


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [], "target": []}),
        pd.DataFrame({"a": [1], "target": [0]}),
        pd.DataFrame({"a": [None] * 80, "target": [0, 1] * 40}),
        pd.DataFrame({"a": [3.5] * 80, "target": [0, 1] * 40}),
        pd.DataFrame({"a": [np.inf, -np.inf] * 40, "target": [0, 1] * 40}),
        pd.DataFrame({"a": [1, "x"] * 40, "target": [None] * 80}),
        pd.DataFrame({"target": [0, 1] * 40}),
        pd.DataFrame({"a": ["x", [1, 2]] * 40, "target": ["a", "b"] * 40}),
    ],
)
def test_odd_tables_break_nothing(frame: pd.DataFrame) -> None:
    looked(frame, frame.copy(), Relation.TRAIN)
    meaning(frame, cancer())
