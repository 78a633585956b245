# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter with all conditions of one range, as `studio.takes` asks it window after window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor

from foleycue_backend.engines.base import Audio, Conditions
from foleycue_backend.engines.foleycrafter import mel_image, sound
from foleycue_backend.engines.foleycrafter.adapters import (
    attach_semantic_adapter,
    guided_unet,
    image_prompt,
    set_semantic_scale,
)
from foleycue_backend.engines.foleycrafter.condition_map import condition_map
from foleycue_backend.engines.foleycrafter.cue_map import (
    PUBLISHED_SCALE,
    TRUE_SCALE,
    detected_row,
    obedient_row,
    published_row,
)
from foleycue_backend.engines.foleycrafter.settings import (
    CUE_SCALE,
    GRID,
    PICTURE_SCALE,
    TEXT_SCALE,
    FoleyCrafterSetting,
)
from foleycue_backend.engines.foleycrafter.sight import Seen
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.sampling import OnStep, sample
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.grid import Span
from foleycue_shared.timing import CUE_RATE

#: Rows and columns of the map for one of the latents.
_PIXELS = 8
_BANDS = 32


class Session:
    """What all windows and takes of a range share: `text` of both halves, what was `seen`, the map, the scales."""

    grid = GRID

    def __init__(
        self, parts: Components, setting: FoleyCrafterSetting, take: Conditions, text: TextStates, columns: int
    ) -> None:
        """`columns` of latents reach over the last window."""
        self._unet = _looking_unet(parts)
        self._controlnet = parts.keep("controlnet")
        self._vae = parts.keep("vae")
        self._vocoder = parts.keep("vocoder")
        self.scheduler = parts.scheduler(setting)
        self._setting = setting
        self._text = TextStates(self._here(text.states), self._here(text.mask))
        seen = Seen.of(take.features)
        self._embeddings, self._rate = self._here(torch.from_numpy(seen.embeddings)), seen.rate
        self._squeezed = setting.as_published and GRID.fits_one_window(take.samples)
        self._row = _row(take, seen, _PIXELS * columns, self._squeezed)
        wanted = take.guidance
        self._scale = TEXT_SCALE if wanted.text is None else wanted.text
        self._temporal = CUE_SCALE if wanted.cues is None else wanted.cues
        set_semantic_scale(self._unet, PICTURE_SCALE if wanted.picture is None else wanted.picture)

    @property
    def shape(self) -> tuple[int, int]:
        """Channels and bands of the latents."""
        return self._unet.config["in_channels"], _BANDS

    @property
    def device(self) -> torch.device:
        """Where the UNet is."""
        return self._unet.device

    def condition(self, span: Span) -> Tensor:
        """The map (1, 1, 256, columns) of a window."""
        width = _PIXELS * span.frames
        if self._squeezed:
            return condition_map(self._row, columns=width)
        return condition_map(self._row[_PIXELS * span.low :][:width])

    def denoise(self, span: Span, noise: Tensor, variance_noise: Iterator[Tensor] | None, on_step: OnStep) -> Tensor:
        """Latents (takes, 4, columns, 32) of a window, of which the network wants the bands first."""
        guided = guided_unet(
            self._unet,
            self._controlnet,
            self._text,
            image_prompt(self._embeddings[GRID.pictures_of(span, self._rate, len(self._embeddings))]),
            self._here(self.condition(span)),
            guidance=self._scale,
            temporal=self._temporal,
            batch=len(noise),
        )
        latents = sample(
            self.scheduler,
            guided,
            noise.transpose(2, 3),
            steps=self._setting.steps,
            variance_noise=None if variance_noise is None else (drawn.transpose(2, 3) for drawn in variance_noise),
            on_step=on_step,
        )
        return latents.transpose(2, 3)

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Tensor:
        """Log-mel (1, 8 · columns, 256)."""
        image = sound.decode(self._vae, latents.transpose(2, 3).to(self._vae.dtype))
        return mel_image.to_log_mel(image.float()).transpose(1, 2)

    @torch.inference_mode()
    def vocode(self, decoded: Tensor, on_round: Callable[[], None]) -> Audio:
        """Samples at 16 kHz, 1280 a column."""
        wave = hifigan.vocode(self._vocoder, decoded.to(self._vocoder.dtype))[0]
        return hifigan.samples_of(wave, self._setting.int16)

    def _here(self, values: Tensor) -> Tensor:
        return values.to(self._unet.device, self._unet.dtype)


def _looking_unet(parts: Components) -> UNet2DConditionModel:
    """The UNet with its look at the picture's tokens."""
    unet: UNet2DConditionModel = parts.keep("unet")
    if unet.config["encoder_hid_dim_type"] is None:
        attach_semantic_adapter(unet, parts.use("semantic_adapter", lambda adapter: adapter.state_dict()))
    return unet


def _row(take: Conditions, seen: Seen, columns: int, squeezed: bool) -> Tensor:
    """The map's row of the whole range; the detector's own where no sheet was given."""
    if squeezed:
        row, scale = published_row(seen.onsets, take.samples / GRID.sample_rate), PUBLISHED_SCALE
    else:
        row, scale = detected_row(seen.onsets, columns), TRUE_SCALE
    if take.cues is None:
        return row
    return obedient_row(row, seen.onsets, take.cues, scale, take.samples * CUE_RATE // GRID.sample_rate)
