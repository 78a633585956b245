# SPDX-License-Identifier: GPL-3.0-or-later
"""Small FoleyCrafter checkpoints with random weights, in the three repositories, files and key names as published.

The modules are the real classes, narrow; what their authors' training left beside the weights is there too.
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.schedulers.scheduling_pndm import PNDMScheduler
from torch import Tensor, nn
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    SpeechT5HifiGan,
)

from fakes.hub import FakeHub
from fakes.published_sta_v2a import make_audible, shake
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet
from foleycue_backend.engines.parts import vocoder

AUFFUSION = "auffusion/auffusion-full-no-adapter"
FOLEYCRAFTER = "ymzhang319/FoleyCrafter"
IP_ADAPTER = "h94/IP-Adapter"
WIDTH, EMBEDDING, TOKENS = 24, 20, 4
CHANNELS = (32, 32, 64, 64)

Weights = dict[str, Tensor]

TEMPORAL = Path("temporal_adapter.ckpt")
DETECTOR = Path("timestamp_detector.pth.tar")
SEMANTIC = Path("semantic/semantic_adapter.bin")
VOCODER = Path("vocoder/vocoder.pt")


@dataclass
class Published:
    """The modules whose weights were written, and the folder with one folder for each repository."""

    folder: Path
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: CLIPTextModel
    image_encoder: CLIPVisionModelWithProjection
    controlnet: ControlNetModel
    onset_net: OnsetNet
    vocoder: SpeechT5HifiGan
    semantic: dict[str, dict[str, Tensor]] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        """Auffusion's own folder."""
        return self.folder / "auffusion"

    @property
    def own(self) -> Path:
        """FoleyCrafter's own folder."""
        return self.folder / "foleycrafter"

    @property
    def tower(self) -> Path:
        """The picture encoder's folder."""
        return self.folder / "models/image_encoder"


def write_published(folder: Path, seed: int = 0) -> Published:
    """Write the three repositories below `folder`, and return the modules that they were written from."""
    made = _modules(folder, seed)
    for part in ("unet", "vae", "text_encoder"):
        getattr(made, part).save_pretrained(made.base / part, safe_serialization=False)
    PNDMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
    ).save_pretrained(made.base / "scheduler")
    _write_tokenizer(made.base / "tokenizer")
    made.image_encoder.save_pretrained(made.tower)
    write_own(made)
    return made


def write_own(made: Published) -> None:
    """Write what FoleyCrafter itself publishes."""
    for path in (SEMANTIC, VOCODER):
        (made.own / path).parent.mkdir(parents=True, exist_ok=True)
    torch.save(made.semantic, made.own / SEMANTIC)
    torch.save(temporal_file(made), made.own / TEMPORAL)
    torch.save({"epoch": 40, "state_dict": wrapped(made.onset_net)}, made.own / DETECTOR)
    torch.save({"generator": weight_normed(made.vocoder)}, made.own / VOCODER)
    (made.own / "vocoder/config.json").write_text(json.dumps(vocoder_config()))


def wrapped(network: nn.Module) -> Weights:
    """The weights as data-parallel training leaves them."""
    return {f"module.{key}": value.clone() for key, value in network.state_dict().items()}


def temporal_file(made: Published) -> dict[str, Any]:
    """The whole content of temporal_adapter.ckpt: weights with strangers among them, and the optimizer's state."""
    moments = {"exp_avg": torch.zeros(3), "exp_avg_sq": torch.zeros(3)}
    strangers = {"module.time_conv_in.weight": torch.zeros(2, 2), "module.motion.scale": torch.ones(1)}
    return {
        "epoch": 7,
        "global_step": 500_000,
        "state_dict": {**wrapped(made.controlnet), **strangers},
        "optimizer": {"state": {0: moments}, "param_groups": [{"lr": 5e-5, "params": [0]}]},
    }


def weight_normed(network: SpeechT5HifiGan) -> Weights:
    """The generator's weights under the original's names, each as direction and length."""
    weights: Weights = {}
    for key, value in vocoder.to_published(network.state_dict()).items():
        if key.endswith("weight"):
            stem = key.removesuffix("weight")
            length = value.flatten(1).norm(dim=1).view(-1, *[1] * (value.ndim - 1))
            weights |= {f"{stem}weight_g": length, f"{stem}weight_v": 3 * value}
        else:
            weights[key] = value.clone()
    return weights


def vocoder_config() -> dict[str, Any]:
    """The published vocoder/config.json, narrow."""
    return {
        "resblock": "1",
        "num_mels": 256,
        "upsample_initial_channel": 32,
        "upsample_rates": [5, 4, 4, 2],
        "upsample_kernel_sizes": [11, 8, 8, 4],
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "sampling_rate": 16000,
        "hop_size": 160,
    }


def flatten(made: Published, folder: Path) -> None:
    """Every file of the three repositories side by side, told by a longer name where names would collide."""
    folder.mkdir()
    for path in made.folder.rglob("*"):
        if path.is_file():
            place = path.relative_to(made.folder)
            alone = path.name in ("vocab.json", "merges.txt", "tokenizer_config.json") or place.parent.name in (
                "foleycrafter", "semantic",
            )  # fmt: skip
            shutil.copy(path, folder / (path.name if alone else f"{place.parent.name}_{path.name}"))


def publish(made: Published, hub: FakeHub) -> None:
    """Put the files into a hub's repositories, each where the real one has it."""
    hub.licences = {AUFFUSION: "cc-by-nc-sa-4.0", FOLEYCRAFTER: "apache-2.0", IP_ADAPTER: "apache-2.0"}
    for repository, folder, below in (
        (AUFFUSION, made.base, made.base),
        (FOLEYCRAFTER, made.own, made.own),
        (IP_ADAPTER, made.tower, made.folder),
    ):
        for path in folder.rglob("*"):
            if path.is_file():
                hub.add(repository, path.relative_to(below).as_posix(), path)


def _modules(folder: Path, seed: int) -> Published:
    torch.manual_seed(seed)
    unet = tiny_unet()
    made = Published(
        folder=folder,
        unet=unet,
        vae=tiny_vae(),
        text_encoder=CLIPTextModel(_text_config()),
        image_encoder=CLIPVisionModelWithProjection(_vision_config()),
        controlnet=ControlNetModel.from_unet(unet, conditioning_channels=1),
        onset_net=OnsetNet(stem=4, widths=[4, 6], blocks=[1, 1], head=6),
        vocoder=vocoder.build(vocoder.config_from_published(vocoder_config())),
    )
    for module in vars(made).values():
        if isinstance(module, nn.Module):
            shake(module.eval())
    make_audible(made.vocoder)
    _make_undecided(made.onset_net)
    made.semantic = _semantic(unet)
    return made


def tiny_unet() -> UNet2DConditionModel:
    """Stable Diffusion's block order, narrow; the number of heads is in its configuration alone."""
    return UNet2DConditionModel(
        sample_size=64,
        in_channels=4,
        out_channels=4,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=WIDTH,
        attention_head_dim=2,
    )


def tiny_vae() -> AutoencoderKL:
    """Stable Diffusion's autoencoder, narrow: both axes shrink by eight."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(32, 32, 32, 32),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=32,
        scaling_factor=0.18215,
    )


def _text_config() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=WIDTH,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=77,
        bos_token_id=len(_vocabulary()) - 2,
        eos_token_id=len(_vocabulary()) - 1,
    )


def _vision_config() -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=16,
        intermediate_size=24,
        projection_dim=EMBEDDING,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=42,
        patch_size=14,
        hidden_act="gelu",
    )


def _vocabulary() -> dict[str, int]:
    pieces = [*"abcdefghijklmnopqrstuvwxyz,."]
    words = [*pieces, *(f"{piece}</w>" for piece in pieces), "<|startoftext|>", "<|endoftext|>"]
    return {word: number for number, word in enumerate(words)}


def _write_tokenizer(folder: Path) -> None:
    """CLIP's own two files: letters, and no pairs of them that are one."""
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps(_vocabulary()))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    told = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "pad_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))


def _semantic(unet: UNet2DConditionModel) -> dict[str, dict[str, Tensor]]:
    """Both nested parts of semantic_adapter.bin, in their order; attentions are counted down, up, middle."""
    looks: Weights = {}
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            attention: Any = unet.get_submodule(name.removesuffix(".processor"))
            for part in "kv":
                looks[f"{number}.to_{part}_ip.weight"] = torch.randn(attention.to_k.out_features, WIDTH) / 5
    projection = {
        "proj.weight": torch.randn(TOKENS * WIDTH, EMBEDDING),
        "proj.bias": torch.randn(TOKENS * WIDTH),
        "norm.weight": torch.ones(WIDTH),
        "norm.bias": torch.zeros(WIDTH),
    }
    return {"image_proj": projection, "ip_adapter": looks}


def _make_undecided(network: OnsetNet) -> None:
    """A head whose logits lie around zero for pictures of noise, so that they decide both ways."""
    last: Any = network.fc[2]
    with torch.no_grad():
        last.weight *= 40
        last.bias.zero_()
        clip = torch.randn(1, 3, 30, 28, 28, generator=torch.Generator().manual_seed(1))
        last.bias -= network(clip).mean()
