# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on in a real Blender, asked over the real bridge.

Without a window Blender runs no timers and draws no sidebar: one test starts it with a window on a virtual screen.
"""

import os
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fakes.blender import RealBlender, blender_command, virtual_screen
from fakes.impulse_take import CLICK, write_take
from foleycue_plugin import usecases
from foleycue_plugin.bridge.server import close_bridge, open_bridge
from foleycue_plugin.hosts.blender.build import build_extension
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange, frames_to_samples
from plugin.media_files import write_movie

#: Blender's way to say a rate: frames, and by how much they are slower.
RATES = {Fraction(25): (25, 1.0), Fraction(24000, 1001): (24, 1.001), Fraction(30000, 1001): (30, 1.001)}
STRIPS = "strips = sequencer.strips_of(sequencer.scene().sequence_editor)\n"


@pytest.fixture
def folder(tmp_path, home):
    """A folder whose home has a bridge of its own."""
    yield tmp_path
    close_bridge()


@pytest.fixture
def blender(folder):
    with RealBlender(folder, blender_command()) as running:
        yield running


def make_scene(blender: RealBlender, folder: Path, rate: Fraction) -> None:
    """A movie of 60 frames on channel 1 from frame 1, again from frame 91 on; the preview range is 101 to 130."""
    fps, base = RATES[rate]
    movie = write_movie(folder / "shot.mov", rate, 60, sound=True)
    blender.do(f"""
now = bpy.context.scene
now.render.fps, now.render.fps_base = {fps}, {base}
now.frame_start, now.frame_end = 1, 200
now.sequence_editor_create()
{STRIPS}
for start in (1, 91):
    strips.new_movie("shot", {str(movie)!r}, 1, start)
strips.new_sound("production", {str(movie)!r}, 2, 91)
now.use_preview_range = True
now.frame_preview_start, now.frame_preview_end = 101, 130
bpy.ops.wm.save_as_mainfile(filepath={str(folder / "edit.blend")!r})
# Without a window Blender keeps no first state to go back to.
bpy.ops.ed.undo_push(message="the scene")
""")


def late(sample: int, frame: int, rate: Fraction) -> int:
    """Samples by which Blender's mixer plays something behind its exact moment.

    It rounds up, and keeps 1.001 in single precision, so that every sound in it may be a sample late.
    """
    return sample - frames_to_samples(frame, rate, 48_000)


@pytest.mark.parametrize("rate", RATES)
def test_range_insert_mixdown_undo_reopen_regenerate(blender, folder, rate):
    make_scene(blender, folder, rate)
    project = blender.host.open(blender.running)
    assert (project.rate, project.frames, project.source.name) == (rate, 200, "edit.blend")
    assert project.marked == FrameRange(100, 30, rate)
    selection = usecases.select_frames(project, project.marked.start, project.marked.end)
    assert [(p.start, p.frames, p.media_start * rate) for p in selection.picture_pieces] == [(0, 30, 10)]
    assert [p.start for p in selection.sound_pieces] == [0]

    take = write_take(folder / "take.wav", selection.range)
    placement = blender.host.insert(blender.running, selection, take)
    assert (placement.track, placement.start_frame, placement.frames) == ("Channel 3", 100, 30)
    assert placement.media == take.path
    with_take = usecases.select_frames(blender.host.open(blender.running), 100, 130)
    assert with_take.fingerprint == selection.fingerprint
    loud = np.flatnonzero(np.abs(blender.mix()[:, 0]) > 0.625)
    assert len(loud) == 1
    assert late(loud[0], 100, rate) - CLICK in ((0,) if rate == 25 else (0, 1))

    count = f"{STRIPS}result = {{'names': [s.name for s in strips if sequencer.recipe_of(s)]}}"
    assert blender.do("bpy.ops.ed.undo()\n" + count) == {"names": []}
    assert len(blender.host.open(blender.running).timeline.video_tracks()[0].find_clips()) == 2
    placement = blender.host.insert(blender.running, selection, take)
    blender.do("bpy.ops.wm.save_mainfile()")
    blender.do(f"bpy.ops.wm.open_mainfile(filepath={str(folder / 'edit.blend')!r})")
    blender.do("bpy.ops.ed.undo_push(message='the file')")

    found = blender.host.find(blender.running, selection)
    assert found is not None
    assert (found.handle, found.media, found.start_frame) == (placement.handle, take.path, 100)
    recipe = blender.do(f"{STRIPS}result = sequencer.recipe_of(strips[{found.handle!r}])")
    assert (recipe["prompt"], recipe["seed"], recipe["engine"]) == ("a knock <on> wood & tin", 7, "mini")

    blender.do(f"{STRIPS}strips[{found.handle!r}].volume = 0.5")
    other = write_take(folder / "other.wav", selection.range, click=500, seed=8)
    again = blender.host.replace(found, other)
    assert (again.start_frame, again.frames, again.media) == (100, 30, other.path)
    kept = blender.do(f"{STRIPS}s = strips[{found.handle!r}]\nresult = {{'volume': s.volume, 'channel': s.channel}}")
    assert kept == {"volume": 0.5, "channel": 3}
    assert np.abs(blender.mix()[:, 0]).argmax() == loud[0] - CLICK + 500
    assert blender.do(f"bpy.ops.ed.undo()\n{STRIPS}result = sequencer.recipe_of(strips[{found.handle!r}])")["seed"] == 7

    blender.host.remove(found)
    assert blender.do(count) == {"names": []}
    assert blender.leave() == 0
    assert open_bridge(places.home()).editors("blender") == []


def test_what_lies_there_is_never_touched(blender, folder):
    rate = Fraction(25)
    make_scene(blender, folder, rate)
    project = blender.host.open(blender.running)
    selection = usecases.select_frames(project, 100, 130)
    take = write_take(folder / "take.wav", selection.range)
    where = f"{STRIPS}result = {{s.name: [s.channel, s.frame_final_start, s.frame_final_end] for s in strips}}"
    before = blender.do(where)
    tracks = [blender.host.insert(blender.running, selection, take).track for _ in range(3)]
    assert tracks == ["Channel 3", "Channel 4", "Channel 5"]
    blender.do("sequencer.scene().sequence_editor.channels[6].lock = True")
    assert blender.host.insert(blender.running, selection, take).track == "Channel 7"
    after = blender.do(where)
    assert {name: after[name] for name in before} == before

    # A strip that was inserted touches the next range only at its edge.
    beside = usecases.select_frames(project, 130, 150)
    placed = blender.host.insert(blender.running, beside, write_take(folder / "b.wav", beside.range))
    assert placed.track == "Channel 3"

    blender.do("bpy.context.scene.frame_start = 11")
    with pytest.raises(FoleyCueError, match="open it again") as caught:
        blender.host.insert(blender.running, selection, take)
    assert caught.value.code is ErrorCode.BAD_INPUT
    shifted = blender.host.open(blender.running)
    assert shifted.marked == FrameRange(90, 30, rate)
    blender.do(f"{STRIPS}strips.remove(strips[{placed.handle!r}])")
    with pytest.raises(FoleyCueError, match="not there any more"):
        blender.host.remove(placed)
    missing = usecases.select_frames(shifted, 90, 120)
    gone = write_take(folder / "gone.wav", missing.range)
    gone.path.unlink()
    with pytest.raises(FoleyCueError, match="is missing"):
        blender.host.insert(blender.running, missing, gone)


def test_selected_strips_metas_and_speeds(blender, folder):
    rate = Fraction(25)
    make_scene(blender, folder, rate)
    blender.do(f"""
now = bpy.context.scene
now.use_preview_range = False
{STRIPS}
for strip in strips:
    strip.select = strip.channel == 1 and strip.frame_final_start == 91
strips[0].frame_offset_start = 5
""")
    project = blender.host.open(blender.running)
    assert project.marked == FrameRange(90, 60, rate)
    shown = [(p.start, p.frames, p.media_start * rate) for p in usecases.select_frames(project, 0, 160).picture_pieces]
    assert shown == [(0, 5, 0), (5, 55, 5), (60, 30, 0), (90, 60, 0), (150, 10, 0)]
    before = shown
    in_meta = blender.do(f"""
{STRIPS}
meta = strips.new_meta("inside", 4, 1)
for strip in [s for s in strips if s.type == "MOVIE"]:
    strip.move_to_meta(meta)
meta.frame_final_duration = 150
result = {{"kinds": [s.type for s in strips]}}
""")
    assert "META" in in_meta["kinds"]
    project = blender.host.open(blender.running)
    pieces = usecases.select_frames(project, 0, 160).picture_pieces
    assert [(p.start, p.frames, p.media_start * rate) for p in pieces] == before


def test_clicks_in_blender_reach_the_panel(blender, folder):
    make_scene(blender, folder, Fraction(25))
    asked: list[tuple[str, str, dict]] = []
    bridge = open_bridge(places.home())
    bridge.on_ask = lambda editor, ask, arguments: asked.append((editor.about.project, ask, arguments))
    blender.do("bpy.context.scene.foleycue.prompt = 'door'\nbpy.ops.foleycue.generate()\nbpy.ops.foleycue.open()")
    selection = usecases.select_frames(blender.host.open(blender.running), 100, 130)
    placed = blender.host.insert(blender.running, selection, write_take(folder / "take.wav", selection.range))
    blender.do(f"""
{STRIPS}
sequencer.scene().sequence_editor.active_strip = strips[{placed.handle!r}]
bpy.ops.foleycue.regenerate()
""")
    end = time.monotonic() + 10
    while len(asked) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    blend = str(folder / "edit.blend")
    assert asked[:2] == [(blend, "generate", {"prompt": "door", "negative": ""}), (blend, "open", {})]
    project, ask, arguments = asked[2]
    assert (project, ask, arguments["start"], arguments["frames"]) == (blend, "regenerate", 100, 30)
    assert arguments["recipe"]["seed"] == 7


def test_a_click_without_a_panel_starts_one_and_waits_for_it(blender, folder):
    make_scene(blender, folder, Fraction(25))
    asked: list[str] = []
    bridge, marker = open_bridge(places.home()), folder / "panel started"
    bridge.on_ask = lambda editor, ask, arguments: asked.append(ask)
    command = [sys.executable, "-c", f"open({str(marker)!r}, 'w')"]
    # The panel is out of reach for a while, as if it were not running; the answer to this call is lost with the line.
    with pytest.raises(FoleyCueError, match="was closed"):
        blender.do(f"""
import json, os, time
link.INSTALLED.write_text(json.dumps({{"panel": {command!r}}}))
home, os.environ["FOLEYCUE_HOME"] = os.environ["FOLEYCUE_HOME"], "/nowhere"
link.current()._line.close()
while link.current().connected:
    time.sleep(0.01)
bpy.ops.foleycue.generate()
os.environ["FOLEYCUE_HOME"] = home
""")
    end = time.monotonic() + 20
    while not (asked and marker.exists()) and time.monotonic() < end:
        time.sleep(0.02)
    assert asked == ["generate"]
    assert marker.exists()


def test_the_zip_passes_blenders_own_validation(folder):
    """The command-line tool that Blender's extensions are built and checked with."""
    python = os.environ.get("FOLEYCUE_TEST_BPY")
    if python is None:
        pytest.skip("needs Blender 4.2 or later: make test-bpy")
    where = [python, "-c", "import bpy, sys; sys.stderr.write(bpy.utils.resource_path('LOCAL'))"]
    scripts = Path(subprocess.run(where, capture_output=True, text=True, check=True).stderr.splitlines()[-1])
    tool = scripts / "scripts" / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    archive = build_extension(folder / "foleycue.zip")
    checked = subprocess.run([python, str(tool), "validate", str(archive)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert "Success" in checked.stdout


@pytest.mark.skipif("FOLEYCUE_TEST_BPY" in os.environ, reason="bpy has no window")
def test_with_a_window_its_own_timer_serves(folder, monkeypatch):
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "1")
    command = [*virtual_screen(), *(word for word in blender_command() if word != "-b")]
    with RealBlender(folder, command) as blender:
        make_scene(blender, folder, Fraction(25))
        selection = usecases.select_frames(blender.host.open(blender.running), 100, 130)
        blender.host.insert(blender.running, selection, write_take(folder / "take.wav", selection.range))
        count = f"{STRIPS}result = {{'count': len([s for s in strips if sequencer.recipe_of(s)])}}"
        assert blender.do(count) == {"count": 1}
        assert blender.do("bpy.ops.ed.undo()\n" + count) == {"count": 0}
        assert blender.do("bpy.ops.ed.redo()\n" + count) == {"count": 1}
        drawn = blender.do("""
area = bpy.context.window_manager.windows[0].screen.areas[0]
area.type = "SEQUENCE_EDITOR"
area.spaces[0].show_region_ui = True
bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=2)
result = {"shown": bpy.types.FOLEYCUE_PT_sidebar.is_registered}
""")
        assert drawn == {"shown": True}
        blender.do("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.3)")
