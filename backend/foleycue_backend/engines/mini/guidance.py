# SPDX-License-Identifier: GPL-3.0-or-later
"""One guided velocity of the flow, in chunks, so that long ranges need little memory."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from foleycue_backend.engines.mini.denoiser import MiniDenoiser

#: Latent frames computed at once: 26 s, so that three minutes need no more memory than half a minute.
CHUNK = 640


def guided_velocity(
    model: MiniDenoiser, latents: Tensor, level: float, texts: Tensor, curve: Tensor, scales: tuple[float, float]
) -> Tensor:
    """Velocity (channels, frames) with separate guidance for text and cues.

    `latents` (channels, frames); `level` is the timestep 0..1000; `texts` (2, dim) negative and wanted prompt;
    `curve` (rows, frames); `scales` text and control guidance. Composed as in InstructPix2Pix (Brooks et al., 2023):
    v(neg, no cue) + cue (v(neg, cue) - v(neg, no cue)) + text (v(text, cue) - v(neg, cue)). With a control scale of
    exactly 1 the first term cancels and is not computed.
    """
    text_scale, cue_scale = scales
    with_cue = cue_scale != 1.0
    curves = torch.stack([curve, curve, *([torch.zeros_like(curve)] if with_cue else [])])
    prompts = torch.stack([texts[1], texts[0], *([texts[0]] if with_cue else [])])
    times = torch.full((len(prompts),), level)
    out = model(latents.expand(len(prompts), -1, -1), times, prompts, curves)
    velocity = out[1] + text_scale * (out[0] - out[1])
    if with_cue:
        velocity = velocity + (cue_scale - 1.0) * (out[1] - out[2])
    return velocity


def chunk_count(frames: int) -> int:
    """Chunks that `chunked_velocity` takes for a number of latent frames."""
    return max(1, math.ceil(frames / CHUNK))


def chunked_velocity(
    model: MiniDenoiser,
    latents: Tensor,
    level: float,
    texts: Tensor,
    curve: Tensor,
    scales: tuple[float, float],
    on_chunk: Callable[[], None],
) -> Tensor:
    """The same as `guided_velocity` in one pass, in constant memory: chunks with a receptive field of context.

    `on_chunk()` is called after each chunk; what it raises ends the work.
    """
    frames, reach = latents.shape[-1], model.receptive_field
    out = torch.empty_like(latents)
    for first in range(0, frames, CHUNK):
        last = min(frames, first + CHUNK)
        lo, hi = max(0, first - reach), min(frames, last + reach)
        part = guided_velocity(model, latents[:, lo:hi], level, texts, curve[:, lo:hi], scales)
        out[:, first:last] = part[:, first - lo : last - lo]
        on_chunk()
    return out
