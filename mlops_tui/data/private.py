"""Secrets and personal data among the values of a table; what is found is shown masked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from mlops_tui.data.finding import Finding, FindingKind, Look, Sureness
from mlops_tui.data.found import FoundRow
from mlops_tui.data.places import Places
from mlops_tui.data.tables import Chunk
from mlops_tui.data.values import texts
from mlops_tui.domain.checks import percent

LONGEST = 2_000
"""Letters of a value that are looked at."""
SHOWN = 3
MOST_LOOKED = 2_000_000
"""Different values that are looked at, the first ones; all patterns take 15 us for each."""


class Pattern(NamedTuple):
    """How one kind of value looks."""

    name: str
    regex: re.Pattern[str]
    is_secret: bool
    least_share: float
    """Of the values of a column; less is taken for chance."""
    sure: Sureness
    holds: Callable[[str], bool] | None = None
    """Says whether a match is one."""


def _luhn(text: str) -> bool:
    """Say whether digits pass the check of card numbers (ISO/IEC 7812-1)."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 3:
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """Say whether an account number passes its check (ISO 13616: 1 modulo 97)."""
    bare = text.replace(" ", "").upper()
    turned = "".join(str(int(letter, 36)) for letter in bare[4:] + bare[:4])
    return int(turned) % 97 == 1


_CERTAIN, _LIKELY, _POSSIBLE = Sureness.CERTAIN, Sureness.LIKELY, Sureness.POSSIBLE
PATTERNS = (
    Pattern("private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), True, 0, _CERTAIN),
    Pattern("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"), True, 0, _LIKELY),
    Pattern("GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"), True, 0, _CERTAIN),
    Pattern("Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,80}"), True, 0, _CERTAIN),
    Pattern("Google key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b"), True, 0, _LIKELY),
    Pattern("API key", re.compile(r"\bsk-[A-Za-z0-9_-]{32,200}"), True, 0, _LIKELY),
    Pattern(
        "JSON web token", re.compile(r"\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,2000}\."), True, 0, _LIKELY
    ),
    Pattern(
        "password",
        re.compile(r"(?i)\b(?:password|passwd|pwd|secret)\s{0,3}[:=]\s{0,3}\S{4}"),
        *(True, 0, _POSSIBLE),
    ),
    Pattern(
        "URL with a password",
        re.compile(r"\b[a-z]{2,10}://[^\s/:@]{1,80}:[^\s/@]{1,80}@"),
        True,
        0,
        _LIKELY,
    ),
    Pattern(
        "e-mail address",
        re.compile(
            r"\b[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}\b"
        ),
        *(False, 0, _CERTAIN),
    ),
    Pattern(
        "bank account (IBAN)",
        re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        *(False, 0, _LIKELY, _iban),
    ),
    Pattern(
        "card number",
        re.compile(r"\b[3-6][0-9]{3}(?:[ -]?[0-9]{4}){2}[ -]?[0-9]{1,7}\b"),
        *(False, 0.5, _LIKELY, _luhn),
    ),
    Pattern(
        "telephone number",
        re.compile(
            r"(?<![\w.])(?<!\d )(?:\+|00)[1-9][0-9]{0,3}"
            r"[ ./()-]{1,2}[0-9][0-9 ./()-]{5,16}[0-9](?!\w)"
        ),
        *(False, 0.01, _LIKELY),
    ),
    Pattern(
        "US social security number",
        re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
        False,
        0.01,
        _LIKELY,
    ),
    Pattern(
        "IP address",
        re.compile(
            r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
        ),
        *(False, 0.05, _POSSIBLE),
    ),
)


@dataclass(slots=True)
class _Seen:
    """What was seen of one pattern in one column."""

    count: int = 0
    rows: list[FoundRow] = field(default_factory=list)


class PrivateLook:
    """Looks at every value of text, and at long numbers, while the chunks go by. One thread."""

    def __init__(self) -> None:
        self.n_rows = 0
        self._looked = 0
        self._values: Counter[str] = Counter()
        self._seen: dict[tuple[str, str], _Seen] = {}

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows, unless enough was seen."""
        if self._looked >= MOST_LOOKED:
            return
        self.n_rows += len(chunk.frame)
        for name in chunk.frame.columns:
            column = chunk.frame[name]
            if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_float_dtype(
                column.dtype
            ):
                continue
            is_whole = pd.api.types.is_integer_dtype(column.dtype)
            if is_whole and (not len(column) or int(column.max()) < 10**12):
                continue
            codes, distinct = pd.factorize(texts(column))
            self._looked += len(distinct)
            self._values[str(name)] += int((codes >= 0).sum())
            for code, kind in _matches(distinct):
                self._note(chunk, places, str(name), kind, np.flatnonzero(codes == code))

    def _note(
        self, chunk: Chunk, places: Places, column: str, kind: Pattern, at: np.ndarray
    ) -> None:
        seen = self._seen.setdefault((column, kind.name), _Seen())
        seen.count += len(at)
        room = SHOWN - len(seen.rows)
        if room > 0:
            own = places.of(chunk)
            text = str(texts(chunk.frame[column].iloc[at[:1]])[0])
            values = {column: masked(kind, text)}
            seen.rows += [places.found(int(own[it]), values) for it in at[:room]]

    def findings(self) -> tuple[list[Finding], Look]:
        """Return what was seen, once all rows went by."""
        kinds = {kind.name: kind for kind in PATTERNS}
        found = []
        for (column, name), seen in self._seen.items():
            kind, total = kinds[name], self._values[column]
            if seen.count >= kind.least_share * total:
                found.append(_finding(column, kind, seen, total))
        return found, Look("secrets and personal data", self.n_rows)


def _matches(distinct: np.ndarray) -> list[tuple[int, Pattern]]:
    found = []
    for code, value in enumerate(distinct):
        text = str(value)[:LONGEST]
        if len(text) >= 7:
            found += [(code, kind) for kind in PATTERNS if _first(kind, text) is not None]
    return found


def _first(kind: Pattern, text: str) -> re.Match[str] | None:
    """Return the first match that is one."""
    for match in kind.regex.finditer(text):
        if kind.holds is None or kind.holds(match.group()):
            return match
    return None


def masked(kind: Pattern, text: str) -> str:
    """Return what a person needs to find the value, and nobody else can use."""
    match = _first(kind, text[:LONGEST])
    if match is None:
        return "***"
    return f"{match.group()[: 2 if kind.is_secret else 1]}***"


def _finding(column: str, kind: Pattern, seen: _Seen, total: int) -> Finding:
    what = FindingKind.SECRETS if kind.is_secret else FindingKind.PERSONAL_DATA
    article = "an" if kind.name[0] in "aeAIEU" and not kind.name.startswith(("US", "URL")) else "a"
    why = "whoever may read the data, a run's files or a model's errors can use it"
    remedy = "have it withdrawn where it was given out, then take it out of the data"
    if not kind.is_secret:
        why = "data about a person needs a purpose, a permission and an end, and models remember"
        remedy = "leave the column out, or replace it by a keyed hash"
    return Finding(
        what,
        kind.sure,
        f"{seen.count:,} of {total:,} values ({percent(seen.count / total)}) of {column} hold "
        f"{article} {kind.name}",
        why,
        remedy,
        total,
        seen.count,
        (column,),
        seen.rows,
    )
