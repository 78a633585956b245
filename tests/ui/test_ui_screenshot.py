# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys
from pathlib import Path

from fakes.backend import FakeBackend, Script
from foleycue_shared.errors import ErrorCode

ROOT = Path(__file__).parents[2]


def photograph(source: Path, backend: FakeBackend, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(ROOT / part) for part in ("shared", "backend", "plugin", "ui"))
    environment = {**os.environ, "PYTHONPATH": path, "FOLEYCUE_HOME": str(backend.places.root)}
    command = [sys.executable, "-m", "foleycue_ui.screenshot", str(source), "--out", str(out), *more]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)


def test_a_picture_of_the_panel_after_its_main_job(clip: Path, backend: FakeBackend, tmp_path: Path):
    out = tmp_path / "deep" / "panel.png"
    done = photograph(clip, backend, out, "--takes", "2")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes().startswith(b"\x89PNG")


def test_failures_are_one_sentence_and_status_1(clip: Path, backend: FakeBackend, tmp_path: Path):
    backend.script = Script(fail=(ErrorCode.WORKER_LOST, "The sound engine stopped: try again."))
    out = tmp_path / "panel.png"
    done = photograph(clip, backend, out)
    assert done.returncode == 1
    assert "The sound engine stopped: try again." in done.stderr
    missing = photograph(tmp_path / "missing.mp4", backend, out)
    assert missing.returncode == 1
    assert "missing.mp4" in missing.stderr
    assert "Traceback" not in missing.stderr
    assert not out.exists()
