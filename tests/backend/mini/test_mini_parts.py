# SPDX-License-Identifier: GPL-3.0-or-later
"""Codec, denoiser, cue curve, noise, vocoder: each alone."""

import numpy as np
import pytest
import torch

from foleycue_backend.engines.mini import guidance, vocoder
from foleycue_backend.engines.mini import mel as m
from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.cues import REST, cue_rows, intensity_rows
from foleycue_backend.engines.mini.denoiser import MiniDenoiser, TimeMix


def random_denoiser() -> MiniDenoiser:
    torch.manual_seed(0)
    model = MiniDenoiser(channels=8, text_dim=6, cue_channels=5, width=16, dilations=(1, 2, 3)).eval()
    for p in model.parameters():
        torch.nn.init.normal_(p, std=0.2)
    return model


def test_codec_round_trip_of_shipped_weights(pipe):
    t = torch.arange(48000) / 48000
    sound = torch.sin(2 * torch.pi * 700 * t) * torch.exp(-t * 20)
    mel = m.log_mel(sound, 100)
    error_db = (pipe.codec.decode(pipe.codec.encode(mel)) - mel).square().mean().sqrt() * 10 / np.log(10)
    assert error_db < 2.5


def test_codec_with_all_components_is_exact():
    codec = PatchCodec(bands=6, patch=4, channels=24)
    mels = torch.randn(5, 6, 40)
    assert codec.fit(mels) < 1e-4
    torch.testing.assert_close(codec.decode(codec.encode(mels)), mels, atol=1e-4, rtol=0)
    with pytest.raises(ValueError, match="multiple"):
        codec.encode(mels[..., :39])


def test_denoiser_sees_no_further_than_its_receptive_field():
    model = random_denoiser()
    x, text, curve, level = torch.randn(1, 8, 120), torch.randn(1, 6), torch.rand(1, 5, 120), torch.tensor([400.0])
    reach = model.receptive_field
    with torch.no_grad():
        whole = model(x, level, text, curve)
        lo, hi = 50 - reach, 60 + reach
        part = model(x[..., lo:hi], level, text, curve[..., lo:hi])[..., reach:-reach]
        y = x.clone()
        y[..., 60 + reach] += 10
        moved = model(y, level, text, curve)
    torch.testing.assert_close(part, whole[..., 50:60], atol=1e-4, rtol=0)
    torch.testing.assert_close(moved[..., :60], whole[..., :60], atol=1e-4, rtol=0)


def test_chunked_velocity_equals_one_pass(monkeypatch):
    model = random_denoiser()
    x, texts, curve = torch.randn(8, 150), torch.randn(2, 6), torch.rand(5, 150)
    with torch.no_grad():
        whole = guidance.guided_velocity(model, x, 500.0, texts, curve, (2.0, 1.5))
        monkeypatch.setattr(guidance, "CHUNK", 32)
        told = []
        parts = guidance.chunked_velocity(model, x, 500.0, texts, curve, (2.0, 1.5), lambda: told.append(1))
    assert len(told) == guidance.chunk_count(150) == 5
    torch.testing.assert_close(parts, whole, atol=1e-4, rtol=0)


def test_cues_between_frames_are_split():
    rows = cue_rows([(0.0525, 0.8), (1.0, 1.0)], 50)
    flat = rows[:4].T.flatten()
    assert flat[5] == pytest.approx(0.6) and flat[6] == pytest.approx(0.2)
    assert flat[100] == pytest.approx(1.0) and torch.all(rows[4] == 1)
    assert not cue_rows(None, 9).any()
    assert cue_rows([], 9)[4].all()


def test_intensity_is_a_line_through_its_points():
    level, given = intensity_rows([(0.5, 1.0), (0.1, 0.2)], 25)
    assert given.all() and level[0] == pytest.approx(0.2) and level[-1] == pytest.approx(1.0)
    assert level[7] == pytest.approx(0.2 + 0.8 * (0.3 - 0.1) / 0.4)
    assert (intensity_rows([], 4)[0] == REST).all()
    assert not intensity_rows(None, 4).any()


def test_the_mixing_along_time_is_a_grouped_convolution():
    mix = TimeMix(6, 5, 3)
    same = torch.nn.Conv1d(6, 6, 5, padding=6, dilation=3, groups=6)
    with torch.no_grad():
        same.weight.copy_(mix.taps.T[:, None])
        same.bias.copy_(torch.randn(6))
        mix.bias.copy_(same.bias)
        x = torch.randn(2, 30, 6)
        torch.testing.assert_close(mix(x), same(x.transpose(1, 2)).transpose(1, 2), atol=1e-5, rtol=0)


def test_filterbank_has_no_empty_band():
    bank = m.filterbank()
    assert bank.shape == (m.BANDS, m.N_FFT // 2 + 1)
    torch.testing.assert_close(bank.sum(1), torch.ones(m.BANDS))


def test_spectrum_and_back():
    x = torch.randn(480 * 40)
    torch.testing.assert_close(m.istft(m.stft(x, 40), 480 * 40)[:-1440], x[:-1440], atol=1e-4, rtol=0)


def click_track(times: list[float], seconds: float) -> torch.Tensor:
    x = torch.zeros(round(seconds * 48000))
    shape = torch.randn(4800, generator=torch.Generator().manual_seed(3)) * torch.exp(-torch.arange(4800) / 600)
    for t in times:
        at = round(t * 48000)
        x[at : at + 4800] += shape
    return x * 0.2


def test_what_lies_below_the_bands_is_left_out():
    rate = np.arange(m.SAMPLE_RATE) / m.SAMPLE_RATE
    for hz, low, high in ((0, 0.0, 1e-3), (5, 0.0, 0.1), (60, 0.9, 1.05), (1000, 0.99, 1.01)):
        y = vocoder.without_rumble(torch.from_numpy(np.cos(2 * np.pi * hz * rate).astype(np.float32)))
        assert low <= float(y[m.SAMPLE_RATE // 2 :].abs().max()) <= high


def test_vocoder_keeps_attacks_sharp():
    times = [0.4, 0.9]
    mel = m.log_mel(click_track(times, 1.6), 160)
    y = vocoder.vocode(mel, seed=1, cues=[(t, 1.0) for t in times], n_iter=12)
    for t in times:
        at = round(t * 48000)
        assert y[at - 960 : at - 96].abs().max() < 0.03 * y[at : at + 960].abs().max()
    assert (m.log_mel(y, 160) - mel).abs().mean() < 0.3


def test_long_pictures_are_joined_without_a_seam(monkeypatch):
    mel = m.log_mel(torch.randn(480 * 400, generator=torch.Generator().manual_seed(1)) * 0.1, 400)
    monkeypatch.setattr(vocoder, "CHUNK", 90)
    y = vocoder.vocode(mel, seed=2, n_iter=6)
    assert y.shape == (400 * 480,)
    level = y.unflatten(0, (400, 480)).square().mean(1).sqrt()[5:-5]
    assert level.min() > 0.4 * level.median() and level.max() < 2.5 * level.median()
    assert (m.log_mel(y, 400) - mel)[:, 4:-4].abs().mean() < 0.5
