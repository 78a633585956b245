# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the picture moves beyond what the camera does: a few numbers a frame, and nothing else is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.pictures import Grey, GreyFrame
from foleycue_backend.stages.region import Regions

_POINTS = 150
_POINT_DISTANCE = 8
_TRACK_WIDTH = 240
_THUMBNAIL = (32, 18)
_LEAST_INLIERS = 12
#: Columns and rows of cells, and how many of them (a tenth) make up a frame's movement: what sounds rarely fills more.
_CELLS = (24, 14)
_STRONGEST = 34


@dataclass(frozen=True)
class Motion:
    """One row a frame, in order: piece number, seconds, and mean absolute grey differences (0 … 255).

    difference: to the frame before; residual: the same after undoing the camera's movement, in the strongest cells of
    the shot's region; local: their share of all movement in the picture, 0 … 1; jump and span compare thumbnails with
    those of one frame before, and of the next frame with the one two before (cuts last, flashes do not). The first
    frame of each piece has zeros.
    """

    piece: NDArray[np.int32]
    seconds: NDArray[np.float64]
    difference: NDArray[np.float32]
    residual: NDArray[np.float32]
    local: NDArray[np.float32]
    jump: NDArray[np.float32]
    span: NDArray[np.float32]


#: Rows and columns of a picture that count.
Window = tuple[slice, slice]
_WHOLE: Window = (slice(None), slice(None))


def measure(frames: Iterable[GreyFrame], regions: Regions | None = None) -> Motion:
    """The motion of a range's frames; memory holds two frames and a few thumbnails.

    Raises BAD_INPUT for a region too small for its picture.
    """
    rows: list[tuple[int, float, float, float, float, float, float]] = []
    tracker = _Tracker()
    thumbnails: list[NDArray[np.float32]] = []
    last: GreyFrame | None = None
    for frame in frames:
        thumbnail = cv2.resize(frame.image, _THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
        if last is None or last.piece != frame.piece or last.image.shape != frame.image.shape:
            tracker = _Tracker()
            tracker.add(frame.image)
            thumbnails = [thumbnail]
            rows.append((frame.piece, frame.seconds, 0.0, 0.0, 0.0, 0.0, 0.0))
            last = frame
            continue
        window = regions.window(frame.piece, frame.seconds, frame.image.shape) if regions else _WHOLE
        movement = tracker.add(frame.image, window)
        jump = float(np.abs(thumbnail - thumbnails[-1]).mean())
        if len(thumbnails) == 3:
            rows[-1] = (*rows[-1][:6], float(np.abs(thumbnail - thumbnails[0]).mean()))
        thumbnails = [*thumbnails[-2:], thumbnail]
        rows.append((frame.piece, frame.seconds, *movement, jump, jump))
        last = frame
    table = np.array(rows, np.float64).reshape(len(rows), 7)
    return Motion(
        table[:, 0].astype(np.int32),
        table[:, 1],
        *(table[:, column].astype(np.float32) for column in (2, 3, 4, 5, 6)),
    )


class _Tracker:
    """Differences of consecutive frames. The camera is a partial affine movement (shift, turn, zoom).

    It is estimated by RANSAC over tracked corners (Lucas and Kanade with pyramids, Bouguet 2001).
    """

    def __init__(self) -> None:
        self._before: Grey | None = None
        self._small: Grey | None = None

    def add(self, image: Grey, window: Window = _WHOLE) -> tuple[float, float, float]:
        """Movement since the frame before: difference, and residual and local of a window (see Motion)."""
        before, small_before = self._before, self._small
        scale = min(1.0, _TRACK_WIDTH / image.shape[1])
        small = image if scale == 1 else _resized(image, scale)
        self._before, self._small = image, small
        if before is None or small_before is None:
            return 0.0, 0.0, 0.0
        difference = cv2.absdiff(image, before)
        plain = float(difference.mean())
        if plain == 0.0:
            return 0.0, 0.0, 0.0
        camera = _camera(small_before, small)
        covered = np.ones(image.shape, np.float32)
        if camera is not None:
            camera[:, 2] /= scale
            size = (image.shape[1], image.shape[0])
            moved = cv2.warpAffine(before, camera, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            reached = cv2.warpAffine(covered, camera, size, flags=cv2.INTER_NEAREST)
            residual = cv2.absdiff(image, moved)
            # A wrong estimate must not add motion that is not there.
            if reached[window].any() and residual[window][reached[window] > 0].mean() <= difference[window].mean():
                difference, covered = residual, reached
        movement = np.asarray(cv2.multiply(difference, covered, dtype=cv2.CV_32F), np.float32)
        return plain, *_strongest(movement, np.asarray(covered, np.float32), window)


def _strongest(movement: NDArray[np.float32], covered: NDArray[np.float32], window: Window) -> tuple[float, float]:
    """Mean movement in the strongest cells of a window, and their share of the whole picture's movement."""
    chosen = np.zeros_like(covered)
    chosen[window] = covered[window]
    cells = (min(_CELLS[0], covered.shape[1]), min(_CELLS[1], covered.shape[0]))
    sums = cv2.resize(movement * chosen, cells, interpolation=cv2.INTER_AREA).ravel()
    areas = cv2.resize(chosen, cells, interpolation=cv2.INTER_AREA).ravel()
    order = np.argsort(sums / np.maximum(areas, 1e-6))[-_STRONGEST:]
    total = float(movement.mean()) * len(sums)
    return float(sums[order].sum() / max(areas[order].sum(), 1e-6)), float(sums[order].sum() / max(total, 1e-6))


def _resized(image: Grey, scale: float) -> Grey:
    size = (round(image.shape[1] * scale), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _camera(before: Grey, after: Grey) -> NDArray[np.float64] | None:
    """The camera's 2x3 movement between two small frames, or None when there is too little to go by."""
    corners = cv2.goodFeaturesToTrack(before, _POINTS, 0.01, _POINT_DISTANCE)
    if corners is None or len(corners) < _LEAST_INLIERS:
        return None
    tracked, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, np.empty_like(corners), winSize=(15, 15))
    good = found.ravel() == 1
    if good.sum() < _LEAST_INLIERS:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(corners[good], tracked[good], ransacReprojThreshold=1.0)
    if matrix is None or inliers.sum() < max(_LEAST_INLIERS, 0.3 * good.sum()):
        return None
    return np.asarray(matrix, np.float64)
