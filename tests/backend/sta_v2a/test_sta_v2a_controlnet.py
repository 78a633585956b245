# SPDX-License-Identifier: GPL-3.0-or-later
"""The cue ControlNet: silent when fresh, its condition embedded once or each time, saved and read back."""

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch.nn import functional as F

from fakes.tiny_sta_v2a import UNET, WIDTH, liven
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet


def _pair(channels: int = 12) -> tuple[UNet2DConditionModel, CueControlNet]:
    torch.manual_seed(0)
    unet = UNet2DConditionModel(**UNET)
    return unet, CueControlNet.from_unet(unet, channels)


def _inputs() -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    return torch.randn(2, 8, 10, 16), torch.tensor(7), torch.randn(2, 5, WIDTH), torch.randn(2, 10, 12)


@torch.no_grad()
def test_fresh_one_copies_the_unet_and_adds_nothing():
    unet, controlnet = _pair()
    assert torch.equal(controlnet.conv_in.weight, unet.conv_in.weight)
    assert controlnet.config["conditioning_channels"] == 12
    down, middle = controlnet.residuals(*_inputs())
    assert not middle.any() and not any(residual.any() for residual in down)


@torch.no_grad()
def test_condition_is_laid_over_all_bands_and_convolved():
    controlnet = liven(_pair()[1])
    condition = _inputs()[3]
    layer = controlnet.controlnet_cond_embedding.conv_out
    picture = condition.transpose(1, 2)[..., None].repeat(1, 1, 1, 16)
    embedded = controlnet.embed(condition)
    assert embedded.shape == (2, 16, 10, 16)
    assert torch.allclose(embedded, F.conv2d(picture, layer.weight, layer.bias, padding=1), atol=1e-5)
    assert not torch.allclose(embedded[..., 0], embedded[..., 1])
    assert torch.allclose(embedded[..., 1], embedded[..., 14], atol=1e-5)


@torch.no_grad()
def test_embedding_before_the_loop_changes_nothing():
    controlnet = liven(_pair()[1])
    sample, timestep, states, condition = _inputs()
    down, middle = controlnet.residuals(sample, timestep, states, condition)
    early, early_middle = controlnet.residuals(sample, timestep, states, controlnet.embed(condition))
    assert torch.equal(middle, early_middle) and middle.any()
    assert all(torch.equal(a, b) for a, b in zip(down, early, strict=True))


@torch.no_grad()
def test_saved_and_read_back(tmp_path):
    controlnet = liven(_pair()[1])
    controlnet.save_pretrained(tmp_path)
    again = CueControlNet.from_pretrained(tmp_path)
    assert {*again.state_dict()} == {*controlnet.state_dict()}
    assert all(torch.equal(value, again.state_dict()[key]) for key, value in controlnet.state_dict().items())
