# SPDX-License-Identifier: GPL-3.0-or-later
"""What is slow to load is read beforehand, and only read."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from foleycue_ui import libraries


def test_what_the_panel_loads_later_is_among_them():
    """The files are found by the names that the loader meets: numpy's core, FFmpeg's of PyAV, Qt's sound."""
    names = {path.name for path in libraries._files()}
    core = find_spec("numpy._core._multiarray_umath")
    assert core is not None and str(core.origin).rpartition("/")[2] in names
    assert any(name.startswith("libavcodec") for name in names)
    assert any(name.startswith("QtMultimedia") for name in names)


def test_reading_loads_nothing():
    """After it no package of them is imported."""
    program = (
        "import sys; from foleycue_ui.libraries import read_libraries; print(read_libraries() > 0);"
        "print([name for name in ('numpy', 'zmq', 'av', 'PyQt6.QtMultimedia') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split("\n")[:2] == ["True", "[]"]


def test_what_cannot_be_read_is_left_out(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """A package that is not there, or a file that goes away, stops nothing."""
    (tmp_path / "there.so").write_bytes(b"1")
    monkeypatch.setattr(libraries, "_files", lambda: iter([tmp_path / "gone.so", tmp_path / "there.so"]))
    assert libraries.read_libraries() == 1
