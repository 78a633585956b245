# SPDX-License-Identifier: GPL-3.0-or-later
"""A waveform at every scale: lows and highs of ever longer stretches, so that an hour is drawn as fast as a second."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
#: (n, 2): the lowest and the highest sample of each stretch.
Peaks = NDArray[np.float32]

_FINEST = 256
_FACTOR = 4
_COARSEST_BINS = 512
#: Samples that are looked at in one go while the levels are made; a bound for memory, not for the length.
_CHUNK = _FINEST << 12


class Mip:
    """Levels of peaks over mono samples, which may lie in a file. Made in a worker thread, read in any."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._levels: list[tuple[int, Peaks]] = []
        level, size = _finest(samples), _FINEST
        while len(level):
            self._levels.append((size, level))
            if len(level) <= _COARSEST_BINS:
                break
            level, size = _coarser(level), size * _FACTOR
        coarsest = self._levels[-1][1] if self._levels else np.zeros((0, 2), np.float32)
        #: The loudest sample, without its sign.
        self.loudest = float(np.abs(coarsest).max()) if len(coarsest) else 0.0

    def peaks(self, start: float, step: float, count: int) -> Peaks:
        """Lows and highs of count stretches of step samples from start on, (count, 2); silence outside.

        Borders are exact where samples are looked at, else to half a stretch: bins are never more than that.
        """
        out = np.zeros((count, 2), np.float32)
        total = len(self._samples)
        edges = np.floor(start + step * np.arange(count + 1)).astype(np.int64)
        inside = np.flatnonzero((edges[1:] > 0) & (edges[:-1] < total))
        if not len(inside):
            return out
        first, last = inside[0], inside[-1] + 1
        low = np.clip(edges[first:last], 0, total - 1)
        high = min(max(int(edges[last]), int(low[-1]) + 1), total)
        size, lows, highs = self._source(step, int(low[0]), high)
        at = low // size - low[0] // size
        out[first:last, 0] = np.minimum.reduceat(lows, at)
        out[first:last, 1] = np.maximum.reduceat(highs, at)
        return out

    def _source(self, step: float, low: int, high: int) -> tuple[int, Samples, Samples]:
        """Bin size, lows and highs of the coarsest level that a step can be made from, from low up to high."""
        fine = [found for found in self._levels if 2 * found[0] <= step]
        if not fine:
            raw = np.asarray(self._samples[low:high])
            return 1, raw, raw
        size, level = fine[-1]
        part = level[low // size : -(-high // size)]
        return size, part[:, 0], part[:, 1]


def _finest(samples: Samples) -> Peaks:
    whole = len(samples) // _FINEST * _FINEST
    parts = []
    for low in range(0, whole, _CHUNK):
        block = np.asarray(samples[low : min(low + _CHUNK, whole)]).reshape(-1, _FINEST)
        parts.append(np.stack((block.min(1), block.max(1)), axis=1))
    if len(rest := samples[whole:]):
        parts.append(np.array([[rest.min(), rest.max()]], np.float32))
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def _coarser(level: Peaks) -> Peaks:
    starts = np.arange(0, len(level), _FACTOR)
    return np.stack((np.minimum.reduceat(level[:, 0], starts), np.maximum.reduceat(level[:, 1], starts)), axis=1)
