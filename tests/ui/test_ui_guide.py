# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide track: the timeline's own sound in the marked range, for the ear and for the eye."""

import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest
from pytestqt.qtbot import QtBot

from fakes.numbered_film import write_numbered
from fakes.waiting import until
from foleycue_plugin.usecases import Selection, open_source, select_frames
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.control.guide import read_guide
from foleycue_ui.panel import Panel

RATE = 25
ONE_FRAME = CUE_RATE // RATE


def write_tone(path: Path, level: float, seconds: int = 4) -> Path:
    """A WAV of one level throughout."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(CUE_RATE)
        file.writeframes(np.full(seconds * CUE_RATE, round(level * 32767), np.int16).tobytes())
    return path


def clip(path: Path, start: int, frames: int) -> otio.schema.Clip:
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(start, RATE), otio.opentime.RationalTime(frames, RATE))
    return otio.schema.Clip(path.stem, otio.schema.ExternalReference(str(path)), span)


@pytest.fixture
def timeline(tmp_path: Path) -> Path:
    """50 frames of picture; two audio tracks: a tone with a gap in it, and another one under its middle."""
    film = write_numbered(tmp_path / "film.mp4", frames=50, rate=Fraction(RATE))
    made = otio.schema.Timeline("guide", global_start_time=otio.opentime.RationalTime(0, RATE))
    gap = otio.schema.Gap(duration=otio.opentime.RationalTime(10, RATE))
    low, high = write_tone(tmp_path / "low.wav", 0.25), write_tone(tmp_path / "high.wav", 0.5)
    tracks = [
        ("V1", otio.schema.TrackKind.Video, [clip(film, 0, 50)]),
        ("A1", otio.schema.TrackKind.Audio, [clip(low, 0, 10), gap, clip(low, 0, 30)]),
        ("A2", otio.schema.TrackKind.Audio, [gap.clone(), gap.clone(), gap.clone(), clip(high, 5, 10)]),
    ]
    for name, kind, items in tracks:
        track = otio.schema.Track(name, kind=kind)
        track.extend(items)
        made.tracks.append(track)
    path = tmp_path / "guide.otio"
    otio.adapters.write_to_file(made, str(path))
    return path


def selected(timeline: Path, start: int, end: int) -> Selection:
    return select_frames(open_source(timeline), start, end)


def test_all_tracks_are_mixed_at_their_levels_and_gaps_are_silent(timeline: Path, tmp_path: Path):
    sound = read_guide(selected(timeline, 5, 50), tmp_path, lambda: False)
    assert sound is not None
    assert len(sound.samples) == 45 * ONE_FRAME
    frames = sound.samples.reshape(45, ONE_FRAME)
    assert frames[:5] == pytest.approx(0.25, abs=1e-4)
    assert not frames[5:15].any()
    assert frames[15:25] == pytest.approx(0.25, abs=1e-4)
    assert frames[25:35] == pytest.approx(0.75, abs=1e-4)
    assert frames[35:] == pytest.approx(0.25, abs=1e-4)
    assert sound.peaks.max() == pytest.approx(0.75, abs=1e-4)
    assert not list(tmp_path.glob("tmp*")), "the scratch file has no name"


def test_a_reading_that_nobody_wants_ends(timeline: Path, tmp_path: Path):
    assert read_guide(selected(timeline, 0, 50), tmp_path, lambda: True) is None


def test_it_follows_the_marked_range(panel: Panel, timeline: Path, qtbot: QtBot):
    guide = panel.state.guide
    panel.controller.open(timeline)
    until(qtbot, lambda: guide.state == "ready")
    assert guide.sound is not None
    assert len(guide.sound.samples) == 50 * ONE_FRAME
    panel.state.range.mark(8, 20)
    assert guide.sound is None
    until(qtbot, lambda: guide.state == "ready")
    assert guide.sound is not None
    assert len(guide.sound.samples) == 12 * ONE_FRAME
    panel.state.range.mark(12, 20)
    until(qtbot, lambda: panel.state.range.selection is not None)
    assert guide.state == "none", "nothing but gap is heard there"


def test_a_silent_clip_has_none(opened: Panel):
    assert opened.state.guide.state == "none"
    assert opened.state.guide.sound is None


def test_media_that_vanish_are_told_by_the_state(panel: Panel, timeline: Path, qtbot: QtBot):
    panel.controller.open(timeline)
    until(qtbot, lambda: panel.state.guide.state == "ready")
    (timeline.parent / "high.wav").unlink()
    panel.state.range.mark(0, 49)
    until(qtbot, lambda: panel.state.guide.state == "failed")
    assert panel.state.guide.sound is None
