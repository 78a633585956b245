# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley's spectrogram and its inversion: levels, pitch at either rate, misfit."""

import numpy as np
import pytest
import torch

from foleycue_backend.engines.diff_foley import inversion
from foleycue_backend.engines.diff_foley.settings import SETTINGS
from foleycue_backend.engines.diff_foley.spectrogram import basis, mel_magnitudes, spectrogram

LENGTH = 8192
TONE = torch.sin(2 * torch.pi * 1000 * torch.arange(LENGTH) / 16000)[None]


def pitch(wave):
    """The loudest frequency at 16 kHz, in Hz."""
    spectrum = np.abs(np.fft.rfft(wave.numpy() * np.hanning(len(wave))))
    return spectrum.argmax() * 16000 / len(wave)


def test_levels_and_lengths():
    assert spectrogram(torch.zeros(1, 100), 131072).shape == (1, 128, 512)
    assert not spectrogram(torch.zeros(1, 100), 4096).any()
    tone = spectrogram(TONE, LENGTH)
    assert 0.95 < tone.max() <= 1
    magnitudes = mel_magnitudes(torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(magnitudes, torch.tensor([1e-4, 10.0]))


@pytest.mark.parametrize(("rate", "wanted"), [(16000, 1000), (SETTINGS["faithful"].bank_rate, 1000 * 16000 / 22050)])
def test_pitch_is_kept_by_default_and_lowered_as_published(rate, wanted):
    picture = spectrogram(0.5 * TONE, LENGTH)[0]
    wave = inversion.invert(picture, seed=3, sample_rate=rate)
    assert wave.shape == ((picture.shape[1] - 1) * 256,) and wave.dtype == torch.float32
    assert pitch(wave) == pytest.approx(wanted, abs=16)
    assert torch.equal(wave, inversion.invert(picture, seed=3, sample_rate=rate))


@pytest.mark.parametrize("share", [0.2, 0.95])
def test_inversion_ends_in_any_round_and_sounds_alike_when_heard(share):
    """Early in the least squares, and in Griffin-Lim, which comes last."""

    class Cancelled(Exception):
        pass

    picture = 0.6 * torch.rand(128, 40, generator=torch.Generator().manual_seed(4))
    rounds = []
    heard = inversion.invert(picture, seed=3, on_round=lambda: rounds.append(len(rounds)))
    assert len(rounds) > 40
    assert torch.equal(heard, inversion.invert(picture, seed=3))
    last, told = int(share * len(rounds)), []

    def cancel():
        told.append(len(told))
        if told[-1] == last:
            raise Cancelled

    with pytest.raises(Cancelled):
        inversion.invert(picture, seed=3, on_round=cancel)
    assert told[-1] == last


def test_least_squares_are_never_negative_and_better_than_their_start():
    sound = 0.2 * torch.randn(1, LENGTH, generator=torch.Generator().manual_seed(1))
    mel = mel_magnitudes(spectrogram(sound + TONE / 2, LENGTH))[0].numpy()
    filters = basis().numpy()
    start = inversion.least_squares_start(filters, mel)
    found = inversion.stft_magnitudes(mel, rounds=20)
    assert found.min() >= 0 and start.min() >= 0

    def misfit(magnitudes):
        return np.linalg.norm(filters @ magnitudes - mel) / np.linalg.norm(mel)

    assert misfit(found) < 0.5 * misfit(start)


def test_griffin_lim_of_a_true_spectrum_from_its_phases_is_the_sound():
    wave = np.random.default_rng(2).normal(0, 0.1, 4096).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave, 512), 1024)[::256]
    spectrum = np.fft.rfft(frames * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024))).T
    found = inversion.griffin_lim(np.abs(spectrum).astype(np.float32), np.angle(spectrum))
    np.testing.assert_allclose(found, wave[: len(found)], atol=1e-4)
