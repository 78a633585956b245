# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of VTA-LDM's main file, `pytorch_model_2.bin`, under its own key names.

`pytorch_model.bin` beside it is Tango's autoencoder and vocoder, byte for byte; the noise schedule is Tango's too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection, CLIPVisionModelWithProjection

from foleycue_backend.engines.checkpoints.conversion import Component, reading
from foleycue_backend.engines.checkpoints.state_dict import State, filled, split_parts, strip_prefix
from foleycue_backend.engines.checkpoints.unet_shapes import shape_of
from foleycue_backend.engines.parts import clip
from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection

PREFIXES = {"unet": "unet.", "picture": "vid_fea_extractor."}
VISION, TEXT, LINEAR = "clip_vision.", "clip_text.", "linear_layer."

_UNNAMED = "this file"


@dataclass(frozen=True)
class PictureSide:
    """What makes tokens of pictures; `text` is in no published model."""

    vision: CLIPVisionModelWithProjection
    projection: TokenProjection
    text: CLIPTextModelWithProjection | None = None


def image_encoder(state: State, source: str = _UNNAMED, stated: Mapping[str, Any] | None = None) -> Component:
    """CLIP's vision tower, of the keys below `vid_fea_extractor.`."""
    own = clip.without_positions(strip_prefix(state, VISION))
    with reading("image_encoder"):
        tower = clip.vision_config(own, stated)
    return Component("image_encoder", source, lambda: CLIPVisionModelWithProjection(tower), own)


def projection(state: State, source: str = _UNNAMED, *, positions: bool = False) -> Component:
    """The layer after CLIP, of the same keys; `positions` is `pe` of the authors' summary."""
    own = {key: value for key, value in state.items() if key.startswith(LINEAR)}
    with reading("projection"):
        width, embedding = shape_of(own, f"{LINEAR}weight")
    return Component("projection", source, lambda: TokenProjection(embedding, width, positions), own)


def load_picture_side(
    state: State,
    stated_vision: Mapping[str, Any] | None = None,
    stated_text: Mapping[str, Any] | None = None,
    *,
    positions: bool = False,
) -> PictureSide:
    """The networks below `vid_fea_extractor.`, that prefix off; `positions` is `pe` of the authors' summary.

    Raises FoleyCueError (bad-input) naming the keys that do not fit, ShapeTrouble for networks of another kind.
    """
    prefixes = {"vision": VISION, "linear": LINEAR}
    if strip_prefix(state, TEXT):
        prefixes["text"] = TEXT
    parts = split_parts(state, prefixes, "VTA-LDM's picture side")
    layer = projection(state, positions=positions)
    text = clip.load_text(CLIPTextModelWithProjection, parts["text"], stated_text) if "text" in parts else None
    return PictureSide(
        clip.load_vision(parts["vision"], stated_vision),
        cast(TokenProjection, filled(layer.build, layer.state, "layer after CLIP")),
        text,
    )
