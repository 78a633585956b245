# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files of whole networks and inferences: stock classes of diffusers and transformers, joined by plain loops."""

from pathlib import Path
from typing import Any

import torch
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn
from transformers import T5Config, T5EncoderModel

from fakes.golden_files import RECIPE, random_weights, stored, write_golden
from fakes.naive_networks import below, local_parts, onsets, pooled
from foleycue_backend.parity.recipe import recipe_state

WIDTH = 24
FRAMES = 12
CONDITION = 16
T5 = {"vocab_size": 30, "d_model": WIDTH, "d_kv": 4, "d_ff": 20, "num_layers": 1, "num_heads": 3}
T5 |= {"feed_forward_proj": "gated-gelu", "eps": 1e-6, "relative_attention_num_buckets": 8}
UNET = {
    "in_channels": 8,
    "out_channels": 8,
    "sample_size": [FRAMES, 16],
    "block_out_channels": [16, 32],
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"],
    "layers_per_block": 1,
    "norm_num_groups": 8,
    "cross_attention_dim": WIDTH,
    "attention_head_dim": 4,
}
SCHEDULER = {"beta_start": 0.001, "beta_end": 0.015, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
SCHEDULER |= {"prediction_type": "v_prediction", "clip_sample": False, "steps_offset": 1, "trained_betas": None}


class _Laid(nn.Module):
    """A sequence repeated over sixteen columns, and a convolution."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.conv_out = nn.Conv2d(CONDITION, outputs, 3, padding=1)

    def forward(self, condition: Tensor) -> Tensor:
        """(batch, outputs, frames, 16) from (batch, frames, channels)."""
        return self.conv_out(condition.transpose(1, 2).unsqueeze(-1).repeat(1, 1, 1, 16))


def networks(prefix: str) -> tuple[UNet2DConditionModel, Any]:
    """Stock UNet and ControlNet with the recipe's weights (the recipe has its own test)."""
    unet = UNet2DConditionModel(**UNET).eval()
    control: Any = ControlNetModel.from_unet(unet, conditioning_channels=CONDITION).eval()
    control.controlnet_cond_embedding = _Laid(UNET["block_out_channels"][0])
    for part, module in (("unet", unet), ("controlnet", control)):
        shapes = {key: tuple(value.shape) for key, value in module.state_dict().items()}
        module.load_state_dict(recipe_state(shapes, f"{prefix}|{part}."))
    return unet, control


def _noise(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def unet_controlnet(folder: Path, name: str, prefix: str) -> Path:
    """One evaluation; weights by the recipe under a hash prefix."""
    unet, control = networks(prefix)
    sample, states, condition = _noise(1, 2, 8, FRAMES, 16), _noise(2, 2, 5, WIDTH), _noise(3, 2, FRAMES, CONDITION)
    mask = torch.tensor([[1.0, 1, 1, 0, 1], [1, 1, 1, 1, 1]])
    time = torch.tensor([321])
    down, middle = control(sample, time, states, controlnet_cond=condition, return_dict=False)
    velocity = unet(
        sample,
        time,
        states,
        encoder_attention_mask=mask,
        down_block_additional_residuals=down,
        mid_block_additional_residual=middle,
    ).sample
    tensors = {
        "in.sample": sample,
        "in.timestep": time,
        "in.encoder_hidden_states": states,
        "in.encoder_attention_mask": mask,
        "in.controlnet_cond": condition,
        "mid.cond_embedding": control.controlnet_cond_embedding(condition),
        "mid.control_mid": middle,
        "mid.control_down_norms": torch.stack([d.square().sum().sqrt() for d in down]),
        "mid.control_down_01_pixel00": down[1][0, :, 0, 0],
        "out.unet": velocity,
        "out.unet_without_control": unet(sample, time, states, encoder_attention_mask=mask).sample,
    } | {f"mid.control_down_{i:02d}": d for i, d in enumerate(down)}
    facts = {"component": "UNet2DConditionModel + ControlNetMultiModel", "unet_config": UNET, "weights": RECIPE}
    facts["hash_prefix"] = {"unet": f"{prefix}|unet.", "controlnet": f"{prefix}|controlnet."}
    return write_golden(folder, name, facts, tensors)


def _small_weights(windows: bool, seed: int) -> dict[str, Tensor]:
    sizes = (20, 10, 9, 8, 6)
    inputs = sizes[-1] * (5 if windows else 1)
    shapes = {f"trans_cvap_feature.fc{i}.weight": (sizes[i], sizes[i - 1]) for i in range(1, 5)}
    shapes |= {f"trans_cvap_feature.fc{i}.bias": (sizes[i],) for i in range(1, 5)}
    shapes |= {"pre_onset.l1.weight": (CONDITION, inputs), "pre_onset.l1.bias": (CONDITION,)}
    shapes |= {"pre_onset.l2.weight": (2, CONDITION), "pre_onset.l2.bias": (2,)}
    pool = {"fc.weight": (WIDTH, 20), "fc.bias": (WIDTH,), "conv.weight": (3, 1, 3), "conv.bias": (3,)}
    for part in ("un_models.0.embed", "pp_models.0.embed_X", "pp_models.0.embed_Y"):
        pool |= {f"fga.{part}.weight": (WIDTH, WIDTH, 1), f"fga.{part}.bias": (WIDTH,)}
    pool |= {"fga.un_models.0.feature_reduce.weight": (1, WIDTH, 1), "fga.un_models.0.feature_reduce.bias": (1,)}
    pool["fga.reduce_potentials.0.weight"] = (1, 2, 1)
    return random_weights(shapes | {f"global_video_feature.{key}": shape for key, shape in pool.items()}, seed)


def _text_encoder(seed: int) -> T5EncoderModel:
    torch.manual_seed(seed)
    return T5EncoderModel(T5Config(**{"layer_norm_epsilon" if k == "eps" else k: v for k, v in T5.items()})).eval()


@torch.no_grad()
def cfg_denoise(folder: Path, name: str, prefix: str, source: str, steps: int = 2, windows: bool = True) -> Path:
    """The published inference on two clips; UNet and ControlNet are those of the golden `source`."""
    unet, control = networks(prefix)
    w, text = _small_weights(windows, 11), _text_encoder(12)
    ids = torch.tensor([[5, 6, 7, 1], [8, 1, 0, 0]])
    empty = torch.tensor([[1, 0, 0, 0]] * 2)
    features = _noise(13, 2, 40, 20)
    parts = local_parts(below(w, "trans_cvap_feature."), features)
    hidden = onsets(below(w, "pre_onset."), torch.cat(parts, -1) if windows else parts[0])[1][:, :FRAMES]
    tokens = pooled(below(w, "global_video_feature."), features, None)["out{}.tokens"]
    halves = [text(input_ids=i, attention_mask=m)[0] for i, m in ((empty, _mask(empty)), (ids, _mask(ids)))]
    states = torch.cat([torch.cat(halves), torch.cat([tokens, tokens])], 1)
    mask = torch.cat([torch.cat([_mask(empty), _mask(ids)]).float(), torch.ones(4, tokens.shape[1])], 1)
    condition = torch.cat([hidden, hidden])
    tensors = stored(w) | {f"sd.text_encoder.{key}": value for key, value in text.state_dict().items()}
    tensors |= {"in.features": features, "in.input_ids": ids, "in.attention_mask": _mask(ids)}
    tensors |= {"in.uncond_input_ids": empty, "in.uncond_attention_mask": _mask(empty)}
    tensors |= {"mid.encoder_hidden_states": states, "mid.encoder_attention_mask": mask}
    tensors["mid.controlnet_cond"] = condition
    latents = tensors["in.initial_noise"] = _noise(14, 2, 8, FRAMES, 16)
    kept = (1 - torch.linspace(0.001**0.5, 0.015**0.5, 1000) ** 2).cumprod(0)
    times = [1 + 1000 // steps * (steps - 1 - k) for k in range(steps)]
    for k, time in enumerate(times):
        rows = torch.cat([latents, latents])
        down, middle = control(rows, time, states, controlnet_cond=condition, return_dict=False)
        both = unet(
            rows,
            time,
            states,
            encoder_attention_mask=mask,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample
        guided = both[:2] + 2.5 * (both[2:] - both[:2])
        noise = tensors[f"in.variance_noise_{k}"] = _noise(20 + k, *latents.shape)
        latents = _ancestral(kept, time, time - 1000 // steps, latents, guided, noise)
        tensors |= {f"mid.unet_in_{k}": rows, f"mid.unet_out_{k}": both}
        tensors |= {f"mid.guided_{k}": guided, f"mid.latents_{k}": latents}
    tensors |= {"out.latents": latents, "mid.timesteps": torch.tensor(times)}
    facts = {"component": "AudioDiffusion.inference end to end", "unet_config": UNET, "t5_config": T5}
    facts |= {"weights_of_unet_and_controlnet": f"see {source}.json", "scheduler": SCHEDULER}
    return write_golden(folder, name, {**facts, "num_steps": steps, "guidance_scale": 2.5}, tensors)


def _mask(ids: Tensor) -> Tensor:
    return (ids != 0).long()


def _ancestral(kept: Tensor, time: int, before: int, x: Tensor, v: Tensor, noise: Tensor) -> Tensor:
    """One DDPM step for velocity, variance fixed small."""
    a, a_before = kept[time], kept[before] if before >= 0 else torch.tensor(1.0)
    b = 1 - a / a_before
    clean = a.sqrt() * x - (1 - a).sqrt() * v
    mean = a_before.sqrt() * b / (1 - a) * clean + (a / a_before).sqrt() * (1 - a_before) / (1 - a) * x
    return mean + ((1 - a_before) / (1 - a) * b).clamp_min(1e-20).sqrt() * noise


@torch.no_grad()
def training_loss(folder: Path, name: str, prefix: str, source: str, parts: str) -> Path:
    """Losses of two clips at 256 frames; all weights are those of the goldens `source` and `parts`."""
    unet, control = networks(prefix)
    w, text = _small_weights(True, 11), _text_encoder(12)
    ids, features = torch.tensor([[5, 6, 7, 1], [8, 9, 1, 0]]), _noise(33, 2, 40, 20)
    x, noise, times = _noise(31, 2, 8, 256, 16), _noise(32, 2, 8, 256, 16), torch.tensor([40, 700])
    labels = (_noise(34, 2, 256) > 1).long()
    logits, hidden, _ = onsets(
        below(w, "pre_onset."), torch.cat(local_parts(below(w, "trans_cvap_feature."), features), -1)
    )
    tokens = pooled(below(w, "global_video_feature."), features, None)["out{}.tokens"]
    states = torch.cat([text(input_ids=ids, attention_mask=_mask(ids))[0], tokens], 1)
    mask = torch.cat([_mask(ids).float(), torch.ones(tokens.shape[:2])], 1)
    kept = (1 - torch.linspace(0.001**0.5, 0.015**0.5, 1000) ** 2).cumprod(0)

    def errors(at: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        a = kept[at].view(-1, 1, 1, 1)
        noisy, wanted = a.sqrt() * x + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * x
        down, middle = control(noisy, at, states, controlnet_cond=hidden, return_dict=False)
        given = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
        found = unet(noisy, at, states, encoder_attention_mask=mask, **given).sample
        return (found - wanted).square().mean((1, 2, 3)), noisy, wanted

    rows, noisy, wanted = errors(times)
    snr = kept[times] / (1 - kept[times])
    tensors = {"in.features": features, "in.input_ids": ids, "in.attention_mask": _mask(ids), "in.latents": x}
    tensors |= {"in.noise": noise, "in.timesteps": times, "in.onset_labels": labels}
    tensors |= {"mid.noisy_latents": noisy, "mid.velocity": wanted, "mid.snr": snr}
    tensors["out.loss_plain_mse"] = rows.mean()[None]
    tensors["out.loss_snr3"] = (rows * snr.clamp_max(3) / snr).mean()[None]
    tensors["out.loss_validation_t250"] = errors(torch.full_like(times, 250))[0].mean()[None]
    chosen = logits.log_softmax(-1).gather(-1, labels[..., None])
    tensors["out.loss_onset"] = -chosen.mean()[None]
    facts = {"component": "AudioDiffusion.forward (training losses)", "weights": f"same as {source} + {parts}"}
    return write_golden(folder, name, facts, tensors)
