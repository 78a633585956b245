# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel with the real backend: open, cues, one more by hand, takes, another prompt, insert. Through its widgets."""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import opentimelineio as otio
import pytest
from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.shown_panel import panel_at
from foleycue_backend.engines.registry import engine_info
from foleycue_plugin.demo import TIMELINE
from foleycue_shared.broadcast_wav import read_wav_header
from foleycue_shared.places import Places
from foleycue_shared.timing import frames_to_samples
from foleycue_ui.look import theme
from foleycue_ui.panel import Panel

pytestmark = [
    pytest.mark.skipif(not engine_info("mini").available, reason="the weights of mini are not here"),
    pytest.mark.skipif(not TIMELINE.exists(), reason="the demo picture was not rendered yet"),
    pytest.mark.timeout(600),
]

ROOT = Path(__file__).parents[2]
LEFT = Qt.MouseButton.LeftButton
PATIENCE = 240_000


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication, real_home: Places) -> Iterator[Panel]:
    theme.apply(qapp)
    with panel_at(real_home) as shown:
        yield shown


def test_from_an_open_timeline_to_an_inserted_take(
    panel: Panel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    state, target = panel.state, tmp_path / "demo-foley.otio"
    monkeypatch.setattr(panel.controller.insertion, "_ask_path", lambda _: target)
    panel.controller.open(TIMELINE)
    qtbot.waitUntil(lambda: state.range.selection is not None, timeout=PATIENCE)
    # Half of the demo is enough, and proves that a marked range is honoured.
    field = panel.picture_section.range_strip.out_field
    field.setText(f"{state.range.whole // 2}f")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state.range.selection is not None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: state.cues.known and not state.job.analysing, timeout=PATIENCE)
    assert len(state.cues.cues) > 0
    assert len(state.cues.shots) >= 1

    predicted, lane = len(state.cues.cues), panel.lane_section.cue_lane
    places = (QRectF(x - 9, 0, 18, lane.height()) for x in range(20, lane.width() - 20))
    free = round(next(place for place in places if not lane.cues_in(place)).center().x())
    QTest.mouseClick(lane, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(free, 90))
    assert len(state.cues.cues) == predicted + 1

    QTest.keyClicks(panel.ask_section.prompt.prompt, "a hammer hits wood")
    panel.ask_section.options.takes.setValue(2)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
    qtbot.waitUntil(lambda: not state.job.active, timeout=PATIENCE)
    assert state.notices.notices == ()
    assert len(panel.takes_section.takes.cards) == 2
    marked = state.range.marked
    for card in panel.takes_section.takes.cards:
        take = card.entry.take
        assert take.samples == frames_to_samples(marked.frames, marked.rate, take.sample_rate)
        assert [cue.sample for cue in take.cues] == [cue.sample for cue in state.cues.cues]
        header = read_wav_header(card.entry.path)
        assert header.samples == take.samples
        assert header.time_reference == frames_to_samples(state.range.start_frame, marked.rate, take.sample_rate)

    panel.player.seek(state.cues.cues[0].sample)
    qtbot.waitUntil(lambda: panel.player.picture_frame == panel.player.frame, timeout=PATIENCE)
    assert not panel.picture_section.picture.image.isNull()

    QTest.mouseClick(panel.takes_section.takes.cards[1].insert, LEFT)
    qtbot.waitUntil(target.exists, timeout=PATIENCE)
    saved = otio.adapters.read_from_file(str(target))
    source = otio.adapters.read_from_file(str(TIMELINE))
    assert len(saved.audio_tracks()) == len(source.audio_tracks()) + 1


def test_a_panel_that_went_away_finds_its_takes_again(qtbot: QtBot, qapp: QApplication, real_home: Places):
    def opened(panel: Panel) -> None:
        panel.controller.open(TIMELINE)
        qtbot.waitUntil(lambda: panel.state.range.selection is not None, timeout=PATIENCE)
        qtbot.waitUntil(lambda: panel.state.cues.known and not panel.state.job.analysing, timeout=PATIENCE)

    with panel_at(real_home) as first:
        opened(first)
        before = len(first.state.takes.entries)
        first.ask_section.options.takes.setValue(3)
        QTest.mouseClick(first.ask_section.generate_bar.generate, LEFT)
        qtbot.waitUntil(lambda: first.state.job.state == "running", timeout=PATIENCE)
    with panel_at(real_home) as second:
        opened(second)
        qtbot.waitUntil(lambda: len(second.state.takes.entries) == before + 3, timeout=PATIENCE)
        qtbot.waitUntil(lambda: not second.state.job.active, timeout=PATIENCE)
        assert second.state.notices.notices == ()


def test_the_panel_photographs_itself(real_home: Places, tmp_path: Path):
    out = tmp_path / "panel.png"
    path = os.pathsep.join(str(ROOT / part) for part in ("shared", "backend", "plugin", "ui"))
    command = [sys.executable, "-m", "foleycue_ui.screenshot", str(TIMELINE), "--out", str(out), "--takes", "1"]
    done = subprocess.run(
        [*command, "--prompt", "wooden knock", "--timeout", "240"],
        env={**os.environ, "PYTHONPATH": path, "FOLEYCUE_HOME": str(real_home.root), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    data = out.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height > 1600) == (880, True)
