# SPDX-License-Identifier: GPL-3.0-or-later
"""Alignment of sounds whose onsets are known."""

import numpy as np
import pytest

from backend.stages.sounds import bursts
from foleycue_backend.report import JobCancelled
from foleycue_backend.stages.align import TOLERANCE, align
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_shared.cues import Cue
from foleycue_shared.timing import CUE_RATE

RATE = 44_100


def _aligned(tmp_path, sound, cues, rate=RATE):
    audio = RawAudio(tmp_path / "sound.f32", rate)
    audio.append(sound)
    result = align(audio, [Cue(round(t * CUE_RATE)) for t in cues], tmp_path, lambda: None)
    return result, result.audio.read(0, result.audio.samples)


@pytest.mark.parametrize("seed", range(4))
def test_onsets_are_moved_onto_their_cues(tmp_path, seed):
    rng = np.random.default_rng(seed)
    cues = np.cumsum(rng.uniform(0.25, 0.6, 9))
    times = cues + rng.uniform(-0.08, 0.08, 9)
    sound = bursts(times, 6.0, RATE, seed, noise=2e-4)
    result, moved = _aligned(tmp_path, sound, cues)
    assert len(moved) == len(sound)
    assert result.missed == 0
    assert result.cue_error_ms is not None
    assert result.cue_error_ms < 2
    assert np.array(result.onsets) / CUE_RATE == pytest.approx(cues, abs=0.005)
    # Measured apart from our own detector: the loudest place after each cue starts there.
    for cue in cues:
        near = np.abs(moved[round((cue - 0.02) * RATE) : round((cue + 0.02) * RATE)])
        assert abs(np.flatnonzero(near > 0.25 * near.max())[0] / RATE - 0.02) < 0.005


def test_moving_makes_no_click_and_keeps_each_attack(tmp_path):
    time = np.arange(3 * RATE) / RATE
    hum = (0.05 * np.sin(2 * np.pi * 110 * time)).astype(np.float32)
    sound = bursts([0.50, 1.10, 2.00], 3.0, RATE) + hum
    result, moved = _aligned(tmp_path, sound, [0.55, 1.04, 2.07])
    assert result.cue_error_ms is not None
    assert result.cue_error_ms < 2
    # Apart from the attacks, the result steps no more than the sound itself does; a hard cut of the hum would by 0.1.
    steps = [_steps_outside(sound, [0.50, 1.10, 2.00]), _steps_outside(moved, [0.55, 1.04, 2.07])]
    assert steps[1] <= 1.2 * steps[0]
    assert steps[0] < 0.02
    assert np.abs(moved).max() == pytest.approx(np.abs(sound).max(), rel=0.15)


def _steps_outside(sound, onsets):
    """The largest step from sample to sample outside the first 100 ms of each event."""
    steps = np.abs(np.diff(sound))
    for onset in onsets:
        steps[round((onset - 0.003) * RATE) : round((onset + 0.1) * RATE)] = 0
    return steps.max()


def test_what_is_too_far_is_missed_and_said_so(tmp_path):
    sound = bursts([0.5, 1.5], 2.5, RATE, noise=1e-4)
    result, _ = _aligned(tmp_path, sound, [0.5, 1.5 + TOLERANCE + 0.05, 2.2])
    assert result.missed == 2
    assert result.cue_error_ms is not None
    assert result.cue_error_ms < 2


def test_unmatched_events_stay_where_they_are(tmp_path):
    sound = bursts([0.5, 1.0, 1.5], 2.0, RATE, noise=1e-4)
    result, _ = _aligned(tmp_path, sound, [0.56, 1.44])
    assert np.array(result.onsets) / CUE_RATE == pytest.approx([0.56, 1.0, 1.44], abs=0.005)


def test_close_events_move_apart(tmp_path):
    sound = bursts([1.0, 1.12], 2.0, RATE, noise=1e-4)
    result, moved = _aligned(tmp_path, sound, [0.97, 1.15])
    assert np.array(result.onsets) / CUE_RATE == pytest.approx([0.97, 1.15], abs=0.005)
    assert len(moved) == len(sound)


def test_aligned_sound_is_not_touched(tmp_path):
    sound = bursts([0.5, 1.0], 2.0, RATE, noise=1e-4)
    result, moved = _aligned(tmp_path, sound, [0.5, 1.0])
    assert result.audio.path.name == "sound.f32"
    assert np.array_equal(moved, sound)


@pytest.mark.parametrize("sound", [np.zeros(RATE, np.float32), np.zeros(0, np.float32)])
def test_nothing_to_align(tmp_path, sound):
    result, moved = _aligned(tmp_path, sound, [0.1, 0.2])
    assert (result.cue_error_ms, result.missed, result.onsets) == (None, 2, ())
    assert np.array_equal(moved, sound)
    assert _aligned(tmp_path, sound, [])[0].missed == 0


def test_events_at_both_ends(tmp_path):
    sound = bursts([0.02, 1.93], 2.0, RATE, noise=1e-4)
    result, moved = _aligned(tmp_path, sound, [0.06, 1.88])
    assert len(moved) == len(sound)
    assert np.array(result.onsets) / CUE_RATE == pytest.approx([0.06, 1.88], abs=0.006)


def test_alignment_can_be_stopped(tmp_path):
    audio = RawAudio(tmp_path / "sound.f32", RATE)
    audio.append(bursts([0.5], 1.0, RATE))

    def stop():
        raise JobCancelled

    with pytest.raises(JobCancelled):
        align(audio, [Cue(round(0.56 * CUE_RATE))], tmp_path, stop)
