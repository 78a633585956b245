# SPDX-License-Identifier: GPL-3.0-or-later
"""A small VTA-LDM with random weights and its text tower: every class of the full one, narrow, to try the training on.

Its sound codec is one that was trained, given by its folder: without one nothing could be heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, SpeechT5HifiGan
from transformers.models.clip.configuration_clip import CLIPTextConfig, CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection, CLIPVisionModelWithProjection

from foleycue_backend.engines.checkpoints.conversion import save_parts
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection

_WIDTH, _EMBEDDING = 64, 32
_UNKNOWN, _END = "<unknown>", "<end>"


@dataclass(frozen=True)
class SmallSizes:
    """Channels of the UNet's levels."""

    channels: tuple[int, ...] = (16, 32, 48)


def write_small(folder: Path, codec: Path, sizes: SmallSizes = SmallSizes(), seed: int = 0) -> Path:
    """A model folder as the converter of VTA-LDM writes one, with `vae` and `vocoder` of the folder `codec`."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "unet": _unet(sizes),
        "vae": AutoencoderKL.from_pretrained(codec, subfolder="vae", local_files_only=True),
        "vocoder": SpeechT5HifiGan.from_pretrained(codec / "vocoder", local_files_only=True),
        "image_encoder": _vision(),
        "projection": TokenProjection(_EMBEDDING, _WIDTH),
        "scheduler": schedule.ddpm(),
    }
    save_parts(parts, folder)
    return folder


def _unet(sizes: SmallSizes) -> UNet2DConditionModel:
    levels = len(sizes.channels) - 1
    return UNet2DConditionModel(
        in_channels=8,
        out_channels=8,
        down_block_types=("DownBlock2D", *["CrossAttnDownBlock2D"] * levels),
        up_block_types=(*["CrossAttnUpBlock2D"] * levels, "UpBlock2D"),
        block_out_channels=sizes.channels,
        layers_per_block=1,
        cross_attention_dim=_WIDTH,
        attention_head_dim=4,
        norm_num_groups=8,
    )


def _vision() -> CLIPVisionModelWithProjection:
    return CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            image_size=224,
            patch_size=32,
            projection_dim=_EMBEDDING,
        )
    )


def write_text_tower(folder: Path, words: Sequence[str], seed: int = 0) -> Path:
    """A text tower and its tokenizer, as the model clip-text holds them, that knows these words.

    Its random weights are larger than stock ones, through which all words would mean nearly the same.
    """
    torch.manual_seed(seed)
    vocabulary = {word: number for number, word in enumerate((_UNKNOWN, *words, _END))}
    inner = Tokenizer(models.WordLevel(vocabulary, unk_token=_UNKNOWN))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.post_processor = processors.TemplateProcessing(single=f"$A {_END}", special_tokens=[(_END, vocabulary[_END])])
    named = PreTrainedTokenizerFast(
        tokenizer_object=inner, unk_token=_UNKNOWN, eos_token=_END, pad_token=_END, model_max_length=16
    )
    named.save_pretrained(folder)
    _text_tower(len(vocabulary)).save_pretrained(folder)
    return folder


def _text_tower(words: int) -> CLIPTextModelWithProjection:
    return CLIPTextModelWithProjection(
        CLIPTextConfig(
            vocab_size=words,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=1,
            num_attention_heads=4,
            max_position_embeddings=16,
            projection_dim=_EMBEDDING,
            initializer_factor=5.0,
            bos_token_id=None,
            eos_token_id=words - 1,
        )
    )
