# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter's timestamp detector: the published network, what it is fed, and that training mode leaves no trace."""

import pytest
import torch
from torch.nn import functional as F

from foleycue_backend.engines.foleycrafter.frames import detector_input, detector_square, frame_indices
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet, load_onset_net, onset_net_config
from foleycue_shared.errors import FoleyCueError

SMALL = {"stem": 5, "widths": [4, 8], "blocks": [2, 1], "head": 6}


def small_net():
    torch.manual_seed(4)
    return OnsetNet(**SMALL).eval()


def small_clip(pictures=7):
    return torch.randn(1, 3, pictures, 20, 24, generator=torch.Generator().manual_seed(1))


def test_the_published_size():
    with torch.device("meta"):
        net = OnsetNet()
    state = net.state_dict()
    assert sum(parameter.numel() for parameter in net.parameters()) == 31_365_918
    assert len(state) == 226
    assert state["net.model.layer2.0.conv1.0.0.weight"].shape == (230, 64, 1, 3, 3)
    assert state["net.model.layer4.0.conv2.0.0.weight"].shape == (921, 512, 1, 3, 3)


def norm(x, state, name):
    """Batch norm with the statistics of the clip itself."""
    mean, variance = (f((0, 2, 3, 4), keepdim=True) for f in (x.mean, lambda d, keepdim: x.var(d, False, keepdim)))
    scale, offset = (state[f"{name}.{end}"].view(1, -1, 1, 1, 1) for end in ("weight", "bias"))
    return (x - mean) / (variance + 1e-5).sqrt() * scale + offset


def unit(x, state, name, stride):
    flat = F.conv3d(x, state[f"{name}.0.weight"], None, (1, stride, stride), (0, 1, 1))
    return F.conv3d(norm(flat, state, f"{name}.1").relu(), state[f"{name}.3.weight"], None, 1, (1, 0, 0))


def block(x, state, name, stride):
    inner = norm(unit(x, state, f"{name}.conv1.0", stride), state, f"{name}.conv1.1").relu()
    inner = norm(unit(inner, state, f"{name}.conv2.0", 1), state, f"{name}.conv2.1")
    if f"{name}.downsample.0.weight" in state:
        x = norm(F.conv3d(x, state[f"{name}.downsample.0.weight"], None, (1, stride, stride)), state,
                 f"{name}.downsample.1")  # fmt: skip
    return (inner + x).relu()


@torch.no_grad()
def test_the_layers_are_those_of_the_published_table_in_training_mode():
    net, clip = small_net(), small_clip()
    state = net.state_dict()
    stem = "net.model.stem"
    x = F.conv3d(clip, state[f"{stem}.0.weight"], None, (1, 2, 2), (0, 3, 3))
    x = F.conv3d(norm(x, state, f"{stem}.1").relu(), state[f"{stem}.3.weight"], None, 1, (1, 0, 0))
    x = norm(x, state, f"{stem}.4").relu()
    x = block(block(x, state, "net.model.layer1.0", 1), state, "net.model.layer1.1", 1)
    x = block(x, state, "net.model.layer2.0", 2)
    seen = x.mean((3, 4)).transpose(1, 2)
    wanted = F.linear(F.linear(seen, state["fc.0.weight"], state["fc.0.bias"]).relu(), state["fc.2.weight"])
    torch.testing.assert_close(net.train()(clip), wanted[..., 0] + state["fc.2.bias"], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_training_mode_uses_the_clip_and_forgets_it():
    net = small_net()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    learned = net(small_clip())
    own = net.train()(small_clip())
    assert (own - learned).abs().max() > 1e-3
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert torch.equal(net.eval()(small_clip()), learned)


def test_a_published_file_is_read_by_its_shapes_and_must_be_whole():
    net = small_net()
    state = {f"module.{key}": value for key, value in net.state_dict().items()}
    found = load_onset_net(state)
    assert onset_net_config(net.state_dict()) == SMALL
    assert torch.equal(found(small_clip()), net(small_clip()))
    state.pop("module.fc.2.bias")
    with pytest.raises(FoleyCueError, match=r"1 missing \(fc\.2\.bias\)"):
        load_onset_net(state)


def test_a_clip_of_one_picture_has_one_logit():
    assert small_net()(small_clip(1)).shape == (1, 1)


def test_pictures_are_spread_over_the_clip_and_repeated_where_there_are_few():
    assert frame_indices(325)[[0, 1, 75, 149]].tolist() == [0, 2, 163, 324]
    assert len(set(frame_indices(62).tolist())) == 62
    assert not frame_indices(1).any()


def test_the_detector_sees_raw_values_unless_asked():
    grey = torch.full((2, 3, 30, 50), 255, dtype=torch.uint8)
    square = detector_square(grey)
    assert square.shape == (2, 3, 112, 112)
    raw, unit_range = detector_input(square), detector_input(square, unit=True)
    assert raw.shape == (1, 3, 2, 112, 112)
    assert raw[0, 0, 0, 0, 0].item() == pytest.approx((255 - 0.485) / 0.229, rel=1e-5)
    assert unit_range[0, 0, 0, 0, 0].item() == pytest.approx((1 - 0.485) / 0.229, rel=1e-5)
