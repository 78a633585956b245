# SPDX-License-Identifier: GPL-3.0-or-later
"""From pictures to what the detector hears in them and what CLIP sees, in constant memory however long the range is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice

import numpy as np
import torch
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from torch import Tensor
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.foleycrafter.frames import FRAMES, clip_pixels, detector_input, detector_square
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet
from foleycue_backend.engines.foleycrafter.onsets import Onsets
from foleycue_backend.engines.foleycrafter.settings import GRID, FoleyCrafterSetting
from foleycue_backend.engines.parts.clip import embed_pictures
from foleycue_shared.timing import exact_rate

#: Pictures a second that the detector was trained on.
RATE = Fraction(15)
#: Pictures that pass CLIP together.
_GROUP = 8
_EMPTY = (224, 224, 3)


@dataclass(frozen=True)
class Seen:
    """What the pictures of a range say: onsets, and embeddings (pictures, width) of which there are `rate` a second."""

    onsets: Onsets
    embeddings: NDArray[np.float32]
    rate: Fraction

    def features(self) -> Features:
        """As the engine's analysis is kept."""
        rates = [(rate.numerator, rate.denominator) for rate in (self.onsets.rate, self.rate)]
        return {"logits": self.onsets.logits, "embeddings": self.embeddings, "rates": np.array(rates, np.int64)}

    @classmethod
    def of(cls, features: Features) -> Seen:
        """What `features` were made of."""
        rates = [Fraction(int(row[0]), int(row[1])) for row in np.asarray(features["rates"])]
        logits, embeddings = (np.asarray(features[name], np.float32) for name in ("logits", "embeddings"))
        return cls(Onsets(logits, rates[0]), embeddings, rates[1])


def sampling_rate(seconds: float, setting: FoleyCrafterSetting) -> Fraction:
    """Pictures a second: as many as the detector knows, or as published 150 of a clip that fits one window."""
    if setting.as_published and seconds <= GRID.window_seconds:
        return exact_rate(FRAMES / seconds)
    return RATE


def look(
    pictures: Pictures,
    detector: OnsetNet,
    tower: CLIPVisionModelWithProjection,
    setting: FoleyCrafterSetting,
    on_step: OnStep,
) -> Seen:
    """Both networks' word on a range, in one pass over its pictures; on_step hears of each, and may raise."""
    rate = sampling_rate(pictures.seconds, setting)
    total = max(1, int(pictures.seconds * rate))
    shown = _Shown(tower, setting.embedded)

    def squares() -> Iterator[Tensor]:
        for number, frame in enumerate(pictures.decoded(float(rate))):
            on_step("analyse", min(number, total), total)
            image = np.zeros(_EMPTY, np.uint8) if frame is None else _rgb(frame)
            shown.take(image)
            yield detector_square(torch.from_numpy(image).permute(2, 0, 1)[None])[0]

    logits = hear(detector, islice(squares(), FRAMES) if rate != RATE else squares(), setting)
    return Seen(Onsets(logits, rate), shown.embeddings(), rate / setting.embedded)


@torch.inference_mode()
def hear(detector: OnsetNet, squares: Iterable[Tensor], setting: FoleyCrafterSetting) -> NDArray[np.float32]:
    """The detector's logits of its squares (3, 112, 112) with values of 0..255.

    As it was trained it looks `reach` pictures to either side, and clips with that much context make no difference to
    one long clip. As published each 150 are a clip of their own, with statistics of their own.
    """
    detector.train(setting.as_published)
    rows: list[Tensor] = []
    for clip, own in _clips(squares, FRAMES, 0 if setting.as_published else detector.reach):
        given = detector_input(clip.to(detector.device), unit=not setting.as_published)
        rows.append(detector(given)[0, own].float().cpu())
    return torch.cat(rows).numpy()


def _clips(squares: Iterable[Tensor], length: int, reach: int) -> Iterator[tuple[Tensor, slice]]:
    """Clips of `length` pictures of their own, with `reach` more on either side where there are any."""
    held: list[Tensor] = []
    behind = 0  # pictures in held that are kept as context only
    for square in squares:
        held.append(square)
        if len(held) == behind + length + reach:
            yield torch.stack(held), slice(behind, behind + length)
            known = behind + length
            behind = min(reach, known)
            del held[: known - behind]
    if len(held) > behind:
        yield torch.stack(held), slice(behind, len(held))


@dataclass
class _Shown:
    """Every n-th of the pictures that pass by, embedded a few at a time."""

    tower: CLIPVisionModelWithProjection
    every: int
    _passed: int = 0
    _waiting: list[Tensor] = field(default_factory=list)
    _rows: list[Tensor] = field(default_factory=list)

    def take(self, image: NDArray[np.uint8]) -> None:
        """Let an RGB picture (height, width, 3) pass by."""
        if self._passed % self.every == 0:
            size: int = self.tower.config.image_size  # pyright: ignore[reportAssignmentType] - of a square tower
            self._waiting.append(clip_pixels(image, size))
        self._passed += 1
        if len(self._waiting) == _GROUP:
            self._embed()

    def embeddings(self) -> NDArray[np.float32]:
        """Of all that were taken, (pictures, width)."""
        if self._waiting:
            self._embed()
        return torch.cat(self._rows).numpy()

    def _embed(self) -> None:
        pixels = torch.stack(self._waiting).to(self.tower.device, self.tower.dtype)
        self._rows.append(embed_pictures(self.tower, pixels).float().cpu())
        self._waiting.clear()


def _rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    return frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
