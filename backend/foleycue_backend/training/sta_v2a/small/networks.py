# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of the small model: every class of the full one, narrow."""

from __future__ import annotations

from typing import Any

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers.models.speecht5.configuration_speecht5 import SpeechT5HifiGanConfig
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.training.mini.phrases import HELD_OUT, TRAIN

#: Width of the text states, and so of the global picture tokens.
WIDTH = 64
_PAD, _END, _UNKNOWN = "<pad>", "</s>", "<unk>"


def vae() -> AutoencoderKL:
    """Two fewer channels and one block less a level than AudioLDM's; 8 latent channels, time and mel 4 to 1."""
    options: dict[str, Any] = {
        "down_block_types": ["DownEncoderBlock2D"] * 3,
        "up_block_types": ["UpDecoderBlock2D"] * 3,
        "block_out_channels": [32, 32, 64],
    }
    return AutoencoderKL(
        in_channels=1, out_channels=1, layers_per_block=1, latent_channels=8, norm_num_groups=32, **options
    )


def vocoder() -> SpeechT5HifiGan:
    """AudioLDM's HiFi-GAN with an eighth of its channels."""
    return SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            sampling_rate=16000,
            upsample_initial_channel=128,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
            resblock_kernel_sizes=[3, 7, 11],
            resblock_dilation_sizes=[[1, 3, 5]] * 3,
            leaky_relu_slope=0.1,
            normalize_before=False,
        )
    )


def video_encoder() -> CavpVideoEncoder:
    """An eighth of CAVP's channels, one or two blocks a stage."""
    return CavpVideoEncoder(base_channels=8, stage_blocks=(1, 1, 2, 2), features=512)


def unet() -> UNet2DConditionModel:
    """The published order of blocks at a quarter of its width and less, one layer a block."""
    return UNet2DConditionModel(
        in_channels=8,
        out_channels=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(32, 64, 64, 64),
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
    )


def text_encoder(words: int) -> T5EncoderModel:
    """A T5 encoder of two layers, gated GELU as in Flan-T5."""
    return T5EncoderModel(
        T5Config(
            vocab_size=words,
            d_model=WIDTH,
            d_kv=16,
            d_ff=128,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
            dropout_rate=0.0,
            # T5's own start is made for a vocabulary of a hundred times this size.
            initializer_factor=0.3,
        )
    )


def tokenizer() -> PreTrainedTokenizerFast:
    """Word pieces of all phrases of the bank, ended by </s>, as T5's tokenizer ends them."""
    inner = Tokenizer(models.Unigram())
    inner.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    phrases = [phrase for group in (TRAIN, HELD_OUT) for text in group.values() for phrase in text.split("|")]
    trainer = trainers.UnigramTrainer(vocab_size=512, special_tokens=[_PAD, _END, _UNKNOWN], unk_token=_UNKNOWN)
    inner.train_from_iterator(phrases, trainer)
    inner.post_processor = processors.TemplateProcessing(
        single=f"$A {_END}", special_tokens=[(_END, inner.token_to_id(_END))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, pad_token=_PAD, eos_token=_END, unk_token=_UNKNOWN, model_max_length=512
    )
