# SPDX-License-Identifier: GPL-3.0-or-later
"""Spectral flux on a mel scale, streamed: how much louder the bands have become within 20 ms, every 10 ms.

Definitions: mel scale and area-normalised triangles of Slaney (Auditory Toolbox, 1998), log flux of Böck and Widmer
(Maximum filter vibrato suppression, DAFx 2013) without the vibrato filter.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import rfft

from foleycue_backend.stages.raw_audio import Audio

SAMPLE_RATE = 16_000
HOP = 160
WINDOW = 512
BANDS = 64
RANGE_DB = 60.0
FRAME_RATE = SAMPLE_RATE // HOP

_LAG = 2
#: The window looks ahead of its centre: its energy rises this many frames before the sound starts.
_CENTRE = WINDOW // (2 * HOP)
_POWER_FLOOR = 1e-10
_BATCH = 256

Blocks = Callable[[], Iterable[Audio]]


@cache
def mel_bank() -> NDArray[np.float32]:
    """Filters (BANDS, WINDOW // 2 + 1) from 0 to 8 kHz, each with the same area."""
    edges = _mel_to_hz(np.linspace(0.0, _hz_to_mel(SAMPLE_RATE / 2), BANDS + 2))
    bins = np.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)
    left, mid, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rows = np.maximum(0, np.minimum((bins - left) / (mid - left), (right - bins) / (right - mid)))
    return (rows * 2 / (right - left)).astype(np.float32)


def mel_power(blocks: Iterable[Audio]) -> Iterator[NDArray[np.float32]]:
    """Mel power (frames, BANDS) of mono 16 kHz blocks, in batches; frame k is centred on sample k · HOP.

    The sound is taken to be silent outside; there are 1 + samples // HOP frames.
    """
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    rest = np.zeros(WINDOW // 2, np.float32)
    for block in _with_tail(blocks):
        rest = np.concatenate([rest, block])
        while (count := min(_BATCH, (len(rest) - WINDOW) // HOP + 1)) > 0:
            frames = sliding_window_view(rest, WINDOW)[: count * HOP : HOP]
            spectrum = rfft(frames * hann, axis=1)
            yield (np.abs(spectrum) ** 2 @ mel_bank().T).astype(np.float32)
            rest = rest[count * HOP :]


def flux(blocks: Blocks) -> tuple[NDArray[np.float32], float]:
    """Flux in dB (mean over bands of the rise within 20 ms) at FRAME_RATE, and the sound's peak 0 … 1.

    blocks gives the sound, mono at 16 kHz, anew with each call: the first pass finds the loudest band, since what lies
    RANGE_DB below it counts as silence.
    """
    peak, loudest = 0.0, 0.0

    def watched() -> Iterator[Audio]:
        nonlocal peak
        for block in blocks():
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
            yield block

    for power in mel_power(watched()):
        loudest = max(loudest, float(power.max()))
    if loudest <= 0 or peak <= 0:
        return np.zeros(0, np.float32), peak
    # The absolute floor holds for a sound of full scale, whatever level this one has.
    lowest = max(_POWER_FLOOR * peak**2, loudest * 10 ** (-RANGE_DB / 10))
    parts: list[NDArray[np.float32]] = [np.zeros(_LAG + _CENTRE, np.float32)]
    before = np.zeros((0, BANDS), np.float32)
    frames = 0
    for power in mel_power(blocks()):
        level = np.concatenate([before, 10 * np.log10(np.maximum(power, lowest))])
        parts.append(np.maximum(0, level[_LAG:] - level[:-_LAG]).mean(1))
        before = level[-_LAG:]
        frames += len(power)
    return np.concatenate(parts)[:frames], peak


def _with_tail(blocks: Iterable[Audio]) -> Iterator[Audio]:
    yield from blocks
    yield np.zeros(WINDOW // 2, np.float32)


def _hz_to_mel(hertz: float) -> float:
    """Linear below 1 kHz, logarithmic above."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * np.log(hertz / 1000) / np.log(6.4)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
