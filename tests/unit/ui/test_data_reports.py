from __future__ import annotations

from mlops_tui.data.check_results import CheckReport, CheckResult, Status
from mlops_tui.data.found import FoundRow
from mlops_tui.ui.data_reports import (
    check_parts,
    check_title,
    checked_piece,
)
from mlops_tui.ui.drift_report import drift_parts, drift_title, verdict_piece

ROW = FoundRow("t.csv", 17, 16, {"age": "\x1b[31m130"}, "too old")


def result(status: Status, words: str) -> CheckResult:
    failed = status is Status.FAILED
    figures = "3 of 50 rows" if failed else ""
    return CheckResult("k", 1, words, status, figures, 50, None, (ROW,) if failed else ())


def report(*results: CheckResult) -> CheckReport:
    return CheckReport("train", Status.OK, 50, 1, results, ("t.csv line 3 is ragged",))


def test_checks_that_failed_come_first_with_their_rows() -> None:
    it = report(result(Status.OK, "fine"), result(Status.FAILED, "age is at most 120"))
    assert check_title(it) == "Checks of train: 1 of 2 failed, on 50 rows"
    assert checked_piece(it) == ("✗ 1 failed", "bad")
    assert [part.text for part in check_parts(it)] == [
        "age is at most 120: 3 of 50 rows",
        "line 17: age=␛[31m130 (too old)",
        "fine",
        "t.csv line 3 is ragged",
    ]
    unsure = report(result(Status.CANNOT_TELL, "fresh"), result(Status.OK, "fine"))
    assert checked_piece(unsure) == ("? 1 unsure", "warn")
    assert check_title(report(result(Status.OK, "fine"))) == "Checks of train: 1 met, on 50 rows"


def test_columns_that_drifted_come_first_and_say_their_n_where_it_differs() -> None:
    def column(name: str, verdict: str, n: int) -> dict[str, object]:
        return {
            "column": name,
            "verdict": verdict,
            "role": "feature",
            "method": "wasserstein",
            "score": 0.25,
            "threshold": 0.1,
            "null_q99": 0.05,
            "p_value": None,
            "n_current": n,
            "n_reference": 500,
        }

    it = {
        "verdict": "drift",
        "n_current": 100,
        "n_reference": 500,
        "problems": [],
        "columns": [column("a", "ok", 100), column("b", "drift", 90)],
        "quality": [{"level": "error", "column": "c", "words": "is missing"}],
        "skipped": [{"column": "id", "type": "id"}],
    }
    assert drift_title("live", "train", it) == "live against train: drift, 100 rows against 500"
    assert verdict_piece(it) == ("✗ drift 1/2", "bad")
    parts = drift_parts(it)
    assert parts[0][:] == ("error", "bad", "c: is missing")
    assert [part.text.split()[0] for part in parts[-3:]] == ["b", "a", "id"]
    assert parts[-3].text.endswith("n 90 and 500")
    assert parts[-2].text.endswith("wasserstein")
