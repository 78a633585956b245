# SPDX-License-Identifier: GPL-3.0-or-later
"""Spectrogram to samples: non-negative least squares, then Griffin-Lim.

The published notebook takes the filters of 22.05 kHz for sound of 16 kHz, which lowers every pitch by 5.55 semitones
and leaves nothing above 5.5 kHz; with the filters of 16 kHz it comes out right. Rounding grows in Griffin-Lim, so it
is done in the precision, step by step, in which librosa does it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from foleycue_backend.engines.diff_foley.spectrogram import HOP, SAMPLE_RATE, basis, mel_magnitudes

Floats = npt.NDArray[np.float32]
#: Called after each round of either iteration; what it raises ends the work.
OnRound = Callable[[], None]

FFT = 1024
_ITERATIONS = 32
_MOMENTUM = 0.99
#: The solver's own limit, and one that keeps a window in seconds (spectrograms of sound took 20 to 40 rounds).
_UNTIL_DONE = 15000
_ROUNDS = 60
#: Values of one problem of least squares: columns are solved in groups, to keep the solver's memory small.
_GROUP_BYTES = 1 << 18


def _unheard() -> None:
    """Nobody listens."""


def least_squares_start(filters: Floats, mel: Floats) -> Floats:
    """The shortest solution x of filters @ x = mel, its negative values set to 0, (513, columns)."""
    inverse = np.linalg.pinv(filters.astype(np.float64))
    return np.maximum(inverse @ mel, 0).astype(np.float32)


def stft_magnitudes(
    mel: Floats,
    sample_rate: int = SAMPLE_RATE,
    averaged: bool = False,
    rounds: int = _UNTIL_DONE,
    on_round: OnRound = _unheard,
) -> Floats:
    """Magnitudes (513, columns) that are never negative and come nearest to mel magnitudes (128, columns).

    L-BFGS-B (Byrd et al., 1995) from the clipped least-squares solution. `averaged` divides the misfit by the number
    of values, as librosa does since 0.10: the solver then finds its start good enough and mostly stays there.
    `rounds` is the most that each group of columns gets; noise that no sound has can take very many.
    """
    filters = basis(sample_rate).numpy()
    start = least_squares_start(filters, mel)
    size = max(1, _GROUP_BYTES // (filters.shape[0 if averaged else 1] * filters.itemsize))
    columns = range(0, mel.shape[1], size)
    groups = [
        _nearest(filters, mel[:, at : at + size], start[:, at : at + size], averaged, rounds, on_round)
        for at in columns
    ]
    return np.concatenate(groups, axis=1)


def _nearest(filters: Floats, mel: Floats, start: Floats, averaged: bool, rounds: int, on_round: OnRound) -> Floats:
    from scipy.optimize import fmin_l_bfgs_b

    weight = 1 / mel.size if averaged else 1.0

    def misfit(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        difference = filters @ flat.reshape(start.shape) - mel
        return 0.5 * weight * float(np.sum(difference**2)), weight * (filters.T @ difference).ravel()

    # The solver reserves its memory at once, 2 arrays as large as the answer for each round that it remembers.
    memory = min(filters.shape[1], rounds)
    bounds = [(0, None)] * start.size
    found = fmin_l_bfgs_b(misfit, start, bounds=bounds, m=memory, maxiter=rounds, callback=lambda _: on_round())[0]
    return found.reshape(start.shape).astype(np.float32)


def random_phases(shape: tuple[int, ...], seed: int) -> npt.NDArray[np.float64]:
    """Phases as numpy's old generator draws them, which the published inversion takes."""
    return 2 * np.pi * np.random.RandomState(seed).random_sample(shape)


def griffin_lim(
    magnitudes: Floats,
    phases: npt.NDArray[np.float64] | None,
    ends: str = "constant",
    on_round: OnRound = _unheard,
) -> Floats:
    """Samples ((columns - 1) · 256,) whose magnitudes are near to (513, columns).

    Griffin and Lim (1984) with the momentum of Perraudin et al. (2013), 32 rounds from `phases`, None for zero.
    `ends` as in `numpy.pad`: silence, or "reflect" as in librosa 0.8.
    """
    target = np.ascontiguousarray(magnitudes.T)
    window = _hann()
    envelope = _overlap_added(np.broadcast_to(window**2, (len(target), FFT)))
    envelope[envelope <= np.finfo(np.float32).tiny] = 1
    spectrum = np.ones(target.shape, np.complex64)
    if phases is not None:
        spectrum[:] = np.exp(1j * phases.T)
    spectrum *= target
    before: npt.NDArray[np.complex64] | None = None
    for _ in range(_ITERATIONS):
        now = _analysed(_synthesised(spectrum, window, envelope), window, ends)
        spectrum = now if before is None else now - (_MOMENTUM / (1 + _MOMENTUM)) * before
        spectrum = spectrum / (np.abs(spectrum) + np.finfo(np.float32).tiny) * target
        before = now
        on_round()
    return _synthesised(spectrum, window, envelope)


def _hann() -> npt.NDArray[np.float64]:
    from scipy.signal import get_window

    window: Any = get_window("hann", FFT)
    return window


def _analysed(wave: Floats, window: npt.NDArray[np.float64], ends: str) -> npt.NDArray[np.complex64]:
    """Spectrum (columns, 513) of samples; column k is centred on sample k · 256."""
    padded = np.pad(wave, FFT // 2, mode=ends)  # pyright: ignore[reportArgumentType, reportCallIssue]
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
    return np.fft.rfft(frames * window).astype(np.complex64)


def _synthesised(spectrum: npt.NDArray[np.complex64], window: npt.NDArray[np.float64], envelope: Floats) -> Floats:
    """The samples whose frames are nearest to the spectrum's, both ends of half a frame cut off."""
    frames = np.fft.irfft(spectrum, FFT) * window
    return (_overlap_added(frames) / envelope)[FFT // 2 : -FFT // 2]


def _overlap_added(frames: npt.NDArray[np.float64]) -> Floats:
    total = np.zeros(FFT + HOP * (len(frames) - 1), np.float32)
    for number, frame in enumerate(frames):
        total[number * HOP : number * HOP + FFT] += frame
    return total


def invert(spectrogram: Tensor, seed: int, sample_rate: int = SAMPLE_RATE, on_round: OnRound = _unheard) -> Tensor:
    """Samples ((columns - 1) · 256,) at 16 kHz, float32, not limited to -1..1, of a spectrogram (128, columns).

    `sample_rate` is that of the filters: 16000, or 22050 for the published sound.
    """
    mel = mel_magnitudes(spectrogram).float().cpu().numpy()
    magnitudes = stft_magnitudes(mel, sample_rate, rounds=_ROUNDS, on_round=on_round)
    return torch.from_numpy(griffin_lim(magnitudes, random_phases(magnitudes.shape, seed), on_round=on_round))
