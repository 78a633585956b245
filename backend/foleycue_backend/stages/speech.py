# SPDX-License-Identifier: GPL-3.0-or-later
"""Where do people talk? The speech detector of the Silero team (Silero VAD 6, MIT), computed here in NumPy.

Its weights were learnt from thousands of hours of speech, which no synthesiser replaces; they lie beside this file with
their licence, at half precision (foleycue_backend.training.voice.published). Chunks of 32 ms go through a spectrum,
four convolutions and a recurrent cell, so it hears a word a little after it has begun.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import expit

from foleycue_backend.stages.raw_audio import Audio

WEIGHTS = Path(__file__).with_name("speech.npz")

#: Samples at 16 kHz that one answer is for, and those before them that are heard again.
CHUNK, _BEFORE = 512, 64
_WINDOW, _HOP = 256, 128
#: Strides of the convolutions along the four spectra of a chunk.
_STRIDES = (1, 2, 2, 1)
#: Chunks computed at once.
_BATCH = 64

Array = NDArray[np.float32]


@cache
def speech_net() -> dict[str, Array]:
    """The weights in the package by name, widened to float32."""
    with np.load(WEIGHTS) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def speech_logits(blocks: Iterable[Audio]) -> Array:
    """Logits (chunks,) that somebody talks in each CHUNK of a mono sound at 16 kHz, level as recorded; one pass."""
    net = speech_net()
    hidden = cell = np.zeros(net["hidden.weight"].shape[1], np.float32)
    out: list[float] = []
    for chunks in _chunked(blocks):
        for row in _encoded(net, chunks):
            gates = row + net["hidden.weight"] @ hidden
            enter, forget, fresh, leave = np.split(gates, 4)
            cell = expit(forget) * cell + expit(enter) * np.tanh(fresh)
            hidden = expit(leave) * np.tanh(cell)
            out.append(float(net["out.weight"] @ np.maximum(hidden, 0) + net["out.bias"]))
    return np.array(out, np.float32)


def _encoded(net: dict[str, Array], chunks: Array) -> Array:
    """What chunks (n, _BEFORE + CHUNK) say to the gates of the recurrent cell (n, gates)."""
    # Half a hop is mirrored at the end: the last window of a chunk has no sound to look ahead into.
    mirrored = np.pad(chunks, ((0, 0), (0, _HOP // 2)), mode="reflect")
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)).astype(np.float32)
    x = np.abs(np.fft.rfft(sliding_window_view(mirrored, _WINDOW, axis=1)[:, ::_HOP] * hann)).astype(np.float32)
    for number, stride in enumerate(_STRIDES):
        padded = np.pad(x, ((0, 0), (1, 1), (0, 0)))
        seen = sliding_window_view(padded, 3, axis=1)[:, ::stride]
        x = np.maximum(0, np.tensordot(seen, net[f"conv{number}.weight"], ((2, 3), (1, 2))) + net[f"conv{number}.bias"])
    return x[:, 0] @ net["input.weight"].T + net["input.bias"]


def _chunked(blocks: Iterable[Audio]) -> Iterator[Array]:
    """Batches (n, _BEFORE + CHUNK) of all samples; silence stands before the first and after the last."""
    rest = np.zeros(_BEFORE, np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        while (count := min(_BATCH, (len(rest) - _BEFORE) // CHUNK)) > 0:
            yield sliding_window_view(rest, _BEFORE + CHUNK)[: count * CHUNK : CHUNK]
            rest = rest[count * CHUNK :]
    if len(rest) > _BEFORE:
        yield np.pad(rest, (0, _BEFORE + CHUNK - len(rest)))[None]
