# SPDX-License-Identifier: GPL-3.0-or-later
"""The onset pretext task: local features and onset predictor learn where the true sound starts."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.training.sta_v2a.features import FeatureSet
from foleycue_backend.training.sta_v2a.loss import onset_loss
from foleycue_backend.training.sta_v2a.task import Batch, Task

_NAMES = ("features", "labels")


class PretextTask(Task):
    """Cross entropy of the onset logits against the labels; the video encoder is frozen, its features are cached."""

    def __init__(
        self, local_features: LocalFeatures, onset_predictor: OnsetPredictor, clips: FeatureSet, held_out: FeatureSet
    ) -> None:
        super().__init__()
        self.local_features = local_features.requires_grad_(True)
        self.onset_predictor = onset_predictor.requires_grad_(True)
        self.clips, self.others = clips, held_out

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        return self.clips.draw(size, generator, _NAMES)

    def held_out(self) -> Iterator[Batch]:
        return self.others.walk(16, _NAMES)

    def forward(self, batch: Batch) -> Tensor:
        labels = batch["labels"]
        return onset_loss(self.onset_predictor(self.local_features(batch["features"]), labels.shape[1]).logits, labels)
