# SPDX-License-Identifier: GPL-3.0-or-later
"""Held-out clips of the small STA-V2A, its own cues for them, edits of those, and takes. For two benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foleycue_backend.engines.parts.schedule import Scheduler, solver
from foleycue_backend.engines.sta_v2a.controlnet import LATENT_BANDS
from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.denoising import NOTHING_LEFT_OUT, Thrift
from foleycue_backend.engines.sta_v2a.guidance import Scales
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPrediction
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.steering import cues_from_logits
from foleycue_backend.training.mini.judge import salient_onsets
from foleycue_backend.training.sta_v2a.small.bank import HELD_OUT_SEED, Clips, render
from foleycue_shared.cues import Cue
from foleycue_shared.timing import CUE_RATE

RATE = 16_000
FRAME_RATE = 25
#: Neither the training's clips nor those that it validates on.
SEED = HELD_OUT_SEED + 1_000
SMALL = Path(__file__).parent.parent / "tests" / "data" / "sta_v2a_small"
#: An edited cue keeps this distance from every other, and from the ends.
_ROOM = 0.4


@dataclass(frozen=True)
class Edit:
    """A sheet after its edits: all its cues, and which of them are new or untouched; seconds."""

    cues: tuple[Cue, ...]
    placed: tuple[float, ...]
    untouched: tuple[float, ...]
    deleted: tuple[float, ...]


class Stage:
    """A model and its clips, cut to `frames` latent frames."""

    def __init__(self, model: Path, clips: int, frames: int, steps: int, name: str) -> None:
        self.pipe = StaV2aPipeline.from_pretrained(model, dtype=torch.float32)
        self.pipe.set_progress_bar_config(disable=True)
        self.clips: Clips = render(clips, SEED)
        self.frames, self.steps = frames, steps
        self.scheduler = scheduler(name)

    @property
    def seconds(self) -> float:
        """Length of a take."""
        return self.frames / FRAME_RATE

    def features(self, clip: int) -> Tensor:
        """What the video encoder sees."""
        shown = self.clips.shown[clip].permute(0, 3, 1, 2)[None].float() / 255
        return self.pipe.encode_video(shown)

    def predict(self, clip: int) -> OnsetPrediction:
        """The predictor's view of a clip, of the take's length."""
        whole = self.pipe.predict_onsets(self.features(clip))
        return OnsetPrediction(whole.logits[:, : self.frames], whole.hidden[:, : self.frames])

    def own_cues(self, prediction: OnsetPrediction) -> tuple[Cue, ...]:
        """The unedited sheet."""
        return cues_from_logits(prediction.logits[0], RULE)

    def strikes(self, clip: int) -> list[float]:
        """When something is truly struck."""
        return [time for time in self.clips.strikes[clip].times if time < self.seconds]

    def mel(
        self,
        clip: int,
        control: Tensor,
        seed: int,
        steps: int = 0,
        with_: Scheduler | None = None,
        thrift: Thrift = NOTHING_LEFT_OUT,
    ) -> Tensor:
        """Log-mel (1, 4 · frames, 64) of a take; the same seed starts from the same noise."""
        generator = torch.Generator().manual_seed(1_000 * seed + clip)
        latents = torch.randn(1, 8, self.frames, LATENT_BANDS, generator=generator)
        text = self.pipe.encode_prompt([self.clips.strikes[clip].caption])
        made = self.pipe.denoise(
            self.features(clip),
            text,
            control,
            latents,
            steps or self.steps,
            Scales(),
            with_ or self.scheduler,
            generator=generator,
            thrift=thrift,
        )
        return self.pipe.decode(made)

    def onsets(self, mel: Tensor) -> NDArray[np.float64]:
        """Salient onsets of a picture's sound, in seconds; the first 100 ms are left out."""
        return salient_onsets(self.pipe.vocode(mel)[0].numpy(), RATE)

    def true_onsets(self, clip: int) -> NDArray[np.float64]:
        """The same of the true sound."""
        return salient_onsets(self.clips.waves[clip, : round(self.seconds * RATE)].numpy(), RATE)

    def coded_onsets(self, clip: int) -> NDArray[np.float64]:
        """The same of the true sound through autoencoder and vocoder: no take of this model can be clearer."""
        mel = self.clips.mels[clip : clip + 1, : 4 * self.frames]
        with torch.no_grad():
            latents = self.pipe.vae.encode(mel[:, None], return_dict=False)[0].mean
        return self.onsets(self.pipe.decode(latents * self.pipe.vae.config["scaling_factor"]))


def scheduler(name: str) -> Scheduler:
    """A solver as the engine sets it up."""
    return solver(name) if name == "ddpm" else solver(name, {"timestep_spacing": "trailing"})


def seconds_of(cues: Sequence[Cue]) -> list[float]:
    """Times of cues."""
    return [cue.sample / CUE_RATE for cue in cues]


def _free_place(rng: np.random.Generator, taken: Sequence[float], seconds: float) -> float | None:
    for _ in range(200):
        time = float(rng.uniform(_ROOM, seconds - _ROOM))
        if all(abs(time - other) >= _ROOM for other in taken):
            return time
    return None


def edit(cues: Sequence[Cue], seconds: float, rng: np.random.Generator, strength: float = 1.0) -> Edit | None:
    """One cue moved anywhere, one added, both of this strength, one deleted; None where there is no room for it."""
    if len(cues) < 3:
        return None
    moved, deleted = (int(k) for k in rng.choice(len(cues), 2, replace=False))
    kept = [cue for k, cue in enumerate(cues) if k not in (moved, deleted)]
    old = seconds_of(cues)
    # New places keep away from old ones as well: an onset found there is due to the edit.
    first = _free_place(rng, old, seconds)
    second = None if first is None else _free_place(rng, [*old, first], seconds)
    if first is None or second is None:
        return None
    new = [Cue(round(time * CUE_RATE), strength) for time in (first, second)]
    return Edit(
        tuple(sorted([*kept, *new], key=lambda cue: cue.sample)),
        (first, second),
        tuple(seconds_of(kept)),
        (old[moved], old[deleted]),
    )
