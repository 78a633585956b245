# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the engine with one set of installed weights: to look, and to make sound of what is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from foleycue_backend.engines.base import Audio, Conditions, OnStep, Pictures
from foleycue_backend.engines.parts.audioldm import CLASSES, AudioLdmSystem
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.grid import AUDIOLDM, Span
from foleycue_backend.engines.studio.takes import make_takes
from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection, pad_clips, with_unconditional
from foleycue_backend.engines.vta_ldm.frames import RATE
from foleycue_backend.engines.vta_ldm.settings import PICTURE_SCALE, SETTINGS, VtaLdmSetting
from foleycue_backend.engines.vta_ldm.sight import see

_CLASSES = {**CLASSES, "image_encoder": CLIPVisionModelWithProjection, "projection": TokenProjection}
#: What decides the tokens is small and runs once a range.
_EXACT = ("image_encoder", "projection")


class VtaLdmStudio:
    """One set of weights. The picture encoder is read for each range and given back after use."""

    def __init__(self, folder: Path) -> None:
        self._parts = Components(folder, _CLASSES, half=True, exact=_EXACT)

    def see(self, pictures: Pictures, setting: VtaLdmSetting, on_step: OnStep) -> NDArray[np.float32]:
        """CLIP embeddings (time, 768) of the range."""
        return self._parts.at(setting.half).use("image_encoder", lambda tower: see(tower, pictures, setting, on_step))

    def takes_at_once(self) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self._parts.takes_at_once()

    def make(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        first = takes[0]
        setting = SETTINGS[first.setting].with_steps(first.steps)
        parts = self._parts.at(setting.half)
        spans = AUDIOLDM.spans(first.samples, first.shots, setting.least_frames)
        return make_takes(self.system(parts, setting, first), spans, takes, setting, on_step)

    def system(self, parts: Components, setting: VtaLdmSetting, take: Conditions) -> AudioLdmSystem:
        """What makes latents of a take's pictures."""
        return AudioLdmSystem(
            parts,
            setting,
            lambda span: with_unconditional(*pad_clips([self.picture_tokens(parts, take, span)])),
            PICTURE_SCALE if take.guidance.picture is None else take.guidance.picture,
        )

    @torch.inference_mode()
    def picture_tokens(self, parts: Components, take: Conditions, span: Span) -> Tensor:
        """Tokens (pictures, width) of what a window shows."""
        projection: TokenProjection = parts.keep("projection")
        seen = np.asarray(take.features["clip"], np.float32)
        shown = seen[AUDIOLDM.pictures_of(span, RATE, len(seen))]
        return projection(torch.from_numpy(shown).to(parts.device))
