# SPDX-License-Identifier: GPL-3.0-or-later
"""STA-V2A with its real classes at a width that a test can afford; random weights, the same for the same seed."""

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

from foleycue_backend.engines.parts import autoencoder, schedule, vocoder
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline

WORDS = ("a", "dog", "barks", "glass", "breaks", "footsteps", "on", "wood", "knock", "door", "music")
WIDTH = 32

UNET = {
    "sample_size": (256, 16),
    "in_channels": 8,
    "out_channels": 8,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (16, 32),
    "layers_per_block": 1,
    "cross_attention_dim": WIDTH,
    "attention_head_dim": 4,
    "norm_num_groups": 8,
}
VOCODER = {
    "num_mels": 64,
    "upsample_initial_channel": 32,
    "upsample_rates": [5, 4, 2, 2, 2],
    "upsample_kernel_sizes": [16, 16, 8, 4, 4],
    "resblock_kernel_sizes": [3],
    "resblock_dilation_sizes": [[1, 3]],
}


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """Words to ids, with T5's end token after each text."""
    vocabulary = {word: index for index, word in enumerate(("<pad>", "</s>", "<unk>", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=200
    )


def tiny_text_encoder() -> T5EncoderModel:
    """A T5 encoder of two layers."""
    config = T5Config(
        vocab_size=3 + len(WORDS),
        d_model=WIDTH,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        feed_forward_proj="gated-gelu",
    )
    return T5EncoderModel(config).eval()


def liven(controlnet: CueControlNet) -> CueControlNet:
    """A fresh ControlNet adds nothing: random taps, so that a test sees what it does. Returns the same object."""
    for parameter in controlnet.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.2)
    return controlnet


def tiny_pipeline(seed: int = 0, *, windows: bool = True, picture_tokens: bool = True) -> StaV2aPipeline:
    """A pipeline of under a million parameters; `windows` and `picture_tokens` as the published variants."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        unet = UNet2DConditionModel(**UNET)
        controlnet = liven(CueControlNet.from_unet(unet))
        local = LocalFeatures(windows=windows)
        return StaV2aPipeline(
            unet=unet,
            controlnet=controlnet,
            vae=autoencoder.build(autoencoder._config([32, 32, 32], 1, 8, 1, 0.2)),
            vocoder=vocoder.build(vocoder.config_from_published(VOCODER)),
            text_encoder=tiny_text_encoder(),
            tokenizer=tiny_tokenizer(),
            video_encoder=CavpVideoEncoder(base_channels=4, stage_blocks=(1, 1, 1, 1)),
            local_features=local,
            onset_predictor=OnsetPredictor(640 if windows else 128),
            attentive_pooling=AttentivePooling(size=WIDTH) if picture_tokens else None,
            scheduler=schedule.ddpm(),
        )
