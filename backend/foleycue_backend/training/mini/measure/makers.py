# SPDX-License-Identifier: GPL-3.0-or-later
"""Who makes the sounds that are measured: the model, or the generator of true mixtures on held-out one-shots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.data import HELD_OUT_SEED
from foleycue_backend.training.mini.measure.orders import LENGTH, Order, line_at
from foleycue_backend.training.mini.mixing import bed, mix_events
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio

Maker = Callable[[Order], Audio]


def held_out_bank(seed: int = HELD_OUT_SEED) -> Bank:
    """One-shots that no training has seen."""
    return Bank(12, seed)


def true_maker(bank: Bank, draw: int = 0) -> Maker:
    """Mixtures of a bank, exactly as ordered; another `draw` gives other ones."""

    def make(order: Order) -> Audio:
        rng = np.random.default_rng([HELD_OUT_SEED, order.seed, 1, draw])
        n = round(LENGTH * SAMPLE_RATE)
        if order.line is not None:
            sound = bed(rng, order.name, order.line, n)
        else:
            sound = mix_events(rng, bank, order.name, order.cues or [], n)
        return sound + rng.normal(0, 1e-5, n).astype(np.float32)

    return make


def model_maker(pipe: MiniPipeline) -> Maker:
    """The model, as a user gets it."""

    def make(order: Order) -> Audio:
        # A user's cues are moments for an event and points of the intensity line for a bed.
        cues = order.line if order.cues is None else order.cues
        return pipe(order.prompt, cues, LENGTH, seed=order.seed)

    return make


def noise_maker() -> Maker:
    """White noise with the cues' or the line's envelope: what any distance must tell from sound."""

    def make(order: Order) -> Audio:
        rng = np.random.default_rng([HELD_OUT_SEED, order.seed, 3])
        n = round(LENGTH * SAMPLE_RATE)
        t = np.arange(n) / SAMPLE_RATE
        if order.line is not None:
            envelope = line_at(order.line, t)
        else:
            since = [np.where(t >= at, np.exp(-(t - at) / 0.08), 0) * s for at, s in order.cues or []]
            envelope = np.max(since, 0) if since else np.zeros(n)
        return (0.2 * rng.standard_normal(n) * envelope).astype(np.float32)

    return make
