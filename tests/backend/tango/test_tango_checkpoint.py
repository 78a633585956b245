# SPDX-License-Identifier: GPL-3.0-or-later
"""Tango's main file under its own names: widths from shapes, every key accounted for."""

import pytest
import torch

from fakes.tiny_unet import T5, UNET, tango_state
from foleycue_backend.engines.checkpoints.unet_shapes import ShapeTrouble
from foleycue_backend.engines.tango import checkpoint
from foleycue_shared.errors import FoleyCueError

SECOND = "text_encoder.encoder.embed_tokens.weight"
IDS = torch.tensor([[5, 9, 1, 0]])


def test_every_width_of_both_networks_is_read_and_every_weight_arrives():
    state = tango_state()
    nets = checkpoint.load(state, UNET)
    config = nets.text_encoder.config.to_dict()
    assert {name: config[name] for name in T5} == T5
    assert config["feed_forward_proj"] == "gated-gelu"
    for prefix, network in (("unet.", nets.unet), ("text_encoder.", nets.text_encoder)):
        assert all(torch.equal(value, state[prefix + key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize("dropped", [SECOND, "text_encoder.shared.weight"])
def test_the_embedding_may_stand_under_either_name(dropped):
    state = tango_state()
    whole = checkpoint.load(state, UNET).text_encoder(IDS)[0]
    state.pop(dropped)
    assert torch.equal(checkpoint.load(state, UNET).text_encoder(IDS)[0], whole)


def test_foreign_keys_missing_parts_and_other_networks_are_named():
    state = tango_state()
    with pytest.raises(FoleyCueError, match=r"1 keys belong to nothing \(group_in\.weight\)"):
        checkpoint.load({**state, "group_in.weight": torch.zeros(2, 2)}, UNET)
    with pytest.raises(FoleyCueError, match="no key begins with text_encoder"):
        checkpoint.load({key: value for key, value in state.items() if key.startswith("unet.")}, UNET)
    with pytest.raises(FoleyCueError, match="widths 32, 64"):
        checkpoint.load(state)
    lacking = {key: value for key, value in state.items() if "relative_attention_bias" not in key}
    with pytest.raises(ShapeTrouble, match="relative_attention_bias"):
        checkpoint.load(lacking, UNET)
