"""The disposable SQLite index built from journals; all the SQL of the product."""

from mlops_tui.index.api import Index
from mlops_tui.index.values import Changes, FieldFacts, QueuedRun

__all__ = ["Changes", "FieldFacts", "Index", "QueuedRun"]
