# SPDX-License-Identifier: GPL-3.0-or-later
"""Video peaks of AV-Align: where the mean optical flow of a clip has a local maximum, as published.

Farnebäck, Two-frame motion estimation based on polynomial expansion, SCIA 2003, on grey pictures of full size.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foleycue_backend.evaluation.alignment import Times
from foleycue_backend.stages.cache import AnalysisCache
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.pictures import check_there

#: Mean flow in pixels a picture that a peak must exceed.
LEAST_FLOW = 0.1
#: Pyramid scale, levels, window, iterations, polynomial neighbourhood and its width, flags.
FARNEBACK = (0.5, 3, 15, 3, 5, 1.2, 0)

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Flow:
    """Mean flow magnitude (pictures,) in pixels, the first value doubled, and pictures a second."""

    magnitude: NDArray[np.float64]
    rate: float

    def peaks(self) -> Times:
        """Seconds of the strict local maxima above LEAST_FLOW; the first and last picture are none."""
        before, here, after = self.magnitude[:-2], self.magnitude[1:-1], self.magnitude[2:]
        return (np.flatnonzero((before < here) & (here > after) & (here > LEAST_FLOW)) + 1) / self.rate


def measure_flow(path: Path, cache: AnalysisCache | None = None) -> Flow:
    """The flow of a video at its own rate and size; memory holds two pictures. Kept in the cache by content.

    A video with fewer than two pictures has no flow, hence no peaks (the reference fails on it). Raises MEDIA_OFFLINE
    or MEDIA_UNREADABLE.
    """
    check_there(str(path))
    key = _key(path) if cache else ""
    if cache and (kept := cache.get(key)) is not None:
        return Flow(kept["magnitude"].astype(np.float64), float(kept["rate"].astype(np.float64)))
    capture = cv2.VideoCapture(str(path))
    try:
        rate = float(capture.get(cv2.CAP_PROP_FPS)) if capture.isOpened() else 0.0
        if rate <= 0:
            raise FoleyCueError(
                ErrorCode.MEDIA_UNREADABLE, f"{path} is no video that can be read, or it is damaged: replace it."
            )
        steps = list(_steps(capture))
    finally:
        capture.release()
    flow = Flow(np.array(steps[:1] + steps, np.float64), rate)
    if cache:
        cache.put(key, {"magnitude": flow.magnitude, "rate": np.array(rate)})
    return flow


def _steps(capture: cv2.VideoCapture) -> Iterator[float]:
    """Mean flow magnitude from each picture to the next."""
    before = None
    while True:
        there, picture = capture.read()
        if not there:
            return
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        if before is not None:
            flow = cv2.calcOpticalFlowFarneback(before, grey, None, *FARNEBACK)  # type: ignore[call-overload]
            yield cv2.mean(cv2.magnitude(flow[..., 0], flow[..., 1]))[0]
        before = grey


def _key(path: Path) -> str:
    digest = hashlib.sha256(f"flow {FARNEBACK} OpenCV {cv2.__version__}".encode())
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
