# SPDX-License-Identifier: GPL-3.0-or-later
"""A small STA-V2A checkpoint with random weights, in the files, names and layout in which the authors publish theirs.

The modules are the real classes, narrow; the names of the sound codec's keys are made here, apart from the product's
own key map.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig, T5Config, T5EncoderModel, T5Tokenizer

from fakes.hub import FakeHub
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor

SCALE_FACTOR = 0.75
CHANNELS = (32, 32, 32, 64)
_WORDS = "a the of on in and dog door wood metal knock step hit bell rain man walks barks loud soft footsteps sound"

Weights = dict[str, Tensor]


@dataclass
class Published:
    """The modules whose weights were written, and where the files are (paths below `folder`)."""

    folder: Path
    main: Path
    unet: UNet2DConditionModel
    controlnet: CueControlNet
    vae: AutoencoderKL
    vocoder: SpeechT5HifiGan
    text_encoder: T5EncoderModel
    tokenizer: T5Tokenizer
    video_encoder: CavpVideoEncoder
    local_features: LocalFeatures
    onset_predictor: OnsetPredictor
    attentive_pooling: AttentivePooling | None
    cavp: Path = Path("cvap/cavp_epoch66.ckpt")
    codec: Path = Path("saved/pretrained_model/audioldm-s-full.ckpt")
    summary: Path = Path("saved/STA-V2A/summary.jsonl")
    text: Path = Path("google/flan-t5-large")
    unet_config: Path = Path("saved/tta/unet/config.json")


def write_published(
    folder: Path,
    *,
    onset_input: int = 640,
    global_tokens: bool = True,
    frozen: bool = True,
    safetensors: bool = False,
    seed: int = 0,
    width: int = 32,
    prefix: str = "",
) -> Published:
    """Write the checkpoint below `folder`, and return the modules that it was written from.

    onset_input 640 has windows, 128 has none; frozen says whether text encoder, picture encoder and UNet are in the
    main file; width is that of the text (1024 in the real one).
    """
    made = _modules(folder, onset_input, global_tokens, safetensors, seed, width)
    _write_main(made, frozen, safetensors)
    _write_cavp(made)
    _write_codec(made)
    _write_text(made)
    _write_unet(made, weights=not frozen)
    summary = {
        "text_encoder_name": "google/flan-t5-large",
        "scheduler_name": "stabilityai/stable-diffusion-2-1",
        "unet_model_name": "saved/tta",
        "unet_model_config": None,
        "snr_gamma": 5.0,
        "prefix": prefix,
    }
    (folder / made.summary).write_text(json.dumps(summary) + "\n" + json.dumps({"epoch": 1, "train_loss": 0.5}) + "\n")
    return made


def _modules(
    folder: Path, onset_input: int, global_tokens: bool, safetensors: bool, seed: int, width: int
) -> Published:
    torch.manual_seed(seed)
    unet = tiny_unet(width)
    tokenizer = tiny_tokenizer()
    made = Published(
        folder=folder,
        main=Path("saved/STA-V2A/best/pytorch_model_2" + (".safetensors" if safetensors else ".bin")),
        unet=unet,
        controlnet=CueControlNet.from_unet(unet, 128),
        vae=tiny_vae(),
        vocoder=tiny_vocoder(),
        text_encoder=tiny_text_encoder(len(tokenizer), width),
        tokenizer=tokenizer,
        video_encoder=CavpVideoEncoder(base_channels=4, stage_blocks=(2, 1, 1, 1), features=512),
        local_features=LocalFeatures(windows=onset_input == 640),
        onset_predictor=OnsetPredictor(onset_input),
        attentive_pooling=AttentivePooling(512, width) if global_tokens else None,
    )
    for module in vars(made).values():
        if isinstance(module, nn.Module):
            shake(module.eval())
    make_audible(made.vocoder)
    return made


def make_audible(vocoder: SpeechT5HifiGan) -> None:
    """Weights that carry the mel to the sound: random ones as they are drawn drown it in the biases."""
    for name, parameter in vocoder.named_parameters():
        if name.endswith("weight"):
            parameter.data *= 0.7 / (parameter.std() * parameter[0].numel() ** 0.5)


def shake(module: nn.Module) -> None:
    """Make what starts as zero or one random too, so that no part of the sound is silent by its start values."""
    for parameter in module.parameters():
        if parameter.std(unbiased=False) < 1e-6:
            parameter.data += 0.05 * torch.randn_like(parameter)
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.add_(0.1 * torch.randn_like(buffer))
        elif name.endswith("running_var"):
            buffer.add_(0.1 * torch.rand_like(buffer))


def tiny_unet(width: int) -> UNet2DConditionModel:
    """The published block order and options, narrow."""
    return UNet2DConditionModel(
        sample_size=(32, 2),
        in_channels=8,
        out_channels=8,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=width,
        attention_head_dim=4,
    )


def tiny_vae() -> AutoencoderKL:
    """AudioLDM's autoencoder, narrow: three levels, so that both axes shrink by four."""
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(32, 32, 64),
        layers_per_block=1,
        latent_channels=8,
        norm_num_groups=32,
        scaling_factor=SCALE_FACTOR,
    )


def tiny_vocoder() -> SpeechT5HifiGan:
    """HiFi-GAN with the published rates and kernels, narrow."""
    return SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            sampling_rate=16000,
            upsample_initial_channel=32,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
            normalize_before=False,
        )
    )


def tiny_text_encoder(vocabulary: int, width: int) -> T5EncoderModel:
    """A T5 encoder of two layers with gated GELU, as Flan-T5 has it."""
    return T5EncoderModel(
        T5Config(
            vocab_size=vocabulary,
            d_model=width,
            d_kv=8,
            d_ff=48,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
            tie_word_embeddings=False,
        )
    )


def tiny_tokenizer() -> T5Tokenizer:
    """T5's own tokenizer with a few words; what it has not is spelt in letters. Pad 0, end 1, unknown 2."""
    pieces = [f"▁{word}" for word in _WORDS.split()] + ["▁", *"abcdefghijklmnopqrstuvwxyz,."]
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -20.0)]
    vocabulary += [(piece, -2.0 if len(piece) > 2 else -6.0) for piece in pieces]
    return T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=512)


def ldm_vae_weights(vae: AutoencoderKL) -> Weights:
    """The autoencoder's weights under AudioLDM's names and shapes, without a prefix."""
    levels = len(vae.config["block_out_channels"])
    return {_ldm_name(key, levels): _ldm_shape(key, value) for key, value in vae.state_dict().items()}


def _ldm_name(key: str, levels: int) -> str:
    key = re.sub(r"up_blocks\.(\d+)", lambda found: f"up.{levels - 1 - int(found[1])}", key)
    for ours, theirs in (
        (r"down_blocks\.(\d+)", r"down.\1"),
        (r"mid_block\.resnets\.0", "mid.block_1"),
        (r"mid_block\.resnets\.1", "mid.block_2"),
        (r"mid_block\.attentions\.0\.group_norm", "mid.attn_1.norm"),
        (r"mid_block\.attentions\.0\.to_([qkv])", r"mid.attn_1.\1"),
        (r"mid_block\.attentions\.0\.to_out\.0", "mid.attn_1.proj_out"),
        (r"resnets\.(\d+)", r"block.\1"),
        (r"(down|up)samplers\.0", r"\1sample"),
        ("conv_shortcut", "nin_shortcut"),
        ("conv_norm_out", "norm_out"),
    ):
        key = re.sub(ours, theirs, key)
    return key


def _ldm_shape(key: str, value: Tensor) -> Tensor:
    attention = ".attentions." in key and value.ndim == 2
    return value[:, :, None, None].clone() if attention else value.clone()


def hifigan_weights(vocoder: SpeechT5HifiGan) -> Weights:
    """The vocoder's weights under the original's names, without a prefix."""
    return {
        re.sub(r"^upsampler\.", "ups.", key): value.clone()
        for key, value in vocoder.state_dict().items()
        if key not in ("mean", "scale")
    }


def main_weights(made: Published, frozen: bool = True) -> Weights:
    """The state dict of the authors' whole model; without the frozen parts only what was trained."""
    parts = {
        "controlnet.": made.controlnet,
        "trans_cvap_feature.": made.local_features,
        "pre_onset.": made.onset_predictor,
        "global_video_feature.": made.attentive_pooling,
    }
    if frozen:
        parts |= {
            "unet.": made.unet,
            "text_encoder.": made.text_encoder,
            "extract_cavp.stage1_model.": made.video_encoder,
        }
    weights = {
        prefix + key: value.clone()
        for prefix, module in parts.items()
        if module is not None
        for key, value in module.state_dict().items()
    }
    if frozen:
        # The contrastive model's audio half is part of the object that the authors keep.
        weights["extract_cavp.stage1_model.logit_scale"] = torch.tensor(2.5)
        weights["extract_cavp.stage1_model.spec_encoder.conv1.weight"] = torch.zeros(2, 1, 3, 3)
        weights["text_encoder.encoder.embed_tokens.weight"] = weights["text_encoder.shared.weight"].clone()
    return weights


def save_weights(path: Path, weights: Weights) -> None:
    """Write a state dict as the name's ending says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".safetensors":
        save_file({key: value.contiguous() for key, value in weights.items()}, path)
    else:
        torch.save(weights, path)


def _write_main(made: Published, frozen: bool, safetensors: bool) -> None:
    save_weights(made.folder / made.main, main_weights(made, frozen))


def _write_cavp(made: Published) -> None:
    """As a training framework leaves it: below state_dict, with module. in front, beside counters."""
    weights = {f"module.{key}": value.clone() for key, value in made.video_encoder.state_dict().items()}
    weights["module.spec_encoder.conv1.weight"] = torch.zeros(2, 1, 3, 3)
    weights["module.logit_scale"] = torch.tensor(2.5)
    path = made.folder / made.cavp
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"epoch": 66, "global_step": 1000, "state_dict": weights}, path)


def codec_weights(made: Published) -> Weights:
    """The sound codec's part of the AudioLDM checkpoint, with its prefixes and some of what else is there."""
    weights = {f"first_stage_model.{key}": value for key, value in tango_vae_weights(made).items()}
    weights["scale_factor"] = torch.tensor(SCALE_FACTOR)
    weights["model.diffusion_model.time_embed.0.weight"] = torch.zeros(4, 4)
    weights["cond_stage_model.model.logit_scale_a"] = torch.tensor(1.0)
    return weights


def _write_codec(made: Published) -> None:
    path = made.folder / made.codec
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"state_dict": codec_weights(made)}, path)


def _write_text(made: Published) -> None:
    made.text_encoder.save_pretrained(made.folder / made.text)
    made.tokenizer.save_pretrained(made.folder / made.text)


def _write_unet(made: Published, weights: bool) -> None:
    path = made.folder / made.unet_config
    path.parent.mkdir(parents=True, exist_ok=True)
    made.unet.save_config(path.parent)
    if weights:
        torch.save(made.unet.state_dict(), path.parent / "diffusion_pytorch_model.bin")


def publish(made: Published, hub: FakeHub) -> None:
    """Put the files into a hub's repositories, each where the real one has it."""
    authors = "y-ren16/STAV2A"
    hub.licences = {"google/flan-t5-large": "apache-2.0", "declare-lab/tango": "cc-by-nc-sa-4.0"}
    for path in (made.main, made.summary, made.unet_config):
        hub.add(authors, path.as_posix(), made.folder / path)
    hub.add(authors, "README.md", b"a model")
    hub.add("SimianLuo/Diff-Foley", f"diff_foley_ckpt/{made.cavp.name}", made.folder / made.cavp)
    codec = made.folder.parent / "pytorch_model_vae.bin"
    save_weights(codec, tango_vae_weights(made))
    hub.add("declare-lab/tango", codec.name, codec)
    hub.add("declare-lab/tango", "vae_config.json", json.dumps({"scale_factor": SCALE_FACTOR}).encode())
    for path in (made.folder / made.text).iterdir():
        hub.add("google/flan-t5-large", path.name, path)


def tango_vae_weights(made: Published) -> Weights:
    """Autoencoder and vocoder as Tango publishes them: no prefix, no scale factor."""
    return ldm_vae_weights(made.vae) | {f"vocoder.{k}": v for k, v in hifigan_weights(made.vocoder).items()}
