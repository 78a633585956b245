# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to the strongest cells of a picture move, beyond what the camera does, and whether they do it as one body."""

import cv2
import numpy as np
from numpy.typing import NDArray

from foleycue_backend.stages.pictures import Grey

#: Grey levels added to a pixel's weight, so that a cell in which nothing changes has a velocity too.
_LEAST_WEIGHT = 1e-3
#: Rows and columns below which the search refuses to look.
_LEAST_SIZE = 12


class Flow:
    """Dense optical flow by inverse search (Kroeger, Timofte, Dai and Van Gool, ECCV 2016)."""

    def __init__(self) -> None:
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._search.setFinestScale(1)  # half the size: a small thing is lost at its usual quarter

    def between(
        self,
        before: Grey,
        after: Grey,
        camera: NDArray[np.float64] | None,
        movement: NDArray[np.float32],
        cells: tuple[int, int],
        strongest: NDArray[np.intp],
    ) -> tuple[float, float, float]:
        """How far the strongest cells go to the right and down, in picture widths, and 0 … 1: as one body?

        before, after (rows, columns); camera the 2x3 movement between them, None for none; movement, as large as they
        are or larger, weighs each pixel; strongest are indices into `cells` (columns, rows), row by row. All 0 for
        pictures too small to tell.
        """
        rows, columns = after.shape
        if min(rows, columns) < _LEAST_SIZE:
            return 0.0, 0.0, 0.0
        weight = cv2.resize(movement, (columns, rows), interpolation=cv2.INTER_AREA) + _LEAST_WEIGHT
        before, after = np.ascontiguousarray(before), np.ascontiguousarray(after)
        flow = self._search.calc(before, after, np.zeros((rows, columns, 2), np.float32))
        if camera is not None:
            flow -= _of_camera(camera, rows, columns)
        weights = cv2.resize(weight, cells, interpolation=cv2.INTER_AREA).ravel()[strongest]
        moves = cv2.resize(flow * weight[..., None], cells, interpolation=cv2.INTER_AREA).reshape(-1, 2)[strongest]
        length = float(np.linalg.norm(moves, axis=1).sum())
        right, down = (moves.sum(0) / weights.sum()).tolist()
        together = float(np.linalg.norm(moves.sum(0))) / length if length else 0.0
        return right / columns, down / columns, together


def _of_camera(camera: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float32]:
    """How far the camera moves each pixel: (rows, columns, 2)."""
    y, x = np.mgrid[:rows, :columns]
    return (np.stack([x, y, np.ones_like(x)], -1) @ (camera - np.eye(2, 3)).T).astype(np.float32)
