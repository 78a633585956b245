# SPDX-License-Identifier: GPL-3.0-or-later
"""The onset detector against librosa, whose rules it follows, and against known times."""

import warnings
from pathlib import Path

import av
import numpy as np
import pytest

from backend.stages.sounds import bursts
from foleycue_backend.stages.mel_flux import BANDS, SAMPLE_RATE, WINDOW, flux, mel_bank, mel_power
from foleycue_backend.stages.onsets import SALIENT, detect, onset_samples, refine
from foleycue_backend.stages.raw_audio import RawAudio, resample

CLIPS = Path(__file__).parents[4] / "shared" / "clips"


def _blocks(sound, size=5000):
    return lambda: (sound[k : k + size] for k in range(0, len(sound), size))


def _librosa():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import librosa
        import librosa.onset

        return librosa


def _reference(sound, delta):
    """Onset seconds by librosa itself with the same figures."""
    librosa = _librosa()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sound = sound / np.abs(sound).max()
        mel = librosa.feature.melspectrogram(y=sound, sr=16_000, n_fft=512, hop_length=160, n_mels=64, fmax=8000)
        level = librosa.power_to_db(mel, ref=np.max, top_db=60.0)
        curve = librosa.onset.onset_strength(S=level, sr=16_000, n_fft=512, hop_length=160, lag=2, max_size=1)
        curve[:10] = 0
        frames = librosa.onset.onset_detect(
            onset_envelope=curve, sr=16_000, hop_length=160, backtrack=True, units="frames", delta=delta,
            wait=5, pre_max=3, post_max=4, pre_avg=10, post_avg=11,
        )  # fmt: skip
    return np.unique(frames) / 100


def test_mel_bank_is_librosas():
    librosa = _librosa()
    theirs = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=WINDOW, n_mels=BANDS, fmax=8000)
    assert np.allclose(mel_bank(), theirs, atol=1e-6)


@pytest.mark.parametrize("delta", [SALIENT, 0.07])
@pytest.mark.parametrize("seed", range(3))
def test_onsets_are_librosas(seed, delta):
    rng = np.random.default_rng(seed)
    sound = bursts(np.sort(rng.uniform(0.2, 3.8, 9)), 4.0, 16_000, seed, noise=0.003)
    assert detect(_blocks(sound), delta).seconds.tolist() == _reference(sound, delta).tolist()


@pytest.mark.skipif(not CLIPS.is_dir(), reason="the real clips lie outside the repository")
def test_onsets_are_librosas_on_real_clips():
    ours = theirs = same = 0
    for folder in sorted(p for p in CLIPS.iterdir() if p.is_dir())[::5]:
        with av.open(str(folder / "video.mp4")) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
            parts = [f.to_ndarray()[0] for frame in container.decode(audio=0) for f in resampler.resample(frame)]
        sound = np.concatenate(parts)
        found, wanted = detect(_blocks(sound)).frames / 100, _reference(sound, SALIENT)
        ours, theirs, same = ours + len(found), theirs + len(wanted), same + len(np.intersect1d(found, wanted))
    assert theirs > 30
    assert 2 * same / (ours + theirs) >= 0.95


def test_blocks_do_not_matter():
    sound = bursts([0.3, 0.9], 1.4, 16_000, noise=0.001)
    whole = np.concatenate(list(mel_power([sound])))
    assert whole.shape == (1 + len(sound) // 160, BANDS)
    for size in (159, 4096):
        assert np.allclose(np.concatenate(list(mel_power(_blocks(sound, size)()))), whole, atol=1e-6)
        assert np.allclose(flux(_blocks(sound, size))[0], flux(_blocks(sound))[0], atol=1e-4)


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(16_000), 1e-4 * np.sin(np.arange(16_000))])
def test_silence_has_no_onsets(sound):
    found = detect(_blocks(sound.astype(np.float32)))
    assert len(found.frames) == len(found.strength) == 0


def test_onsets_are_refined_to_the_millisecond(tmp_path):
    times = [0.031, 0.4567, 1.2034, 1.9999]
    for rate in (44_100, 48_000, 32_000):
        audio = RawAudio(tmp_path / f"{rate}.f32", rate)
        audio.append(bursts(times, 2.5, rate, noise=1e-4))
        found = np.array(onset_samples(audio)) / rate
        assert found == pytest.approx(times, abs=0.0015)


def test_a_soft_sound_counts_where_it_is_expected(tmp_path):
    audio = RawAudio(tmp_path / "soft.f32", 48_000)
    loud, soft = (bursts([time], 2.0, 48_000, noise=1e-5) for time in (0.5, 1.5))
    audio.append(loud + 0.003 * soft)
    assert np.array(onset_samples(audio)) / 48_000 == pytest.approx([0.5], abs=0.002)
    expected = [72_500, 48_000]
    assert np.array(onset_samples(audio, expected)) / 48_000 == pytest.approx([0.5, 1.5], abs=0.002)


def test_a_first_sound_does_not_hide_the_rest():
    sound = bursts([0.0, 1.0, 1.5], 2.0, 16_000, noise=1e-5)
    sound[4000:] *= 0.1
    assert (np.abs(detect(_blocks(sound), from_silence=True).seconds[:, None] - [[1.0, 1.5]]) < 0.03).any(0).all()


def test_refining_near_the_edges_of_a_sound():
    sound = bursts([0.0], 0.3)

    def read(start, stop):
        out = np.zeros(stop - start, np.float32)
        low, high = max(0, start), min(stop, len(sound))
        out[low - start : high - start] = sound[low:high]
        return out

    assert abs(refine(read, 48_000, 0.01)) < 0.002 * 48_000


@pytest.mark.parametrize(("source", "target"), [(48_000, 16_000), (44_100, 48_000), (16_000, 96_000), (48_000, 48_000)])
def test_resampling_in_blocks_keeps_length_and_place(tmp_path, source, target):
    audio = RawAudio(tmp_path / "a.f32", source)
    time = np.arange(source) / source
    audio.append(np.exp(-(((time - 0.5) / 0.001) ** 2)).astype(np.float32))
    out = np.concatenate(list(resample(audio.blocks(777), source, target)))
    assert abs(len(out) - target) <= 1
    assert abs(int(np.argmax(out)) - target / 2) <= 1
    assert np.array_equal(np.concatenate(list(audio.resampled(source))), audio.read(0, source))


def test_raw_audio_is_read_and_mixed_anywhere(tmp_path):
    audio = RawAudio(tmp_path / "a.f32", 8000)
    audio.append(np.arange(10, dtype=np.float32))
    audio.extend(iter([np.ones(2, np.float32)]))
    assert audio.read(-2, 3).tolist() == [0, 0, 0, 1, 2]
    assert audio.read(10, 14).tolist() == [1, 1, 0, 0]
    audio.mix(-1, np.full(3, 5, np.float32))
    audio.mix(11, np.full(3, 5, np.float32))
    audio.mix(40, np.ones(3, np.float32))
    assert audio.read(0, 12).tolist() == [5, 6, 2, 3, 4, 5, 6, 7, 8, 9, 1, 6]
    assert audio.samples == 12
