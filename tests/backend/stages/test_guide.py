# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide track: its sound in record time, and the cues in it."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from backend.stages.media_files import numbered, write_video
from backend.stages.sounds import bursts, voice
from foleycue_backend.stages.guide_cues import listen, predict
from foleycue_backend.stages.picture_cues import CURVE_RATE
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.sound import mix
from foleycue_backend.training.voice.talk import talk
from foleycue_shared.cues import CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.sound import SoundReader
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

TIMES = [0.31, 0.84, 1.42, 1.97, 2.6]
SPAN = FrameRange(0, 75, Fraction(25))


def _sound_file(path: Path, sound, rate=48_000, codec="pcm_s16le", options=None):
    with av.open(str(path), "w", options=options or {}) as out:
        stream = out.add_stream(codec, rate=rate, layout="stereo")
        out.start_encoding()
        for k in range(0, len(sound), 1024):
            frame = av.AudioFrame.from_ndarray(np.stack([sound[k : k + 1024]] * 2), "fltp", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = rate, k, Fraction(1, rate)
            for converted in av.AudioResampler(format=stream.format, layout="stereo", rate=rate).resample(frame):
                out.mux(stream.encode(converted))
        out.mux(stream.encode())
    return path


def _piece(path, start=0, frames=75, media_start=Fraction(0), speed=Fraction(1)):
    return Piece(start=start, frames=frames, media=str(path), name="g", media_start=media_start, speed=speed)


def _cues(tmp_path, pieces, span=SPAN, sensitivity=0.5):
    sound = mix(pieces, span, 16_000, tmp_path / "mixed.f32", lambda: None)
    assert sound.samples == span.samples(16_000)
    return predict(listen(sound, lambda: None), span, sensitivity)


@pytest.mark.parametrize(
    ("name", "codec"), [("g.wav", "pcm_s16le"), ("g.m4a", "aac"), ("g.flac", "flac"), ("g.mp3", "libmp3lame")]
)
def test_transients_of_a_guide_become_cues(tmp_path, name, codec):
    path = _sound_file(tmp_path / name, bursts(TIMES, 3.0, 44_100, noise=1e-3), 44_100, codec)
    found = _cues(tmp_path, [_piece(path)])
    assert [cue.seconds for cue in found.cues] == pytest.approx(TIMES, abs=0.012)
    assert {cue.source for cue in found.cues} == {CueSource.GUIDE}
    assert len(found.curve) == 3 * CURVE_RATE
    assert found.confidence > 0.5


def test_the_sound_of_a_video_counts_from_its_first_picture(tmp_path):
    sound = bursts([0.4 + t for t in TIMES], 3.6, noise=1e-3)
    path = write_video(tmp_path / "v.mov", numbered, range(10, 90), Fraction(25), sound=np.array_split(sound, 90))
    found = _cues(tmp_path, [_piece(path)])
    assert [cue.seconds for cue in found.cues] == pytest.approx(TIMES, abs=0.005)


def test_trim_and_retime(tmp_path):
    path = _sound_file(tmp_path / "g.wav", bursts([3.0, 4.0, 5.0], 8.0, noise=1e-4))
    trimmed = _cues(tmp_path, [_piece(path, media_start=Fraction(5, 2))])
    assert [cue.seconds for cue in trimmed.cues] == pytest.approx([0.5, 1.5, 2.5], abs=0.005)
    fast = _cues(tmp_path, [_piece(path, media_start=Fraction(2), speed=Fraction(2))])
    assert [cue.seconds for cue in fast.cues] == pytest.approx([0.5, 1.0, 1.5], abs=0.01)
    slow = _cues(tmp_path, [_piece(path, media_start=Fraction(5, 2), speed=Fraction(1, 2))])
    assert [cue.seconds for cue in slow.cues] == pytest.approx([1.0], abs=0.01)


def test_backwards_sound_is_turned_round(tmp_path):
    ramp = np.linspace(-0.5, 0.5, 48_000 * 7).astype(np.float32)
    path = _sound_file(tmp_path / "g.wav", ramp)
    piece = _piece(path, media_start=Fraction(6) - Fraction(1, 25), speed=Fraction(-1))
    mixed = mix([piece], SPAN, 48_000, tmp_path / "m.f32", lambda: None).read(0, 48_000 * 3)
    assert mixed == pytest.approx(ramp[48_000 * 3 : 48_000 * 6][::-1], abs=1e-3)


def test_pieces_are_laid_out_and_mixed(tmp_path):
    one = _sound_file(tmp_path / "a.wav", bursts([0.2], 3.0))
    two = _sound_file(tmp_path / "b.wav", bursts([0.3], 3.0, seed=1))
    pieces = [_piece(one, frames=25), _piece(two, start=10, frames=50), _piece(one, start=50, frames=25)]
    found = _cues(tmp_path, pieces)
    assert [cue.seconds for cue in found.cues] == pytest.approx([0.2, 0.7, 2.2], abs=0.005)


def test_what_lies_outside_the_file_is_silent(tmp_path):
    path = _sound_file(tmp_path / "a.wav", np.full(48_000, 0.25, np.float32))
    mixed = mix([_piece(path, media_start=Fraction(-1, 2))], SPAN, 48_000, tmp_path / "m.f32", lambda: None)
    assert not mixed.read(0, 24_000).any()
    assert mixed.read(24_000, 72_000) == pytest.approx(0.25, abs=1e-3)
    assert not mixed.read(72_000, 144_000).any()


def test_speech_under_impacts(tmp_path):
    spoken = [0.45, 1.1, 1.7, 2.3]
    sound = bursts(TIMES, 3.0, noise=5e-4) + voice(spoken, 3.0)
    path = _sound_file(tmp_path / "s.wav", sound)
    seconds = np.array([cue.seconds for cue in _cues(tmp_path, [_piece(path)]).cues])
    assert all(np.abs(seconds - t).min() < 0.012 for t in TIMES)
    assert sum(np.abs(seconds - t).min() < 0.06 for t in spoken) <= 1


def test_sensitivity_only_adds_cues(tmp_path):
    sound = bursts(TIMES, 3.0, noise=1e-3) + 0.02 * bursts([0.6, 1.15, 2.2], 3.0, seed=2)
    path = _sound_file(tmp_path / "s.wav", sound)
    few, usual, many = (len(_cues(tmp_path, [_piece(path)], sensitivity=s).cues) for s in (0.0, 0.5, 1.0))
    assert few <= usual <= many
    assert many > few


def test_no_guide(tmp_path):
    silent_video = write_video(tmp_path / "v.mp4", numbered, 80)
    empty = _sound_file(tmp_path / "e.wav", np.zeros(0, np.float32))
    for pieces in ([], [_piece(silent_video)], [_piece(empty)], [_piece(empty, speed=Fraction(0))]):
        with pytest.raises(FoleyCueError, match="no sound to take cues from") as caught:
            _cues(tmp_path, pieces)
        assert caught.value.code is ErrorCode.NO_GUIDE


def test_digital_silence_has_no_cues(tmp_path):
    path = _sound_file(tmp_path / "z.wav", np.zeros(48_000, np.float32))
    found = _cues(tmp_path, [_piece(path)])
    assert (found.cues, found.confidence) == ((), 0.0)
    assert not found.curve.any()


def test_broken_sound(tmp_path):
    with pytest.raises(FoleyCueError) as caught:
        SoundReader(str(tmp_path / "none.wav"))
    assert caught.value.code is ErrorCode.MEDIA_OFFLINE
    (tmp_path / "j.wav").write_bytes(b"RIFFjunk")
    with pytest.raises(FoleyCueError) as caught:
        SoundReader(str(tmp_path / "j.wav"))
    assert caught.value.code is ErrorCode.MEDIA_UNREADABLE


def test_an_onset_at_the_very_end(tmp_path):
    audio = RawAudio(tmp_path / "a.f32", 16_000)
    audio.append(bursts([0.5, 0.97], 1.0, 16_000, noise=1e-4))
    guide = listen(audio, lambda: None)
    assert len(guide.voice) == len(guide.seconds) >= 2
    assert (guide.voice < 0.5).all()


def _heard(tmp_path, sound):
    audio = RawAudio(tmp_path / "talk.f32", 16_000)
    audio.append(sound)
    return listen(audio, lambda: None)


def test_talk_does_not_become_footsteps(tmp_path):
    span = FrameRange(0, 200, Fraction(25))
    sounds = [talk(np.random.default_rng([77, number]), 8.0) for number in range(3)]
    guides = [_heard(tmp_path, sound) for sound in sounds]
    loud = sum(int((guide.strength >= 0.3).sum()) for guide in guides)
    cues = sum(len(predict(guide, span, 0.5).cues) for guide in guides)
    assert loud >= 30
    assert cues <= 0.25 * loud


def test_impacts_between_words_are_kept(tmp_path):
    span = FrameRange(0, 200, Fraction(25))
    times = [0.6, 1.9, 3.3, 4.6, 6.1, 7.2]
    sound = 0.2 * talk(np.random.default_rng([77, 9]), 8.0) + bursts(times, 8.0, 16_000)
    cues = np.array([cue.seconds for cue in predict(_heard(tmp_path, sound.astype(np.float32)), span, 0.5).cues])
    assert sum(np.abs(cues - time).min() < 0.03 for time in times) >= 5
