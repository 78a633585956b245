# SPDX-License-Identifier: GPL-3.0-or-later
"""Grounding DINO, SAM 2 and CLIP's text tower as published, but tiny: real classes, real file names, random weights."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast
from transformers.models.clip.configuration_clip import CLIPConfig, CLIPTextConfig, CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPModel
from transformers.models.grounding_dino.configuration_grounding_dino import GroundingDinoConfig
from transformers.models.grounding_dino.image_processing_pil_grounding_dino import GroundingDinoImageProcessorPil
from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoForObjectDetection
from transformers.models.sam2.configuration_sam2 import Sam2HieraDetConfig, Sam2VisionConfig
from transformers.models.sam2_video.configuration_sam2_video import (
    Sam2VideoConfig,
    Sam2VideoMaskDecoderConfig,
    Sam2VideoPromptEncoderConfig,
)
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoModel
from transformers.models.swin.configuration_swin import SwinConfig

WORDS = ("car", "man", "dog", "bell", "drum", "engine", "fan", "race")
#: Grounding DINO tells the tokens between its labels by BERT's own numbers.
_FIXED = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, ".": 1012, "?": 1029}
SAM_SIZE = 64


def bert_tokenizer() -> PreTrainedTokenizerFast:
    """Whole words, in BERT's frame."""
    names = {number: name for name, number in _FIXED.items()} | {200 + k: word for k, word in enumerate(WORDS)}
    vocabulary = {names.get(number, f"[unused{number}]"): number for number in range(1030)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 101), ("[SEP]", 102)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )  # fmt: skip


def write_detector(folder: Path, seed: int = 0) -> Path:
    """A folder as IDEA-Research/grounding-dino-tiny is one."""
    torch.manual_seed(seed)
    text: dict[str, Any] = {
        "model_type": "bert", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "vocab_size": 1030, "max_position_embeddings": 64,
    }  # fmt: skip
    swin: Any = SwinConfig(
        image_size=64, patch_size=4, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=4
    )  # fmt: skip
    swin.out_features = ["stage2", "stage3", "stage4"]
    config = GroundingDinoConfig(
        backbone_config=swin, text_config=text, d_model=32, encoder_layers=1, decoder_layers=2,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, num_queries=10,
        max_text_len=32,
    )  # fmt: skip
    GroundingDinoForObjectDetection(config).save_pretrained(folder)
    GroundingDinoImageProcessorPil(size={"shortest_edge": 128, "longest_edge": 192}).save_pretrained(folder)
    bert_tokenizer().save_pretrained(folder)
    return folder


def write_masks(folder: Path, seed: int = 0) -> Path:
    """A folder as facebook/sam2.1-hiera-tiny is one."""
    torch.manual_seed(seed)
    hiera = Sam2HieraDetConfig(
        hidden_size=8,
        image_size=[SAM_SIZE, SAM_SIZE], blocks_per_stage=[1, 1, 2, 1], embed_dim_per_stage=[8, 16, 32, 64],
        num_attention_heads_per_stage=[1, 1, 1, 1], window_size_per_stage=[4, 4, 4, 4], global_attention_blocks=[3],
        window_positional_embedding_background_size=[4, 4],
    )  # fmt: skip
    sizes = [[SAM_SIZE // step, SAM_SIZE // step] for step in (4, 8, 16)]
    vision = Sam2VisionConfig(
        backbone_config=hiera, backbone_channel_list=[64, 32, 16, 8], backbone_feature_sizes=sizes, fpn_hidden_size=128
    )
    config = Sam2VideoConfig(
        vision_config=vision,
        prompt_encoder_config=Sam2VideoPromptEncoderConfig(hidden_size=128, image_size=SAM_SIZE),
        mask_decoder_config=Sam2VideoMaskDecoderConfig(
            hidden_size=128, mlp_dim=32, num_attention_heads=2, iou_head_hidden_dim=16
        ),
        image_size=SAM_SIZE, memory_attention_hidden_size=128, memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32, memory_encoder_hidden_size=128, memory_encoder_output_channels=64,
        mask_downsampler_embed_dim=128, memory_fuser_embed_dim=128, memory_fuser_intermediate_dim=32,
        memory_fuser_num_layers=1, memory_attention_rope_feat_sizes=[4, 4],
    )  # fmt: skip
    network = Sam2VideoModel(config)
    # Random weights say of nearly everything that it is not there; these say that it is.
    torch.nn.init.constant_(network.mask_decoder.pred_obj_score_head.proj_out.bias, 3.0)
    network.save_pretrained(folder)
    return folder


def write_clip(folder: Path, width: int = 20) -> Path:
    """A folder as openai/clip-vit-large-patch14 is one, both towers."""
    torch.manual_seed(3)
    small: dict[str, Any] = {
        "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2,
        "projection_dim": width,
    }  # fmt: skip
    vocabulary = len(WORDS) + 2
    text = CLIPTextConfig(
        **small, vocab_size=vocabulary, max_position_embeddings=16, bos_token_id=None, eos_token_id=vocabulary - 1
    )
    vision = CLIPVisionConfig(**small, image_size=32, patch_size=16)
    CLIPModel(
        CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=width)
    ).save_pretrained(folder)
    names = {word: number for number, word in enumerate(("<unknown>", *WORDS, "<end>"))}
    tokenizer = Tokenizer(models.WordLevel(names, unk_token="<unknown>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <end>", special_tokens=[("<end>", vocabulary - 1)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unknown>", eos_token="<end>", pad_token="<end>", model_max_length=16
    ).save_pretrained(folder)
    return folder
