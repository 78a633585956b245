# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all tests."""

import os
import tempfile
from pathlib import Path

# librosa's compiled functions are cached on disk; two processes that write that cache at once can crash in it.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    place = Path(tempfile.gettempdir()) / f"foleycue-numba-{os.getppid()}-{worker}"
    os.environ["NUMBA_CACHE_DIR"] = str(place)
