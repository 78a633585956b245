# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel is on screen before anything heavy, and its process never carries the backend's weight."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from fakes.numbered_film import write_numbered

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "scipy", "cv2", "diffusers", "transformers")

_SCRIPT = """
import json, sys, time
from pathlib import Path
from PyQt6.QtCore import QTimer
from foleycue_shared.places import home
from foleycue_ui.app import application, show_panel
import foleycue_ui.app as app_module

class NoBackend:
    session = ""
    def start(self): pass
    def send(self, message, blobs=()): pass
    def close(self): pass

app_module.client_factory = lambda places: lambda on_event, on_state: NoBackend()
app = application(["panel"])
panel = show_panel(home(Path(sys.argv[1])), Path(sys.argv[2]))
found = {}
def painted():
    found["painted"] = time.time()
    found["at_paint"] = sorted(name for name in sys.modules if "." not in name)
panel.first_painted.connect(painted)
panel.state.range.selection_changed.connect(lambda: QTimer.singleShot(300, app.quit))
QTimer.singleShot(20000, app.quit)
app.exec()
found["shown"] = panel.player.picture_frame
found["in_the_end"] = sorted(name for name in sys.modules if "." not in name)
panel.close()
print(json.dumps(found))
"""


def _run(tmp_path: Path) -> dict[str, object]:
    clip = write_numbered(tmp_path / "clip.mp4", frames=12)
    path = os.pathsep.join(str(ROOT / part) for part in ("shared", "plugin", "ui"))
    environment = {**os.environ, "PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen"}
    started = time.time()
    finished = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(tmp_path / "home"), str(clip)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found: dict[str, object] = json.loads(finished.stdout.splitlines()[-1])
    found["seconds"] = float(str(found["painted"])) - started
    return found


def test_the_first_paint_waits_for_nothing_heavy(tmp_path: Path):
    found = _run(tmp_path)
    seconds = float(str(found["seconds"]))
    print(f"first paint {seconds:.2f} s after the process was started")
    at_paint, in_the_end = set(found["at_paint"]), set(found["in_the_end"])  # type: ignore[arg-type]
    assert not at_paint & {*HEAVY, "av", "opentimelineio", "zmq"}
    assert not in_the_end & set(HEAVY)
    assert {"av", "opentimelineio"} <= in_the_end
    assert found["shown"] == 0
