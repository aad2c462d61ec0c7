"""Where an alias goes back to, from its moves; pure."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_tui.domain.models import AliasMove, MoveKind


def rollback_target(moves: Sequence[AliasMove], to: int | None = None) -> int | None:
    """Return where a rollback goes: what stood before, with what was rolled back left out.

    None where there is nothing to go back to, or the alias never was `to`.
    """
    stood: list[int] = []
    for move in sorted(moves, key=lambda it: it.generation):
        if move.to is None:
            continue
        if move.kind is MoveKind.ROLLBACK and move.to in stood:
            del stood[stood.index(move.to) + 1 :]
        elif not stood or stood[-1] != move.to:
            stood.append(move.to)
    newest = max(moves, key=lambda it: it.generation, default=None)
    if to is not None:
        return to if any(move.to == to for move in moves) else None
    if newest is not None and newest.to is None:
        return stood[-1] if stood else None  # it was taken away: back to what it was
    return stood[-2] if len(stood) > 1 else None
