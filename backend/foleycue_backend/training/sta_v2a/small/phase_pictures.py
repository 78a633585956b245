# SPDX-License-Identifier: GPL-3.0-or-later
"""Third phase: video encoder, local features and onset predictor, from the pretext task alone.

The full system takes a video encoder with published weights and freezes it. There are none at this width, so here it
learns from the onsets too; from the next phase on it is frozen as in the full system.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import torch
from torch import Tensor, nn

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.training.sta_v2a.loss import onset_loss
from foleycue_backend.training.sta_v2a.runner import Plan
from foleycue_backend.training.sta_v2a.small import networks
from foleycue_backend.training.sta_v2a.small.bank import Clips
from foleycue_backend.training.sta_v2a.small.build import SmallRun
from foleycue_backend.training.sta_v2a.task import Batch, Task

# Batch norms hold running means of the weights as they are, so weights are hardly averaged.
PLAN = Plan(batch=8, rate=1.5e-3, average=0.9, warmup=50)


class PictureTask(Task):
    """The pretext task from pictures on."""

    def __init__(
        self, encoder: CavpVideoEncoder, local: LocalFeatures, onsets: OnsetPredictor, clips: Clips, held_out: Clips
    ) -> None:
        super().__init__()
        self.encoder, self.local, self.onsets = encoder, local, onsets
        self.clips, self.others = clips, held_out

    def train(self, mode: bool = True) -> Self:
        """Batch norms follow `mode`: the encoder itself never leaves eval mode, as it is frozen everywhere else."""
        super().train(mode)
        for module in self.encoder.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.train(mode)
        return self

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        which = torch.randint(len(self.clips), (size,), generator=generator)
        shown, flips = self.clips.shown[which], torch.rand(size, generator=generator) < 0.5
        shown = torch.where(flips[:, None, None, None, None], shown.flip(3), shown)
        turned = shown[..., torch.randperm(3, generator=generator)]
        return {"shown": turned, "labels": self.clips.labels[which]}

    def held_out(self) -> Iterator[Batch]:
        for start in range(0, len(self.others), 8):
            rows = slice(start, start + 8)
            yield {"shown": self.others.shown[rows], "labels": self.others.labels[rows]}

    def forward(self, batch: Batch) -> Tensor:
        video = batch["shown"].permute(0, 1, 4, 2, 3).float() / 255
        return onset_loss(self.onsets(self.local(self.encoder(video))).logits, batch["labels"])


def run(small: SmallRun) -> None:
    """Train and save the three parts."""
    encoder, local, onsets = networks.video_encoder(), LocalFeatures(), OnsetPredictor()
    small.train("pictures", PictureTask(encoder, local, onsets, small.clips, small.held_out), PLAN)
    encoder.save_pretrained(small.part("video_encoder"))
    local.save_pretrained(small.part("local_features"))
    onsets.save_pretrained(small.part("onset_predictor"))
