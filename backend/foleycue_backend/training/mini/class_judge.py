# SPDX-License-Identifier: GPL-3.0-or-later
"""A small classifier that says which class a log-mel picture sounds like.

It is trained on true mixtures from the same generator as the model, so it measures self-consistency, not realism;
its accuracy on held-out true mixtures is printed beside every figure as the ceiling.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.training.mini.data import Pool


class ClassJudge(nn.Module):
    """Log-mel (batch, bands, frames) to class logits (batch, classes)."""

    def __init__(self, bands: int = 96, width: int = 96) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(bands, width, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
            nn.GELU(),
            nn.Conv1d(width, width, 5, stride=2, padding=2),
            nn.GELU(),
        )
        self.head = nn.Linear(2 * width, len(NAMES))

    def forward(self, mel: Tensor) -> Tensor:
        # Level is no class: loud and soft versions must look alike.
        x = (mel - mel.amax((1, 2), keepdim=True)).clamp_min(-9.0) / 3.0 + 1.5
        h = self.layers(x)
        return self.head(torch.cat([h.mean(-1), h.amax(-1)], 1))


def train_judge(pool: Pool, codec: PatchCodec, steps: int = 500, seed: int = 5) -> ClassJudge:
    """A judge trained on the codec's picture of the pool's clips that hold at least one cue and no second bed."""
    torch.manual_seed(seed)
    gen = torch.Generator().manual_seed(seed)
    judge = ClassJudge(codec.bands)
    optimiser = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=0.02)
    for step in range(steps):
        crops = pool.sample(48, 112, gen)
        keep = (crops.curves.amax((1, 2)) > 0.2) & (crops.labels[:, 1] < 0)
        mel = codec.decode(crops.latents[keep]) + 0.1 * torch.randn((), generator=gen)
        loss = nn.functional.cross_entropy(judge(mel), crops.labels[keep, 0], label_smoothing=0.05)
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - step / steps) + 1e-5
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    return judge.eval()
