"""Registered models as rows: names, versions, moves of aliases, and what a version is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.business import figure_name
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import CHALLENGER, CHAMPION, AliasMove, Model, ModelVersion
from mlops_tui.domain.text import count, safe, short_bytes, short_number
from mlops_tui.ui.evaluation_rows import bounds, number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago, moment
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow, Shelf
from mlops_tui.ui.widgets.pieces import Piece

if TYPE_CHECKING:
    from mlops_tui.engine.actions_models import VersionDetails

MODEL_KEY = "model "
"""How the keys of rows of registered models begin."""
GATES = {"green": ("✓ green", "good"), "red": ("✗ overridden", "bad"), "none": ("no gate", "dim")}
UNKNOWN = "not known"
FIGURES = 6

Evaluated = Callable[[str, int], Evaluation | None]
"""Gives the evaluation of a version that is to be shown."""


def models_heads(metric: str | None) -> list[Head]:
    """Return the heads of the list of models."""
    return [
        *(Head("Model"), Head("Champion"), Head(safe(metric) if metric else "How good")),
        *(Head("Challenger"), Head("Versions", True), Head("Changed")),
    ]


def model_row(model: Model, metric: str | None, evaluated: Evaluated, now: float) -> PlaceRow:
    """Return one model; `metric` is the objective's."""
    champion, challenger = (model.aliases.get(it) for it in (CHAMPION, CHALLENGER))
    shown = champion or model.newest.number
    found = evaluated(model.name, shown)
    cells: list[Piece] = [
        (safe(model.name), "strong"),
        ("none" if champion is None else f":{champion}", "warn" if champion is None else "good"),
        figure_piece(found, metric),
        ("-" if challenger is None else f":{challenger}", ""),
        *((f"{model.versions:,}", ""), (ago(model.changed, now), "dim")),
    ]
    aliases = [f"{safe(alias)} :{at}" for alias, at in model.aliases.items()]
    newest = model.newest
    facts = [
        ("model", safe(model.name)),
        ("aliases", ", ".join(aliases) or "none: Enter, then a gives a version one"),
        ("newest", f":{newest.number}, {moment(newest.registered)} by {safe(newest.by)}"),
        *evaluation_facts(found),
    ]
    return PlaceRow(MODEL_KEY + model.name, cells, facts)


def figure_of(found: Evaluation | None, metric: str | None) -> tuple[str, Figure] | None:
    """Return the figure that tells most: the objective's metric, else the first."""
    if found is None or not found.figures:
        return None
    meant = None if metric is None else figure_name(metric, found.figures)
    name = meant or next(iter(found.figures))
    return name, found.figures[name]


def figure_piece(found: Evaluation | None, metric: str | None) -> Piece:
    """Return a figure with its interval in one cell."""
    figure = figure_of(found, metric)
    if figure is None:
        return "not evaluated", "dim"
    name, it = figure
    interval = f" ({bounds(it.low, it.high)})" if it.low is not None else ""
    words = f"{number(it.value)}{interval}"
    is_meant = metric is not None and name == figure_name(metric, {name: it})
    return (words if is_meant else f"{safe(name)} {words}"), ""


def evaluation_facts(found: Evaluation | None) -> list[Fact]:
    """Return the first figures of an evaluation."""
    if found is None:
        return [("evaluated", "not yet")]
    where = f"on {safe(found.dataset)}, " if found.dataset else ""
    words = [f"{where}{count(found.rows, 'row')}, {moment(found.at)}"]
    for name, it in list(found.figures.items())[:FIGURES]:
        interval = f" ({bounds(it.low, it.high)})" if it.low is not None else ""
        words.append(f"{safe(name):<18} {number(it.value)}{interval}, n {it.n or 0:,}")
    return [("evaluated", "\n".join(words))]


def versions_shelf(
    versions: Sequence[ModelVersion], metric: str | None, evaluated: Evaluated, now: float
) -> Shelf:
    """Return the versions of a model, the newest first."""
    heads = (
        *(Head("Version"), Head("Aliases"), Head(safe(metric) if metric else "How good")),
        *(Head("Registered"), Head("By"), Head("Format"), Head("Size", True)),
        Head("Note"),
    )
    rows = []
    for it in versions:
        found = evaluated(it.model, it.number)
        cells = [
            (f":{it.number}", "dim" if it.deleted else "strong"),
            ("deleted" if it.deleted else safe(", ".join(it.aliases)) or "-", _alias_kind(it)),
            figure_piece(found, metric),
            *((ago(it.registered, now), "dim"), (safe(it.by), "dim")),
            *((it.format.value, ""), (short_bytes(it.size_bytes), "")),
            (safe(it.note), "dim"),
        ]
        rows.append(PlaceRow(it.name, cells, _version_facts(it, found)))
    return Shelf("Versions", PlaceContent(heads, rows, count(len(rows), "version")))


def _alias_kind(it: ModelVersion) -> str:
    return "bad" if it.deleted else "good" if CHAMPION in it.aliases else ""


def _version_facts(it: ModelVersion, found: Evaluation | None) -> list[Fact]:
    recorded = [f"{safe(name)} {short_number(value)}" for name, value in it.metrics.items()]
    facts = [
        ("version", f"{safe(it.name)}, {count(it.files, 'file')}, {short_bytes(it.size_bytes)}"),
        ("by", f"{safe(it.by)} on {safe(it.host)}, {moment(it.registered)}"),
        ("run", f"{it.run_id}, job {safe(it.job or UNKNOWN)}" if it.run_id else UNKNOWN),
        ("note", safe(it.note)),
        ("recorded", "  ".join(recorded)),
        *evaluation_facts(found),
    ]
    return [(label, words) for label, words in facts if words]


def history_shelf(moves: Sequence[AliasMove], now: float) -> Shelf:
    """Return who moved which alias, the newest move first."""
    heads = (
        *(Head("When"), Head("Alias"), Head("From", True), Head("To", True), Head("How")),
        *(Head("Gate"), Head("By"), Head("Why")),
    )
    rows = []
    for it in moves:
        gate: Piece = ("-", "dim") if it.gate is None else GATES.get(it.gate, (safe(it.gate), ""))
        cells = [
            *((ago(it.at, now), "dim"), (safe(it.alias), "")),
            *((_number(it.before), "dim"), (_number(it.to), "strong")),
            (it.kind.value, "warn" if it.kind.value == "rollback" else ""),
            *(gate, (safe(it.by), "dim"), (safe(it.why), "")),
        ]
        facts = [
            ("move", f"{safe(it.alias)}: {_number(it.before)} to {_number(it.to)}"),
            ("when", f"{moment(it.at)}, the {it.generation}. move of it"),
            ("by", f"{safe(it.by)} on {safe(it.host)}"),
            ("why", safe(it.why)),
            ("evaluation", it.evaluation or "none named"),
        ]
        rows.append(PlaceRow(f"{it.alias} {it.generation}", cells, facts))
    words = count(len(rows), "move")
    empty = "No alias was moved yet: a on a version points one at it."
    return Shelf("History", PlaceContent(heads, rows, words), empty)


def _number(version: int | None) -> str:
    return "none" if version is None else f":{version}"


def details_shelves(
    details: VersionDetails, tree: Sequence[str], card: Sequence[str]
) -> list[Shelf]:
    """Return all that was recorded of a version, each kind as one list; no list is empty.

    Args:
        details: what was recorded.
        tree: lines of its lineage.
        card: lines of its card.
    """
    told = details.manifest
    made = [
        Shelf("About", _pairs(_about(details))),
        Shelf("Lineage", _lines("What it comes from, and what came of it", tree)),
        Shelf("Takes", _columns(told.get("signature"), "inputs")),
        Shelf("Gives", _columns(told.get("signature"), "outputs")),
        Shelf("Parameters", _pairs(_values(told.get("params")))),
        Shelf("Recorded", _pairs(_values(details.version.metrics))),
        Shelf("Files", _files(details)),
        Shelf("Card", _lines("Markdown, from recorded facts only", card)),
        Shelf("Packages", _pairs(_values((told.get("environment") or {}).get("packages")))),
    ]
    return [it for it in made if it.content.rows]


def _lines(head: str, lines: Sequence[str]) -> PlaceContent:
    rows = [
        PlaceRow(str(at), [(safe(words), "")], [("line", safe(words))])
        for at, words in enumerate(lines)
    ]
    return PlaceContent((Head(head),), rows)


def _about(details: VersionDetails) -> list[tuple[str, str]]:
    version, told = details.version, details.manifest
    git = told.get("git") or {}
    commit = str(git.get("commit") or UNKNOWN)[:SHORT]
    commit += ", with changes that were not committed" if git.get("dirty") else ""
    environment = told.get("environment") or {}
    python = environment.get("python")
    pairs = [
        ("version", version.name),
        ("registered", f"{moment(version.registered)} by {version.by} on {version.host}"),
        ("format", f"{version.format.value}, {short_bytes(version.size_bytes)}"),
        ("run", version.run_id or UNKNOWN),
        ("commit", commit),
        ("Python", str(python) if python else UNKNOWN),
        ("manifest", version.manifest),
    ]
    for it in told.get("datasets") or ():
        pairs.append((f"data {it['name']}", str(it["version"] or UNKNOWN)))
    return [*pairs, *(("problem", it) for it in details.problems)]


def _values(found: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    def words(value: object) -> str:
        return short_number(value) if isinstance(value, float) else str(value)

    return [(str(name), words(value)) for name, value in (found or {}).items()]


def _pairs(pairs: Sequence[tuple[str, str]]) -> PlaceContent:
    rows = [
        PlaceRow(
            f"{at} {name}",
            [(safe(name), ""), (safe(words), "bad" if name == "problem" else "strong")],
            [(safe(name), safe(words))],
        )
        for at, (name, words) in enumerate(pairs)
    ]
    return PlaceContent((Head("What"), Head("Value")), rows, count(len(rows), "line"))


def _columns(signature: Mapping[str, Any] | None, side: str) -> PlaceContent:
    columns = (signature or {}).get(side) or ()
    rows = [
        PlaceRow(
            f"{at} {it.get('name')}",
            [(safe(str(it.get("name"))), "strong"), (safe(str(it.get("type", UNKNOWN))), "")],
            [(safe(str(key)), safe(str(value))) for key, value in it.items()],
        )
        for at, it in enumerate(columns)
    ]
    return PlaceContent((Head("Column"), Head("Type")), rows, count(len(rows), "column"))


def _files(details: VersionDetails) -> PlaceContent:
    rows = [
        PlaceRow(
            it.path,
            [(safe(it.path), "strong"), (short_bytes(it.size_bytes), ""), (it.sha256, "dim")],
            [("file", safe(it.path)), ("sha256", it.sha256)],
        )
        for it in details.files
    ]
    heads = (Head("File"), Head("Size", True), Head("SHA-256"))
    return PlaceContent(heads, rows, count(len(rows), "file"))
