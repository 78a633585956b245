# SPDX-License-Identifier: GPL-3.0-or-later
"""Small checkpoints of Tango and VTA-LDM with random weights, in the files, names and layout of their authors."""

import json
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from fakes.hub import FakeHub
from fakes.published_sta_v2a import (
    SCALE_FACTOR,
    hifigan_weights,
    ldm_vae_weights,
    make_audible,
    save_weights,
    shake,
    tiny_text_encoder,
    tiny_tokenizer,
    tiny_unet,
    tiny_vae,
    tiny_vocoder,
)

WIDTH = 32
VISION = {
    "hidden_size": 24,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "image_size": 224,
    "patch_size": 56,
    "projection_dim": 20,
    "hidden_act": "quick_gelu",
}

Weights = dict[str, Tensor]


def write_tango(folder: Path) -> Weights:
    """The hub's files of Tango below `folder`, with Flan-T5's beside them; the weights of the main file."""
    torch.manual_seed(1)
    tokenizer = tiny_tokenizer()
    unet, text = tiny_unet(WIDTH), tiny_text_encoder(len(tokenizer), WIDTH)
    weights = _below("unet.", unet) | _below("text_encoder.", text)
    save_weights(folder / "pytorch_model_main.bin", weights)
    unet.save_config(folder / "unet")
    text.config.save_pretrained(folder / "flan-t5-large")
    tokenizer.save_pretrained(folder / "flan-t5-large")
    _write_codec(folder, "pytorch_model_vae.bin")
    return weights


def write_vta_ldm(folder: Path) -> Weights:
    """The hub's files of VTA-LDM below `folder`, with Tango's vae_config.json; the weights of the main file."""
    torch.manual_seed(2)
    tower = CLIPVisionModelWithProjection(CLIPVisionConfig(**VISION))
    unet, linear = tiny_unet(WIDTH), nn.Linear(VISION["projection_dim"], WIDTH)
    weights = _below("unet.", unet)
    weights |= _below("vid_fea_extractor.clip_vision.", tower) | _below("vid_fea_extractor.linear_layer.", linear)
    weights["vid_fea_extractor.clip_vision.vision_model.embeddings.position_ids"] = torch.arange(17)[None]
    save_weights(folder / "pytorch_model_2.bin", weights)
    summary = {"fea_encoder_name": "openai/clip-vit-large-patch14", "embedding_dim": WIDTH, "prefix": None}
    (folder / "summary.jsonl").write_text(json.dumps(summary) + "\n")
    unet.save_config(folder / "unet")
    tower.config.save_pretrained(folder / "clip")
    _write_codec(folder, "pytorch_model.bin")
    return weights


def publish(folder: Path, hub: FakeHub, repository: str) -> None:
    """Put the files of one system into a hub, each where the real one has it.

    Small networks have other numbers of heads than the published ones: their configurations lie beside the weights.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name.startswith("flan-t5-large/"):
            hub.add("google/flan-t5-large", path.name, path)
        elif path.name in ("pytorch_model_vae.bin", "pytorch_model.bin", "vae_config.json"):
            hub.add("declare-lab/tango", path.name.replace("model.bin", "model_vae.bin"), path)
        else:
            hub.add(repository, name, path)


def _below(prefix: str, network: nn.Module) -> Weights:
    shake(network.eval())
    return {prefix + key: value.clone() for key, value in network.state_dict().items()}


def _write_codec(folder: Path, name: str) -> None:
    """Autoencoder and vocoder as Tango publishes them: no prefix, the latents' factor beside them."""
    vae, vocoder = tiny_vae(), tiny_vocoder()
    make_audible(vocoder)
    weights = ldm_vae_weights(vae) | {f"vocoder.{key}": value for key, value in hifigan_weights(vocoder).items()}
    save_weights(folder / name, weights)
    (folder / "vae_config.json").write_text(json.dumps({"scale_factor": SCALE_FACTOR}))
