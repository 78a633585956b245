# SPDX-License-Identifier: GPL-3.0-or-later
"""The released files' own keys at full width, without memory for their weights, read by the loaders without a hint."""

import json
from pathlib import Path

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.checkpoints.unet_shapes import load_unet
from foleycue_backend.engines.foleycrafter.adapters import attach_semantic_adapter, load_controlnet
from foleycue_backend.engines.foleycrafter.onset_net import load_onset_net
from foleycue_backend.engines.tango import checkpoint as tango
from foleycue_backend.engines.vta_ldm.checkpoint import load_picture_side
from foleycue_backend.parity.kind import value_count

REFERENCE = Path(__file__).parents[4] / "shared" / "reference"
pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference's lists of keys are not beside this")


def keys(name):
    return json.loads((REFERENCE / f"{name}_keys.json").read_text())


def weightless(shapes, prefix=""):
    return {prefix + key: torch.empty(shape, device="meta") for key, shape in shapes.items()}


def group(groups, start):
    return next(value for title, value in groups.items() if title.startswith(start))


def test_vta_ldm():
    groups = keys("tango_vta_ldm")
    state = weightless(group(groups, "vta clip vision"), "clip_vision.")
    state |= weightless(group(groups, "vta linear"), "linear_layer.")
    state["clip_vision.vision_model.embeddings.position_ids"] = torch.empty(1, 257, device="meta")
    with torch.device("meta"):
        unet = load_unet(weightless(group(groups, "vta unet (released)")))
        side = load_picture_side(state)
    assert value_count(unet) == 578_052_168
    assert unet.config["attention_head_dim"] == [5, 10, 20, 20]
    vision = side.vision.config
    assert (vision.image_size, vision.patch_size, vision.num_attention_heads, vision.hidden_act) == (
        224, 14, 16, "quick_gelu")  # fmt: skip


def test_tango():
    groups = keys("sta_v2a")
    state = weightless(group(groups, "unet | tango"), "unet.")
    text = next((value for title, value in groups.items() if "t5" in title.lower() and "large" in title.lower()), None)
    if text is None:
        pytest.skip("the lists have no full-width T5")
    with torch.device("meta"):
        nets = tango.load(state | weightless(text, "text_encoder."))
    assert value_count(nets.unet) == 865_933_768
    assert value_count(nets.text_encoder) == 341_231_104


def test_foleycrafter():
    groups = {name: entry["keys"] for name, entry in keys("foleycrafter").items() if "keys" in entry}
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768, attention_head_dim=8)
        assert value_count(unet) == 859_520_964
        control = load_controlnet(weightless(groups["temporal_adapter.ckpt"]), unet)
        attach_semantic_adapter(unet, weightless(groups["semantic_adapter.bin"]))
        detector = load_onset_net(weightless(groups["timestamp_detector.pth.tar"]))
    assert value_count(control) == 361_278_832
    assert value_count(unet) == 859_520_964 + 22_319_616
    assert value_count(detector) == 31_365_918
