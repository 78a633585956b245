# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an object is heard when it is seen: the level of its band, with it in the picture and without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.parts.log_mel import training_mel
from foleycue_backend.engines.parts.sampling import sample
from foleycue_backend.engines.parts.schedule import solver
from foleycue_backend.engines.vta_ldm.conditioning import pad_clips, with_unconditional
from foleycue_backend.engines.vta_ldm.settings import SETTINGS
from foleycue_backend.engines.vta_sam.adapter import ObjectAdapter
from foleycue_backend.training.vta_sam.build import Base
from foleycue_backend.training.vta_sam.examples import FRAMES, examples, moments
from foleycue_backend.training.vta_sam.scenes import SECONDS, Scene
from foleycue_backend.training.vta_sam.scenes import sound as scene_sound
from foleycue_backend.training.vta_sam.task import condition
from foleycue_shared.messages import DEFAULT_SETTING

_MEL_FRAMES = 4 * FRAMES
#: Mel bands in which an object is at least so much louder than the other (natural logarithm of amplitude) are its own.
_OWN = 1.5
#: Seconds on either side of a change that count for neither: pictures come half a second apart.
_BLUR = 0.5


class Heard(NamedTuple):
    """Level of an object's band while it is seen against while it is not, in dB, one value for each object that comes
    or goes in a scene."""

    levels: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(self.levels.mean())


def own_bands() -> tuple[slice | NDArray[np.bool_], ...]:
    """Which of 64 mel bands are each object's own."""
    alone = []
    for number in range(2):
        since = tuple(0.0 if one == number else SECONDS for one in range(2))
        wave = torch.from_numpy(scene_sound(Scene((since[0], since[1]), (SECONDS, SECONDS), 0)))
        alone.append(training_mel(wave[None], _MEL_FRAMES)[0].mean(0).numpy())
    difference = alone[0] - alone[1]
    return difference > _OWN, difference < -_OWN


@torch.inference_mode()
def mels(base: Base, adapter: ObjectAdapter, shown: Sequence[Scene], told: Sequence[Scene], seed: int = 0) -> Tensor:
    """Log-mels (scenes, 4 · FRAMES, 64) of the pictures of `shown`, with the objects of `told`."""
    pictures = examples(shown, base.vision, base.vae, base.names)
    objects = examples(told, base.vision, base.vae, base.names).objects
    states = condition(base.projection, adapter, pictures.pictures, objects)
    guided = GuidedUnet(base.unet, two_branches(with_unconditional(*pad_clips(list(states))), 2.0, len(states)))
    noise = torch.randn(pictures.mean.shape, generator=torch.Generator().manual_seed(seed))
    setting = SETTINGS[DEFAULT_SETTING]
    with adapter.listening(base.unet, moments()):
        latents = sample(solver(setting.solver, setting.solver_options), guided, noise, steps=setting.steps)
    return autoencoder.decode(base.vae, latents)


def heard(sounds: Tensor, truth: Sequence[Scene]) -> Heard:
    """Levels in `sounds` (scenes, frames, 64) by when `truth` shows its objects."""
    times = (np.arange(_MEL_FRAMES) + 0.5) * (SECONDS / _MEL_FRAMES)
    levels = []
    for mel, scene in zip(sounds.numpy(), truth, strict=True):
        seen = scene.presence(times)
        sure = (scene.presence(times - _BLUR) == seen) & (scene.presence(times + _BLUR) == seen)
        for number, band in enumerate(own_bands()):
            power = np.exp(2 * mel[:, band]).mean(1)
            there, gone = seen[:, number] & sure[:, number], ~seen[:, number] & sure[:, number]
            if there.any() and gone.any():
                levels.append(10 * np.log10(power[there].mean() / power[gone].mean()))
    return Heard(np.array(levels, np.float64))
