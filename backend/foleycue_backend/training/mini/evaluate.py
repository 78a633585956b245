# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the model obey its cues and its prompt? Every figure stands beside the score of true mixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import torch

from foleycue_backend.engines.mini.classes import CLASSES, NAMES
from foleycue_backend.engines.mini.mel import HOP, SAMPLE_RATE, log_mel
from foleycue_backend.engines.mini.pipeline import CUE_GUIDANCE, GUIDANCE, STEPS, MiniPipeline
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.class_judge import ClassJudge
from foleycue_backend.training.mini.data import HELD_OUT_SEED
from foleycue_backend.training.mini.judge import match, onset_f1, salient_onsets
from foleycue_backend.training.mini.mixing import mix_events
from foleycue_backend.training.mini.phrases import held_out_phrases, train_phrases
from foleycue_backend.training.mini.synthesis import Audio

LENGTH = 4.5
IMPACTS = tuple(c.name for c in CLASSES if c.kind == "impact")
Cues = list[tuple[float, float]]
Maker = Callable[[str, str, Cues, int], Audio]


def five_cues(seed: int, length: float = LENGTH, gap: float = 0.25) -> Cues:
    """Five cues at random times at least `gap` seconds apart, strengths 0.4..1."""
    rng = np.random.default_rng([HELD_OUT_SEED, seed])
    free = length - 0.4 - 4 * gap
    times = 0.2 + np.sort(rng.uniform(0, free, 5)) + gap * np.arange(5)
    return [(float(t), float(s)) for t, s in zip(times, rng.uniform(0.4, 1.0, 5), strict=True)]


@dataclass(slots=True)
class Score:
    """Figures of one maker of sounds; lists hold one entry a clip."""

    f1: list[float] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    quiet_db: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)
    per_class: dict[str, list[float]] = field(default_factory=dict)
    per_class_hit: dict[str, list[bool]] = field(default_factory=dict)

    def summary(self) -> str:
        """One line of means."""
        err = np.abs(self.errors) * 1e3 if self.errors else np.zeros(1)
        return (
            f"clips {len(self.f1)} F1@50 {np.mean(self.f1):.3f} (chance {np.mean(self.chance):.3f}) "
            f"median error {np.median(err):.1f} ms, before first cue {np.median(self.quiet_db):.1f} dB "
            f"(10 % worst {np.percentile(self.quiet_db, 90):.1f}), class {np.mean(self.hits):.3f}"
        )

    def table(self) -> str:
        """F1 and class accuracy for each class."""
        rows = (
            f"{n}: {np.mean(v):.2f}/{np.mean(self.per_class_hit[n]):.2f}" for n, v in sorted(self.per_class.items())
        )
        return "  ".join(rows)


def quiet_before(audio: Audio, cues: Cues) -> float:
    """Peak before the first cue (less 20 ms) in dB of the peak of the whole; at least -120."""
    head = np.abs(audio[: max(1, int((cues[0][0] - 0.02) * SAMPLE_RATE))]).max()
    return float(20 * np.log10(max(float(head), 1e-6) / max(float(np.abs(audio).max()), 1e-6)))


def classify(judge: ClassJudge, audio: Audio) -> str:
    """Class name that the judge hears."""
    with torch.inference_mode():
        mel = log_mel(torch.from_numpy(audio), len(audio) // HOP)
        return NAMES[int(judge(mel[None]).argmax())]


def run(maker: Maker, jobs: Iterable[tuple[str, str, int]], judge: ClassJudge) -> Score:
    """Score `maker(class, prompt, cues, seed)` on (class, prompt, seed) jobs."""
    score = Score()
    for name, prompt, seed in jobs:
        cues = five_cues(seed)
        audio = maker(name, prompt, cues, seed)
        found = salient_onsets(audio, SAMPLE_RATE)
        wanted = [t for t, _ in cues]
        score.f1.append(onset_f1(found, wanted))
        score.chance.append(onset_f1(found, [t for t, _ in five_cues(seed + 5000)]))
        score.errors.extend(match(found, wanted, 0.05).tolist())
        score.quiet_db.append(quiet_before(audio, cues))
        score.hits.append(classify(judge, audio) == name)
        score.per_class.setdefault(name, []).append(score.f1[-1])
        score.per_class_hit.setdefault(name, []).append(score.hits[-1])
    return score


def jobs(count: int, *, held_out: bool, classes: tuple[str, ...] = IMPACTS) -> list[tuple[str, str, int]]:
    """`count` jobs over the classes in turn, with trained phrases or held-out paraphrases."""
    phrases = held_out_phrases if held_out else train_phrases
    out = []
    for i in range(count):
        name = classes[i % len(classes)]
        options = phrases(name)
        out.append((name, options[(i // len(classes)) % len(options)], i))
    return out


def true_mixture(bank: Bank) -> Maker:
    """Maker of the ceiling: held-out one-shots at the cues."""

    def make(name: str, prompt: str, cues: Cues, seed: int) -> Audio:
        del prompt
        rng = np.random.default_rng([HELD_OUT_SEED, seed, 1])
        n = round(LENGTH * SAMPLE_RATE)
        return mix_events(rng, bank, name, cues, n) + rng.normal(0, 1e-5, n).astype(np.float32)

    return make


def model_maker(
    pipe: MiniPipeline, steps: int = STEPS, guidance: float = GUIDANCE, cue_guidance: float = CUE_GUIDANCE
) -> Maker:
    """Maker that asks the model, with these settings of the pipeline call."""

    def make(name: str, prompt: str, cues: Cues, seed: int) -> Audio:
        del name
        return pipe(prompt, cues, LENGTH, seed=seed, steps=steps, guidance=guidance, cue_guidance=cue_guidance)

    return make


def held_out_bank() -> Bank:
    """One-shots that no training has seen."""
    return Bank(12, HELD_OUT_SEED)
