# SPDX-License-Identifier: GPL-3.0-or-later
"""SAM 2 (Ravi et al., 2024) on the stock classes: an object's mask, followed along one shot from one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession, Sam2VideoModel

from foleycue_backend.grounding.detector import OnFrame

#: Of ImageNet, by which the published weights want pictures scaled.
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
#: How the network calls a point on the object, and the two corners of a box.
_ON, _CORNERS = 1, (2, 3)


@dataclass(frozen=True)
class Outline:
    """An object in one picture: `box` left, top, right, bottom, `centre` of its mask and `area`, all in shares of the
    picture; `score` 0 … 1, how sure it is to be there."""

    box: tuple[float, float, float, float]
    centre: tuple[float, float]
    area: float
    score: float


class MaskTracker:
    """Follows one object at a time; the network is read from a folder as its authors publish it."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        network: Any = Sam2VideoModel.from_pretrained(folder, local_files_only=True)
        self._network = network.eval().to(device)
        self._device = device

    def track(
        self, frames: Sequence[NDArray[np.uint8]], start: int, prompt: Sequence[float], on_frame: OnFrame
    ) -> list[Outline | None]:
        """The object in each RGB frame of a shot, all of one size; None where it is not seen.

        `prompt` is a point on it (x, y) or a box around it (left, top, right, bottom), in shares of frame `start`.
        """
        session = _Shot(frames, self._network.image_size, self._device)
        session.ask(start, prompt)
        found: list[Outline | None] = [None] * len(frames)
        done = 0
        for reverse in (False, True):
            for output in self._outputs(session, start, reverse):
                found[output.frame_idx] = outline(output.pred_masks[0, 0], float(output.object_score_logits[0]))
                session.forget_detail(output.frame_idx)
                done += 1
                on_frame(min(done, len(frames)))
        return found

    def _outputs(self, session: _Shot, start: int, reverse: bool) -> Iterator[Any]:
        yield from self._network.propagate_in_video_iterator(session, start, reverse=reverse)


class _Shot(Sam2VideoInferenceSession):
    """A session over pictures that are made ready when they are looked at: ready ones take 12 MB each."""

    def __init__(self, frames: Sequence[NDArray[np.uint8]], size: int, device: torch.device) -> None:
        height, width = frames[0].shape[:2]
        super().__init__(video_height=height, video_width=width, inference_device=device, dtype=torch.float32)
        self.processed_frames: Any = dict(enumerate(frames))
        self._size = size

    def get_frame(self, frame_idx: int) -> Tensor:
        """The picture (3, size, size) as the network wants it."""
        picture = torch.from_numpy(self.processed_frames[frame_idx].copy()).to(self.inference_device)
        pixels = picture.permute(2, 0, 1)[None].float() / 255
        square = F.interpolate(pixels, (self._size, self._size), mode="bilinear", antialias=True)[0]
        mean, deviation = (square.new_tensor(values)[:, None, None] for values in (_MEAN, _DEVIATION))
        return (square - mean) / deviation

    def ask(self, frame: int, prompt: Sequence[float]) -> None:
        """Name the object by a point or a box."""
        labels = _CORNERS if len(prompt) == 4 else (_ON,)
        points = torch.tensor(prompt, dtype=torch.float32).reshape(1, 1, -1, 2) * self._size
        given = {"point_coords": points, "point_labels": torch.tensor([[labels]], dtype=torch.int32)}
        self.add_point_inputs(self.obj_id_to_idx(1), frame, given)
        self.obj_with_new_inputs = [1]

    def forget_detail(self, frame: int) -> None:
        """Let go of the large mask of a frame, which nothing asks for again: 4 MB each."""
        for outputs in self.output_dict_per_obj[0].values():
            outputs.get(frame, {}).pop("high_res_masks", None)


def outline(mask: Tensor, presence: float) -> Outline | None:
    """Of a mask's logits (height, width), positive inside, and the logit of being there at all."""
    inside = mask > 0
    if presence <= 0 or not inside.any():
        return None
    height, width = inside.shape
    rows, columns = inside.nonzero(as_tuple=True)
    left, right = float(columns.min()) / width, float(columns.max() + 1) / width
    top, bottom = float(rows.min()) / height, float(rows.max() + 1) / height
    return Outline(
        (left, top, right, bottom),
        ((float(columns.float().mean()) + 0.5) / width, (float(rows.float().mean()) + 0.5) / height),
        float(inside.float().mean()),
        float(torch.tensor(presence).sigmoid()),
    )
