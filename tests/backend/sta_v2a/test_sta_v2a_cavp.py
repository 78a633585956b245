# SPDX-License-Identifier: GPL-3.0-or-later
"""CAVP's flat convolutions against the three-dimensional ones they stand for."""

import torch
from torch.nn import functional as F

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder, ConvNorm


def _reference_conv(layer: ConvNorm, clips: torch.Tensor) -> torch.Tensor:
    """The published layer on (batch, channels, time, h, w)."""
    x = F.conv3d(clips, layer.conv.weight, stride=layer.conv.stride, padding=layer.conv.padding)
    bn = layer.bn
    x = F.batch_norm(x, bn.running_mean, bn.running_var, bn.weight, bn.bias, eps=1e-5)
    return F.relu(x) if layer.activate else x


def _reference(model: CavpVideoEncoder, video: torch.Tensor) -> torch.Tensor:
    trunk = model.video_encoder
    x = F.max_pool3d(_reference_conv(trunk.conv1, video.transpose(1, 2)), (1, 3, 3), (1, 2, 2), (0, 1, 1))
    for stage in range(trunk.stages):
        for block in trunk.get_submodule(f"layer{stage + 1}").children():
            residual = x if block.downsample is None else _reference_conv(block.downsample, x)
            for layer in (block.conv1, block.conv2, block.conv3):
                x = _reference_conv(layer, x)
            x = F.relu(x + residual)
    return model.video_project_head(x.mean((3, 4)).transpose(1, 2))


def _model() -> CavpVideoEncoder:
    torch.manual_seed(0)
    model = CavpVideoEncoder(base_channels=4, stage_blocks=(2, 1, 2, 1), features=16)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(std=0.1)
            module.running_var.uniform_(0.5, 1.5)
    return model


@torch.no_grad()
def test_features_equal_the_three_dimensional_network():
    model, video = _model(), torch.rand(2, 5, 3, 64, 48)
    expected = _reference(model, video)
    assert torch.allclose(model(video, normalize=False), expected, rtol=1e-4, atol=1e-5)
    unit = model(video)
    assert unit.shape == (2, 5, 16) and torch.allclose(unit.norm(dim=-1), torch.ones(2, 5), atol=1e-5)


@torch.no_grad()
def test_temporal_kernels_only_in_the_last_two_stages():
    model = _model()
    depths = {key: value.shape[2] for key, value in model.state_dict().items() if key.endswith("conv.weight")}
    assert {key for key, depth in depths.items() if depth == 3} == {
        "video_encoder.layer3.0.conv1.conv.weight",
        "video_encoder.layer3.1.conv1.conv.weight",
        "video_encoder.layer4.0.conv1.conv.weight",
    }
    # Three such layers in a row see three pictures on either side.
    video = torch.rand(1, 9, 3, 32, 32)
    other = video.clone()
    other[:, 8] = 0
    same = (model(video) - model(other)).abs().amax(-1)[0] == 0
    assert same.tolist() == [True] * 5 + [False] * 4


def test_training_its_parent_leaves_it_in_eval_mode():
    parent = torch.nn.Sequential(_model()).train()
    assert parent.training and not any(module.training for module in parent[0].modules())
