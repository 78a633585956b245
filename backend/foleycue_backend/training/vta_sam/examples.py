# SPDX-License-Identifier: GPL-3.0-or-later
"""What the frozen parts make of scenes: picture tokens, object vectors, and the latents of the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts.clip import embed_pictures
from foleycue_backend.engines.parts.log_mel import training_mel
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.vta_ldm.frames import RATE, pixels
from foleycue_backend.engines.vta_sam.adapter import Moments
from foleycue_backend.engines.vta_sam.tokens import object_vectors
from foleycue_backend.grounding.presence import smoothed
from foleycue_backend.training.vta_sam import scenes

FRAMES = round(scenes.SECONDS * AUDIOLDM.sample_rate / AUDIOLDM.frame_samples)
_BANDS = 16
_MEL_FRAMES = 4 * FRAMES


@dataclass(frozen=True)
class Examples:
    """`pictures` and `objects` (n, PICTURES, width), `mean` and `std` (n, 8, FRAMES, 16) of scaled latents."""

    pictures: Tensor
    objects: Tensor
    mean: Tensor
    std: Tensor

    def __len__(self) -> int:
        return len(self.pictures)


@torch.no_grad()
def examples(
    shown: Sequence[scenes.Scene], vision: CLIPVisionModelWithProjection, vae: AutoencoderKL, names: Tensor
) -> Examples:
    """All scenes; `names` (objects, width) are the text embeddings of scenes.OBJECTS."""
    rows = [_example(scene, vision, vae, names) for scene in shown]
    return Examples(*(torch.stack(part) for part in zip(*rows, strict=True)))


def _example(
    shown: scenes.Scene, vision: CLIPVisionModelWithProjection, vae: AutoencoderKL, names: Tensor
) -> tuple[Tensor, ...]:
    drawn = scenes.pictures(shown)
    pictures = embed_pictures(vision, torch.stack([pixels(picture) for picture in drawn]))
    mel = training_mel(torch.from_numpy(scenes.sound(shown))[None], _MEL_FRAMES)
    latents = autoencoder.posterior(vae, mel)
    scale: float = vae.config["scaling_factor"]
    return pictures, objects_of_scene(shown, names), latents.mean[0] * scale, latents.std[0] * scale


def objects_of_scene(shown: scenes.Scene, names: Tensor) -> Tensor:
    """Object vectors (PICTURES, width) of what the scene's detector says."""
    seen = scenes.detector(shown).find([None] * scenes.PICTURES, scenes.OBJECTS, lambda done: None)
    presence = smoothed(seen.probability, [(0, scenes.PICTURES)])
    return object_vectors(torch.from_numpy(presence), names)


def moments() -> Moments:
    """When the pictures of a scene are seen."""
    return Moments(torch.arange(scenes.PICTURES) / RATE, scenes.SECONDS, FRAMES, _BANDS)
