"""Which worker of a distributed training this process is."""

from __future__ import annotations

import os
from typing import Mapping, Optional

_VARIABLES = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK")


def rank(environ: Mapping[str, str] = os.environ) -> Optional[int]:
    """Return the rank that torchrun, SLURM or MPI gave this process, or None."""
    for variable in _VARIABLES:
        text = environ.get(variable, "")
        if variable == "LOCAL_RANK" and "WORLD_SIZE" not in environ:
            continue  # a leftover of some shell; a launcher sets both
        if text.isascii() and text.isdigit():
            return int(text)
    return None
