# SPDX-License-Identifier: GPL-3.0-or-later
"""Align-Acc, the authors' own measure: how often the classifier takes a sound for that of its film."""

from __future__ import annotations

import torch
from torch import Tensor

from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier
from foleycue_backend.engines.diff_foley.feature_encoder import WINDOW_ROWS, FeatureEncoder


@torch.no_grad()
def alignment_probability(
    classifier: AlignmentClassifier, encoder: FeatureEncoder, latents: Tensor, features: Tensor
) -> Tensor:
    """p(aligned), (batch, 1), of clean scaled latents and CAVP features (batch, rows, 512); 32 rows are looked at."""
    start = latents.new_zeros(len(latents))
    return classifier(latents, start, encoder(features[:, :WINDOW_ROWS])).sigmoid()


def aligned(probability: Tensor) -> Tensor:
    """Which sounds count as aligned: above one half; one half itself does not."""
    return probability.round() == 1
