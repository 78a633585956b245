# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of a true sound survives its mel picture: the vocoder beside Griffin-Lim from random phase."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.mini import vocoder
from foleycue_backend.engines.mini.mel import HOP, linear_power, log_mel
from foleycue_backend.training.mini.measure.makers import Maker
from foleycue_backend.training.mini.measure.obedience import level_db, peak_db
from foleycue_backend.training.mini.measure.orders import Line, Order
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio

#: What of a spectrum lies further below its loudest value is not compared, in dB.
FLOOR = 80.0
LONG, SHORT = 1024, 256
ROUNDS = 32


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Of one clip: log-spectral distance in dB with a window of 1024 and of 256 samples, mel error in nat.

    `pre_echo`: level 20 to 2 ms before each cue, in dB below the peak of the 50 ms after it (mean over cues; None
    without cues). It stands in for a listener, who hears an attack that is smeared before its time as a soft one.
    """

    long: float
    short: float
    mel: float
    pre_echo: float | None


Resynthesis = Callable[[Tensor, Line, int], Tensor]


def ours(mel: Tensor, cues: Line, seed: int) -> Tensor:
    """The shipped vocoder."""
    return vocoder.vocode(mel, seed=seed, cues=cues, n_iter=ROUNDS)


def random_phase(momentum: float) -> Resynthesis:
    """Griffin-Lim from random phase: plain (momentum 0) or fast (0.99)."""

    def make(mel: Tensor, cues: Line, seed: int) -> Tensor:
        del cues
        start = torch.randn(mel.shape[-1] * HOP, generator=torch.Generator().manual_seed(seed))
        return vocoder.griffin_lim(linear_power(mel).sqrt(), start, ROUNDS, momentum)

    return make


METHODS: dict[str, Resynthesis] = {
    "shipped vocoder": ours,
    "Griffin-Lim 32, random phase": random_phase(0.0),
    "fast Griffin-Lim 32, random phase": random_phase(0.99),
}


def _spectrum_db(audio: Tensor, window: int) -> Tensor:
    hann = torch.hann_window(window)
    power = torch.stft(audio, window, window // 4, window, hann, return_complex=True).abs().square()
    return 10 * torch.log10(power + 1e-12)


def log_spectral_distance(first: Tensor, second: Tensor, window: int) -> float:
    """RMS over bins of the difference in dB, mean over the frames in which `second`, the truth, is heard."""
    a, b = _spectrum_db(first, window), _spectrum_db(second, window)
    least = float(b.max()) - FLOOR
    heard = b.amax(0) > least
    apart = (a.clamp_min(least) - b.clamp_min(least))[:, heard]
    return float(apart.square().mean(0).sqrt().mean())


def pre_echo(audio: Audio, cues: Line) -> float | None:
    """See `Fidelity`."""
    rows = []
    for t, _ in cues:
        at = round(t * SAMPLE_RATE)
        before = audio[max(0, at - SAMPLE_RATE // 50) : at - SAMPLE_RATE // 500]
        rows.append(level_db(before) - peak_db(audio[at : at + SAMPLE_RATE // 20]))
    return float(np.mean(rows)) if rows else None


def compare(made: Tensor, truth: Tensor, cues: Line) -> Fidelity:
    """Both (samples,) of equal length."""
    frames = len(truth) // HOP
    error = (log_mel(made, frames) - log_mel(truth, frames)).abs().mean()
    long, short = (log_spectral_distance(made, truth, window) for window in (LONG, SHORT))
    return Fidelity(long, short, float(error), pre_echo(made.numpy(), cues))


def resynthesised(maker: Maker, orders: Iterable[Order]) -> dict[str, list[Fidelity]]:
    """Every method on every true sound; "itself" holds what the truth scores."""
    rows: dict[str, list[Fidelity]] = {name: [] for name in ("itself", *METHODS)}
    for order in orders:
        audio = maker(order)
        truth = torch.from_numpy(audio[: len(audio) // HOP * HOP])
        cues = order.cues or []
        mel = log_mel(truth, len(truth) // HOP)
        rows["itself"].append(compare(truth, truth, cues))
        for name, method in METHODS.items():
            with torch.no_grad():
                rows[name].append(compare(method(mel, cues, order.seed), truth, cues))
    return rows
