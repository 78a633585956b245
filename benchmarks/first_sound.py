# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a newcomer waits for the first sound: from the start of the panel, by the demo, to the first take.

    python benchmarks/first_sound.py [--takes N]

A home of its own, so that the backend is started and the engine loaded on the way, as on the very first day. Three
clicks are made as soon as each can be: "Try the demo", "Generate", and Play when the first take is there.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_STARTED = time.monotonic()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PATIENCE = 180.0


def main() -> int:
    """Measure once and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--takes", type=int, default=3)
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as temporary:
        measure(Path(temporary), given.takes)
    return 0


def measure(folder: Path, takes: int) -> None:
    """Do as a newcomer would, and print when each step was reached."""
    from foleycue_plugin.backend_process import stop_backend
    from foleycue_shared.places import home
    from foleycue_ui.app import application, show_panel

    app, places = application(sys.argv[:1]), home(folder)
    panel = show_panel(places, None)
    painted: list[bool] = []
    panel.first_painted.connect(lambda: painted.append(True))

    def reached(what: str, ready: Callable[[], object]) -> None:
        while not ready():
            assert time.monotonic() - _STARTED < PATIENCE, f"{what} never came"
            app.processEvents()
            time.sleep(0.002)
        print(f"{time.monotonic() - _STARTED:6.1f} s  {what}")

    state, bar = panel.state, panel.ask_section.generate_bar
    try:
        reached("the panel is on screen", lambda: painted)
        panel.welcome.demo.click()
        reached("the demo's picture is there", lambda: state.range.selection is not None)
        panel.ask_section.options.takes.setValue(takes)
        reached("its cues are there", lambda: state.cues.known and not state.job.analysing)
        bar.generate.click()
        reached("the first take can be heard", lambda: state.takes.chosen is not None)
        panel.player.play()
        reached("the first sound plays", lambda: panel.player.playing and panel.player.frame > 0)
        reached(f"all {takes} takes are there", lambda: len(state.takes.entries) >= takes)
    finally:
        panel.close()
        stop_backend(places, force=True)
        app.processEvents()


if __name__ == "__main__":
    sys.exit(main())
