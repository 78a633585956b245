# SPDX-License-Identifier: GPL-3.0-or-later
"""`mini` as an engine: sound in windows around `MiniPipeline`."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from foleycue_backend.engines.base import Audio, Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.mini.classes import CLASSES, class_label
from foleycue_backend.engines.mini.defaults import CUE_GUIDANCE, GUIDANCE, STEPS
from foleycue_backend.engines.mini.weights import default_weights, nearest_classes
from foleycue_backend.stages.windows import join, plan_windows
from foleycue_shared.cues import Cue
from foleycue_shared.messages import EngineInfo, Guidance, KnownSound, SoundClass, Understood

if TYPE_CHECKING:
    from torch import Tensor

    from foleycue_backend.engines.mini.pipeline import MiniPipeline

_SAMPLE_RATE = 48_000
#: Latent frames (25 a second) turned into sound at once, those computed on either side to join over, and those dropped
#: at each open end, where the vocoder has no neighbours to agree with.
_VOCODE, _OVERLAP, _EDGE = 250, 16, 3
_FADE = 1920
#: Below this similarity a prompt is not really known.
_KNOWN = 0.55
_MEMORY = 700 << 20


def engine_info() -> EngineInfo:
    """What mini is; imports no torch."""
    weights = default_weights()
    files = [path for path in weights.rglob("*") if path.is_file()] if weights.is_dir() else []
    reason = ""
    if not (weights / "model_index.json").is_file():
        reason = "its weights are not installed; install FoleyCue again."
    elif importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
        reason = "PyTorch and diffusers are missing; install foleycue[backend]."
    return EngineInfo(
        id="mini",
        name="Mini",
        sample_rate=_SAMPLE_RATE,
        window_seconds=_VOCODE / 25,
        listens=("text", "negative", "cues"),
        code_licence="GPL-3.0-or-later",
        weights_licence="GPL-3.0-or-later",
        size_bytes=sum(path.stat().st_size for path in files),
        memory_bytes=_MEMORY,
        available=not reason,
        reason=reason,
        sounds=tuple(SoundClass(label=c.label) for c in CLASSES),
        guidance=Guidance(text=GUIDANCE, cues=CUE_GUIDANCE),
    )


def create() -> MiniEngine:
    """The engine, without its weights."""
    return MiniEngine()


def understand(prompt: str) -> Understood:
    """The sound that is meant, or the nearest ones for a prompt that is none of them; imports no torch."""
    near = nearest_classes(prompt, 3) if (default_weights() / "text").is_dir() else []
    known = bool(near) and near[0][1] >= _KNOWN
    sounds = tuple(
        KnownSound(label=class_label(name), similarity=min(1.0, max(0.0, similarity)))
        for name, similarity in (near[:1] if known else near)
    )
    return Understood(engine="mini", prompt=prompt, sounds=sounds, known=known or not prompt.strip())


class MiniEngine:
    """Text and cues to 48 kHz sound of any length. It does not look at the picture itself."""

    weights = ""

    def __init__(self) -> None:
        self.info = engine_info()
        self._pipeline: MiniPipeline | None = None

    def load(self) -> None:
        """Get the weights into memory."""
        from foleycue_backend.engines.mini.pipeline import MiniPipeline

        self._pipeline = MiniPipeline.from_pretrained(default_weights())

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """Nothing: mini hears of the picture by its cues only."""
        return {}

    def generate(self, conditions: Conditions, on_step: OnStep) -> Iterator[Audio]:
        """Yield float32 blocks, together exactly conditions.samples long."""
        if self._pipeline is None:
            raise RuntimeError("load() comes first")
        latents = _denoised(self._pipeline, conditions, on_step)
        left = conditions.samples
        for block in join(_sounds(self._pipeline, latents, conditions, on_step), _FADE):
            yield block[:left]
            left -= min(left, len(block))


def _denoised(pipeline: MiniPipeline, conditions: Conditions, on_step: OnStep) -> Tensor:
    """Latents (channels, frames) of the whole range: 2 MB for three minutes."""
    frames = max(1, math.ceil(conditions.samples / _samples_per_latent(pipeline)))
    cues = None if conditions.cues is None else _pairs(conditions.cues, 0, math.inf)
    guidance = conditions.guidance
    return pipeline.denoise(
        pipeline.initial_noise(0, frames, conditions.seed),
        pipeline.encode_prompt(conditions.prompt),
        pipeline.encode_prompt(conditions.negative),
        pipeline.cue_curve(cues, frames),
        steps=conditions.steps or STEPS,
        guidance=GUIDANCE if guidance.text is None else guidance.text,
        cue_guidance=CUE_GUIDANCE if guidance.cues is None else guidance.cues,
        on_step=lambda step, steps: on_step("diffuse", step, steps),
    )


def _sounds(
    pipeline: MiniPipeline, latents: Tensor, conditions: Conditions, on_step: OnStep
) -> Iterator[tuple[int, Audio]]:
    """Overlapping (start sample, samples) of the whole range."""
    frames, size = latents.shape[1], _samples_per_latent(pipeline)
    windows = plan_windows(frames, _VOCODE, _OVERLAP, [shot // size for shot in conditions.shots])
    for number, window in enumerate(windows):
        on_step("vocode", number, len(windows))
        low, high = window.low, window.high
        cues = _pairs(conditions.cues or (), low * size / _SAMPLE_RATE, high * size / _SAMPLE_RATE)
        # Each window draws phases of its own, always the same ones for a seed and a place.
        sound = pipeline.vocode(
            pipeline.decode(latents[:, low:high]), seed=conditions.seed * 1_000_003 + low, cues=cues
        )
        head = _EDGE if low > 0 else 0
        tail = _EDGE if high < frames else 0
        yield (low + head) * size, np.ascontiguousarray(sound[head * size : len(sound) - tail * size])


def _pairs(cues: tuple[Cue, ...], low: float, high: float) -> list[tuple[float, float]]:
    """Cues between two times as (seconds after low, strength)."""
    return [(cue.seconds - low, cue.strength) for cue in cues if low <= cue.seconds < high]


def _samples_per_latent(pipeline: MiniPipeline) -> int:
    return pipeline.hop * pipeline.frames_per_latent
