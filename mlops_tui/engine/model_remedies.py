"""What helps against a model in use that does worse: going back, calibrating it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_tui.domain.alerts import Remedy, RemedyKind, Scalar
from mlops_tui.domain.errors import NotFoundError
from mlops_tui.domain.models import CHAMPION, ModelFormat, VersionName
from mlops_tui.domain.monitoring import Monitor
from mlops_tui.domain.project import Project, Role
from mlops_tui.domain.rollbacks import rollback_target

if TYPE_CHECKING:
    from mlops_tui.index import Index


def watched_model(monitor: Monitor, index: Index) -> str | None:
    """Return the registered model whose predictions live data has: declared, else the only one."""
    known = {it.name: it.aliases for it in index.models()}
    if monitor.model is not None:
        return monitor.model if monitor.model in known else None
    in_use = [name for name, aliases in known.items() if CHAMPION in aliases]
    return in_use[0] if len(in_use) == 1 else None


def model_remedies(described: Project, monitor: Monitor, index: Index) -> tuple[Remedy, ...]:
    """Return what can be done about the model now; nothing where it is not known which it is."""
    name = watched_model(monitor, index)
    if name is None:
        return ()
    moves = index.alias_moves(name, CHAMPION)
    now = moves[0].to if moves else None
    if now is None:
        return ()
    found = []
    to = rollback_target(moves)
    if to is not None:
        words = f"roll back {CHAMPION} of {name} from version {now} to {to}"
        arguments: dict[str, Scalar] = {"model": name, "alias": CHAMPION, "from": now, "to": to}
        found.append(Remedy(RemedyKind.ROLL_BACK, words, arguments))
    if monitor.outputs.all_scores and _may_calibrate(described, index, name, now):
        words = f"recalibrate {name}:{now}: a challenger with calibrated scores"
        found.append(Remedy(RemedyKind.RECALIBRATE, words, {"version": f"{name}:{now}"}))
    return tuple(found)


def _may_calibrate(described: Project, index: Index, name: str, number: int) -> bool:
    """Say whether there is one dataset to calibrate on, and a format that can be."""
    validation = [it for it in described.datasets.values() if it.role is Role.VALIDATION]
    try:
        version = index.model_version(VersionName(name, number=number))
    except NotFoundError:
        return False
    return len(validation) == 1 and version.format is not ModelFormat.ONNX
