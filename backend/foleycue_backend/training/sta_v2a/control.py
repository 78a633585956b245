# SPDX-License-Identifier: GPL-3.0-or-later
"""The control phase: a ControlNet on a frozen UNet learns to sound where the onset predictor's hidden state says.

Frozen and trained parts are those of the paper: UNet, text encoder and video encoder stay; ControlNet and attentive
pooling learn; local features and onset predictor are loaded from the pretext task and stay, or learn as well.

One option is ours, not the paper's: a share of the clips is *steered*. Published training shows the ControlNet only
what the picture says, one row for each quarter of a second. A cue that an editor moves makes rows of another kind.
A steered clip shows the ControlNet its true onsets in just the form in which an edited sheet is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPrediction
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.steering import (
    FRAME_SAMPLES,
    SteeringRule,
    least_change,
    onset_margins,
    shift_margins,
    wanted_margins,
)
from foleycue_backend.training.sta_v2a import loss
from foleycue_backend.training.sta_v2a.diffusion import (
    crop_starts,
    cropped,
    noised,
    noisy_and_velocity,
    weighted_loss,
)
from foleycue_backend.training.sta_v2a.features import NAMES, FeatureSet
from foleycue_backend.training.sta_v2a.task import Batch, Task
from foleycue_shared.cues import Cue

_SOFTEST = 0.25


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """`crop` in latent frames, None for whole clips; `onset_weight` of the onset loss if the predictor is trained.

    `steered` is the share of clips whose condition is steered to their true onsets under `rule` (ours).
    """

    snr_gamma: float | None = 5.0
    drop_text: float = 0.1
    train_onsets: bool = False
    onset_weight: float = 1.0
    crop: int | None = None
    steered: float = 0.0
    rule: SteeringRule = RULE


def cues_of_labels(labels: Tensor, strengths: Sequence[float]) -> list[Cue]:
    """A sheet (samples at 48 kHz) from onset labels (frames,), one strength an onset."""
    frames = labels.nonzero().flatten().tolist()
    return [Cue(frame * FRAME_SAMPLES, strength) for frame, strength in zip(frames, strengths, strict=False)]


class ControlTask(Task):
    """Published losses on cached features, over whole clips or crops of them."""

    def __init__(
        self, pipe: StaV2aPipeline, clips: FeatureSet, held_out: FeatureSet, options: ControlOptions = ControlOptions()
    ) -> None:
        super().__init__()
        self.pipe, self.options = pipe, options
        self.unet = pipe.unet.requires_grad_(False)
        self.local_features = pipe.local_features.requires_grad_(options.train_onsets)
        self.onset_predictor = pipe.onset_predictor.requires_grad_(options.train_onsets)
        self.controlnet = pipe.controlnet.requires_grad_(True)
        if pipe.attentive_pooling is not None:
            self.pooling = pipe.attentive_pooling.requires_grad_(True)
        self.clips, self.others = clips, held_out

    def _completed(self, clips: Batch, generator: torch.Generator, starts: Tensor, crop: int) -> Batch:
        """Cached tensors and all that is random."""
        size, frames = clips["labels"].shape
        mean, std = (cropped(clips[name].transpose(1, 2), starts, crop).transpose(1, 2) for name in ("mean", "std"))
        return {
            **{name: clips[name] for name in ("features", "labels", "states", "mask")},
            **noised(mean, std, generator),
            "starts": starts,
            "dropped": torch.rand(size, generator=generator) < self.options.drop_text,
            "steered": torch.rand(size, generator=generator) < self.options.steered,
            "strengths": _SOFTEST + (1 - _SOFTEST) * torch.rand(size, frames, generator=generator),
        }

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        clips = self.clips.draw(size, generator, NAMES)
        frames = clips["mean"].shape[2]
        crop = self.options.crop or frames
        return self._completed(clips, generator, crop_starts(size, frames, crop, generator), crop)

    def held_out(self) -> Iterator[Batch]:
        generator = torch.Generator().manual_seed(0)
        for clips in self.others.walk(4, NAMES):
            size, frames = clips["labels"].shape
            batch = dict(self._completed(clips, generator, torch.zeros(size, dtype=torch.int64), frames))
            # The published code validates at the middle of the noise.
            batch["timesteps"] = torch.full((size,), 500)
            batch["dropped"] = torch.zeros(size, dtype=torch.bool)
            yield batch

    def _control(self, prediction: OnsetPrediction, batch: Batch) -> Tensor:
        """The condition (batch, frames, size), steered where the batch says so."""
        head, rule = self.onset_predictor.l2, self.options.rule
        rows = []
        for index, hidden in enumerate(prediction.hidden):
            if batch["steered"][index]:
                margins = onset_margins(prediction.logits[index])
                cues = cues_of_labels(batch["labels"][index], batch["strengths"][index].tolist())
                wanted, change = wanted_margins(margins.detach(), cues, rule), least_change(hidden.detach(), head)
                hidden = shift_margins(hidden, margins, wanted, change)  # noqa: PLW2901
            rows.append(hidden)
        return torch.stack(rows)

    def forward(self, batch: Batch) -> Tensor:
        frames, crop = batch["labels"].shape[1], batch["latents"].shape[2]
        prediction = self.onset_predictor(self.local_features(batch["features"]), frames)
        control = cropped(self._control(prediction, batch), batch["starts"], crop)
        noisy, velocity = noisy_and_velocity(batch["latents"], batch["noise"], batch["timesteps"])
        states = batch["states"] * (~batch["dropped"])[:, None, None]
        labels = batch["labels"]
        given = loss.Batch(
            batch["latents"], batch["noise"], batch["timesteps"], batch["features"], states, batch["mask"], labels
        )
        predicted = loss.predicted_velocity(self.pipe, given, noisy, control)
        diffusion = weighted_loss(predicted, velocity, batch["timesteps"], self.options.snr_gamma)
        if not self.options.train_onsets:
            return diffusion
        return diffusion + self.options.onset_weight * loss.onset_loss(prediction.logits, labels)
