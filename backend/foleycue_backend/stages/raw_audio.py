# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound on disk between stages, so that memory does not grow with the range."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

Audio = NDArray[np.float32]

#: Samples read at once; large enough that Python's share of the work is small.
BLOCK = 1 << 16


class RawAudio:
    """A mono float32 file that one stage writes and the next ones read, more than once and at any place."""

    def __init__(self, path: Path, sample_rate: int) -> None:
        self.path = path
        self.sample_rate = sample_rate
        self.samples = 0
        path.write_bytes(b"")

    def append(self, block: Audio) -> None:
        """Add samples (n,) at the end."""
        with self.path.open("ab") as file:
            file.write(np.ascontiguousarray(block, np.float32).tobytes())
        self.samples += len(block)

    def extend(self, blocks: Iterator[Audio]) -> None:
        """Add all blocks at the end."""
        with self.path.open("ab") as file:
            for block in blocks:
                file.write(np.ascontiguousarray(block, np.float32).tobytes())
                self.samples += len(block)

    def mix(self, start: int, block: Audio) -> None:
        """Add samples to those that stand from start on; what lies outside the file is dropped."""
        low, high = max(0, start), min(start + len(block), self.samples)
        if low < high:
            mixed = self.read(low, high) + block[low - start : high - start]
            with self.path.open("r+b") as file:
                file.seek(4 * low)
                file.write(mixed.astype(np.float32).tobytes())

    def read(self, start: int, stop: int) -> Audio:
        """Samples start … stop - 1; what lies outside the file is silence."""
        out = np.zeros(max(0, stop - start), np.float32)
        low, high = max(0, start), min(stop, self.samples)
        if low < high:
            out[low - start : high - start] = np.fromfile(self.path, np.float32, high - low, offset=4 * low)
        return out

    def blocks(self, size: int = BLOCK) -> Iterator[Audio]:
        """All samples in order, in blocks of at most size."""
        for start in range(0, self.samples, size):
            yield self.read(start, min(start + size, self.samples))

    def resampled(self, sample_rate: int) -> Iterator[Audio]:
        """All samples in order at another rate; the length is right to one sample."""
        return resample(self.blocks(), self.sample_rate, sample_rate)


def resample(blocks: Iterator[Audio], source: int, target: int) -> Iterator[Audio]:
    """Mono blocks at the rate source, brought to target without delay; the same blocks when the rates are equal."""
    if source == target:
        yield from blocks
        return
    stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")
    for block in blocks:
        if len(out := stream.resample_chunk(np.ascontiguousarray(block, np.float32))):
            yield out
    if len(out := stream.resample_chunk(np.zeros(0, np.float32), last=True)):
        yield out
