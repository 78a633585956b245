# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the picture moves beyond what the camera does: a few numbers a frame, and nothing else is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.flow import Flow
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
_Row = tuple[float, float, float, float, float, float]
_NOTHING: _Row = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
_COLUMNS = 10


@dataclass(frozen=True)
class Motion:
    """One row a frame, in order: piece number, seconds, and mean absolute grey differences (0 … 255).

    difference: to the frame before; residual: the same after undoing the camera's movement, in the strongest cells of
    the shot's region; local: their share of all movement in the picture, 0 … 1; jump and span compare thumbnails with
    those of one frame before, and of the next frame with the one two before (cuts last, flashes do not). velocity
    (frames, 2) is how far the strongest cells move to the right and down, in picture widths, and coherence, 0 … 1, how
    much they do it as one body. The first frame of each piece has zeros.
    """

    piece: NDArray[np.int32]
    seconds: NDArray[np.float64]
    difference: NDArray[np.float32]
    residual: NDArray[np.float32]
    local: NDArray[np.float32]
    jump: NDArray[np.float32]
    span: NDArray[np.float32]
    velocity: NDArray[np.float32]
    coherence: NDArray[np.float32]


#: Rows and columns of a picture that count.
Window = tuple[slice, slice]
_WHOLE: Window = (slice(None), slice(None))


def measure(frames: Iterable[GreyFrame], regions: Regions | None = None) -> Motion:
    """The motion of a range's frames; memory holds two frames and a few thumbnails.

    Raises BAD_INPUT for a region too small for its picture.
    """
    rows: list[list[float]] = []
    tracker = _Tracker()
    thumbnails: list[NDArray[np.float32]] = []
    last: GreyFrame | None = None
    for frame in frames:
        thumbnail = cv2.resize(frame.image, _THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)
        if last is None or last.piece != frame.piece or last.image.shape != frame.image.shape:
            tracker = _Tracker()
            thumbnails = []
        window = regions.window(frame.piece, frame.seconds, frame.image.shape) if regions else _WHOLE
        movement = tracker.add(frame.image, window)
        jump = float(np.abs(thumbnail - thumbnails[-1]).mean()) if thumbnails else 0.0
        if len(thumbnails) == 3:
            rows[-1][-1] = float(np.abs(thumbnail - thumbnails[0]).mean())
        thumbnails = [*thumbnails[-2:], thumbnail]
        rows.append([frame.piece, frame.seconds, *movement, jump, jump])
        last = frame
    table = np.array(rows, np.float64).reshape(len(rows), _COLUMNS)
    values = table.astype(np.float32)
    return Motion(
        piece=table[:, 0].astype(np.int32),
        seconds=table[:, 1],
        difference=values[:, 2],
        residual=values[:, 3],
        local=values[:, 4],
        velocity=values[:, 5:7],
        coherence=values[:, 7],
        jump=values[:, 8],
        span=values[:, 9],
    )


class _Tracker:
    """Differences of consecutive frames. The camera is a partial affine movement (shift, turn, zoom).

    It is estimated by RANSAC over tracked corners (Lucas and Kanade with pyramids, Bouguet 2001).
    """

    def __init__(self) -> None:
        self._before: Grey | None = None
        self._small: Grey | None = None
        self._flow = Flow()

    def add(self, image: Grey, window: Window = _WHOLE) -> _Row:
        """Movement since the frame before: difference; in a window residual, local, velocity, coherence of Motion."""
        before, small_before = self._before, self._small
        scale = min(1.0, _TRACK_WIDTH / image.shape[1])
        small = image if scale == 1 else _resized(image, scale)
        self._before, self._small = image, small
        if before is None or small_before is None:
            return _NOTHING
        difference = cv2.absdiff(image, before)
        plain = float(difference.mean())
        if plain == 0.0:
            return _NOTHING
        camera = _camera(small_before, small)
        covered = np.ones(image.shape, np.float32)
        if camera is not None:
            large = camera.copy()
            large[:, 2] /= scale
            size = (image.shape[1], image.shape[0])
            moved = cv2.warpAffine(before, large, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            reached = cv2.warpAffine(covered, large, size, flags=cv2.INTER_NEAREST)
            residual = cv2.absdiff(image, moved)
            # A wrong estimate must not add motion that is not there.
            if reached[window].any() and residual[window][reached[window] > 0].mean() <= difference[window].mean():
                difference, covered = residual, reached
            else:
                camera = None
        movement = np.asarray(cv2.multiply(difference, covered, dtype=cv2.CV_32F), np.float32)
        chosen = np.zeros(image.shape, np.float32)
        chosen[window] = covered[window]
        cells = (min(_CELLS[0], small.shape[1]), min(_CELLS[1], small.shape[0]))
        strongest, residual, local = _strongest(movement, chosen, cells)
        return plain, residual, local, *self._flow.between(small_before, small, camera, movement, cells, strongest)


def _strongest(
    movement: NDArray[np.float32], chosen: NDArray[np.float32], cells: tuple[int, int]
) -> tuple[NDArray[np.intp], float, float]:
    """The strongest of the chosen cells, mean movement in them, and their share of the whole picture's movement."""
    sums = cv2.resize(movement * chosen, cells, interpolation=cv2.INTER_AREA).ravel()
    areas = cv2.resize(chosen, cells, interpolation=cv2.INTER_AREA).ravel()
    order = np.argsort(sums / np.maximum(areas, 1e-6))[-_STRONGEST:]
    total = float(movement.mean()) * len(sums)
    return order, float(sums[order].sum() / max(areas[order].sum(), 1e-6)), float(sums[order].sum() / max(total, 1e-6))


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
