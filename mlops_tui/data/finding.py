"""What may go wrong with data, as it is told: a sentence, how sure, evidence, and a remedy.

Needs no library, so that any process may show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlops_tui.data.found import FoundRow


class FindingKind(StrEnum):
    """What was found."""

    SHARED_ROWS = "shared_rows"
    """Rows of one table stand in the other too."""
    NEAR_DUPLICATES = "near_duplicates"
    """Rows of one table stand in the other but for a rounding, a little noise, or spelling."""
    SHARED_IDS = "shared_ids"
    """Ids, or groups of rows that belong together, stand in both tables."""
    CONFLICTING_LABELS = "conflicting_labels"
    LEAKAGE = "leakage"
    """One column tells the target almost alone."""
    ORDER_LEAKAGE = "order_leakage"
    """An id or a time tells the target."""
    LABEL_ERRORS = "label_errors"
    IMBALANCE = "imbalance"
    TINY_SEGMENTS = "tiny_segments"
    VANISHED_SEGMENTS = "vanished_segments"
    CHANGED_MEANING = "changed_meaning"
    """A column's unit or encoding is another one than before."""
    SECRETS = "secrets"
    PERSONAL_DATA = "personal_data"


class Sureness(StrEnum):
    """How sure a finding is, the surest first."""

    CERTAIN = "certain"
    """It is counted, not inferred."""
    LIKELY = "likely"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may go wrong."""

    kind: FindingKind
    sure: Sureness
    words: str
    """What was found, in a sentence with its figures."""
    why: str
    """Why it is held for that, and what it would mean."""
    remedy: str
    n: int
    """Rows that were looked at."""
    n_found: int
    """Rows that it is about."""
    columns: Sequence[str] = ()
    rows: Sequence[FoundRow] = ()
    """The first, or the clearest, of them."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked for."""

    what: str
    n: int
    """Rows that were looked at; 0 where nothing could be."""
    skipped: str = ""
    """Why not, where it was not."""


@dataclass(frozen=True, slots=True)
class FindingsReport:
    """All that was found in a table, and what was looked for."""

    dataset: str
    against: Sequence[str]
    """The tables that it was compared with."""
    n_rows: int
    findings: Sequence[Finding]
    """The surest first."""
    looks: Sequence[Look]
    problems: Sequence[str] = ()
    """What is wrong in the files and was read nevertheless."""


def surest_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings in the order in which a person wants to see them."""
    kinds, sures = list(FindingKind), list(Sureness)
    return sorted(findings, key=lambda it: (sures.index(it.sure), kinds.index(it.kind)))


def findings_of(told: Mapping[str, Any]) -> FindingsReport:
    """Return the report that another process told as JSON."""
    return FindingsReport(
        told["dataset"],
        tuple(told["against"]),
        told["n_rows"],
        tuple(_finding_of(finding) for finding in told["findings"]),
        tuple(Look(**look) for look in told["looks"]),
        tuple(told["problems"]),
    )


def _finding_of(told: Mapping[str, Any]) -> Finding:
    return Finding(
        **{
            **told,
            "kind": FindingKind(told["kind"]),
            "sure": Sureness(told["sure"]),
            "columns": tuple(told["columns"]),
            "rows": tuple(FoundRow(**row) for row in told["rows"]),
        }
    )
