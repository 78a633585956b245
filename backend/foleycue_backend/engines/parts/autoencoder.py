# SPDX-License-Identifier: GPL-3.0-or-later
"""The autoencoders of AudioLDM and Stable Diffusion on stock `AutoencoderKL`: published names to stock and back.

The same weights are published twice: inside `audioldm-s-full.ckpt` below `first_stage_model.`, and as Tango's
`pytorch_model_vae.bin` without a prefix. Both hold the vocoder as well, below `vocoder.` (see `.vocoder`).
Pictures of sound are (batch, 1, frames, 64) natural-log mel, latents (batch, 8, frames / 4, 16). Diff-Foley takes
Stable Diffusion's own, of three channels: its names and layers are the same, its pictures are not (see there).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from torch import Tensor

from foleycue_backend.engines.checkpoints.state_dict import State, load_exactly
from foleycue_shared.errors import ErrorCode, FoleyCueError

CHECKPOINT_PREFIX = "first_stage_model."
#: What the checkpoint keeps beside the autoencoder itself: the vocoder and the training losses.
OTHER_PARTS = ("vocoder.", "loss.")
#: GroupNorm of this family has 32 groups; shapes do not tell.
NORM_GROUPS = 32

_RENAMES = (
    ("nin_shortcut", "conv_shortcut"),
    ("norm_out", "conv_norm_out"),
    ("mid.block_1", "mid_block.resnets.0"),
    ("mid.block_2", "mid_block.resnets.1"),
    ("mid.attn_1.norm", "mid_block.attentions.0.group_norm"),
    ("mid.attn_1.q", "mid_block.attentions.0.to_q"),
    ("mid.attn_1.k", "mid_block.attentions.0.to_k"),
    ("mid.attn_1.v", "mid_block.attentions.0.to_v"),
    ("mid.attn_1.proj_out", "mid_block.attentions.0.to_out.0"),
)
#: Names that diffusers itself gave the middle attention before 0.17.
_EARLY_ATTENTION = (
    (".attentions.0.query.", ".attentions.0.to_q."),
    (".attentions.0.key.", ".attentions.0.to_k."),
    (".attentions.0.value.", ".attentions.0.to_v."),
    (".attentions.0.proj_attn.", ".attentions.0.to_out.0."),
)
_ATTENTION_WEIGHT = re.compile(r"\.attentions\.0\.to_(q|k|v|out\.0)\.weight$")
_LEVEL = re.compile(r"^(encoder\.down|decoder\.up)\.(\d+)\.(block|downsample|upsample)\.(.*)$")
_STOCK_LEVEL = re.compile(
    r"^(encoder\.down_blocks|decoder\.up_blocks)\.(\d+)\.(resnets|downsamplers\.0|upsamplers\.0)\.(.*)$"
)
_STOCK_PARTS = {"block": "resnets", "downsample": "downsamplers.0", "upsample": "upsamplers.0"}


def autoencoder_keys(state: State) -> dict[str, Tensor]:
    """The autoencoder's own entries of a published file, prefix off, vocoder and losses left out."""
    if any(key.startswith(CHECKPOINT_PREFIX) for key in state):
        state = {k.removeprefix(CHECKPOINT_PREFIX): v for k, v in state.items() if k.startswith(CHECKPOINT_PREFIX)}
    return {key: value for key, value in state.items() if not key.startswith(OTHER_PARTS)}


def _stock_name(key: str, levels: int) -> str:
    match = _LEVEL.match(key)
    if match:
        side, level, part, rest = match[1], int(match[2]), match[3], match[4]
        # The published decoder counts its levels from the finest, the stock one from the coarsest.
        blocks, level = ("down_blocks", level) if side.endswith("down") else ("up_blocks", levels - 1 - level)
        key = f"{side.split('.')[0]}.{blocks}.{level}.{_STOCK_PARTS[part]}.{rest}"
    for published, stock in _RENAMES:
        key = re.sub(rf"(^|\.){re.escape(published)}(?=\.|$)", rf"\g<1>{stock}", key)
    for early, stock in _EARLY_ATTENTION:
        key = key.replace(early, stock)
    return key


def _published_name(key: str, levels: int) -> str:
    match = _STOCK_LEVEL.match(key)
    if match:
        side, level, part, rest = match[1], int(match[2]), match[3], match[4]
        blocks, level = ("down", level) if side.endswith("down_blocks") else ("up", levels - 1 - level)
        names = {stock: published for published, stock in _STOCK_PARTS.items()}
        key = f"{side.split('.')[0]}.{blocks}.{level}.{names[part]}.{rest}"
    for published, stock in _RENAMES:
        key = re.sub(rf"(^|\.){re.escape(stock)}(?=\.|$)", rf"\g<1>{published}", key)
    return key


def _levels(state: State) -> int:
    found = [int(m[1]) for m in (re.match(r"encoder\.down(?:_blocks)?\.(\d+)\.", key) for key in state) if m]
    if not found:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "This file holds no autoencoder: there is no key like encoder.down.0.block.0."
        )
    return max(found) + 1


def to_stock(state: State) -> dict[str, Tensor]:
    """A published state dict under stock names and shapes; one that is stock already (even of old) passes too.

    The middle attention's 1x1 convolutions [C, C, 1, 1] become linear layers [C, C].
    """
    own = autoencoder_keys(state)
    levels = _levels(own)
    named = {_stock_name(key, levels): value for key, value in own.items()}
    return {key: v.flatten(1) if _ATTENTION_WEIGHT.search(key) else v for key, v in named.items()}


def to_published(state: State) -> dict[str, Tensor]:
    """The inverse of `to_stock`, without a prefix: the names and shapes that the authors' files have."""
    levels = _levels(state)
    shaped = {key: v[..., None, None] if _ATTENTION_WEIGHT.search(key) else v for key, v in state.items()}
    return {_published_name(key, levels): value for key, value in shaped.items()}


def _config(channels: list[int], blocks: int, latent: int, picture: int, scale_factor: float) -> dict[str, Any]:
    return {
        "in_channels": picture,
        "out_channels": picture,
        "down_block_types": ["DownEncoderBlock2D"] * len(channels),
        "up_block_types": ["UpDecoderBlock2D"] * len(channels),
        "block_out_channels": channels,
        "layers_per_block": blocks,
        "latent_channels": latent,
        "norm_num_groups": NORM_GROUPS,
        "scaling_factor": scale_factor,
    }


def config_from_shapes(state: State, scale_factor: float) -> dict[str, Any]:
    """The stock configuration of a published (or stock) state dict, from its names and shapes alone.

    `scale_factor` is the factor of the latents, a scalar of the checkpoint.
    Raises FoleyCueError (bad-input) for a network that is not of this family.
    """
    stock = to_stock(state)
    levels = _levels(stock)
    if any(re.search(r"\.(?:down|up)(?:_blocks)?\.\d+\.attn", key) for key in stock):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "This autoencoder has attention in its levels, which this family has not: not loaded."
        )
    try:
        channels = [int(stock[f"encoder.down_blocks.{i}.resnets.0.conv1.weight"].shape[0]) for i in range(levels)]
        latent = int(stock["post_quant_conv.weight"].shape[1])
        picture = int(stock["encoder.conv_in.weight"].shape[1])
    except KeyError as error:
        message = f"This autoencoder lacks the key {error.args[0]}: the file is incomplete or of another kind."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None
    names = (re.match(r"encoder\.down_blocks\.0\.resnets\.(\d+)\.", key) for key in stock)
    return _config(channels, 1 + max(int(m[1]) for m in names if m), latent, picture, scale_factor)


def config_from_published(ddconfig: Mapping[str, Any], embed_dim: int, scale_factor: float) -> dict[str, Any]:
    """The stock configuration of the authors' `ddconfig` (as in vae_config.json).

    Raises FoleyCueError (bad-input) for options that this family does not use.
    """
    wrong = [
        name
        for name, ok in (
            ("attn_resolutions", not ddconfig.get("attn_resolutions")),
            ("double_z", ddconfig.get("double_z", True)),
            ("downsample_time", not ddconfig.get("downsample_time", False)),
            ("embed_dim", embed_dim == ddconfig["z_channels"]),
            ("out_ch", ddconfig["out_ch"] == ddconfig["in_channels"]),
        )
        if not ok
    ]
    if wrong:
        message = f"The autoencoder's configuration is not of this family: see {', '.join(wrong)}."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    channels = [ddconfig["ch"] * factor for factor in ddconfig["ch_mult"]]
    return _config(channels, ddconfig["num_res_blocks"], ddconfig["z_channels"], ddconfig["in_channels"], scale_factor)


def build(config: Mapping[str, Any]) -> AutoencoderKL:
    """An `AutoencoderKL` with random weights, in eval mode."""
    return AutoencoderKL(**config).eval()


def load(state: State, scale_factor: float) -> AutoencoderKL:
    """The autoencoder of a published state dict (prefix and vocoder may be there); config from shapes.

    Raises FoleyCueError (bad-input) that names every key which does not fit.
    """
    vae = build(config_from_shapes(state, scale_factor))
    load_exactly(vae, to_stock(state), "autoencoder")
    return vae


@torch.no_grad()
def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Log-mel (batch, 4 * frames, 64) from scaled latents (batch, 8, frames, 16); no mean or deviation is undone.

    An autoencoder of several channels gives them all, (batch, channels, 8 * height, 8 * width).
    """
    scale: float = vae.config["scaling_factor"]
    # diffusers annotates a type that no tensor has at run time.
    scaled: Any = latents / scale
    return vae.decode(scaled, return_dict=False)[0].squeeze(1)


def posterior(vae: AutoencoderKL, pictures: Tensor) -> DiagonalGaussianDistribution:
    """The encoder's distribution of unscaled latents for pictures (batch, frames, bands), copied to each channel."""
    channels: int = vae.config["in_channels"]
    copies: Any = pictures.unsqueeze(1).expand(-1, channels, -1, -1)
    found: Any = vae.encode(copies, return_dict=False)[0]
    return found
