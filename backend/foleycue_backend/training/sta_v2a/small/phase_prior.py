# SPDX-License-Identifier: GPL-3.0-or-later
"""Fourth phase: the text-to-audio prior, a UNet that hears nothing of pictures or cues, and its text encoder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from foleycue_backend.training.sta_v2a.diffusion import (
    crop_starts,
    cropped,
    noised,
    noisy_and_velocity,
    weighted_loss,
)
from foleycue_backend.training.sta_v2a.runner import Plan
from foleycue_backend.training.sta_v2a.small import networks
from foleycue_backend.training.sta_v2a.small.bank import Clips
from foleycue_backend.training.sta_v2a.small.build import SmallRun
from foleycue_backend.training.sta_v2a.task import Batch, Task

PLAN = Plan(batch=16, rate=1.5e-3, average=0.98, warmup=40)
#: Latent frames of a crop: the networks are convolutional, and a quarter of a clip costs a quarter.
CROP = 64
SNR_GAMMA = 5.0
_DROP_TEXT = 0.1


@torch.no_grad()
def encode_clips(vae: AutoencoderKL, clips: Clips) -> dict[str, Tensor]:
    """Scaled posterior `mean` and `std` (n, 8, 256, 16) of all clips."""
    scale: float = vae.config["scaling_factor"]
    posteriors = [vae.encode(mel[:, None], return_dict=False)[0] for mel in clips.mels.split(4)]
    return {name: (scale * torch.cat([getattr(p, name) for p in posteriors])).contiguous() for name in ("mean", "std")}


def latents(small: SmallRun, which: str) -> dict[str, Tensor]:
    """Latents of the clips ("clips" or "held_out") by the trained autoencoder, kept in the run's folder."""
    path = small.out / f"latents-{which}.safetensors"
    if not path.is_file():
        save_file(encode_clips(AutoencoderKL.from_pretrained(small.part("vae")), getattr(small, which)), path)
    return load_file(path)


class PriorTask(Task):
    """Velocity of noised latents from their caption; a tenth of the captions is empty, for guidance."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        encoder: T5EncoderModel,
        tokenizer: PreTrainedTokenizerBase,
        sets: Sequence[tuple[dict[str, Tensor], Clips]],
    ) -> None:
        super().__init__()
        self.unet, self.encoder, self.tokenizer = unet, encoder, tokenizer
        (self.latents, self.clips), (self.other_latents, self.others) = sets

    def _texts(self, captions: Sequence[str]) -> dict[str, Tensor]:
        tokens = self.tokenizer(list(captions), padding=True, return_tensors="pt")
        return {"ids": tokens["input_ids"], "mask": tokens["attention_mask"]}

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        which = torch.randint(len(self.clips), (size,), generator=generator)
        starts = crop_starts(size, self.latents["mean"].shape[2], CROP, generator)
        mean, std = (cropped(x[which].transpose(1, 2), starts, CROP).transpose(1, 2) for x in self.latents.values())
        dropped = torch.rand(size, generator=generator) < _DROP_TEXT
        captions = ["" if d else self.clips.strikes[c].caption for c, d in zip(which.tolist(), dropped, strict=True)]
        return {**noised(mean, std, generator), **self._texts(captions)}

    def held_out(self) -> Iterator[Batch]:
        for start in range(0, len(self.others), 4):
            rows = slice(start, start + 4)
            generator = torch.Generator().manual_seed(start)
            mean, std = (x[rows, :, :CROP] for x in self.other_latents.values())
            yield {
                **noised(mean, std, generator),
                **self._texts([clip.caption for clip in self.others.strikes[rows]]),
            }

    def forward(self, batch: Batch) -> Tensor:
        states = self.encoder(input_ids=batch["ids"], attention_mask=batch["mask"])[0]
        noisy, velocity = noisy_and_velocity(batch["latents"], batch["noise"], batch["timesteps"])
        predicted = self.unet(
            noisy, batch["timesteps"], states, encoder_attention_mask=batch["mask"].float(), return_dict=False
        )[0]
        return weighted_loss(predicted, velocity, batch["timesteps"], SNR_GAMMA)


def run(small: SmallRun) -> None:
    """Train and save UNet, text encoder and tokenizer."""
    sets = [(latents(small, "clips"), small.clips), (latents(small, "held_out"), small.held_out)]
    tokenizer = networks.tokenizer()
    unet, encoder = networks.unet(), networks.text_encoder(len(tokenizer))
    small.train("prior", PriorTask(unet, encoder, tokenizer, sets), PLAN)
    unet.save_pretrained(small.part("unet"))
    encoder.save_pretrained(small.part("text_encoder"))
    tokenizer.save_pretrained(small.part("tokenizer"))
