# SPDX-License-Identifier: GPL-3.0-or-later
"""Programme loudness of one or two channels, streamed (ITU-R BS.1770-4, gated; filters re-derived for any rate)."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from foleycue_backend.stages.raw_audio import Audio

_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_STEP = 0.1
_STEPS_PER_BLOCK = 4


class LoudnessMeter:
    """Takes blocks of one sound and gives its integrated loudness, over its channels together, and its peak."""

    def __init__(self, sample_rate: int, channels: int = 1) -> None:
        self.peak = 0.0
        self._filters = k_weighting(sample_rate)
        self._state = np.zeros((len(self._filters), 2, channels))
        self._step = round(_STEP * sample_rate)
        self._rest = np.zeros(0)
        self._powers: list[float] = []

    def add(self, block: Audio) -> None:
        """Hear samples, (n,) or (n, channels), that follow those before."""
        if not len(block):
            return
        self.peak = max(self.peak, float(np.abs(block).max()))
        columns = block.reshape(len(block), -1).astype(np.float64)
        heard, self._state = sosfilt(self._filters, columns, axis=0, zi=self._state)
        power = np.concatenate([self._rest, (np.asarray(heard) ** 2).sum(1)])
        whole = len(power) // self._step
        self._powers += power[: whole * self._step].reshape(whole, self._step).mean(1).tolist()
        self._rest = power[whole * self._step :]

    def integrated(self) -> float | None:
        """LUFS of everything heard; None for silence. What is shorter than 400 ms is measured without gates."""
        powers = np.array(self._powers)
        if len(powers) < _STEPS_PER_BLOCK:
            rest = np.concatenate([np.repeat(powers, self._step), self._rest])
            loudness = _lufs(float(rest.mean())) if len(rest) else -math.inf
            return loudness if loudness > _ABSOLUTE_GATE else None
        blocks = np.convolve(powers, np.full(_STEPS_PER_BLOCK, 1 / _STEPS_PER_BLOCK), "valid")
        loud = blocks[blocks > _power(_ABSOLUTE_GATE)]
        if not len(loud):
            return None
        loud = loud[loud > loud.mean() * 10 ** (_RELATIVE_GATE / 10)]
        return _lufs(float(loud.mean()))


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The two second-order sections (2, 6) of K weighting at any sample rate.

    The standard gives coefficients for 48 kHz only; these analogue prototypes reproduce them (De Man, Evaluation of
    implementations of the EBU R128 loudness measurement, 2018).
    """
    return np.array([_shelf(1681.974450955533, 3.999843853973347, 0.7071752369554196, sample_rate),
                     _high_pass(38.13547087602444, 0.5003270373238773, sample_rate)])  # fmt: skip


def _shelf(frequency: float, gain_db: float, q: float, rate: int) -> list[float]:
    k = math.tan(math.pi * frequency / rate)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    norm = 1 + k / q + k * k
    return [
        (high + band * k / q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - band * k / q + k * k) / norm,
        1.0,
        2 * (k * k - 1) / norm,
        (1 - k / q + k * k) / norm,
    ]


def _high_pass(frequency: float, q: float, rate: int) -> list[float]:
    k = math.tan(math.pi * frequency / rate)
    norm = 1 + k / q + k * k
    return [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf


def _power(lufs: float) -> float:
    return 10 ** ((lufs + 0.691) / 10)
