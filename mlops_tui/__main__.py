"""`python -m mlops_tui` is `mlops-tui`."""

import sys

from mlops_tui.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
