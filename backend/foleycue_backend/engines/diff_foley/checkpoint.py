# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of the published files' state dicts: prefix off, names to stock names, sizes from the tensors' shapes.

`ldm_epoch240.ckpt` holds UNet, autoencoder and feature encoder, `double_guidance_classifier.ckpt` and
`eval_classifier.ckpt` a classifier with a feature encoder, `cavp_epoch66.ckpt` both halves of CAVP. Buffers of the
noise schedule lie beside them and are not needed. Whatever does not fit raises FoleyCueError (bad-input) that names
each key, and the networks take the tensors themselves.
"""

from __future__ import annotations

from typing import Any, cast

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.checkpoints import unet_shapes
from foleycue_backend.engines.checkpoints.conversion import Component, reading
from foleycue_backend.engines.checkpoints.state_dict import State, filled, strip_prefix
from foleycue_backend.engines.checkpoints.unet_shapes import Config, count_of, first_key, shape_of
from foleycue_backend.engines.diff_foley.audio_encoder import CavpAudioEncoder
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.diff_foley.latents import SCALE_FACTOR
from foleycue_backend.engines.parts import autoencoder, ldm_unet
from foleycue_backend.engines.parts.cnn14 import block_widths
from foleycue_shared.errors import ErrorCode, FoleyCueError

UNET, AUTOENCODER, CONDITION = "model.diffusion_model.", "first_stage_model.", "cond_stage_model."
CLASSIFIER, CLASSIFIER_CONDITION = "model.", "cond_model."
AUDIO = "spec_encoder."
#: Attention heads of the UNet and the classifier, which shapes do not tell.
HEADS = 8

_UNNAMED = "this file"
_VECTORS = (1, 2, 4)


def unet(state: State, source: str = _UNNAMED, heads: int = HEADS) -> Component:
    """The UNet of the diffusion checkpoint."""
    stock = ldm_unet.to_stock(_part(state, UNET, "UNet", source))
    with reading("UNet"):
        config = unet_shapes.unet_config(stock, {"attention_head_dim": heads})
    return Component("unet", source, lambda: UNet2DConditionModel(**config), stock)


def vae(state: State, source: str = _UNNAMED, scale_factor: float = SCALE_FACTOR) -> Component:
    """The autoencoder of the diffusion or the evaluation checkpoint."""
    own = _part(state, AUTOENCODER, "autoencoder", source)
    config = autoencoder.config_from_shapes(own, scale_factor)
    return Component("vae", source, lambda: autoencoder.build(config), autoencoder.to_stock(own))


def feature_encoder(state: State, prefix: str = CONDITION, source: str = _UNNAMED) -> Component:
    """The feature encoder of the UNet, or of a classifier with `CLASSIFIER_CONDITION`."""
    own = _part(state, prefix, "feature encoder", source)
    with reading("feature encoder"):
        width, features = shape_of(own, "embedder.0.weight")
        positions = shape_of(own, "pos_emb.weight")[0]
    name = "feature_encoder" if prefix == CONDITION else "alignment_encoder"
    return Component(name, source, lambda: FeatureEncoder(features, width, positions), own)


def classifier(state: State, source: str = _UNNAMED, heads: int = HEADS) -> Component:
    """The classifier of either classifier checkpoint."""
    own = ldm_unet.to_stock(_part(state, CLASSIFIER, "alignment classifier", source))
    with reading("alignment classifier"):
        config = _classifier_config(own)
    return Component("alignment_classifier", source, lambda: AlignmentClassifier(**config, heads=heads), own)


def load_unet(state: State, heads: int = HEADS) -> UNet2DConditionModel:
    """The UNet, filled."""
    return cast(UNet2DConditionModel, _loaded(unet(state, heads=heads)))


def load_autoencoder(state: State, scale_factor: float = SCALE_FACTOR) -> AutoencoderKL:
    """The autoencoder, filled."""
    return cast(AutoencoderKL, _loaded(vae(state, scale_factor=scale_factor)))


def load_feature_encoder(state: State, prefix: str = CONDITION) -> FeatureEncoder:
    """A feature encoder, filled."""
    return cast(FeatureEncoder, _loaded(feature_encoder(state, prefix)))


def load_classifier(state: State, heads: int = HEADS) -> AlignmentClassifier:
    """A classifier, filled and without gradients of its own."""
    return cast(AlignmentClassifier, _loaded(classifier(state, heads=heads)).requires_grad_(False))


def load_audio_encoder(state: State) -> CavpAudioEncoder:
    """The audio half of CAVP, filled."""
    own = _part(state, AUDIO, "audio half of CAVP", _UNNAMED)
    with reading("audio half of CAVP"):
        bands, features = shape_of(own, "bn.weight", _VECTORS)[0], shape_of(own, "final_project.weight")[0]
        shape_of(own, "conv_block1.conv1.weight")
    return filled(lambda: CavpAudioEncoder(bands, block_widths(own), features), own, "audio half of CAVP")


def _loaded(component: Component) -> Any:  # noqa: ANN401 - each component has a class of its own
    return filled(component.build, component.state, component.name.replace("_", " "))


def _part(state: State, prefix: str, what: str, source: str) -> State:
    own = strip_prefix(state, prefix)
    if not own:
        message = f"There is no {what} in {source}: no key begins with {prefix} Check which published file it is."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    return own


def _classifier_config(state: State) -> Config:
    levels = range(count_of(state, r"down_blocks\.(\d+)\."))
    crossing = first_key(state, r".*attn2\.to_k\.weight$") or "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    return {
        "in_channels": shape_of(state, "conv_in.weight")[1],
        "block_out_channels": [shape_of(state, f"down_blocks.{i}.resnets.0.conv1.weight")[0] for i in levels],
        "attends": [first_key(state, rf"down_blocks\.{i}\.attentions\.") is not None for i in levels],
        "layers_per_block": count_of(state, r"down_blocks\.0\.resnets\.(\d+)\."),
        "cross_attention_dim": shape_of(state, crossing)[1],
        "pooled": shape_of(state, "conv_out.weight")[0],
    }
