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


_AUFFUSION_VOCODER: dict[str, Any] = {
    "num_mels": 256,
    "upsample_initial_channel": 512,
    "upsample_rates": [5, 4, 4, 2],
    "upsample_kernel_sizes": [11, 8, 8, 4],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5]] * 3,
}


def _sta_v2a(folder: Path) -> None:
    from sta_v2a_speed import build

    build(folder)


#: Stable Diffusion 1.x's UNet.
_SD_UNET: dict[str, Any] = {
    "in_channels": 4,
    "out_channels": 4,
    "layers_per_block": 2,
    "block_out_channels": (320, 640, 1280, 1280),
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
    "cross_attention_dim": 768,
    "attention_head_dim": 8,
}


def _diff_foley(folder: Path) -> None:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    from foleycue_backend.engines.checkpoints.conversion import save_parts
    from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
    from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
    from foleycue_backend.engines.parts import autoencoder
    from foleycue_backend.engines.parts.cavp import CavpVideoEncoder

    parts = {
        "unet": UNet2DConditionModel(**_SD_UNET),
        "vae": autoencoder.build(_SD_AUTOENCODER),
        "feature_encoder": FeatureEncoder(),
        "video_encoder": CavpVideoEncoder(),
        "alignment_classifier": AlignmentClassifier(),
        "alignment_encoder": FeatureEncoder(width=512),
    }
    save_parts(parts, folder)


def _foleycrafter(folder: Path) -> None:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import (
        CLIPTextConfig,
        CLIPTextModel,
        CLIPTokenizer,
        CLIPVisionConfig,
        CLIPVisionModelWithProjection,
    )

    from foleycue_backend.engines.checkpoints.conversion import save_parts
    from foleycue_backend.engines.foleycrafter.adapters import controlnet_of
    from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet
    from foleycue_backend.engines.foleycrafter.semantic_adapter import SemanticAdapter, crossing_layers
    from foleycue_backend.engines.foleycrafter.sound import pndm
    from foleycue_backend.engines.parts import autoencoder, vocoder

    unet = UNet2DConditionModel(**_SD_UNET)
    letters = [*"abcdefghijklmnopqrstuvwxyz", *(f"{letter}</w>" for letter in "abcdefghijklmnopqrstuvwxyz")]
    words = {word: number for number, word in enumerate([*letters, "<|startoftext|>", "<|endoftext|>"])}
    sight = CLIPVisionConfig(
        hidden_size=1280,
        intermediate_size=5120,
        projection_dim=1024,
        num_hidden_layers=32,
        num_attention_heads=16,
        patch_size=14,
        hidden_act="gelu",
    )
    text = CLIPTextConfig(
        hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, eos_token_id=53
    )
    parts = {
        "unet": unet,
        "controlnet": controlnet_of(unet, 1),
        "semantic_adapter": SemanticAdapter(layers=crossing_layers(unet)),
        "vae": autoencoder.build(_SD_AUTOENCODER),
        "vocoder": vocoder.build(vocoder.config_from_published(_AUFFUSION_VOCODER)),
        "text_encoder": CLIPTextModel(text),
        "image_encoder": CLIPVisionModelWithProjection(sight),
        "onset_net": OnsetNet(),
        "tokenizer": CLIPTokenizer(vocab=words, merges=[]),
        "scheduler": pndm(),
    }
    save_parts(parts, folder)


#: Tango's UNet, 865,933,768 values; VTA-LDM's is the same, narrower and for wider tokens, 578,052,168 values.
_TANGO_UNET: dict[str, Any] = {
    "in_channels": 8,
    "out_channels": 8,
    "layers_per_block": 2,
    "block_out_channels": (320, 640, 1280, 1280),
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
    "cross_attention_dim": 1024,
    "attention_head_dim": (5, 10, 20, 20),
    "use_linear_projection": True,
    "upcast_attention": True,
}


def _tango(folder: Path) -> None:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from sta_v2a_full_size import T5_LARGE, tokenizer
    from transformers import T5Config, T5EncoderModel

    from foleycue_backend.engines.checkpoints.conversion import save_parts

    parts = {
        "unet": UNet2DConditionModel(**_TANGO_UNET),
        "text_encoder": T5EncoderModel(T5Config(**T5_LARGE)),
        "tokenizer": tokenizer(),
    }
    save_parts({**parts, **_audioldm_codec()}, folder)


def _vta_ldm(folder: Path) -> None:
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    from foleycue_backend.engines.checkpoints.conversion import save_parts
    from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection

    unet = {**_TANGO_UNET, "block_out_channels": (320, 640, 640, 1280), "cross_attention_dim": 2048}
    sight = CLIPVisionConfig(
        hidden_size=1024,
        intermediate_size=4096,
        projection_dim=768,
        num_hidden_layers=24,
        num_attention_heads=16,
        patch_size=14,
    )
    parts = {
        "unet": UNet2DConditionModel(**unet),
        "image_encoder": CLIPVisionModelWithProjection(sight),
        "projection": TokenProjection(),
    }
    save_parts({**parts, **_audioldm_codec()}, folder)


def _audioldm_codec() -> dict[str, Any]:
    from sta_v2a_full_size import VAE, VOCODER

    from foleycue_backend.engines.parts import autoencoder, schedule, vocoder

    return {
        "vae": autoencoder.build(VAE),
        "vocoder": vocoder.build(vocoder.config_from_published(VOCODER)),
        "scheduler": schedule.ddpm(),
    }


#: Engine -> what writes its model into an empty folder.
BUILDERS: dict[str, Callable[[Path], None]] = {
    "sta-v2a": _sta_v2a,
    "tango": _tango,
    "vta-ldm": _vta_ldm,
    "diff-foley": _diff_foley,
    "foleycrafter": _foleycrafter,
}


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
