# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Blender, real panel, real backend: Generate is clicked there, takes come here, Insert puts one back there."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.blender import RealBlender, blender_command
from fakes.shown_panel import panel_at
from foleycue_backend.engines.registry import engine_info
from foleycue_plugin.bridge.server import current_bridge
from foleycue_plugin.demo import TIMELINE
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.places import Places
from foleycue_ui.look import theme
from foleycue_ui.model.seen_object import Box
from foleycue_ui.panel import Panel

pytestmark = [
    pytest.mark.skipif(not engine_info("mini").available, reason="the weights of mini are not here"),
    pytest.mark.timeout(600),
]
LEFT = Qt.MouseButton.LeftButton
PATIENCE = 240_000
MOVIE = TIMELINE.with_name("ball.mp4")
OURS = """
strips = sequencer.strips_of(sequencer.scene().sequence_editor)
ours = [s for s in strips if sequencer.recipe_of(s)]
"""
DESCRIBE = (
    OURS
    + """
result = {s.name: [s.channel, s.frame_final_start, s.frame_final_end, sequencer._path(s)] for s in ours}
"""
)


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication, real_home: Places) -> Iterator[Panel]:
    theme.apply(qapp)
    with panel_at(real_home) as shown:
        qtbot.waitUntil(lambda: current_bridge() is not None, timeout=PATIENCE)
        yield shown


def test_generate_insert_reopen_regenerate(panel: Panel, qtbot: QtBot, tmp_path: Path):
    state = panel.state

    def takes(count: int) -> None:
        qtbot.waitUntil(lambda: len(state.takes.entries) == count and not state.job.active, timeout=PATIENCE)

    with RealBlender(tmp_path, blender_command()) as blender:
        blend = tmp_path / "scene.blend"
        blender.do(f"""
now = bpy.context.scene
now.render.fps, now.render.fps_base, now.frame_start, now.frame_end = 25, 1.0, 1, 60
now.sequence_editor_create()
sequencer.strips_of(now.sequence_editor).new_movie("ball", {str(MOVIE)!r}, 1, 1)
now.use_preview_range, now.frame_preview_start, now.frame_preview_end = True, 6, 45
now.foleycue.prompt = "a ball bounces on wood"
bpy.ops.wm.save_as_mainfile(filepath={str(blend)!r})
bpy.ops.foleycue.generate()
""")
        takes(state.request.takes)
        assert (state.range.start, state.range.end, state.request.prompt) == (5, 45, "a ball bounces on wood")
        QTest.mouseClick(panel.takes_section.takes.cards[0].insert, LEFT)
        qtbot.waitUntil(lambda: state.takes.entries[0].stored.used, timeout=PATIENCE)
        first = state.takes.entries[0].path
        assert blender.do(DESCRIBE) == {"FoleyCue": [2, 6, 46, str(first)]}
        assert read_wav_header(first).samples == 40 * 1920

        blender.do(f"bpy.ops.wm.save_mainfile()\nbpy.ops.wm.open_mainfile(filepath={str(blend)!r})")
        blender.do(f"{OURS}\nsequencer.scene().sequence_editor.active_strip = ours[0]\nbpy.ops.foleycue.regenerate()")
        before = state.request.takes
        takes(2 * before)
        newest = state.takes.entries[0]
        assert newest.take.cues == state.takes.entries[-1].take.cues
        panel.controller.insert(newest.take.take_id)
        qtbot.waitUntil(lambda: state.takes.entries[0].stored.used, timeout=PATIENCE)
        assert blender.do(DESCRIBE) == {"FoleyCue": [2, 6, 46, str(newest.path)]}
        assert blender.leave() == 0


def test_all_stems_go_to_blender_and_out_again_with_one_key(panel: Panel, qtbot: QtBot, tmp_path: Path):
    """Each on a channel of its own between what lies there, heard where its object is seen, to the sample."""
    state = panel.state

    def told() -> str:
        return next((notice.text for notice in state.notices.notices if notice.key == "insert"), "")

    with RealBlender(tmp_path, blender_command()) as blender:
        where = """
strips = sequencer.strips_of(sequencer.scene().sequence_editor)
result = {s.name: [s.channel, s.frame_final_start, s.frame_final_end, sequencer._path(s)] for s in strips}
"""
        before = blender.do(f"""
now = bpy.context.scene
now.render.fps, now.render.fps_base, now.frame_start, now.frame_end = 25, 1.0, 1, 60
now.sequence_editor_create()
for channel in (1, 3):
    sequencer.strips_of(now.sequence_editor).new_movie(f"ball {{channel}}", {str(MOVIE)!r}, channel, 1)
now.use_preview_range, now.frame_preview_start, now.frame_preview_end = True, 6, 45
bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / "scene.blend")!r})
bpy.ops.foleycue.open()
{where}""")
        ready = lambda: state.range.selection is not None and state.cues.known and not state.job.analysing  # noqa: E731
        qtbot.waitUntil(ready, timeout=PATIENCE)
        for name, x in (("ball", 0.0), ("floor", 0.9)):
            state.regions.add(0, Box(x, 0.3, 0.1, 0.3))
            state.regions.describe(state.regions.objects[-1].number, label=name)
            state.cues.add(20_000)
        state.request.set(takes=1)
        QTest.mouseClick(panel.ask_section.spread.stereo, LEFT)
        QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
        qtbot.waitUntil(lambda: len(state.takes.entries) == 2 and not state.job.active, timeout=PATIENCE)
        stems = {entry.take.stem: entry for entry in state.takes.entries}
        left, right = (np.square(stems[name].sound.samples).sum(axis=0) for name in ("ball", "floor"))
        assert left[1] < 0.05 * left[0] and right[0] < 0.05 * right[1], (left, right)

        QTest.mouseClick(panel.takes_section.takes.rounds[0].insert_stems, LEFT)
        qtbot.waitUntil(lambda: bool(told()), timeout=PATIENCE)
        assert told() == "The stems lie on Channel 2, Channel 4 of Blender at 00:00:00:05."
        laid = {"ball": [2, 6, 46, str(stems["ball"].path)], "floor": [4, 6, 46, str(stems["floor"].path)]}
        assert blender.do(where) == {**before, **laid}
        both = stems["ball"].sound.samples + stems["floor"].sound.samples
        mix, at = blender.mix(), 5 * 1920
        assert np.abs(mix[:at]).max() < 1e-4
        # Blender's mixer may play a sound a sample or two late.
        assert min(np.abs(mix[at + late :][: len(both)] - both).max() for late in range(3)) < 1e-4

        QTest.keyClick(panel, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: told() == "The insertion was undone.", timeout=PATIENCE)
        assert blender.do(where) == before
        assert not any(entry.stored.used for entry in state.takes.entries)
        assert blender.leave() == 0
