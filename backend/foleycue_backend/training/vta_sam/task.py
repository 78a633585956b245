# SPDX-License-Identifier: GPL-3.0-or-later
"""The task: the velocity of noised latents from picture tokens and object tokens, interleaved."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection
from foleycue_backend.engines.vta_sam.adapter import ObjectAdapter
from foleycue_backend.engines.vta_sam.settings import GAIN
from foleycue_backend.engines.vta_sam.tokens import interleaved
from foleycue_backend.training.sta_v2a.diffusion import SCHEDULE, noised, noisy_and_velocity, weighted_loss
from foleycue_backend.training.sta_v2a.task import Batch, Task
from foleycue_backend.training.vta_sam.examples import Examples, moments

SNR_GAMMA = 5.0
#: Share of examples without any condition, for guidance; VTA-LDM itself was trained without.
DROP = 0.1
#: Share of examples that show nothing but noise, at the times at which samplers begin. The published schedule never
#: reaches pure noise (Lin et al., 2023): what is left of the sound tells who is heard when, and objects go unheard.
PURE, _BEGINNING = 0.3, 890


def condition(projection: TokenProjection, adapter: ObjectAdapter, pictures: Tensor, objects: Tensor) -> Tensor:
    """States (batch, 2 · pictures, width) of embeddings (batch, pictures, embedding) of pictures and objects."""
    return interleaved(projection(pictures), adapter.marked(projection(GAIN * objects)))


class ObjectTask(Task):
    """The adapter learns; with `everything` the UNet does as well, for one that knows nothing yet."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        projection: TokenProjection,
        adapter: ObjectAdapter,
        sets: tuple[Examples, Examples],
        everything: bool = False,
    ) -> None:
        super().__init__()
        self.unet = unet.requires_grad_(everything)
        self.projection = projection.requires_grad_(False)
        self.adapter = adapter.requires_grad_(True)
        self.examples, self.others = sets

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        which = torch.randint(len(self.examples), (size,), generator=generator)
        dropped = torch.rand(size, generator=generator) < DROP
        batch = self._batch(self.examples, which, dropped, generator)
        pure = torch.rand(size, generator=generator) < PURE
        early = torch.randint(_BEGINNING, SCHEDULE.config["num_train_timesteps"], (size,), generator=generator)
        return {**batch, "pure": pure, "timesteps": torch.where(pure, early, batch["timesteps"])}

    def held_out(self) -> Iterator[Batch]:
        for number, which in enumerate(torch.arange(len(self.others)).split(4)):
            generator = torch.Generator().manual_seed(number)
            yield self._batch(self.others, which, torch.zeros(len(which), dtype=torch.bool), generator)

    def forward(self, batch: Batch) -> Tensor:
        states = condition(self.projection, self.adapter, batch["pictures"], batch["objects"])
        states = states * (~batch["dropped"])[:, None, None]
        noisy, velocity = noisy_and_velocity(batch["latents"], batch["noise"], batch["timesteps"])
        pure = batch["pure"][:, None, None, None]
        noisy, velocity = torch.where(pure, batch["noise"], noisy), torch.where(pure, -batch["latents"], velocity)
        with self.adapter.listening(self.unet, moments().to(states.device)):
            predicted = self.unet(noisy, batch["timesteps"], states, return_dict=False)[0]
        return weighted_loss(predicted, velocity, batch["timesteps"], SNR_GAMMA)

    @staticmethod
    def _batch(examples: Examples, which: Tensor, dropped: Tensor, generator: torch.Generator) -> Batch:
        return {
            "pictures": examples.pictures[which],
            "objects": examples.objects[which],
            "dropped": dropped,
            "pure": torch.zeros_like(dropped),
            **noised(examples.mean[which], examples.std[which], generator),
        }
