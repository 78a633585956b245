# SPDX-License-Identifier: GPL-3.0-or-later
"""VTA-LDM's picture tokens: loading, padding, and what the released model can and cannot know."""

from typing import Any

import pytest
import torch
from transformers.models.clip.configuration_clip import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from fakes.tiny_unet import tiny_unet
from foleycue_backend.engines.parts.clip import embed_pictures
from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.vta_ldm import checkpoint
from foleycue_backend.engines.vta_ldm.conditioning import (
    TokenProjection,
    clip_embeddings,
    pad_clips,
    position_table,
    with_unconditional,
)
from foleycue_shared.errors import FoleyCueError

VISION: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 24,
    "patch_size": 8,
    "projection_dim": 12,
    "hidden_act": "quick_gelu",
}


def published_state():
    torch.manual_seed(2)
    tower = CLIPVisionModelWithProjection(CLIPVisionConfig(**VISION)).state_dict()
    return {f"clip_vision.{key}": value for key, value in tower.items()} | {
        "clip_vision.vision_model.embeddings.position_ids": torch.arange(10)[None],
        "linear_layer.weight": torch.randn(24, 12),
        "linear_layer.bias": torch.randn(24),
    }


def test_a_published_file_is_read_by_its_shapes():
    stated = {"num_attention_heads": 2, "hidden_act": "quick_gelu"}
    side = checkpoint.load_picture_side(published_state(), stated)
    config = side.vision.config.to_dict()
    assert {name: config[name] for name in VISION} == VISION
    assert (side.projection.config["embedding"], side.projection.config["width"]) == (12, 24)
    assert side.text is None


def test_an_unknown_tower_asks_for_its_configuration_and_foreign_keys_are_named():
    state = published_state()
    with pytest.raises(FoleyCueError, match="vision tower is 16 wide"):
        checkpoint.load_picture_side(state)
    with pytest.raises(FoleyCueError, match=r"1 keys belong to nothing \(pe\)"):
        checkpoint.load_picture_side({**state, "pe": torch.zeros(1)}, VISION)


def test_clips_are_padded_with_exact_zeros_and_the_first_half_sees_nothing_at_all():
    clips = [torch.randn(5, 24), torch.randn(3, 24)]
    states, mask = pad_clips(clips)
    both = with_unconditional(states, mask)
    assert not both.states[:2].any()
    assert bool(both.mask[:2].all())
    assert both.mask[2:].tolist() == [[1] * 5, [1, 1, 1, 0, 0]]
    assert torch.equal(both.states[3, :3], clips[1])
    assert not both.states[3, 3:].any()


@torch.no_grad()
def test_padding_changes_nothing_and_neither_does_the_order_of_pictures():
    unet, long, short = tiny_unet(), torch.randn(5, 24), torch.randn(3, 24)
    latents = torch.randn(2, 8, 8, 4)

    def predict(*clips):
        branches = two_branches(with_unconditional(*pad_clips(clips)), 3.0, len(clips))
        return GuidedUnet(unet, branches)(latents[-len(clips) :], torch.tensor(301), 0, 1)

    together = predict(long, short)
    torch.testing.assert_close(together[1:], predict(short), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(predict(short[[2, 0, 1]]), predict(short), rtol=1e-5, atol=1e-5)
    assert (predict(short + 1) - predict(short)).abs().max() > 1e-3


def test_several_takes_of_one_clip_are_possible_though_the_published_code_fails():
    both = with_unconditional(*pad_clips([torch.randn(4, 24)]))
    branches = two_branches(both, 3.0, 3)
    assert branches.states.shape == (6, 4, 24)
    assert not branches.states[:3].any()
    assert torch.equal(branches.states[3], branches.states[5])


def test_positions_are_sines_and_cosines_of_thirty_places():
    table = position_table(12)
    assert table.shape == (30, 12)
    assert table[0].tolist() == [0, 1] * 6
    assert table[7, 4].item() == pytest.approx(float(torch.sin(torch.tensor(7 / 1e4 ** (4 / 12)))), abs=1e-6)
    layer = TokenProjection(12, 24, positions=True)
    plain = TokenProjection(12, 24)
    plain.load_state_dict(layer.state_dict())
    rows = torch.randn(4, 12)
    torch.testing.assert_close(layer(rows), plain(rows + table[:4]))
    with pytest.raises(ValueError, match="31 pictures"):
        layer(torch.randn(31, 12))


def test_text_stands_before_the_pictures_as_often_as_there_are():
    text, pictures = torch.ones(1, 12), torch.zeros(3, 12)
    assert clip_embeddings(pictures, text)[:, 0].tolist() == [1, 1, 1, 0, 0, 0]
    assert clip_embeddings(None, text).shape == (20, 12)
    with pytest.raises(ValueError, match="pictures, text or both"):
        clip_embeddings(None)


def test_embeddings_are_projected_and_not_of_unit_length():
    torch.manual_seed(1)
    tower = CLIPVisionModelWithProjection(CLIPVisionConfig(**VISION)).eval()
    embeddings = embed_pictures(tower, torch.rand(2, 3, 24, 24))
    assert embeddings.shape == (2, 12)
    assert not torch.allclose(embeddings.norm(dim=1), torch.ones(2))
