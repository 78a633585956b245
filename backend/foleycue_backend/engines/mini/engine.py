# SPDX-License-Identifier: GPL-3.0-or-later
"""`mini` as an engine: sound in windows around `MiniPipeline`."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foleycue_backend.engines.base import Audio, Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.mini.defaults import CUE_GUIDANCE, GUIDANCE, PICTURE_GUIDANCE, STEPS
from foleycue_backend.engines.mini.prompt import nearest, read_prompt
from foleycue_backend.engines.mini.weights import default_text, default_weights, known_sounds, stamp
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
        sounds=tuple(SoundClass(label=c.label, group=c.group) for c in known_sounds()),
        guidance=Guidance(text=GUIDANCE, cues=CUE_GUIDANCE, picture=PICTURE_GUIDANCE),
    )


def create() -> MiniEngine:
    """The engine, without its weights."""
    return MiniEngine()


def understand(prompt: str) -> Understood:
    """The sounds that will be made, or the nearest ones for a prompt that is none of them; imports no torch."""
    if not (default_weights() / "text").is_dir():
        return Understood(engine="mini", prompt=prompt, known=not prompt.strip())
    text = default_text()
    read = read_prompt(text, prompt)
    if not read or read[0].known:
        heard = tuple(KnownSound(label=s.kind.label, similarity=s.similarity, note=s.note) for s in read)
        return Understood(engine="mini", prompt=prompt, sounds=heard, known=bool(read) or not prompt.strip())
    near = tuple(KnownSound(label=kind.label, similarity=score) for kind, score in nearest(text, prompt, 3))
    return Understood(engine="mini", prompt=prompt, sounds=near, known=False)


class MiniEngine:
    """Text and cues to 48 kHz sound of any length. It does not look at the picture itself."""

    weights = ""

    def __init__(self) -> None:
        self.info = engine_info()
        self._pipeline: MiniPipeline | None = None
        self._loaded: tuple[Path, int] | None = None

    def load(self) -> None:
        """Get the weights that are in use now into memory."""
        from foleycue_backend.engines.mini.pipeline import MiniPipeline

        folder = default_weights()
        if self._loaded != (folder, stamp(folder)):
            self._pipeline = MiniPipeline.from_pretrained(folder)
            self._loaded = (folder, stamp(folder))

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """Nothing: mini hears of the picture by its cues only."""
        return {}

    def generate(self, conditions: Conditions, on_step: OnStep) -> Iterator[Audio]:
        """Yield float32 blocks, together exactly conditions.samples long."""
        if self._pipeline is None:
            raise RuntimeError("load() comes first")
        # A model of the user's own may have come, or gone, since.
        self.load()
        mel = _painted(self._pipeline, conditions, on_step)
        left = conditions.samples
        for block in join(_sounds(self._pipeline, mel, conditions, on_step), _FADE):
            yield block[:left]
            left -= min(left, len(block))


def _painted(pipeline: MiniPipeline, conditions: Conditions, on_step: OnStep) -> Tensor:
    """Log-mel (bands, frames) of the whole range: 7 MB for three minutes."""
    from foleycue_backend.engines.mini.pipeline import Scales

    wanted = conditions.guidance
    return pipeline.paint(
        conditions.prompt,
        conditions.negative,
        None if conditions.cues is None else _pairs(conditions.cues, 0, math.inf),
        conditions.intensity,
        max(1, math.ceil(conditions.samples / _samples_per_latent(pipeline))),
        conditions.seed,
        steps=conditions.steps or STEPS,
        scales=Scales(
            GUIDANCE if wanted.text is None else wanted.text,
            CUE_GUIDANCE if wanted.cues is None else wanted.cues,
            PICTURE_GUIDANCE if wanted.picture is None else wanted.picture,
        ),
        on_step=lambda step, steps: on_step("diffuse", step, steps),
    )


def _sounds(
    pipeline: MiniPipeline, mel: Tensor, conditions: Conditions, on_step: OnStep
) -> Iterator[tuple[int, Audio]]:
    """Overlapping (start sample, samples) of the whole range."""
    patch, size = pipeline.frames_per_latent, _samples_per_latent(pipeline)
    frames = mel.shape[1] // patch
    windows = plan_windows(frames, _VOCODE, _OVERLAP, [shot // size for shot in conditions.shots])
    for number, window in enumerate(windows):
        on_step("vocode", number, len(windows))
        low, high = window.low, window.high
        cues = _pairs(conditions.cues or (), low * size / _SAMPLE_RATE, high * size / _SAMPLE_RATE)
        # Each window draws phases of its own, always the same ones for a seed and a place.
        shown = mel[:, low * patch : high * patch]
        sound = pipeline.vocode(shown, seed=conditions.seed * 1_000_003 + low, cues=cues)
        head = _EDGE if low > 0 else 0
        tail = _EDGE if high < frames else 0
        yield (low + head) * size, np.ascontiguousarray(sound[head * size : len(sound) - tail * size])


def _pairs(cues: tuple[Cue, ...], low: float, high: float) -> list[tuple[float, float]]:
    """Cues between two times as (seconds after low, strength)."""
    return [(cue.seconds - low, cue.strength) for cue in cues if low <= cue.seconds < high]


def _samples_per_latent(pipeline: MiniPipeline) -> int:
    return pipeline.hop * pipeline.frames_per_latent
