# SPDX-License-Identifier: GPL-3.0-or-later
"""HiFi-GAN on stock `SpeechT5HifiGan`: published names, folded or unfolded weight norm, and the int16 step.

The stock class computes exactly what the published generator does (it also uses the slope 0.01 before the last
convolution). Input is (batch, frames, bands) log-mel, output (batch, samples) in -1..1. For rates 5, 4, 2, 2, 2 and
kernels 16, 16, 8, 4, 4 the first layer gives 5 * frames + 1 steps, so there are 160 * frames + 32 samples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers.models.speecht5.configuration_speecht5 import SpeechT5HifiGanConfig
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

from foleycue_backend.engines.checkpoints.state_dict import State, load_exactly
from foleycue_shared.errors import ErrorCode, FoleyCueError

PREFIXES = ("first_stage_model.vocoder.", "vocoder.", "generator.")
#: Buffers of the stock class that published files lack: an identity normalisation.
STOCK_BUFFERS = ("mean", "scale")
#: Shapes tell kernels, not strides: the rates of the published generators, by their kernels.
RATES_OF_KERNELS = {(16, 16, 8, 4, 4): (5, 4, 2, 2, 2), (11, 8, 8, 4): (5, 4, 4, 2)}
#: Nor do they tell dilations; every generator of this family has these.
DILATIONS = (1, 3, 5)
SAMPLE_RATE = 16000


@dataclass(frozen=True)
class Rates:
    """What cannot be read from shapes: the upsampling rates, and the dilations of each residual kernel."""

    upsample: Sequence[int]
    dilations: Sequence[Sequence[int]] | None = None


def _fold(direction: Tensor, magnitude: Tensor) -> Tensor:
    """The effective weight of a weight-normed layer: g * v / |v|, the norm over all axes but the first."""
    norm = direction.flatten(1).norm(dim=1).view(-1, *[1] * (direction.ndim - 1))
    return direction * (magnitude / norm)


_PAIRS = (("weight_v", "weight_g"), ("parametrizations.weight.original1", "parametrizations.weight.original0"))


def fold_weight_norm(state: State) -> dict[str, Tensor]:
    """Plain `weight` keys; pairs of weight norm (old and new spelling) are folded, plain keys pass."""
    out = dict(state)
    for v_name, g_name in _PAIRS:
        for key in [k for k in out if k.endswith(f".{v_name}")]:
            stem = key.removesuffix(v_name)
            if f"{stem}{g_name}" not in out:
                raise FoleyCueError(ErrorCode.BAD_INPUT, f"The vocoder has {key} without {stem}{g_name}.")
            out[f"{stem}weight"] = _fold(out.pop(key), out.pop(f"{stem}{g_name}"))
    return out


def vocoder_keys(state: State) -> dict[str, Tensor]:
    """The vocoder's own entries of a published file, without their prefix; a bare state dict passes."""
    for prefix in PREFIXES:
        found = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
        if found:
            return found
    return dict(state)


def to_stock(state: State) -> dict[str, Tensor]:
    """A published state dict (prefix may be there) under stock names, weight norm folded."""
    folded = fold_weight_norm(vocoder_keys(state))
    return {re.sub(r"^ups\.", "upsampler.", key): value for key, value in folded.items()}


def to_published(state: State) -> dict[str, Tensor]:
    """The inverse of `to_stock`, without a prefix and the stock class's own buffers."""
    kept = {key: value for key, value in state.items() if key not in STOCK_BUFFERS}
    return {re.sub(r"^upsampler\.", "ups.", key): value for key, value in kept.items()}


def _known_rates(kernels: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return RATES_OF_KERNELS[kernels]
    except KeyError:
        message = (
            f"The vocoder's kernels {list(kernels)} are not known, so neither are its rates: give its config file."
        )
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def _count(state: State, pattern: str) -> int:
    found = [int(m[1]) for m in (re.match(pattern, key) for key in state) if m]
    return max(found, default=-1) + 1


def config_from_shapes(state: State, rates: Rates | None = None) -> dict[str, Any]:
    """The stock configuration from shapes, with the rates given or, for known kernels, from the table.

    Raises FoleyCueError (bad-input) for unknown kernels without rates and for a generator of another kind.
    """
    stock = to_stock(state)
    stages = _count(stock, r"upsampler\.(\d+)\.")
    blocks = _count(stock, r"resblocks\.(\d+)\.")
    depth = _count(stock, r"resblocks\.0\.convs1\.(\d+)\.")
    if not stages or not depth or blocks % stages:
        raise FoleyCueError(ErrorCode.BAD_INPUT, "This is no HiFi-GAN generator of the first kind: not loaded.")
    kernels = tuple(int(stock[f"upsampler.{i}.weight"].shape[-1]) for i in range(stages))
    residual = [int(stock[f"resblocks.{i}.convs1.0.weight"].shape[-1]) for i in range(blocks // stages)]
    dilations = rates.dilations if rates and rates.dilations else [DILATIONS[:depth]] * len(residual)
    if any(len(row) != depth for row in dilations):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"The vocoder has {depth} dilations a block, its configuration says {dilations}."
        )
    return _config(
        bands=int(stock["conv_pre.weight"].shape[1]),
        channels=int(stock["conv_pre.weight"].shape[0]),
        rates=rates.upsample if rates else _known_rates(kernels),
        kernels=kernels,
        residual=residual,
        dilations=dilations,
    )


def config_from_published(config: Mapping[str, Any]) -> dict[str, Any]:
    """The stock configuration of the authors' HiFi-GAN JSON."""
    if str(config.get("resblock", "1")) != "1":
        raise FoleyCueError(ErrorCode.BAD_INPUT, "Only HiFi-GAN generators with residual blocks of kind 1 are known.")
    return _config(
        bands=config["num_mels"],
        channels=config["upsample_initial_channel"],
        rates=config["upsample_rates"],
        kernels=config["upsample_kernel_sizes"],
        residual=config["resblock_kernel_sizes"],
        dilations=config["resblock_dilation_sizes"],
    )


def _config(
    *,
    bands: int,
    channels: int,
    rates: Sequence[int],
    kernels: Sequence[int],
    residual: Sequence[int],
    dilations: Sequence[Sequence[int]],
) -> dict[str, Any]:
    return {
        "model_in_dim": bands,
        "sampling_rate": SAMPLE_RATE,
        "upsample_initial_channel": channels,
        "upsample_rates": list(rates),
        "upsample_kernel_sizes": list(kernels),
        "resblock_kernel_sizes": list(residual),
        "resblock_dilation_sizes": [list(row) for row in dilations],
        "leaky_relu_slope": 0.1,
        "normalize_before": False,
    }


def build(config: Mapping[str, Any]) -> SpeechT5HifiGan:
    """A vocoder with random weights, in eval mode."""
    return SpeechT5HifiGan(SpeechT5HifiGanConfig(**config)).eval()


def load(state: State, rates: Rates | None = None) -> SpeechT5HifiGan:
    """The vocoder of a published state dict; raises FoleyCueError (bad-input) naming every key that does not fit."""
    vocoder = build(config_from_shapes(state, rates))
    load_exactly(vocoder, to_stock(state), "vocoder", optional=STOCK_BUFFERS)
    return vocoder


@torch.no_grad()
def vocode(vocoder: SpeechT5HifiGan, mel: Tensor) -> Tensor:
    """Samples (batch, n) in -1..1 from log-mel (batch, frames, bands)."""
    return vocoder(mel)


def to_int16(wave: Tensor) -> Tensor:
    """The published 16-bit step: times 32768, truncated toward zero, +1.0 wraps to -32768.

    Only for results that must equal the published ones bit for bit: a sound for people keeps its floats.
    """
    steps = (wave.float() * 32768.0).to(torch.int32)
    return ((steps + 32768) % 65536 - 32768).to(torch.int16)


def samples_of(wave: Tensor, int16: bool) -> NDArray[np.float32]:
    """Samples (n,) in -1 … 1, rounded by the published 16-bit step if that is asked for."""
    exact = to_int16(wave).float() / 32768 if int16 else wave.float()
    return exact.cpu().numpy()
