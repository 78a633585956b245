# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on our own picture: python -m foleycue_plugin.demo --out FOLDER."""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

from foleycue_plugin import demo, usecases
from foleycue_plugin.backend_process import backend_status, stop_backend
from foleycue_plugin.cli.answer import say
from foleycue_plugin.cli.interrupt import cancelling
from foleycue_plugin.cli.main import report
from foleycue_plugin.cli.progress import ProgressLine
from foleycue_plugin.jobs import JobRunner
from foleycue_plugin.outputs import numbered
from foleycue_plugin.preview import write_preview
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError

SEEDS = (11, 12)
_SCREENSHOT_SECONDS = 600


def run(folder: Path) -> list[tuple[str, Path]]:
    """Generate two takes, save timeline, sound, movie and a picture of the panel; their labels and paths."""
    home = places.home()
    folder.mkdir(parents=True, exist_ok=True)
    was_running = backend_status(home).running
    try:
        selection = usecases.mark(usecases.open_source(demo.TIMELINE))
        plan = usecases.plan_generation(selection, prompt=demo.PROMPT, seeds=SEEDS)
        store = usecases.TakeStore(home)
        line = ProgressLine(takes=len(SEEDS))
        with line, JobRunner(home, line.progress, line.state) as runner, cancelling(runner):
            takes = runner.generate(plan, store)
        sounds = numbered(folder / "foleycue-demo.wav", len(takes))
        stem = usecases.Stem(plan.placement.track, takes)
        takes, placed = usecases.deliver(selection, [stem], sounds, folder / "foleycue-demo.otio", force=True)
        for stored in takes:
            store.discard([stored.take.take_id])
        movie = folder / "foleycue-demo.mp4"
        write_preview(selection, takes[0].path, movie, force=True)
        results = [
            ("timeline", placed[0].saved),
            ("sound", takes[0].path),
            ("movie", movie),
        ]
        return [*results, ("panel", _panel_picture(folder / "foleycue-demo-panel.png"))]
    finally:
        if not was_running:
            stop_backend(home, force=True)


def _panel_picture(target: Path) -> Path:
    """The real panel, generating through its own widgets, without a screen."""
    for package in ("PyQt6", "foleycue_ui"):
        if importlib.util.find_spec(package) is None:
            raise FoleyCueError(ErrorCode.INTERNAL, 'The panel is not installed: run  pip install "foleycue[panel]".')
    command = [sys.executable, "-m", "foleycue_ui.screenshot", str(demo.TIMELINE), "--out", str(target)]
    done = subprocess.run([*command, "--prompt", demo.PROMPT], check=False, timeout=_SCREENSHOT_SECONDS)
    if done.returncode or not target.is_file():
        raise FoleyCueError(
            ErrorCode.INTERNAL, f"The panel could not be pictured (status {done.returncode}): see the lines above."
        )
    return target


def main() -> int:
    """Run the demo and print where its results lie, one a line."""
    parser = argparse.ArgumentParser(prog="python -m foleycue_plugin.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo-output"), help="folder for the results (demo-output)")
    options = parser.parse_args()
    try:
        results = run(options.out.absolute())
    except FoleyCueError as error:
        return report(error)
    for label, path in results:
        say(f"{label + ':':10}{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
