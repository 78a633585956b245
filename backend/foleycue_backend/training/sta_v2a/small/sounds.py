# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds of the small model: struck things of the procedural bank, one kind a clip, at known times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foleycue_backend.stages.raw_audio import resample
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.mixing import mix_events
from foleycue_backend.training.mini.phrases import train_phrases
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, Rng

SECONDS = 10.24
RATE = 16_000
SAMPLES = 163_840
#: Kinds with a sharp attack and a short tail, far apart in sound: a small net can tell them.
KINDS = ("footsteps_concrete", "knock", "wood_hit", "glass_hit", "drum", "clap")
VARIANTS = 24
_LEAST_GAP, _EDGE = 0.35, 0.3


@dataclass(frozen=True, slots=True)
class Strikes:
    """One clip: kind, caption and the seconds at which something is struck."""

    kind: str
    caption: str
    times: tuple[float, ...]


def _times(rng: Rng) -> list[float]:
    """3 to 14 strikes: steady, or at random."""
    if rng.random() < 0.4:
        step = rng.uniform(0.45, 1.6)
        steady = np.arange(rng.uniform(_EDGE, 1.5), SECONDS - _EDGE, step)
        return (steady + rng.normal(0, 0.01, len(steady))).tolist()
    times = np.sort(rng.uniform(_EDGE, SECONDS - _EDGE, int(rng.integers(4, 15))))
    kept: list[float] = []
    for time in times:
        if not kept or time - kept[-1] >= _LEAST_GAP:
            kept.append(float(time))
    return kept


def strikes(index: int, seed: int) -> Strikes:
    """Clip number `index`, a pure function of both; any stretch of clips has all kinds in turn."""
    rng = np.random.default_rng([seed, index, 1])
    kind = KINDS[index % len(KINDS)]
    phrases = train_phrases(kind)
    return Strikes(kind, phrases[int(rng.integers(len(phrases)))], tuple(_times(rng)))


def sound(clip: Strikes, index: int, seed: int, bank: Bank) -> Audio:
    """SAMPLES samples at RATE: mean removed, peak 0.5, as the published training feeds them."""
    rng = np.random.default_rng([seed, index, 2])
    cues = [(time, float(rng.uniform(0.7, 1.0))) for time in clip.times]
    mixed = mix_events(rng, bank, clip.kind, cues, round(SECONDS * SAMPLE_RATE))
    wave = np.concatenate(list(resample(iter([mixed]), SAMPLE_RATE, RATE)))[:SAMPLES]
    wave = np.pad(wave, (0, SAMPLES - len(wave)))
    wave = wave - wave.mean()
    return (wave / (np.abs(wave).max() + 1e-9) * 0.5).astype(np.float32)
