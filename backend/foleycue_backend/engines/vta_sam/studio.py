# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the engine with the weights that are installed: VTA-LDM's, and beside its tokens those of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.base import Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.parts.audioldm import AudioLdmSystem
from foleycue_backend.engines.parts.sampling import OnStep as DenoisingStep
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.grid import AUDIOLDM, Span
from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection, pad_clips, with_unconditional
from foleycue_backend.engines.vta_ldm.frames import RATE
from foleycue_backend.engines.vta_ldm.settings import PICTURE_SCALE, VtaLdmSetting
from foleycue_backend.engines.vta_ldm.sight import rgb, shown_frames
from foleycue_backend.engines.vta_ldm.studio import VtaLdmStudio
from foleycue_backend.engines.vta_sam.adapter import Moments, ObjectAdapter
from foleycue_backend.engines.vta_sam.names import embed
from foleycue_backend.engines.vta_sam.published import MODEL
from foleycue_backend.engines.vta_sam.settings import GAIN
from foleycue_backend.engines.vta_sam.tokens import interleaved, object_vectors
from foleycue_backend.grounding.finder import installed_grounding
from foleycue_backend.grounding.presence import shot_bounds, smoothed
from foleycue_backend.models.store import installed
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: The folder of the trained parts in their model's.
ADAPTER = "adapter"


class VtaSamStudio(VtaLdmStudio):
    """VTA-LDM's weights, and the parts that a training added, if any are installed."""

    def find(self, pictures: Pictures, objects: Sequence[str], on_step: OnStep, setting: VtaLdmSetting) -> Features:
        """The detector's probability of each object in each picture that VTA-LDM sees, and the names' embeddings."""
        total = max(1, round(pictures.seconds * RATE))
        frames = (None if frame is None else rgb(frame) for frame in shown_frames(pictures, setting))
        grounding = installed_grounding()
        found = grounding.find(frames, objects, lambda done: on_step("analyse", min(done, total), total))
        return {"presence": found.probability, "names": embed(objects)}

    def system(self, parts: Components, setting: VtaLdmSetting, take: Conditions) -> AudioLdmSystem:
        """VTA-LDM itself where no object counts, bit for bit; otherwise with object tokens between its own."""
        gain = GAIN if take.guidance.text is None else take.guidance.text
        if gain == 0 or "presence" not in take.features:
            return super().system(parts, setting, take)
        adapter = self._adapter(parts)
        vectors = _vectors(take)
        projection: TokenProjection = parts.keep("projection")

        @torch.inference_mode()
        def tokens(span: Span) -> TextStates:
            shown = vectors[AUDIOLDM.pictures_of(span, RATE, len(vectors))]
            objects = projection(gain * shown.to(parts.device))
            marked = objects if adapter is None else adapter.marked(objects)
            return with_unconditional(*pad_clips([interleaved(self.picture_tokens(parts, take, span), marked)]))

        scale = PICTURE_SCALE if take.guidance.picture is None else take.guidance.picture
        if adapter is None:
            return AudioLdmSystem(parts, setting, tokens, scale)
        return _AdaptedSystem(parts, setting, tokens, scale, adapter, len(vectors))

    def _adapter(self, parts: Components) -> ObjectAdapter | None:
        """The parts that were trained, None without any. Raises BAD_INPUT for those of another UNet."""
        folder = installed(MODEL.name)
        if folder is None:
            return None
        adapter: Any = ObjectAdapter.from_pretrained(folder / ADAPTER, local_files_only=True)
        if not adapter.fits(parts.keep("unet")):
            raise FoleyCueError(
                ErrorCode.BAD_INPUT,
                "The trained parts of vta-sam belong to another VTA-LDM: train them on the installed one, or remove "
                f"them with `foleycue models remove {MODEL.name}`.",
            )
        return adapter.eval().to(parts.device)


class _AdaptedSystem(AudioLdmSystem):
    """Attends with the additions that were trained; the range has so many pictures."""

    def __init__(
        self,
        parts: Components,
        setting: VtaLdmSetting,
        conditions: Callable[[Span], TextStates],
        scale: float,
        adapter: ObjectAdapter,
        pictures: int,
    ) -> None:
        super().__init__(parts, setting, conditions, scale)
        self._adapter = adapter
        self._pictures = pictures

    def denoise(
        self, span: Span, noise: Tensor, variance_noise: Iterator[Tensor] | None, on_step: DenoisingStep
    ) -> Tensor:
        """As every such system's, each moment of the sound near to what is seen then."""
        with self._adapter.listening(self._unet, self._moments(span)):
            return super().denoise(span, noise, variance_noise, on_step)

    def _moments(self, span: Span) -> Moments:
        """Pictures are at k / RATE in the range, moments counted from the window's start."""
        shown = self.grid.pictures_of(span, RATE, self._pictures)
        second = self.grid.frame_samples / self.grid.sample_rate
        times = torch.arange(shown.start, shown.stop, device=self.device) / RATE - span.low * second
        return Moments(times, span.frames * second, span.frames, self.shape[1])


def _vectors(take: Conditions) -> Tensor:
    """Object vectors (pictures, width) of the range, the detector's flicker taken out shot by shot."""
    presence = np.asarray(take.features["presence"], np.float32)
    cuts = [sample / AUDIOLDM.sample_rate for sample in take.shots]
    steady = smoothed(presence, shot_bounds(len(presence), RATE, cuts))
    return object_vectors(torch.from_numpy(steady), torch.from_numpy(np.asarray(take.features["names"], np.float32)))
