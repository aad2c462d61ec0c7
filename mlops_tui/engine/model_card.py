"""A model card in the form of Hugging Face, of recorded facts; what is not known says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import DeclaredModel, ModelVersion
from mlops_tui.domain.project import Project
from mlops_tui.domain.text import safe, short_bytes

UNKNOWN = "Not known."
_MOST = 40
_TASKS = {
    "binary": "tabular-classification",
    "multiclass": "tabular-classification",
    "regression": "tabular-regression",
}
_MARKED = re.compile(r"([\\`*_{}\[\]<>#|])")


def write_card(
    described: Project,
    version: ModelVersion,
    manifest: Mapping[str, Any],
    evaluations: Sequence[Evaluation],
) -> str:
    """Return the card of a version as Markdown with a YAML head.

    Args:
        described: what the project file says; its problems do not matter.
        version: whose card it is.
        manifest: what was recorded of it.
        evaluations: of it, newest first; of one dataset the newest is told.
    """
    declared = described.models.get(version.model) or DeclaredModel(version.model)
    newest: dict[str, Evaluation] = {}
    for it in evaluations:
        if it.error is None:
            newest.setdefault(it.dataset or "data that is not named", it)
    parts = [
        _head(described, declared, version, manifest, newest),
        f"# {_text(version.name)}",
        _text(declared.description or version.note) or UNKNOWN,
        _details(described, declared, version, manifest),
        _section("Intended use", declared.intended_use, "intended_use", version),
        _section("Limitations", declared.limitations, "limitations", version),
        _training(manifest),
        _evaluation(newest),
        _files(manifest),
        "This card has recorded facts only; it was written by mlops-tui.",
    ]
    return "\n\n".join(parts) + "\n"


def _head(
    described: Project,
    declared: DeclaredModel,
    version: ModelVersion,
    manifest: Mapping[str, Any],
    evaluations: Mapping[str, Evaluation],
) -> str:
    tags = list(dict.fromkeys([*described.tags, version.format.value, "mlops-tui"]))
    lines = ["---", f"license: {_yaml(declared.license or 'unknown')}", "tags:"]
    lines += [f"- {_yaml(it)}" for it in tags]
    results = [
        line
        for name, it in evaluations.items()
        for line in _result(name, it, _is_tabular(manifest))
    ]
    if results:
        lines += ["model-index:", f"- name: {_yaml(version.model)}", "  results:", *results]
    return "\n".join([*lines, "---"])


def _is_tabular(manifest: Mapping[str, Any]) -> bool:
    columns = (manifest.get("signature") or {}).get("inputs") or []
    return bool(columns) and all(it.get("type") != "tensor" for it in columns)


def _result(name: str, evaluation: Evaluation, is_tabular: bool) -> list[str]:
    task = _TASKS.get(evaluation.problem, "other") if is_tabular else "other"
    lines = [
        "  - task:",
        f"      type: {task}",
        "    dataset:",
        f"      name: {_yaml(name)}",
        f"      type: {_yaml(name)}",
    ]
    if evaluation.data_version:
        lines.append(f"      revision: {_yaml(evaluation.data_version)}")
    lines.append("    metrics:")
    for metric, figure in evaluation.figures.items():
        if figure.value is not None:
            lines += [f"    - type: {_yaml(metric)}", f"      value: {figure.value!r}"]
    return lines


def _details(
    described: Project,
    declared: DeclaredModel,
    version: ModelVersion,
    manifest: Mapping[str, Any],
) -> str:
    owner = described.objective.owner if described.objective is not None else ""
    goal = described.objective.statement if described.objective is not None else ""
    rows = [
        ("Project", described.name),
        ("Made for", goal),
        ("Owner", owner),
        ("Registered", f"{_day(version.registered)} by {version.by}"),
        ("In use as", ", ".join(version.aliases) or "nothing"),
        ("Format", f"{version.format.value}, {short_bytes(version.size_bytes)}"),
        ("License", declared.license),
        ("Takes", _columns(manifest, "inputs")),
        ("Gives", _columns(manifest, "outputs")),
    ]
    return "\n".join(["## Model details", "", *_list(rows)])


def _section(title: str, told: str, key: str, version: ModelVersion) -> str:
    missing = f"{UNKNOWN} `{key}` under `[models.{_code(version.model)}]` says it."
    return f"## {title}\n\n{_text(told) or missing}"


def _training(manifest: Mapping[str, Any]) -> str:
    git, environment = manifest.get("git") or {}, manifest.get("environment") or {}
    commit = str(git.get("commit") or "")
    if commit and git.get("dirty"):
        commit += ", with changes that were not committed"
    packages = environment.get("packages") or {}
    argv = (manifest.get("command") or {}).get("argv")
    run = manifest.get("run")
    rows = [
        ("Run", f"{manifest.get('run_name')} ({run})" if run else ""),
        ("Job", manifest.get("job") or ""),
        ("Command", " ".join(map(str, argv)) if isinstance(argv, list) else ""),
        ("Commit", commit),
        ("Python", environment.get("python") or ""),
        ("Packages", f"{len(packages)}, listed in the manifest" if packages else ""),
        ("Platform", environment.get("platform") or ""),
    ]
    lines = ["## Training", "", *_list(rows), "", "Data:", ""]
    data = manifest.get("datasets") or []
    lines += _list([(it["name"], f"version {it['version'] or 'not known'}") for it in data])
    lines += ["" if data else UNKNOWN, "", "Parameters:", ""]
    params = list((manifest.get("params") or {}).items())
    lines += _list([(name, str(value)) for name, value in params[:_MOST]])
    lines += [] if params else [UNKNOWN]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip()


def _evaluation(evaluations: Mapping[str, Evaluation]) -> str:
    lines = ["## Evaluation"]
    for name, it in evaluations.items():
        version = it.data_version or "not known"
        lines += ["", f"On {_text(name)} (version {_text(version)}), {it.rows:,} rows:", ""]
        lines += ["| metric | value | 95 % interval | n |", "| --- | --- | --- | --- |"]
        lines += [_row(metric, figure) for metric, figure in list(it.figures.items())[:_MOST]]
    return "\n".join([*lines, "", UNKNOWN] if not evaluations else lines)


def _row(metric: str, figure: Figure) -> str:
    interval = "not known"
    if figure.low is not None and figure.high is not None:
        interval = f"{figure.low:.4g} to {figure.high:.4g}"
    value = "not defined" if figure.value is None else f"{figure.value:.4g}"
    return f"| {_text(metric)} | {value} | {interval} | {figure.n or 'not known'} |"


def _files(manifest: Mapping[str, Any]) -> str:
    lines = ["## Files", "", "| file | size | SHA-256 |", "| --- | --- | --- |"]
    for it in list(manifest["files"])[:_MOST]:
        lines.append(f"| {_text(it['path'])} | {it['size_bytes']:,} B | `{it['sha256']}` |")
    more = len(manifest["files"]) - _MOST
    return "\n".join(lines + ([f"\nand {more:,} more"] if more > 0 else []))


def _columns(manifest: Mapping[str, Any], key: str) -> str:
    columns = (manifest.get("signature") or {}).get(key) or []
    told = [
        f"{it.get('name') or 'array'} ({it.get('dtype') or it.get('type')}"
        + (f" {it['shape']})" if "shape" in it else ")")
        for it in columns[:_MOST]
    ]
    return ", ".join(told) + (" ..." if len(columns) > _MOST else "")


def _list(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"- {_text(name)}: {_text(told) or UNKNOWN}" for name, told in rows]


def _text(told: object) -> str:
    """Return text of anybody so that it is no markup."""
    return _MARKED.sub(r"\\\1", safe(" ".join(str(told).split())))


def _code(told: str) -> str:
    return safe(told).replace("`", "'")


def _yaml(told: str) -> str:
    return json.dumps(safe(told), ensure_ascii=False)


def _day(t: float) -> str:
    return datetime.fromtimestamp(t, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
