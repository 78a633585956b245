# SPDX-License-Identifier: GPL-3.0-or-later
"""Finished takes: length, level, edges, header, and what is left when it fails."""

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foleycue_backend.stages.align import Alignment
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.loudness import LoudnessMeter, k_weighting
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_shared.broadcast_wav import read_wav, read_wav_header
from foleycue_shared.cues import Cue
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo, Generate, Scope
from foleycue_shared.timing import FrameRange

ENGINE = EngineInfo(
    id="test", name="Test", sample_rate=48_000, window_seconds=1, listens=("text",), code_licence="x",
    weights_licence="CC0-1.0", size_bytes=0, memory_bytes=0,
)  # fmt: skip
RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60000, 1001), Fraction(24)]


def _finish(
    folder: Path, sound, *, rate=Fraction(25), frames=50, engine_rate=48_000, cues=(5,), onsets=(480,), **request
):
    scope = Scope(rate=f"{rate.numerator}/{rate.denominator}", frames=frames, start_frame=request.pop("start", 0))
    audio = RawAudio(folder / "sound.f32", engine_rate)
    audio.append(np.asarray(sound, np.float32))
    origin = Origin(
        Generate(job_id="job", scope=scope, seeds=(7,), **request),
        FrameRange(0, frames, rate),
        ENGINE,
        tuple(map(Cue, cues)),
        0,
    )
    take = finish(Alignment(audio, onsets, 1.5, 0), origin, folder / "outbox")
    return take, Path(take.path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from(RATES),
    frames=st.integers(1, 120),
    engine_rate=st.sampled_from([16_000, 44_100, 48_000]),
    sample_rate=st.sampled_from([44_100, 48_000, 96_000]),
    start=st.integers(0, 24 * 3600 * 24),
)
def test_exact_samples_and_time_reference(tmp_path, rate, frames, engine_rate, sample_rate, start):
    span = FrameRange(0, frames, rate)
    sound = 0.1 * np.random.default_rng(0).standard_normal(span.samples(engine_rate))
    take, path = _finish(
        tmp_path, sound, rate=rate, frames=frames, engine_rate=engine_rate, sample_rate=sample_rate, start=start
    )
    exact = round(Fraction(frames * rate.denominator * sample_rate, rate.numerator))
    header = read_wav_header(path)
    assert take.samples == header.samples == len(read_wav(path)[0]) == exact
    assert header.time_reference == round(Fraction(start * rate.denominator * sample_rate, rate.numerator))
    assert (header.rate, header.sample_rate) == (rate, sample_rate)


def _tone(level, seconds=2.0, frequency=1000, rate=48_000):
    return level * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def test_loudness_of_the_standards_reference_tone():
    # BS.1770: a full-scale 997 Hz sine in one front channel reads -3.01 LUFS.
    for rate in (44_100, 48_000, 96_000):
        meter = LoudnessMeter(rate)
        for block in np.array_split(_tone(1.0, 3.0, 997, rate).astype(np.float32), 7):
            meter.add(block)
        assert meter.integrated() == pytest.approx(-3.01, abs=0.05)
    standard = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585]
    assert k_weighting(48_000)[0] == pytest.approx(standard, abs=1e-6)


def test_gates_leave_pauses_out():
    meter = LoudnessMeter(48_000)
    meter.add(_tone(0.1, 2).astype(np.float32))
    loud = meter.integrated()
    meter.add(np.zeros(48_000 * 4, np.float32))
    assert loud is not None
    assert meter.integrated() == pytest.approx(loud, abs=0.6)


def test_level_meets_the_target(tmp_path):
    take, path = _finish(tmp_path, _tone(0.02), loudness=-23.0)
    sound, rate = read_wav(path)
    meter = LoudnessMeter(rate)
    meter.add(sound)
    assert meter.integrated() == pytest.approx(-23, abs=0.1)
    assert take.loudness_lufs == pytest.approx(-23, abs=0.1)


def test_level_stops_at_the_peak_and_at_the_largest_gain(tmp_path):
    click = np.zeros(96_000)
    click[::9600] = 0.5
    _, path = _finish(tmp_path, click, loudness=-10.0)
    assert np.abs(read_wav(path)[0]).max() == pytest.approx(10 ** (-1 / 20), abs=0.01)
    _, path = _finish(tmp_path, _tone(1e-3), loudness=-10.0)
    assert np.abs(read_wav(path)[0]).max() == pytest.approx(1e-3 * 10**1.5, rel=0.02)


def test_without_a_target_only_what_is_too_loud_changes(tmp_path):
    _, path = _finish(tmp_path, _tone(0.1), loudness=None)
    assert np.abs(read_wav(path)[0]).max() == pytest.approx(0.1, abs=0.001)
    _, path = _finish(tmp_path, _tone(3.0), loudness=None)
    assert np.abs(read_wav(path)[0]).max() == pytest.approx(10 ** (-1 / 20), abs=0.001)


def test_silence_stays_silence(tmp_path):
    take, path = _finish(tmp_path, np.zeros(96_000))
    assert not read_wav(path)[0].any()
    assert take.loudness_lufs is None


def test_edges_are_faded(tmp_path):
    _, path = _finish(tmp_path, np.full(96_000, 0.5), loudness=None)
    sound, _ = read_wav(path)
    assert sound[0] == sound[-1] == 0
    assert (np.diff(sound[:240]) > 0).all()
    assert sound[240:-240] == pytest.approx(0.5, abs=1e-6)


def test_one_frame_is_enough(tmp_path):
    take, path = _finish(tmp_path, _tone(0.3, 0.02), rate=Fraction(50), frames=1)
    assert take.samples == len(read_wav(path)[0]) == 960
    assert take.loudness_lufs is not None


def test_lift_tells_met_cues_from_others_and_from_none(tmp_path):
    cues = (20_000, 65_000, 150_000)
    silence = np.zeros(5 * 48_000)

    def lift(**given):
        return _finish(tmp_path, silence, frames=125, **given)[0].cue_lift

    assert lift(cues=cues, onsets=cues) > 0.8
    assert lift(cues=cues, onsets=tuple(cue + 9_600 for cue in cues)) < 0
    assert lift(cues=(), onsets=cues) is None
    assert _finish(tmp_path, silence[:19_200], frames=10, cues=(5,), onsets=(5,))[0].cue_lift is None


def test_the_file_says_what_made_it(tmp_path):
    prompt = "knock \x00 on <wood> & Holz: klöpfeln"
    take, path = _finish(tmp_path, _tone(0.1), prompt=prompt, negative="music")
    provenance = read_wav_header(path).provenance
    assert provenance["ai_generated"] == "true"
    assert provenance["prompt"] == prompt.replace("\x00", " ")
    assert (provenance["seed"], provenance["engine"], provenance["negative"]) == ("7", "test", "music")
    assert json.loads(provenance["cues"])[0]["strength"] == 1
    assert read_wav_header(path).description.startswith("AI generated by FoleyCue")
    assert (take.take_id, take.prompt, take.licence) == ("job-0", prompt, "CC0-1.0")
    assert take.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [p.name for p in path.parent.iterdir()] == ["job-0.wav"]


def test_an_outbox_that_cannot_be_written_is_said_and_left_clean(tmp_path):
    (tmp_path / "outbox").write_text("a file, not a folder")
    with pytest.raises(FoleyCueError) as caught:
        _finish(tmp_path, _tone(0.1))
    assert caught.value.code is ErrorCode.OUTPUT_UNWRITABLE


def test_a_full_disk_is_said_and_left_clean(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    (outbox / "job-0.wav.part").symlink_to("/dev/full")
    with pytest.raises(FoleyCueError) as caught:
        _finish(tmp_path, _tone(0.1))
    assert caught.value.code is ErrorCode.DISK_FULL
    assert list(outbox.iterdir()) == []
