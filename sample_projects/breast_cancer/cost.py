"""What a wrong decision costs, read from the objective in mlops.toml so that it stands once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Cost:
    """Money per error."""

    false_negative: float
    false_positive: float
    currency: str

    def per_case(self, malignant: NDArray[np.int64], referred: NDArray[np.bool_]) -> float:
        """Mean cost of the decisions; `referred` says who was sent to surgery."""
        missed = int(((malignant == 1) & ~referred).sum())
        needless = int(((malignant == 0) & referred).sum())
        total = missed * self.false_negative + needless * self.false_positive
        return total / len(malignant)


def read_cost(folder: Path) -> Cost:
    table = tomllib.loads((folder / "mlops.toml").read_text(encoding="utf-8"))
    cost = table["objective"]["cost"]
    return Cost(float(cost["false_negative"]), float(cost["false_positive"]), cost["currency"])
