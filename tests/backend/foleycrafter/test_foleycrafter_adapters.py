# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter's two adapters on the stock UNet, and the guided loop around them."""

import pytest
import torch
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.foleycrafter.adapters import (
    attach_semantic_adapter,
    guided_unet,
    image_prompt,
    load_controlnet,
    set_semantic_scale,
)
from foleycue_backend.engines.foleycrafter.sound import pndm
from foleycue_backend.engines.parts.sampling import sample
from foleycue_backend.engines.parts.text import TextStates
from foleycue_shared.errors import FoleyCueError

LATENTS = torch.randn(1, 4, 4, 8, generator=torch.Generator().manual_seed(2))


def tiny_unet():
    torch.manual_seed(0)
    return UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=4,
    ).eval()


def semantic_state(unet):
    generator = torch.Generator().manual_seed(3)
    state = {
        "image_proj.proj.weight": torch.randn(64, 12, generator=generator),
        "image_proj.proj.bias": torch.randn(64, generator=generator),
        "image_proj.norm.weight": torch.ones(16),
        "image_proj.norm.bias": torch.zeros(16),
    }
    names = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    for number, name in enumerate(names):
        width = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
        for part in "kv":
            key = f"ip_adapter.{2 * number + 1}.to_{part}_ip.weight"
            state[key] = torch.randn(width, 16, generator=generator)
    return state


def loud_controlnet(unet):
    """A clone whose zero layers are not zero."""
    torch.manual_seed(1)
    control = ControlNetModel.from_unet(unet, conditioning_channels=1)
    for name, value in control.named_parameters():
        if "controlnet_" in name:
            torch.nn.init.normal_(value, std=0.2)
    return control.state_dict()


def text():
    return TextStates(torch.randn(2, 6, 16, generator=torch.Generator().manual_seed(5)), torch.ones(2, 6))


CONDITION = torch.where(torch.arange(64) % 20 < 4, 1.0, -1.0).expand(1, 1, 32, 64)
PICTURES = image_prompt(torch.randn(9, 12, generator=torch.Generator().manual_seed(6)))


def evaluate(semantic=1.0, temporal=0.5, guidance=7.5, latents=LATENTS):
    unet = tiny_unet()
    control = load_controlnet(loud_controlnet(unet), unet)
    attach_semantic_adapter(unet, semantic_state(unet))
    set_semantic_scale(unet, semantic)
    guided = guided_unet(
        unet, control, text(), PICTURES, CONDITION, guidance=guidance, temporal=temporal, batch=len(latents)
    )
    with torch.no_grad():
        return guided(latents, torch.tensor(501), 0, 1)


def test_foreign_keys_beside_the_controlnet_are_left_and_missing_ones_named():
    unet = tiny_unet()
    state = loud_controlnet(unet)
    stranger = {"module.state.0.exp_avg": torch.zeros(3)}
    wrapped = {f"module.{key}": value for key, value in state.items()}
    attach_semantic_adapter(unet, semantic_state(unet))  # in either order
    control = load_controlnet({**wrapped, **stranger}, unet)
    assert all(torch.equal(value, state[key]) for key, value in control.state_dict().items())
    wrapped.pop("module.controlnet_mid_block.bias")
    with pytest.raises(FoleyCueError, match=r"1 missing \(controlnet_mid_block\.bias\)"):
        load_controlnet(wrapped, unet)


def test_the_semantic_file_must_be_whole_and_of_this_unet():
    unet = tiny_unet()
    state = semantic_state(unet)
    last = max(int(key.split(".")[1]) for key in state if key.startswith("ip_adapter"))
    lacking = {key: value for key, value in state.items() if not key.startswith(f"ip_adapter.{last}.")}
    for wrong, said in (
        ({**state, "extra": torch.zeros(1)}, r"keys belong to nothing \(extra\)"),
        ({**state, "ip_adapter.77.to_k_ip.weight": torch.zeros(1)}, r"\(77\.to_k_ip\.weight\)"),
        (lacking, rf"no key begins with {last}\."),
        ({**state, "ip_adapter.1.to_k_ip.weight": torch.zeros(32, 9)}, "mis-shaped"),
    ):
        with pytest.raises(FoleyCueError, match=said):
            attach_semantic_adapter(unet, wrong)
    assert not any(hasattr(processor, "to_k_ip") for processor in unet.attn_processors.values())


def test_at_both_scales_zero_it_is_the_plain_unet():
    unet, given = tiny_unet(), text().states
    with torch.no_grad():
        without, with_text = unet(torch.cat([LATENTS] * 2), 501, given).sample.chunk(2)
    wanted = without + 7.5 * (with_text - without)
    torch.testing.assert_close(evaluate(0.0, 0.0), wanted, rtol=1e-4, atol=1e-4)
    for push in ({"semantic": 1.0, "temporal": 0.0}, {"semantic": 0.0, "temporal": 0.5}):
        assert (evaluate(**push) - wanted).abs().max() > 1e-3


def test_zeros_are_no_zero_tokens_and_the_other_half_is_the_mean():
    assert PICTURES.shape == (2, 1, 12)
    assert not PICTURES[0].any()
    unet = tiny_unet()
    attach_semantic_adapter(unet, semantic_state(unet))
    tokens = unet.encoder_hid_proj([PICTURES])[0]
    assert tokens.shape == (2, 1, 4, 16)
    assert tokens[0].abs().max() > 0.1


def test_takes_of_one_clip_do_not_know_of_each_other_and_guidance_may_be_off():
    takes = torch.cat([LATENTS, -LATENTS])
    torch.testing.assert_close(evaluate(latents=takes)[:1], evaluate(), rtol=1e-4, atol=1e-4)
    plain = evaluate(guidance=1.0)
    assert plain.shape == LATENTS.shape
    assert (plain - evaluate()).abs().max() > 1e-3


def test_pseudo_numerical_sampling_evaluates_one_time_twice_and_tells_each_step():
    asked, told = [], []

    def predict(latents, timestep, _step, _steps):
        asked.append(int(timestep))
        return latents

    sample(pndm(), predict, LATENTS, steps=25, on_step=lambda *at: told.append(at))
    assert asked[:5] == [961, 921, 921, 881, 841]
    assert len(asked) == 26
    assert told[-1] == (26, 26)
