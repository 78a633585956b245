# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of two channels: read, drawn, and heard from both sides."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QIODevice

from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.takes import read_sound
from foleycue_ui.playback.audio_clock import TapeStream
from foleycue_ui.playback.tape import FADE, Tape, Voice

LEFT_HEAVY = np.stack([np.full(CUE_RATE, 0.4, np.float32), np.full(CUE_RATE, -0.3, np.float32)], axis=1)


def playing(*voices: Voice, speed: Fraction = Fraction(1)) -> Tape:
    tape = Tape()
    tape.rewind(0, speed, CUE_RATE, False)
    tape.set_voices(voices)
    tape.adopt(0)
    return tape


def pcm(tape: Tape, channels: int, count: int = 64) -> np.ndarray:
    stream = TapeStream(tape, channels)
    stream.open(QIODevice.OpenModeFlag.ReadOnly)
    read = np.frombuffer(stream.readData(2 * channels * count), np.int16).reshape(-1, channels) / 32767
    stream.close()
    return read


def test_a_file_is_read_and_drawn_with_the_power_of_both(tmp_path: Path):
    header = WavHeader(sample_rate=CUE_RATE, time_reference=0, rate=Fraction(25), channels=2)
    write_broadcast_wav(tmp_path / "two.wav", [LEFT_HEAVY], header)
    sound = read_sound(tmp_path / "two.wav")
    assert sound.samples.shape == (CUE_RATE, 2)
    assert sound.peaks[5] == pytest.approx([0.5, 0.5], abs=1e-5)
    assert sound.mip.loudest == pytest.approx(0.5, abs=1e-5)


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(1, 2), Fraction(4)])
def test_each_side_is_heard_where_it_belongs(speed: Fraction):
    mono = Voice(np.full(CUE_RATE, 0.1, np.float32))
    assert playing(Voice(LEFT_HEAVY), mono, speed=speed).pull(32) == pytest.approx(
        np.tile(np.float32([0.5, -0.2]), (32, 1)), abs=1e-6
    )
    assert pcm(playing(mono, Voice(LEFT_HEAVY), speed=speed), 2)[9] == pytest.approx([0.5, -0.2], abs=1e-3)
    assert pcm(playing(Voice(LEFT_HEAVY), speed=speed), 1)[9] == pytest.approx([0.05], abs=1e-3)


@pytest.mark.parametrize("first", ["one", "two"])
def test_a_switch_between_one_and_two_channels_fades(first: str):
    voices = {"one": Voice(np.full(CUE_RATE, 0.4, np.float32)), "two": Voice(LEFT_HEAVY)}
    second = "two" if first == "one" else "one"
    tape = playing(voices[first])
    tape.pull(100)
    tape.set_voices((voices[second],))
    faded = tape.pull(FADE)
    assert faded.shape == (FADE, 2)
    assert np.abs(np.diff(faded[:, 1])).max() < 0.01
    assert tape.pull(10).ndim == (1 if second == "one" else 2)
