# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights that are a closed-form function of their key: the recipe `crc-splitmix-v1` of the golden files.

Element i of the tensor called K is a uniform number in [-1, 1) from a splitmix64 hash (Steele et al., 2014) of i and
the CRC-32 of K, scaled by what the key's name and shape say that the tensor is. Everything is computed in float64.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

NAME = "crc-splitmix-v1"
#: Elements hashed at once: the buffers stay in the processor's cache.
_BLOCK = 1 << 16
_STEP, _KEY, _OFFSET = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xD1342543DE82EF95, 0x632BE59BD9B4E019))
_MIX = ((30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB)))

Shapes = Mapping[str, Sequence[int]]


def uniform(key: str, start: int, stop: int) -> npt.NDArray[np.float64]:
    """Elements start ... stop - 1 of the key's sequence, each in [-1, 1)."""
    seed = np.uint64(zlib.crc32(key.encode()))
    with np.errstate(over="ignore"):
        z = np.arange(start, stop, dtype=np.uint64)
        z *= _STEP
        z += seed * _KEY + _OFFSET
        for shift, factor in _MIX:
            z ^= z >> np.uint64(shift)
            z *= factor
        z ^= z >> np.uint64(31)
    z >>= np.uint64(11)
    return z.astype(np.float64) * 2.0**-53 * 2 - 1


def _affine(key: str, shape: Sequence[int], gain: float) -> tuple[float, float, float]:
    """Factors and offset of a tensor: offset + first * u * second."""
    if key.endswith("running_var"):
        return 1.0, 0.5, 1.0
    if key.endswith("running_mean"):
        return 0.0, 0.1, 1.0
    if len(shape) >= 2:
        return 0.0, gain, math.sqrt(3 / math.prod(shape[1:]))
    return (1.0 if key.endswith("weight") else 0.0), 0.1, 1.0


def recipe_tensor(key: str, shape: Sequence[int], gain: float = 1.0) -> Tensor:
    """One tensor in float32; int64 zero for a counter of batches. `key` is the whole hashed string."""
    if key.endswith("num_batches_tracked"):
        return torch.zeros(tuple(shape), dtype=torch.int64)
    offset, first, second = _affine(key, shape, gain)
    count = math.prod(shape)
    values = np.empty(count, np.float32)
    for start in range(0, count, _BLOCK):
        stop = min(count, start + _BLOCK)
        values[start:stop] = offset + first * uniform(key, start, stop) * second
    return torch.from_numpy(values).reshape(tuple(shape))


def recipe_state(shapes: Shapes, prefix: str = "", gain: Callable[[str], float] | float = 1.0) -> dict[str, Tensor]:
    """A state dict of the given keys and shapes; `prefix` stands before each key in the hashed string only.

    `gain` is a number, or a function of the key without the prefix.
    """
    gains = gain if callable(gain) else lambda _key: gain
    return {key: recipe_tensor(prefix + key, shape, gains(key)) for key, shape in shapes.items()}
