"""Other Pythons of this machine, for what has to run on them."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess

import pytest

_CODE = "import sys; print('%d.%d' % sys.version_info[:2])"


def other_python(version: str) -> str:
    """Return an interpreter of `version` such as `3.9`; the test is skipped where there is none."""
    home = pwd.getpwuid(os.getuid()).pw_dir  # `HOME` is the test's own
    pyenv = os.environ.get("PYENV_ROOT", f"{home}/.pyenv")
    found = [shutil.which(f"python{version}") or ""]
    found += sorted(glob.glob(f"{pyenv}/versions/{version}.*/bin/python"))
    for python in filter(None, found):
        done = subprocess.run([python, "-c", _CODE], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return python
    pytest.skip(f"no Python {version} here")
