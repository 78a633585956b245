# SPDX-License-Identifier: GPL-3.0-or-later
"""Installed models of the published sizes with random weights, one function for each engine: time and memory of the
real one depend on sizes alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

_SD_AUTOENCODER: dict[str, Any] = {
    "in_channels": 3,
    "out_channels": 3,
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
    "latent_channels": 4,
    "scaling_factor": 0.18215,
}


def _sta_v2a(folder: Path) -> None:
    from sta_v2a_speed import build

    build(folder)


def _diff_foley(folder: Path) -> None:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
    from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
    from foleycue_backend.engines.parts import autoencoder
    from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
    from foleycue_backend.engines.parts.conversion import save_parts

    crossing = ["CrossAttnDownBlock2D"] * 3
    unet = UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        layers_per_block=2,
        block_out_channels=(320, 640, 1280, 1280),
        down_block_types=(*crossing, "DownBlock2D"),
        up_block_types=("UpBlock2D", *(kind.replace("Down", "Up") for kind in crossing)),
        cross_attention_dim=768,
        attention_head_dim=8,
    )
    parts = {
        "unet": unet,
        "vae": autoencoder.build(_SD_AUTOENCODER),
        "feature_encoder": FeatureEncoder(),
        "video_encoder": CavpVideoEncoder(),
        "alignment_classifier": AlignmentClassifier(),
        "alignment_encoder": FeatureEncoder(width=512),
    }
    save_parts(parts, folder)


#: Engine -> what writes its model into an empty folder.
BUILDERS: dict[str, Callable[[Path], None]] = {"sta-v2a": _sta_v2a, "diff-foley": _diff_foley}


def install(home: Path, engine: str) -> None:
    """The engine's model in the models folder of a home, unless it is there. Weights are always the same."""
    import torch

    from foleycue_backend.models.store import Store

    store = Store(home)
    if store.installed(engine) is None:
        torch.manual_seed(0)
        with store.changing(), store.placing(engine) as part:
            BUILDERS[engine](part)
            store.seal(part, engine, [])
