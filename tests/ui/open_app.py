"""Opens the app on a folder, as the command line does."""

from __future__ import annotations

import sys
from pathlib import Path

from mlops_tui.ui.app import run_app

if __name__ == "__main__":
    sys.exit(run_app(Path(sys.argv[1])))
