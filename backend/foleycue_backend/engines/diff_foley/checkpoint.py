# SPDX-License-Identifier: GPL-3.0-or-later
"""The published files' state dicts to networks: prefix off, names to stock names, sizes from the tensors' shapes.

`ldm_epoch240.ckpt` holds UNet, autoencoder and feature encoder, `double_guidance_classifier.ckpt` and
`eval_classifier.ckpt` a classifier with a feature encoder, `cavp_epoch66.ckpt` both halves of CAVP. Buffers of the
noise schedule lie beside them and are not needed. All loaders raise FoleyCueError (bad-input) that names each key
which does not fit, and the networks take the tensors themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn

from foleycue_backend.engines.diff_foley.audio_encoder import CavpAudioEncoder
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.diff_foley.latents import SCALE_FACTOR
from foleycue_backend.engines.parts import autoencoder, ldm_unet
from foleycue_backend.engines.parts.cnn14 import block_widths
from foleycue_backend.engines.parts.state_dict import State, load_exactly, strip_prefix
from foleycue_backend.engines.parts.unet_shapes import ShapeTrouble, count_of, first_key, shape_of
from foleycue_shared.errors import ErrorCode, FoleyCueError

UNET, AUTOENCODER, CONDITION = "model.diffusion_model.", "first_stage_model.", "cond_stage_model."
CLASSIFIER, CLASSIFIER_CONDITION = "model.", "cond_model."
AUDIO = "spec_encoder."
#: Attention heads of the UNet and the classifier, which shapes do not tell.
HEADS = 8

Module = TypeVar("Module", bound=nn.Module)


def load_unet(state: State, heads: int = HEADS) -> UNet2DConditionModel:
    """The UNet of the diffusion checkpoint."""
    return ldm_unet.load(_part(state, UNET, "UNet"), heads)


def load_autoencoder(state: State, scale_factor: float = SCALE_FACTOR) -> AutoencoderKL:
    """The autoencoder of the diffusion or the evaluation checkpoint."""
    return autoencoder.load(_part(state, AUTOENCODER, "autoencoder"), scale_factor)


def load_feature_encoder(state: State, prefix: str = CONDITION) -> FeatureEncoder:
    """The feature encoder of the UNet, or of a classifier with `CLASSIFIER_CONDITION`."""
    own = _part(state, prefix, "feature encoder")
    width, features = _shape(own, "embedder.0.weight", "feature encoder")
    positions = _shape(own, "pos_emb.weight", "feature encoder")[0]
    return _filled(lambda: FeatureEncoder(features, width, positions), own, "feature encoder")


def load_classifier(state: State, heads: int = HEADS) -> AlignmentClassifier:
    """The classifier of either classifier checkpoint, without gradients of its own."""
    own = ldm_unet.to_stock(_part(state, CLASSIFIER, "alignment classifier"))
    config = _classifier_config(own)
    net = _filled(lambda: AlignmentClassifier(**config, heads=heads), own, "alignment classifier")
    return net.requires_grad_(False)


def load_audio_encoder(state: State) -> CavpAudioEncoder:
    """The audio half of CAVP."""
    own = _part(state, AUDIO, "audio half of CAVP")
    what = "audio half of CAVP"
    bands, features = _shape(own, "bn.weight", what)[0], _shape(own, "final_project.weight", what)[0]
    _shape(own, "conv_block1.conv1.weight", what)
    return _filled(lambda: CavpAudioEncoder(bands, block_widths(own), features), own, what)


def _part(state: State, prefix: str, what: str) -> dict[str, Any]:
    own = strip_prefix(state, prefix)
    if not own:
        message = f"This file holds no {what}: no key begins with {prefix} Check which of the published files it is."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    return own


def _filled(build: Callable[[], Module], state: State, what: str) -> Module:
    with torch.device("meta"):
        module = build()
    load_exactly(module, state, what, assign=True)
    return module.eval()


def _shape(state: State, key: str, what: str) -> tuple[int, ...]:
    """A tensor's shape; raises FoleyCueError if it is missing."""
    try:
        return shape_of(state, key, (1, 2, 4))
    except ShapeTrouble as trouble:
        message = f"The {what} cannot be sized: {trouble}. The file is incomplete or of another kind."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def _classifier_config(state: State) -> dict[str, Any]:
    what = "alignment classifier"
    levels = range(count_of(state, r"down_blocks\.(\d+)\."))
    crossing = first_key(state, r".*attn2\.to_k\.weight$") or "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    return {
        "in_channels": _shape(state, "conv_in.weight", what)[1],
        "block_out_channels": [_shape(state, f"down_blocks.{i}.resnets.0.conv1.weight", what)[0] for i in levels],
        "attends": [first_key(state, rf"down_blocks\.{i}\.attentions\.") is not None for i in levels],
        "layers_per_block": count_of(state, r"down_blocks\.0\.resnets\.(\d+)\."),
        "cross_attention_dim": _shape(state, crossing, what)[1],
        "pooled": _shape(state, "conv_out.weight", what)[0],
    }
