from __future__ import annotations

from mlops_tui.data.finding import Finding, FindingKind, FindingsReport, Look, Sureness
from mlops_tui.data.found import FoundRow
from mlops_tui.domain.patches import Act, Mark, Pin
from mlops_tui.engine.actions_patches import MarksReport, MarkState
from mlops_tui.ui.finding_rows import finding_content, finding_title, mark_content, markable

ROWS = (FoundRow("/work/t.csv", 17, 16, {"age": "\x1b[31m130"}), FoundRow("/work/h.csv", 3, 2))
FOUND = Finding(
    *(FindingKind.LEAKAGE, Sureness.LIKELY, "b tells y", "AUC 1.0", "drop b", 50, 7),
    rows=ROWS,
)


def test_a_finding_says_how_sure_it_is_why_and_what_helps() -> None:
    skipped = (Look("errors", 0, "no target"), Look("time", 0, "no target"), Look("copies", 50))
    report = FindingsReport("train", ("holdout",), 50, (FOUND,), skipped, ("line 3 is ragged",))
    assert finding_title(report) == "1 finding in train, compared with holdout, 50 rows"
    content = finding_content(report)
    assert [[text for text, _ in row.cells] for row in content.rows] == [
        ["likely", "7", "b tells y"],
        ["noted", "", "line 3 is ragged"],
        ["not tried", "", "errors; time (no target)"],
    ]
    assert content.words == "1 thing looked for"
    facts = dict(content.rows[0].facts)
    assert (facts["why"], facts["remedy"]) == ("AUC 1.0", "drop b")
    assert facts["rows"].startswith("/work/t.csv, line 17: age=␛[31m130")
    assert finding_title(FindingsReport("t", (), 1, (), ())) == "Nothing found in t, 1 row"


def test_only_rows_of_the_data_itself_are_marked() -> None:
    assert markable(ROWS, "/work/t.csv") == [{"file": "/work/t.csv", "line": 17}]
    assert len(markable(ROWS, "/work")) == 2
    assert markable(ROWS, "/wor") == []


def test_a_mark_says_whether_it_has_its_effect() -> None:
    def state(mark_id: str, act: Act, standing: str | None) -> MarkState:
        mark = Mark(mark_id, act, Pin("t.csv", 17, "0" * 32, 9), "too old", "ann", 0.0)
        return MarkState(mark, standing, 17)

    states = (state("a", Act.EXCLUDE, "applies"), state("b", Act.REVIEW, "changed"))
    report = MarksReport("train", "t.csv", "t.csv.patch.jsonl", states, None, None, ())
    content = mark_content(report, 60.0)
    assert content.words == "1 of 2 marks with effect"
    assert [[text for text, _ in row.cells[:4]] for row in content.rows] == [
        ["✗ exclude", "t.csv, line 17", "✓ there", "ann"],
        ["? review", "t.csv, line 17", "✗ changed", "ann"],
    ]
