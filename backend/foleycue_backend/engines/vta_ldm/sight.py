# SPDX-License-Identifier: GPL-3.0-or-later
"""From the pictures of a range to CLIP embeddings, two a second."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from foleycue_backend.engines.base import OnStep, Pictures
from foleycue_backend.engines.parts.clip import embed_pictures
from foleycue_backend.engines.vta_ldm.frames import RATE, SIZE, frame_indices, pixels
from foleycue_backend.engines.vta_ldm.settings import VtaLdmSetting

#: A gap shows black.
_BLACK = np.zeros((SIZE, SIZE, 3), np.uint8)


def see(
    tower: CLIPVisionModelWithProjection, pictures: Pictures, setting: VtaLdmSetting, on_step: OnStep
) -> NDArray[np.float32]:
    """Embeddings (time, width), not of unit length, un-normalised pictures in; on_step hears of each, and may raise."""
    total, rows = max(1, round(pictures.seconds * RATE)), []
    for number, frame in enumerate(shown_frames(pictures, setting)):
        on_step("analyse", min(number, total), total)
        image = _BLACK if frame is None else rgb(frame)
        rows.append(embed_pictures(tower, pixels(image)[None].to(tower.device, tower.dtype)).float().cpu())
    return torch.cat(rows).numpy()


def shown_frames(pictures: Pictures, setting: VtaLdmSetting) -> Iterator[VideoFrame | None]:
    """The frames that the system looks at, 2 a second; None for gaps."""
    return _published_frames(pictures) if setting.whole_rate else pictures.decoded(RATE)


def rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """The picture (height, width, 3)."""
    return frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _published_frames(pictures: Pictures) -> Iterator[VideoFrame | None]:
    """The frames that the published reader takes of a film: here of the range, counted at its own rate."""
    count = max(1, round(pictures.seconds * float(pictures.rate)))
    wanted = frame_indices(count, float(pictures.rate))
    for number, frame in enumerate(pictures.decoded(pictures.rate)):
        for _ in range(wanted.count(number)):
            yield frame
