# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Diff-Foley checkpoint with random weights, in the files, names and layout in which its authors publish it.

The modules are the real classes, narrow; the names of the UNets' and the autoencoder's keys are made here, apart from
the product's own key maps.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn

from fakes.hub import FakeHub
from fakes.published_sta_v2a import Weights, ldm_vae_weights
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder

FEATURES, WIDTH, SCALE_FACTOR = 32, 32, 0.18215
REPOSITORY = "SimianLuo/Diff-Foley"
FOLDER = Path("diff_foley_ckpt")

_ENDS = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_RESIDUAL = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_AUTOENCODER = {
    "in_channels": 3,
    "out_channels": 3,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (32, 32, 32, 32),
    "layers_per_block": 1,
    "latent_channels": 4,
    "scaling_factor": SCALE_FACTOR,
}


@dataclass
class Published:
    """The modules whose weights were written, and where the files are (paths below `folder`)."""

    folder: Path
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    feature_encoder: FeatureEncoder
    alignment_classifier: AlignmentClassifier
    alignment_encoder: FeatureEncoder
    video_encoder: CavpVideoEncoder
    model: Path = FOLDER / "ldm_epoch240.ckpt"
    cavp: Path = FOLDER / "cavp_epoch66.ckpt"
    classifier: Path = FOLDER / "double_guidance_classifier.ckpt"
    evaluation: Path = FOLDER / "eval_classifier.ckpt"


def write_published(folder: Path, *, width: int = WIDTH, features: int = FEATURES, seed: int = 0) -> Published:
    """Write the checkpoint below `folder`, and return the modules that it was written from.

    `width` is that of the UNet's conditions (768 in the real one), `features` that of the pictures (512).
    """
    made = _modules(folder, width, features, seed)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    save(folder / made.model, model_weights(made))
    save(folder / made.cavp, cavp_weights(made))
    save(folder / made.classifier, classifier_weights(made))
    save(folder / made.evaluation, classifier_weights(made, evaluation=True))
    return made


def _modules(folder: Path, width: int, features: int, seed: int) -> Published:
    torch.manual_seed(seed)
    made = Published(
        folder=folder,
        unet=UNet2DConditionModel(
            in_channels=4,
            out_channels=4,
            layers_per_block=1,
            block_out_channels=(32, 32, 32, 32),
            down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
            cross_attention_dim=width,
            attention_head_dim=8,
        ),
        vae=autoencoder.build(_AUTOENCODER),
        feature_encoder=FeatureEncoder(features, width),
        alignment_classifier=AlignmentClassifier(
            block_out_channels=(32, 64, 64), cross_attention_dim=features, heads=8, pooled=32
        ),
        alignment_encoder=FeatureEncoder(features, features),
        video_encoder=CavpVideoEncoder(base_channels=4, stage_blocks=(1, 1, 1, 1), features=features),
    )
    for module in vars(made).values():
        if isinstance(module, nn.Module):
            _shake(module.eval())
    _make_plain(made.vae)
    return made


def _shake(module: nn.Module) -> None:
    """Make what starts as zero or one random too, so that no part is silent by its start values."""
    for parameter in module.parameters():
        if parameter.std(unbiased=False) < 1e-6:
            parameter.data += 0.05 * torch.randn_like(parameter)


def _make_plain(vae: AutoencoderKL) -> None:
    """Spectrograms near 0.4: what random weights make as they are drawn no sound has, and inverting it takes long."""
    last = vae.decoder.conv_out
    last.weight.data *= 0.1
    assert last.bias is not None
    last.bias.data.fill_(0.4)


def ldm_unet_weights(net: nn.Module, depth: int) -> Weights:
    """A UNet's weights, or half a UNet's, under the latent-diffusion names; `depth` residual blocks a level."""
    return {_ldm_name(key, depth): value.clone() for key, value in net.state_dict().items()}


def _ldm_name(key: str, depth: int) -> str:
    for ours, theirs in _RESIDUAL.items():
        key = re.sub(rf"(resnets\.\d+)\.{ours}\.", rf"\1.{theirs}.", key)
    found = re.match(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)", key)
    if found is None:
        stem = next((stem for stem in _ENDS if key.startswith(f"{stem}.")), None)
        return key if stem is None else _ENDS[stem] + key[len(stem) :]
    side, level, part, layer, rest = found[1], int(found[2]), found[3], int(found[4]), found[5]
    if part == "downsamplers":
        return f"input_blocks.{(level + 1) * (depth + 1)}.0.op.{rest.removeprefix('conv.')}"
    if part == "upsamplers":
        # Behind the attention, which the coarsest level has not.
        return f"output_blocks.{level * (depth + 1) + depth}.{2 if level else 1}.{rest}"
    at = level * (depth + 1) + layer + (side == "down")
    return f"{'input' if side == 'down' else 'output'}_blocks.{at}.{int(part == 'attentions')}.{rest}"


def schedule_buffers() -> Weights:
    """The twelve buffers of the published noise schedule."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    kept = np.cumprod(1 - betas)
    before = np.append(1.0, kept[:-1])
    variance = betas * (1 - before) / (1 - kept)
    values = {
        "betas": betas,
        "alphas_cumprod": kept,
        "alphas_cumprod_prev": before,
        "sqrt_alphas_cumprod": np.sqrt(kept),
        "sqrt_one_minus_alphas_cumprod": np.sqrt(1 - kept),
        "log_one_minus_alphas_cumprod": np.log(1 - kept),
        "sqrt_recip_alphas_cumprod": np.sqrt(1 / kept),
        "sqrt_recipm1_alphas_cumprod": np.sqrt(1 / kept - 1),
        "posterior_variance": variance,
        "posterior_log_variance_clipped": np.log(np.maximum(variance, 1e-20)),
        "posterior_mean_coef1": betas * np.sqrt(before) / (1 - kept),
        "posterior_mean_coef2": (1 - before) * np.sqrt(1 - betas) / (1 - kept),
    }
    return {name: torch.from_numpy(value).float() for name, value in values.items()}


def model_weights(made: Published) -> Weights:
    """The state dict of the diffusion checkpoint."""
    parts = {
        "model.diffusion_model.": ldm_unet_weights(made.unet, 1),
        "first_stage_model.": ldm_vae_weights(made.vae),
        "cond_stage_model.": made.feature_encoder.state_dict(),
    }
    return schedule_buffers() | _joined(parts)


def classifier_weights(made: Published, evaluation: bool = False) -> Weights:
    """The state dict of the guidance classifier; that of the evaluation's has an autoencoder too."""
    parts = {
        "model.": ldm_unet_weights(made.alignment_classifier, 1),
        "cond_model.": made.alignment_encoder.state_dict(),
    }
    if evaluation:
        parts["first_stage_model."] = ldm_vae_weights(made.vae)
    return schedule_buffers() | {"scale_factor": torch.tensor(SCALE_FACTOR)} | _joined(parts)


def cavp_weights(made: Published) -> Weights:
    """The state dict of the contrastive model, as several devices leave it."""
    weights = {f"module.{key}": value.clone() for key, value in made.video_encoder.state_dict().items()}
    weights["module.spec_encoder.bn.weight"] = torch.zeros(128)
    weights["module.logit_scale"] = torch.tensor(2.66)
    return weights


def _joined(parts: dict[str, Weights]) -> Weights:
    return {prefix + key: value for prefix, weights in parts.items() for key, value in weights.items()}


def save(path: Path, weights: dict[str, Tensor]) -> None:
    """Write a state dict as Lightning does, beside the counters of a training."""
    torch.save({"epoch": 240, "global_step": 1000, "state_dict": weights}, path)


def publish(made: Published, hub: FakeHub) -> None:
    """Put the files into a hub's repository."""
    hub.licences = {REPOSITORY: "mit"}
    for path in (made.model, made.cavp, made.classifier, made.evaluation):
        hub.add(REPOSITORY, path.as_posix(), made.folder / path)
    hub.add(REPOSITORY, "README.md", b"a model")
