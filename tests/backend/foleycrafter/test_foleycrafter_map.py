# SPDX-License-Identifier: GPL-3.0-or-later
"""The condition map's time scale, and Auffusion's picture of sound there and back."""

import math

import numpy as np
import pytest
import torch

from foleycue_backend.engines.foleycrafter import condition_map, mel_image
from foleycue_backend.engines.foleycrafter.frames import clip_pixels


@pytest.mark.parametrize(("seconds", "columns"), [(10, 1024), (4.14, 423), (2.37, 242), (0.53, 54), (10.67, 1092)])
def test_columns_run_at_the_published_rate(seconds, columns):
    shown = condition_map.column_frames(seconds, 150)
    assert len(shown) == columns
    assert (shown[0], shown[-1]) == (0, int((columns - 1) / (102.4 * seconds) * 150))
    assert bool((shown.diff() >= 0).all())


def test_an_onset_lights_its_columns_and_nothing_follows_the_clip():
    probabilities = torch.zeros(150)
    probabilities[75], probabilities[149], probabilities[10] = 0.5, 0.9, 0.4999
    row = condition_map.condition_row(probabilities, 5.0)
    lit = (row == 1).nonzero().flatten()
    assert len(row) == 1024
    assert lit.min().item() == 256
    assert lit.max().item() == 511
    assert set(row.tolist()) == {-1.0, 1.0}


def test_long_clips_are_squeezed_by_nearest_neighbours():
    row = torch.arange(1100.0)
    squeezed = condition_map.condition_map(row, 4, 1024)
    assert squeezed.shape == (1, 1, 4, 1024)
    assert torch.equal(squeezed[0, 0, 2], torch.arange(1024).mul(1100).div(1024).floor())
    assert condition_map.condition_map(row).shape == (1, 1, 256, 1100)


def test_pictures_of_sound_have_the_highest_band_on_top_and_go_back():
    mel = torch.linspace(mel_image.DARKEST, mel_image.BRIGHTEST, 8)[:, None].repeat(1, 3)
    image = mel_image.to_image(mel)
    assert image.shape == (3, 8, 3)
    assert image[0, 0, 0].item() == pytest.approx(1)
    assert image[2, -1, 0].item() == pytest.approx(0)
    torch.testing.assert_close(mel_image.to_log_mel(image), mel)
    assert mel_image.to_image(mel + 50).max().item() == 1


def test_the_front_end_by_plain_sums():
    rate, samples = 16000, np.arange(3200)
    pcm = 12000 * np.sin(2 * np.pi * 1000 * samples / rate) + 3000 * np.sin(2 * np.pi * 5000 * samples / rate)
    wave = mel_image.peak_normalised(torch.from_numpy(pcm).float()[None])
    assert wave.abs().max().item() == pytest.approx(0.95)
    found = mel_image.log_mel(wave)[0].numpy()
    assert found.shape == (256, 20)
    padded = np.pad(wave[0].double().numpy(), 944, mode="reflect")
    window = np.zeros(2048)
    window[512:1536] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    power = np.abs(np.fft.rfft(padded[7 * 160 : 7 * 160 + 2048] * window)) ** 2
    basis = mel_image.mel_basis(mel_image.AUFFUSION).double().numpy()
    wanted = np.log(np.maximum(basis @ np.sqrt(power + 1e-9), 1e-5))
    np.testing.assert_allclose(found[:, 7], wanted, atol=0.02)  # single precision beside loud tones
    loud = wanted > -6
    assert loud.sum() > 5
    np.testing.assert_allclose(found[loud, 7], wanted[loud], atol=1e-3)


def test_clips_own_pixels_are_the_middle_normalised():
    frame = np.zeros((224, 301, 3), np.uint8)
    frame[:, 38:262] = (255, 0, 51)  # 38 columns are left out on the left, 39 on the right
    seen = clip_pixels(frame)
    wanted = [(1 - 0.48145466) / 0.26862954, -0.4578275 / 0.26130258, (0.2 - 0.40821073) / 0.27577711]
    assert seen.shape == (3, 224, 224)
    assert all(math.isclose(value, want, rel_tol=1e-5) for value, want in zip(seen.mean((1, 2)), wanted, strict=True))
    assert seen.std((1, 2)).max() < 1e-4
