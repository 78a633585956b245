# SPDX-License-Identifier: GPL-3.0-or-later
"""Autoencoder, vocoder and mel under published names, against plain formulas."""

import re

import pytest
import torch

from fakes.golden_files import random_weights
from fakes.naive_networks import hifigan_shapes, hifigan_wave, vae_mel, vae_shapes
from foleycue_backend.engines.parts import autoencoder, vocoder
from foleycue_backend.engines.parts.log_mel import log_mel, training_mel
from foleycue_shared.errors import FoleyCueError

RATES, KERNELS = (5, 4, 2, 2, 2), (16, 16, 8, 4, 4)


@pytest.fixture(scope="module")
def vae_weights():
    return random_weights(vae_shapes(32, (1, 2, 2), 2, 8), seed=1)


@pytest.fixture(scope="module")
def voice_weights():
    return random_weights(hifigan_shapes(64, 32, RATES, KERNELS, (3, 7, 11), 3), seed=2)


def checkpoint(vae, voice):
    """As in audioldm-s-full.ckpt, with what else is there."""
    inside = vae | {f"vocoder.{key}": value for key, value in voice.items()} | {"loss.logvar": torch.zeros(())}
    other = {"scale_factor": torch.tensor(0.9), "model.diffusion_model.out.0.weight": torch.zeros(2)}
    return {f"first_stage_model.{key}": value for key, value in inside.items()} | other


def as_early_diffusers(stock):
    """Stock keys as diffusers wrote them before it renamed its attention."""
    names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    pattern = re.compile(r"(?<=\.attentions\.0\.)(to_[qkv]|to_out\.0)(?=\.)")
    return {pattern.sub(lambda found: names[found[1]], key): value for key, value in stock.items()}


def test_prefixed_bare_and_diffusers_layouts_are_one_network(vae_weights, voice_weights):
    latents = torch.randn(1, 8, 3, 16)
    bare = vae_weights | {f"vocoder.{key}": value for key, value in voice_weights.items()}
    stock = autoencoder.to_stock(vae_weights)
    mels = [
        autoencoder.decode(autoencoder.load(state, 0.5), latents)
        for state in (checkpoint(vae_weights, voice_weights), bare, stock, as_early_diffusers(stock))
    ]
    wanted = vae_mel(vae_weights, latents / 0.5, 3, 2)[:, 0]
    torch.testing.assert_close(mels[0], wanted, atol=1e-5 * float(wanted.abs().max()), rtol=0)
    assert all(torch.equal(mel, mels[0]) for mel in mels[1:])


def test_names_and_shapes_come_back(vae_weights, voice_weights):
    vae = autoencoder.load(vae_weights, 1.0)
    back = autoencoder.to_published(vae.state_dict())
    assert back.keys() == vae_weights.keys()
    assert all(torch.equal(back[key], value) for key, value in vae_weights.items())
    voice = vocoder.to_published(vocoder.load(voice_weights).state_dict())
    assert voice.keys() == voice_weights.keys()


def test_shapes_and_published_configuration_agree(vae_weights):
    ddconfig = {"double_z": True, "z_channels": 8, "downsample_time": False, "in_channels": 1, "out_ch": 1, "ch": 32}
    ddconfig |= {"ch_mult": [1, 2, 2], "num_res_blocks": 2, "attn_resolutions": []}
    from_file = autoencoder.config_from_published(ddconfig, 8, 0.4)
    assert from_file == autoencoder.config_from_shapes(vae_weights, 0.4)
    with pytest.raises(FoleyCueError, match="see attn_resolutions, embed_dim"):
        autoencoder.config_from_published(ddconfig | {"attn_resolutions": [16]}, 4, 0.4)


def test_posterior_and_latents_round(vae_weights):
    vae = autoencoder.load(vae_weights, 0.5)
    mel = torch.randn(2, 16, 64)
    latents = 0.5 * autoencoder.posterior(vae, mel).sample(torch.Generator().manual_seed(1))
    assert latents.shape == (2, 8, 4, 16)
    again = 0.5 * autoencoder.posterior(vae, mel).sample(torch.Generator().manual_seed(1))
    assert torch.equal(latents, again)
    assert autoencoder.decode(vae, latents).shape == mel.shape


def test_damaged_autoencoders_are_refused_by_name(vae_weights):
    with pytest.raises(FoleyCueError, match=r"1 missing \(decoder\.conv_out\.bias\)"):
        autoencoder.load({k: v for k, v in vae_weights.items() if k != "decoder.conv_out.bias"}, 1.0)
    with pytest.raises(FoleyCueError, match=r"mis-shaped \(decoder\.conv_in\.bias: \[3\], expected \[64\]\)"):
        autoencoder.load(vae_weights | {"decoder.conv_in.bias": torch.zeros(3)}, 1.0)
    with pytest.raises(FoleyCueError, match="1 unexpected"):
        autoencoder.load(vae_weights | {"encoder.more.weight": torch.zeros(3)}, 1.0)
    with pytest.raises(FoleyCueError, match="attention in its levels"):
        autoencoder.load(vae_weights | {"encoder.down.1.attn.0.q.weight": torch.zeros(3)}, 1.0)
    with pytest.raises(FoleyCueError, match="no autoencoder"):
        autoencoder.load({"a": torch.zeros(1)}, 1.0)
    with pytest.raises(FoleyCueError, match=r"lacks the key post_quant_conv\.weight"):
        autoencoder.load({k: v for k, v in vae_weights.items() if "quant" not in k}, 1.0)


def test_vocoder_equals_its_formula_and_length(voice_weights):
    mel = torch.randn(2, 9, 64)
    wave = vocoder.vocode(vocoder.load(voice_weights), mel)
    assert wave.shape == (2, 160 * 9 + 32)
    wanted = hifigan_wave(voice_weights, mel.transpose(1, 2), RATES, (1, 3, 5))[:, 0]
    torch.testing.assert_close(wave, wanted, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("direction", "magnitude"),
    [("weight_v", "weight_g"), ("parametrizations.weight.original1", "parametrizations.weight.original0")],
)
def test_weight_norm_is_folded(voice_weights, direction, magnitude):
    unfolded = {}
    for key, value in voice_weights.items():
        if not key.endswith("weight"):
            unfolded[key] = value
            continue
        stem = key.removesuffix("weight")
        norm = value.flatten(1).norm(dim=1).view(-1, *[1] * (value.ndim - 1))
        unfolded |= {stem + direction: 3 * value, stem + magnitude: norm}
    mel = torch.randn(1, 4, 64)
    plain = vocoder.vocode(vocoder.load(voice_weights), mel)
    torch.testing.assert_close(vocoder.vocode(vocoder.load(unfolded), mel), plain, atol=1e-5, rtol=0)
    del unfolded[f"conv_pre.{magnitude}"]
    with pytest.raises(FoleyCueError, match=r"conv_pre\..* without"):
        vocoder.load(unfolded)


def test_rates_are_never_guessed():
    weights = random_weights(hifigan_shapes(8, 8, (3, 2), (7, 4), (3,), 2), seed=3)
    with pytest.raises(FoleyCueError, match=r"kernels \[7, 4\] are not known"):
        vocoder.load(weights)
    wave = vocoder.vocode(vocoder.load(weights, vocoder.Rates((3, 2), [(1, 2)])), torch.randn(1, 5, 8))
    assert wave.shape == (1, 30)
    with pytest.raises(FoleyCueError, match="2 dilations a block"):
        vocoder.load(weights, vocoder.Rates((3, 2), [(1, 2, 3)]))
    with pytest.raises(FoleyCueError, match="no HiFi-GAN generator"):
        vocoder.load({"conv_pre.weight": torch.zeros(1)})
    with pytest.raises(FoleyCueError, match="kind 1"):
        vocoder.config_from_published({"resblock": "2"})


def test_sixteen_bits_truncate_toward_zero_and_wrap():
    wave = torch.tensor([0.0, 1.0, -1.0, 0.5, -0.99999, 1.9 / 32768, -1.9 / 32768])
    assert vocoder.to_int16(wave).tolist() == [0, -32768, -32768, 16384, -32767, 1, -1]


def test_mel_of_silence_and_of_a_tone():
    silence = log_mel(torch.zeros(1, 3200))
    assert silence.shape == (1, 64, 21)
    torch.testing.assert_close(silence, torch.full_like(silence, 1e-5).log())
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(3200) / 16000)[None]
    # Slaney's scale puts 1 kHz a third of the way: 15 of 45.2 mel below 8 kHz.
    assert log_mel(tone)[0, :, 10].argmax() in (20, 21, 22)


def test_training_mel_is_cut_or_filled_with_zeros():
    wave = 0.1 * torch.randn(1, 3200)
    short, long = training_mel(wave, 30), training_mel(wave, 12)
    assert short.shape == (1, 30, 64) and long.shape == (1, 12, 64)
    assert not short[:, 21:].any() and torch.equal(short[:, :12], long)
