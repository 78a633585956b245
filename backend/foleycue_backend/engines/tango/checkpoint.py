# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of Tango's main file, `pytorch_model_main.bin`, under its own key names.

The autoencoder and the vocoder lie in `pytorch_model_vae.bin` (see `parts.autoencoder` and `parts.vocoder`), and the
noise schedule is `parts.schedule.ddpm`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers.models.t5.modeling_t5 import T5EncoderModel

from foleycue_backend.engines.parts import t5
from foleycue_backend.engines.parts.state_dict import State, split_parts
from foleycue_backend.engines.parts.unet_shapes import load_unet

PREFIXES = {"unet": "unet.", "text_encoder": "text_encoder."}
#: Longest prompt of the published tokenizer; what is longer is cut.
MAX_TOKENS = 512
#: Factor of the latents in the published vae_config.json, for a file of weights alone.
SCALE_FACTOR = 0.9227914214134216
#: Steps and guidance of the published `generate`.
STEPS, GUIDANCE = 100, 3.0


@dataclass(frozen=True)
class TangoNetworks:
    """What makes latents of a prompt."""

    unet: UNet2DConditionModel
    text_encoder: T5EncoderModel


def load(state: State, stated_unet: Mapping[str, Any] | None = None) -> TangoNetworks:
    """Both networks, widths from shapes; `stated_unet` is the UNet's configuration where its widths are unknown.

    Raises FoleyCueError (bad-input) for foreign, missing and mis-shaped keys, ShapeTrouble for networks of another
    kind.
    """
    parts = split_parts(state, PREFIXES, "Tango")
    return TangoNetworks(load_unet(parts["unet"], stated_unet), t5.load(parts["text_encoder"]))
