# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed detector and mask tracker, each in memory only while it works."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from foleycue_backend.grounding.availability import grounding_folder
from foleycue_backend.grounding.detector import Frame, OnFrame, Sightings
from foleycue_backend.grounding.grounding_dino import GroundingDino
from foleycue_backend.grounding.masks import MaskTracker, Outline
from foleycue_backend.grounding.published import DETECTOR, MASKS


class Finder(Protocol):
    """What looks for objects and follows them."""

    def find(self, frames: Iterable[Frame], objects: Sequence[str], on_frame: OnFrame) -> Sightings:
        """As `Detector.find`."""
        ...

    def track(
        self, frames: Sequence[NDArray[np.uint8]], start: int, prompt: Sequence[float], on_frame: OnFrame
    ) -> list[Outline | None]:
        """As `MaskTracker.track`."""
        ...


class Grounding:
    """The folder that the store installed. Raises OSError or ValueError for files that cannot be loaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._tracker: MaskTracker | None = None

    def find(self, frames: Iterable[Frame], objects: Sequence[str], on_frame: OnFrame) -> Sightings:
        """As `Detector.find`; the detector's memory is given back."""
        found = GroundingDino(self._folder / DETECTOR, self._device).find(frames, objects, on_frame)
        gc.collect()
        return found

    def track(
        self, frames: Sequence[NDArray[np.uint8]], start: int, prompt: Sequence[float], on_frame: OnFrame
    ) -> list[Outline | None]:
        """As `MaskTracker.track`; the tracker stays for the next shot."""
        if self._tracker is None:
            self._tracker = MaskTracker(self._folder / MASKS, self._device)
        return self._tracker.track(frames, start, prompt, on_frame)


def installed_grounding() -> Grounding:
    """What finds objects here. Raises UNKNOWN_ENGINE with what to do where it is not installed."""
    return Grounding(grounding_folder())
