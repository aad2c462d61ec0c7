"""What a comparison of two tables comes to, as parts of a text to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui.data_reports import Part
from mlops_tui.ui.model_report import matters_parts, performance_parts
from mlops_tui.ui.widgets.pieces import Piece

VERDICTS = {
    "ok": ("✓ ok", "good"),
    "drift": ("✗ drift", "bad"),
    "too_little_data": ("? too little", "warn"),
}
QUALITY_KINDS = {"error": "bad", "warning": "warn"}
WIDEST_NAME = 24
EXPLAINED = "score of its threshold; chance: what one batch of a hundred reaches without any drift"
Report = Mapping[str, Any]


def verdict_piece(report: Report) -> Piece:
    """Return the verdict in two words, with how many scores drifted."""
    words, kind = VERDICTS[report["verdict"]]
    drifted = _drifted(report)
    return (f"{words} {drifted}/{len(report['columns'])}" if drifted else words, kind)


def drift_title(name: str, reference: str, report: Report) -> str:
    """Return such as `live against train: drift, 1,000 rows against 5,000`."""
    words = VERDICTS[report["verdict"]][0][2:]
    sizes = f"{report['n_current']:,} rows against {report['n_reference']:,}"
    return f"{name} against {reference}: {words}, {sizes}"


def drift_parts(report: Report) -> list[Part]:
    """Return what is wrong with the batch, then its columns, those that drifted first."""
    parts = [Part("noted", "warn", safe(problem)) for problem in report["problems"]]
    for found in report["quality"]:
        column = f"{found['column']}: " if found["column"] else ""
        kind = QUALITY_KINDS.get(found["level"], "dim")
        parts.append(Part(found["level"], kind, safe(column + found["words"])))
    if parts:
        parts.append(Part("", "", ""))
    if report.get("matters") is not None:
        parts += matters_parts(report["matters"])
    columns = sorted(report["columns"], key=lambda it: it["verdict"] != "drift")
    sizes = (report["n_current"], report["n_reference"])
    width = max((len(_name(column)) for column in columns), default=0)
    parts.append(Part("", "dim", EXPLAINED))
    parts += [_column(column, min(width, WIDEST_NAME), sizes) for column in columns]
    if report["skipped"]:
        names = ", ".join(f"{it['column']} ({it['type']})" for it in report["skipped"])
        parts.append(Part("skipped", "dim", safe(names)))
    if report.get("performance") is not None:
        parts += [Part("", "", ""), Part("", "heading", "The model"),
                  *performance_parts(report["performance"])]  # fmt: skip
    return parts


def _column(column: Mapping[str, Any], width: int, sizes: tuple[int, int]) -> Part:
    """Return one score: what it has to reach, and what chance reaches in one batch of a hundred."""
    label, kind = VERDICTS[column["verdict"]]
    figures = f"{_number(column['score']):>8} of {_number(column['threshold'])}"
    figures += f"  chance {_number(column['null_q99']):<6} p {_number(column['p_value']):<7}"
    here = (column["n_current"], column["n_reference"])
    rows = "" if here == sizes else f"  n {here[0]:,} and {here[1]:,}"
    return Part(label, kind, safe(f"{_name(column):<{width}} {figures} {column['method']}{rows}"))


def _name(column: Mapping[str, Any]) -> str:
    role = "" if column["role"] == "feature" else f" ({column['role']})"
    return f"{column['column']}{role}"


def _number(value: float | None) -> str:
    return "-" if value is None else short_number(value, 3)


def _drifted(report: Report) -> int:
    return sum(column["verdict"] == "drift" for column in report["columns"])
