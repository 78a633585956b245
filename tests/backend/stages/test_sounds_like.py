# SPDX-License-Identifier: GPL-3.0-or-later
"""What a take could be mistaken for: speech and music are known, things that ring, hum and bark are not."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foleycue_backend.stages.align import Alignment
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.sounds_like import sounds_like
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.mixing import bed, mix_events
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE
from foleycue_backend.training.voice.talk import SAMPLE_RATE as TALK_RATE
from foleycue_backend.training.voice.talk import Speaker, talk
from foleycue_shared.messages import EngineInfo, Generate, Scope
from foleycue_shared.timing import FrameRange

Sound = NDArray[np.floating]
SECONDS = 6.0
ENGINE = EngineInfo(
    id="test", name="Test", sample_rate=48_000, window_seconds=1, listens=("text",), code_licence="x",
    weights_licence="CC0-1.0", size_bytes=0, memory_bytes=0,
)  # fmt: skip


def _raw(folder: Path, sound: Sound, rate: int) -> RawAudio:
    audio = RawAudio(folder / "sound.f32", rate)
    audio.append(np.asarray(sound, np.float32))
    return audio


def _speech() -> Sound:
    who = Speaker(pitch=150, size=1.0, breath=0.03, tilt=0.4, pace=1.0, hiss=0.2)
    return talk(np.random.default_rng(3), SECONDS, who)


def _music(semitones: tuple[int, ...] = (0, 4, 7, 5, 9, 12, 7, 2, 11, 4, 0, 7)) -> Sound:
    """A melody of half-second notes with five harmonics each."""
    time = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    notes = []
    for step in semitones:
        pitch = 220 * 2 ** (step / 12)
        tone = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 6))
        notes.append(tone * np.minimum(1, time / 0.01) * np.exp(-2 * time))
    return 0.3 * np.concatenate(notes)


def test_speech_is_known(tmp_path):
    assert sounds_like(_raw(tmp_path, _speech(), TALK_RATE)) == ("speech",)


def test_a_melody_is_known(tmp_path):
    assert sounds_like(_raw(tmp_path, _music(), SAMPLE_RATE)) == ("music",)


@pytest.mark.parametrize("name", ["bark", "bell", "bird", "drum", "glass_hit", "engine_rev", "room_tone"])
def test_things_are_neither(tmp_path, name):
    rng = np.random.default_rng(1)
    samples = round(SECONDS * SAMPLE_RATE)
    if name in ("engine_rev", "room_tone"):
        sound = bed(rng, name, [(0.0, 0.4), (SECONDS, 1.0)], samples)
    else:
        times = np.arange(0.3, SECONDS - 0.5, 0.45).tolist()
        sound = mix_events(rng, Bank(2, 5), name, [(time, 1.0) for time in times], samples)
    assert sounds_like(_raw(tmp_path, 0.5 * sound, SAMPLE_RATE)) == ()


@pytest.mark.parametrize("sound", [np.zeros(SAMPLE_RATE * 3), np.ones(100), np.zeros(0), 0.0005 * _music()])
def test_silence_and_scraps_are_nothing(tmp_path, sound):
    assert sounds_like(_raw(tmp_path, sound, SAMPLE_RATE)) == ()


def test_a_little_of_a_long_take_is_not_enough(tmp_path):
    audio = _raw(tmp_path, _music(), SAMPLE_RATE)
    rng = np.random.default_rng(0)
    for _ in range(140):
        audio.append((0.2 * rng.standard_normal(SAMPLE_RATE)).astype(np.float32))
    assert sounds_like(audio) == ()


@pytest.mark.parametrize(("sound", "told"), [(_music(), ("music",)), (_music((0,) * 12), ())])
def test_the_take_says_so(tmp_path, sound, told):
    frames = round(SECONDS * 25)
    request = Generate(job_id="job", scope=Scope(rate="25/1", frames=frames), seeds=(7,), loudness=-40.0)
    origin = Origin(request, FrameRange(0, frames, Fraction(25)), ENGINE, (), 0)
    take = finish(Alignment(_raw(tmp_path, sound, SAMPLE_RATE), (), None, 0), origin, tmp_path / "outbox")
    assert take.sounds_like == told
