"""Where a model comes from and what came of it, in both directions: data, run, version, aliases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.evaluations import Evaluation
from mlops_tui.domain.models import ModelVersion, VersionName, parse_version
from mlops_tui.engine.actions_models import catch_up

if TYPE_CHECKING:
    from mlops_tui.index import Index

MOST_NODES = 500


class Kind(StrEnum):
    """What a node is."""

    DATA = "data"
    RUN = "run"
    MODEL = "model"
    EVALUATION = "evaluation"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Node:
    """One thing that others come from, or that came from others."""

    id: str
    """Such as `model:cancer:3`."""
    kind: Kind
    label: str


@dataclass(frozen=True, slots=True)
class Edge:
    """That one thing came from another."""

    before: str
    after: str
    how: str


@dataclass(frozen=True, slots=True)
class ModelLineage:
    """Everything that a thing comes from, and everything that came of it."""

    start: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    has_more: bool = False

    def before(self, node: str) -> Iterator[tuple[str, Edge]]:
        """Yield what a node comes from."""
        return ((it.before, it) for it in self.edges if it.after == node)

    def after(self, node: str) -> Iterator[tuple[str, Edge]]:
        """Yield what came of a node."""
        return ((it.after, it) for it in self.edges if it.before == node)


def lineage_of_model(project: Path, index: Index, name: str) -> ModelLineage:
    """Return the lineage of a version.

    Raises:
        NotFoundError: there is none.
    """
    wanted = parse_version(name)
    catch_up(project, index, model=wanted.model)
    version = index.model_version(wanted)
    graph = _Graph(index)
    start = graph.version(version)
    graph.up_from_version(version)
    graph.down_from_version(version)
    return graph.told(start)


def lineage_of_run(project: Path, index: Index, run_id: str) -> ModelLineage:
    """Return the lineage of a run: the data it read, and what was made of it."""
    catch_up(project, index)
    graph = _Graph(index)
    start = graph.run(run_id)
    graph.up_from_run(run_id)
    graph.down_from_run(run_id)
    return graph.told(start)


def lineage_of_data(project: Path, index: Index, name: str) -> ModelLineage:
    """Return what came of a version of data, `NAME` (the newest) or `NAME:BEGINNING`.

    Raises:
        NotFoundError: no such version was seen.
        InputError: several begin so.
    """
    catch_up(project, index)
    dataset, _, beginning = name.partition(":")
    read = {it.version: it.run_ids for it in index.data_versions(dataset)}
    measured = [it.data_version for it in index.evaluations(dataset=dataset)]
    known = dict.fromkeys([*read, *(it for it in measured if it is not None)])
    found = [it for it in known if it.startswith(beginning)]
    if not found:
        raise NotFoundError(f"no version of {name} was seen", "mlops-tui data versions lists them")
    if beginning and len(found) > 1:
        raise InputError(f"{len(found)} versions of {dataset} begin with {beginning}")
    graph = _Graph(index)
    start = graph.data(dataset, found[0])
    for run_id in read.get(found[0], ()):
        graph.edge(start, graph.run(run_id), "read by")
        graph.down_from_run(run_id)
    graph.measured_on(dataset, found[0])
    return graph.told(start)


class _Graph:
    """Nodes and edges as they are found."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Edge] = {}

    def told(self, start: str) -> ModelLineage:
        """Return what was found."""
        has_more = len(self._nodes) >= MOST_NODES
        edges = [it for it in self._edges.values() if {it.before, it.after} <= set(self._nodes)]
        return ModelLineage(start, list(self._nodes.values()), edges, has_more)

    def _node(self, kind: Kind, name: str, label: str) -> str:
        node = Node(f"{kind.value}:{name}", kind, label)
        if node.id not in self._nodes and len(self._nodes) < MOST_NODES:
            self._nodes[node.id] = node
        return node.id

    def edge(self, before: str, after: str, how: str) -> None:
        """Note that one thing came from another."""
        self._edges.setdefault((before, after), Edge(before, after, how))

    def data(self, name: str, version: str | None) -> str:
        """Return the node of a version of data."""
        shown = (version or "")[:SHORT] or "version not known"
        return self._node(Kind.DATA, f"{name}:{version or ''}", f"{name} {shown}")

    def run(self, run_id: str) -> str:
        """Return the node of a run."""
        runs = self._index.runs([run_id])
        label = f"{runs[0].name} ({runs[0].state})" if runs else f"{run_id} (not there)"
        return self._node(Kind.RUN, run_id, label)

    def version(self, version: ModelVersion) -> str:
        """Return the node of a version of a model."""
        return self._node(Kind.MODEL, version.name, version.name)

    def up_from_version(self, version: ModelVersion) -> None:
        """Add the run that made a version, and the data that it read."""
        if version.run_id is not None:
            self.edge(self.run(version.run_id), self.version(version), "made")
            self.up_from_run(version.run_id)

    def up_from_run(self, run_id: str) -> None:
        """Add the data that a run read."""
        for it in self._index.data_used([run_id]):
            self.edge(self.data(it.name, it.version), self.run(run_id), "read by")

    def down_from_run(self, run_id: str) -> None:
        """Add the versions that a run made, and what was measured of what it predicted."""
        versions = self._index.model_versions_of([run_id])
        for it in versions:
            self.edge(self.run(run_id), self.version(it), "made")
            self.down_from_version(it)
        if not versions:
            self._measured(self.run(run_id), self._index.evaluations(run_ids=[run_id]))

    def down_from_version(self, version: ModelVersion) -> None:
        """Add evaluations of a version, and the aliases that pointed or point at it."""
        node = self.version(version)
        found = self._index.evaluations(model=version.model, number=version.number)
        if version.run_id is not None:
            found = [*found, *self._index.evaluations(run_ids=[version.run_id])]
        self._measured(node, found)
        for move in self._index.alias_moves(version.model):
            if version.number == move.to:
                is_now = move.alias in version.aliases
                alias = f"{version.model}@{move.alias}"
                label = f"{alias}{'' if is_now else ', earlier'}"
                self.edge(node, self._node(Kind.ALIAS, alias, label), "is" if is_now else "was")

    def _measured(self, node: str, evaluations: Iterable[Evaluation]) -> None:
        for it in evaluations:
            shown = list(it.figures.items())[:2]
            figures = ", ".join(
                f"{name} {figure.value:.4g}" for name, figure in shown if figure.value is not None
            )
            label = f"on {it.dataset or 'data not named'}: {it.error or figures or it.id}"
            made = self._node(Kind.EVALUATION, it.id, label)
            self.edge(node, made, "measured by")
            if it.dataset is not None:
                self.edge(self.data(it.dataset, it.data_version), made, "rows of")

    def measured_on(self, dataset: str, version: str) -> None:
        """Add the evaluations on a version of data, and what they measured."""
        for it in self._index.evaluations(dataset=dataset, limit=MOST_NODES):
            if it.data_version != version:
                continue
            source = None
            if it.model is not None and it.number is not None:
                name = VersionName(it.model, number=it.number)
                source = self.version(self._index.model_version(name))
            elif it.run_id is not None:
                source = self.run(it.run_id)
            if source is not None:
                self._measured(source, [it])


def tree_lines(lineage: ModelLineage) -> list[str]:
    """Return the lineage as a tree: what it comes from above, what came of it below."""
    labels = {it.id: f"{it.kind.value}  {it.label}" for it in lineage.nodes}
    above = _branches(lineage, lineage.start, labels, is_up=True)
    below = _branches(lineage, lineage.start, labels, is_up=False)
    return [
        *(["comes from"] if above else []),
        *above,
        f"{labels[lineage.start]}  <--",
        *below,
    ]


def _branches(
    lineage: ModelLineage, node: str, labels: dict[str, str], is_up: bool, depth: int = 1
) -> list[str]:
    lines: list[str] = []
    found = lineage.before(node) if is_up else lineage.after(node)
    for other, edge in found:
        if other not in labels or depth > 6:
            continue
        more = _branches(lineage, other, labels, is_up, depth + 1)
        line = f"{'  ' * depth}{labels[other]}" + ("" if is_up else f"  ({edge.how})")
        others = [] if is_up else _other_side(lineage, other, node, labels, depth)
        lines += [*more, line] if is_up else [line, *others, *more]
    return lines


def _other_side(
    lineage: ModelLineage, node: str, known: str, labels: dict[str, str], depth: int
) -> list[str]:
    """Return what else a node below comes from, such as the rows of an evaluation."""
    return [
        f"{'  ' * (depth + 1)}{edge.how} {labels[other]}"
        for other, edge in lineage.before(node)
        if other != known and other in labels and other != lineage.start
    ]
