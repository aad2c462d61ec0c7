"""What an index is asked about registered models."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from mlops_tui.domain.errors import NotFoundError
from mlops_tui.domain.models import (
    AliasMove,
    Model,
    ModelFormat,
    ModelVersion,
    MoveKind,
    OfferedModel,
    Trust,
    VersionName,
)
from mlops_tui.index.lines import clean
from mlops_tui.index.opened import OpenIndex

_VERSION = (
    "models.name, version.number, manifest, format, size, files, run, job, version.t, person, host,"
    " metrics, note, ifnull(gone.deleted, 0)"
)
_VERSIONS = (
    "model_versions AS version JOIN models ON models.num = version.model"
    " LEFT JOIN models_deleted AS gone"
    " ON gone.model = version.model AND gone.number = version.number"
)
_MOVE = (
    "models.name, alias, generation, before, target, t, person, host, why, kind, evaluation,"
    " gate, report"
)
_MOVES = "alias_moves JOIN models ON models.num = alias_moves.model"
_MOST = 2**63 - 1
_Aliases = dict[str, dict[str, int]]


class ModelReads(OpenIndex):
    """The questions about models; a part of `Index`."""

    def models(self) -> list[Model]:
        """Return the registered models, by name; those without a version are left out."""
        return self._ask(lambda c: _select_models(c, None))

    def model(self, name: str) -> Model:
        """Return one model.

        Raises:
            NotFoundError: there is none.
        """
        found = self._ask(lambda c: _select_models(c, name))
        if not found:
            raise self._no_model(name)
        return found[0]

    def model_versions(
        self, model: str | None = None, limit: int | None = None, deleted: bool = False
    ) -> list[ModelVersion]:
        """Return the versions of a model, or of all of them by name; the newest first.

        Args:
            model: its name; None for all.
            limit: no more than these.
            deleted: those that are deleted instead.
        """
        where = "(?1 IS NULL OR models.name = ?1) AND ifnull(gone.deleted, 0) = ?2"
        return self._ask(
            lambda c: _select_versions(
                c, where, (None if model is None else clean(model), deleted), limit
            )
        )

    def model_version(self, name: VersionName) -> ModelVersion:
        """Return the version that goes by a name; a deleted one too where its number is given.

        Raises:
            NotFoundError: there is none.
        """
        return self._ask(lambda c: _find(c, name)) or self._missing(name)

    def model_versions_of(self, run_ids: Sequence[str]) -> list[ModelVersion]:
        """Return the versions that were registered from some runs, by name, the newest first."""
        where = "run IN (SELECT value FROM json_each(?))"
        told = json.dumps([clean(it) for it in run_ids])
        return self._ask(lambda c: _select_versions(c, where, (told,), None))

    def last_number(self, model: str) -> int:
        """Return the greatest number of a version of a model, deleted or not; 0 for no such."""
        query = "SELECT max(number) FROM model_versions JOIN models ON num = model WHERE name = ?"
        return int(self._ask(lambda c: c.execute(query, (clean(model),)).fetchone())[0] or 0)

    def alias_moves(
        self, model: str, alias: str | None = None, limit: int | None = None
    ) -> list[AliasMove]:
        """Return the moves of the aliases of a model, the newest first."""
        query = (
            f"SELECT {_MOVE} FROM {_MOVES} WHERE models.name = ?1 AND (?2 IS NULL OR alias = ?2)"
            " ORDER BY t DESC, alias, generation DESC LIMIT ?3"
        )
        told = (clean(model), None if alias is None else clean(alias), _limit(limit))
        return [_move(row) for row in self._ask(lambda c: c.execute(query, told).fetchall())]

    def alias_state(self, model: str, alias: str, at: float | None = None) -> AliasMove | None:
        """Return the move that stands, or that stood at a moment (Unix seconds); None for none."""
        query = (
            f"SELECT {_MOVE} FROM {_MOVES} WHERE models.name = ?1 AND alias = ?2"
            " AND (?3 IS NULL OR t <= ?3) ORDER BY generation DESC LIMIT 1"
        )
        told = (clean(model), clean(alias), at)
        row = self._ask(lambda c: c.execute(query, told).fetchone())
        return None if row is None else _move(row)

    def alias_generations(self, model: str | None = None) -> list[tuple[str, str, int]]:
        """Return model, alias and generation of every move of all aliases, or of one model's."""
        query = f"SELECT models.name, alias, generation FROM {_MOVES} WHERE ?1 IS NULL OR name = ?1"
        told = (None if model is None else clean(model),)
        return self._ask(lambda c: c.execute(query, told).fetchall())

    def version_numbers(self, model: str | None = None) -> dict[str, list[int]]:
        """Return the numbers of all versions, deleted ones too, by model, or those of one."""
        query = (
            "SELECT name, json_group_array(number) FROM model_versions"
            " JOIN models ON num = model WHERE ?1 IS NULL OR name = ?1 GROUP BY model"
        )
        told = (None if model is None else clean(model),)
        rows = self._ask(lambda c: c.execute(query, told).fetchall())
        return {name: json.loads(numbers) for name, numbers in rows}

    def trusts(self, digests: Sequence[str]) -> dict[str, Trust]:
        """Return who trusts which of these files, by digest; those not trusted are left out."""
        query = (
            "SELECT digest, model, number, reason, person, t, types, revoked FROM trusted"
            " WHERE digest IN (SELECT value FROM json_each(?)) ORDER BY t, person"
        )
        told = (json.dumps([clean(it) for it in digests]),)
        found: dict[str, Trust] = {}
        for *facts, types, revoked in self._ask(lambda c: c.execute(query, told).fetchall()):
            found.pop(facts[0], None)
            if not revoked:
                found[facts[0]] = Trust(*(*facts, tuple(json.loads(types))))
        return found

    def offered_models(self) -> list[OfferedModel]:
        """Return what ended runs offered and nobody has registered or refused yet, oldest first."""
        query = (
            "SELECT runs.id, models_offered.name, path, facts,"
            " iif(t > 0, t, ifnull(ended, created)) FROM models_offered JOIN runs ON num = run"
            " WHERE end_source > 0 AND deleted = 0 AND purged = 0 AND NOT EXISTS"
            " (SELECT 1 FROM models_refused AS no WHERE no.run = runs.id"
            "  AND no.name = models_offered.name) AND NOT EXISTS"
            " (SELECT 1 FROM model_versions AS had JOIN models ON models.num = had.model"
            "  WHERE had.run = runs.id AND offered = 1 AND models.name = models_offered.name)"
            " ORDER BY 5, runs.id, models_offered.name"
        )
        rows = self._ask(lambda c: c.execute(query).fetchall())
        return [OfferedModel(run, name, path, json.loads(it), t) for run, name, path, it, t in rows]

    def refused_models(self, run_ids: Sequence[str]) -> dict[tuple[str, str], str]:
        """Return why models that runs offered were not registered, by run and model."""
        query = (
            "SELECT run, name, why FROM models_refused"
            " WHERE run IN (SELECT value FROM json_each(?))"
        )
        told = (json.dumps([clean(it) for it in run_ids]),)
        rows = self._ask(lambda c: c.execute(query, told).fetchall())
        return {(run, name): why for run, name, why in rows}

    def model_facts(self, model: str, event: str) -> list[dict[str, Any]]:
        """Return the lines of drills or reproductions of a model, the newest first."""
        query = "SELECT line FROM model_facts WHERE model = ? AND event = ? ORDER BY t DESC, line"
        told = (clean(model), event)
        rows = self._ask(lambda c: c.execute(query, told).fetchall())
        return [json.loads(row[0]) for row in rows]

    def _missing(self, name: VersionName) -> ModelVersion:
        model = self.model(name.model)
        if name.number is not None:
            what, hint = f"{name}", f"the newest is {model.newest.name}"
        else:
            known = ", ".join(model.aliases) or "it has none"
            what, hint = f"alias {name.alias} of {name.model}", f"its aliases: {known}"
        raise NotFoundError(f"there is no {what}", hint)

    def _no_model(self, name: str) -> NotFoundError:
        import difflib

        names = [row[0] for row in self._ask(lambda c: c.execute("SELECT name FROM models"))]
        close = difflib.get_close_matches(name, names[:1000], n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}?" if close else "mlops-tui models list shows them"
        return NotFoundError(f"no model is registered as {name!r}", hint)


def _select_models(connection: sqlite3.Connection, name: str | None) -> list[Model]:
    told = None if name is None else clean(name)
    aliases = _aliases(connection, told)
    rows = connection.execute(
        f"SELECT count(*), max(version.number), {_VERSION} FROM {_VERSIONS}"
        " WHERE (?1 IS NULL OR models.name = ?1) AND ifnull(gone.deleted, 0) = 0"
        " GROUP BY version.model ORDER BY models.name",
        (told,),
    ).fetchall()
    moved = dict(
        connection.execute(
            f"SELECT models.name, max(t) FROM {_MOVES} WHERE ?1 IS NULL OR models.name = ?1"
            " GROUP BY model",
            (told,),
        ).fetchall()
    )
    found = []
    for count, _, *row in rows:
        newest = _version(row, aliases)
        changed = max(newest.registered, moved.get(newest.model, 0.0))
        found.append(Model(newest.model, count, newest, aliases.get(newest.model, {}), changed))
    return found


def _select_versions(
    connection: sqlite3.Connection, where: str, told: tuple[object, ...], limit: int | None
) -> list[ModelVersion]:
    rows = connection.execute(
        f"SELECT {_VERSION} FROM {_VERSIONS} WHERE {where}"
        f" ORDER BY models.name, version.number DESC LIMIT {_limit(limit)}",
        told,
    ).fetchall()
    names = {row[0] for row in rows}
    aliases = _aliases(connection, names.pop() if len(names) == 1 else None)
    return [_version(row, aliases) for row in rows]


def _find(connection: sqlite3.Connection, name: VersionName) -> ModelVersion | None:
    aliases = _aliases(connection, clean(name.model))
    number = name.number
    if name.alias is not None:
        number = aliases.get(clean(name.model), {}).get(name.alias)
        if number is None:
            return None
    row = connection.execute(
        f"SELECT {_VERSION} FROM {_VERSIONS} WHERE models.name = ?1 AND"
        " iif(?2 IS NULL, ifnull(gone.deleted, 0) = 0, version.number = ?2)"
        " ORDER BY version.number DESC LIMIT 1",
        (clean(name.model), number),
    ).fetchone()
    return None if row is None else _version(row, aliases)


def _aliases(connection: sqlite3.Connection, name: str | None) -> _Aliases:
    """Return what aliases point at now: model, alias, number."""
    rows = connection.execute(
        f"SELECT models.name, alias, target, max(generation) FROM {_MOVES}"
        " WHERE ?1 IS NULL OR models.name = ?1 GROUP BY model, alias ORDER BY alias",
        (name,),
    )
    found: _Aliases = {}
    for model, alias, target, _ in rows:
        if target is not None:
            found.setdefault(model, {})[alias] = target
    return found


def _version(row: Sequence[Any], aliases: Mapping[str, Mapping[str, int]]) -> ModelVersion:
    name, number, manifest, kind, *facts, metrics, note, deleted = row
    own = tuple(it for it, target in aliases.get(name, {}).items() if target == number)
    told = (json.loads(metrics), note, own, bool(deleted))
    return ModelVersion(*(name, number, manifest, ModelFormat(kind), *facts, *told))


def _move(row: Sequence[Any]) -> AliasMove:
    *facts, kind, evaluation, gate, report = row
    return AliasMove(*(*facts, MoveKind(kind), evaluation, gate, report))


def _limit(limit: int | None) -> int:
    return _MOST if limit is None else max(0, limit)
