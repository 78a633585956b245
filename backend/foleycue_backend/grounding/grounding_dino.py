# SPDX-License-Identifier: GPL-3.0-or-later
"""Grounding DINO (Liu et al., 2023) on the stock classes: the probability of each named object in each picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoTokenizer
from transformers.models.grounding_dino.image_processing_pil_grounding_dino import GroundingDinoImageProcessorPil
from transformers.models.grounding_dino.modeling_grounding_dino import GroundingDinoForObjectDetection
from transformers.models.grounding_dino.processing_grounding_dino import GroundingDinoProcessor

from foleycue_backend.grounding.detector import Frame, OnFrame, Sightings, collect, nothing

#: Boxes below this score are nothing. Low, since a probability that falls off softly says more than a box that is lost.
THRESHOLD = 0.05
#: On a processor pictures are made this much smaller than published: a quarter of the time, and small things are lost.
_SLOW_SHARE = 0.5


class GroundingDino:
    """A detector from a folder as its authors publish it: configuration, weights, image processor, tokenizer."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        # Without torchvision there is only this image processor; with it the pixels are the same.
        images: Any = GroundingDinoImageProcessorPil.from_pretrained(folder, local_files_only=True)
        if device.type == "cpu":
            images.size = {name: round(side * _SLOW_SHARE) for name, side in dict(images.size).items() if side}
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._processor: Any = GroundingDinoProcessor(images, tokenizer)
        network: Any = GroundingDinoForObjectDetection.from_pretrained(folder, local_files_only=True)
        self._network = network.eval().to(device)
        self._device = device

    def find(self, frames: Iterable[Frame], objects: Sequence[str], on_frame: OnFrame) -> Sightings:
        """As `Detector.find`: the score of an object is that of its best box, 0 without one above THRESHOLD."""
        labels = [" ".join(name.replace(".", " ").lower().split()) for name in objects]
        rows = []
        for number, frame in enumerate(frames):
            rows.append(nothing(len(labels)) if frame is None or not labels else self._look(frame, labels))
            on_frame(number + 1)
        return collect(rows, objects)

    @torch.inference_mode()
    def _look(self, frame: NDArray[np.uint8], labels: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        inputs = self._processor(images=frame, text=". ".join(labels) + ".", return_tensors="pt").to(self._device)
        outputs = self._network(**inputs)
        scores, boxes = outputs.logits[0].sigmoid().cpu(), outputs.pred_boxes[0].cpu()
        probability, places = nothing(len(labels))
        for column, tokens in enumerate(self._tokens(inputs["input_ids"][0], len(labels))):
            own = scores[:, tokens].amax(1)
            best = int(own.argmax())
            if own[best] > THRESHOLD:
                probability[column] = float(own[best])
                places[column] = _corners(boxes[best]).numpy()
        return probability, places

    def _tokens(self, ids: Tensor, labels: int) -> list[slice]:
        """Where each label's tokens stand: between full stops, after the opening token."""
        stop = self._processor.tokenizer.convert_tokens_to_ids(".")
        stops = (ids == stop).nonzero().flatten().tolist()[:labels]
        return [slice(low + 1, high) for low, high in zip([0, *stops], stops, strict=False)]


def _corners(box: Tensor) -> Tensor:
    """Left, top, right and bottom inside the picture, of a middle and a size."""
    middle, half = box[:2], box[2:] / 2
    return torch.cat([middle - half, middle + half]).clamp(0, 1)
