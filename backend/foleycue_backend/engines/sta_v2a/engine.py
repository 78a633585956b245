# SPDX-License-Identifier: GPL-3.0-or-later
"""`sta-v2a` as an engine: sound of any length, in several takes at once, around `StaV2aPipeline`."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foleycue_backend.engines.base import Audio, Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.sta_v2a.plan import SAMPLE_RATE
from foleycue_backend.engines.sta_v2a.settings import CUE_SCALE, PICTURE_SCALE, SETTINGS, TEXT_SCALE, WHOLE
from foleycue_backend.models import catalogue
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.sta_v2a.studio import Studio
    from foleycue_backend.stages.picture_cues import Prediction

NAME = "sta-v2a"
_LIBRARIES = ("torch", "diffusers", "transformers")


def engine_info() -> EngineInfo:
    """What STA-V2A is, and whether it is installed now; imports no torch."""
    store, model = Store(), catalogue.model(NAME)
    manifest = store.manifest(NAME) if store.installed(NAME) else None
    reason = ""
    if manifest is None:
        reason = f"its weights are not installed: get them with `foleycue models pull {NAME}`."
    elif any(importlib.util.find_spec(library) is None for library in _LIBRARIES):
        reason = "PyTorch, diffusers or transformers is missing; install foleycue[backend]."
    return EngineInfo(
        id=NAME,
        name="STA-V2A",
        sample_rate=SAMPLE_RATE,
        window_seconds=WHOLE / 25,
        listens=("text", "negative", "picture", "cues"),
        code_licence=model.code_licence,
        weights_licence=model.weights_licence,
        size_bytes=manifest.size if manifest else 0,
        memory_bytes=model.memory_bytes,
        available=not reason,
        reason=reason,
        settings=tuple(SETTINGS),
        guidance=Guidance(text=TEXT_SCALE, picture=PICTURE_SCALE, cues=CUE_SCALE),
    )


def create() -> StaV2aEngine:
    """The engine, without its weights."""
    return StaV2aEngine()


def understand(prompt: str) -> Understood:
    """Every prompt is known: the text encoder takes any words."""
    return Understood(engine=NAME, prompt=prompt)


class StaV2aEngine:
    """Looks at pictures, reads a prompt and obeys cues. Weights are read when they are first needed."""

    def __init__(self) -> None:
        self.info = engine_info()
        self._studio: Studio | None = None

    @property
    def weights(self) -> str:
        """Names what is installed now, by the hashes in its manifest."""
        manifest = Store().manifest(NAME)
        rows = sorted((path, entry.sha256) for path, entry in manifest.files.items()) if manifest else []
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]

    def load(self) -> None:
        """Get the libraries into memory."""
        self._ready()

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """CAVP features of the whole range, float32 (time, 512) at 4 a second."""
        return {"cavp": self._ready().see(pictures, SETTINGS[setting], on_step)}

    def predict_cues(self, features: Features, samples: int, sensitivity: float) -> Prediction:
        """The onsets that condition the sound unasked; sensitivity moves the threshold of what is shown."""
        return self._ready().foresee(_cavp(features), samples, sensitivity)

    def at_once(self, conditions: Conditions) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self._ready().takes_at_once()

    def generate(self, conditions: Conditions, on_step: OnStep) -> Iterator[Audio]:
        """Yield float32 blocks at 16 kHz, together exactly conditions.samples long."""
        return (block for _, block in self.generate_several([conditions], on_step))

    def generate_several(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """Yield (which take, block), take after take, each together exactly conditions.samples long."""
        for number, block in self._ready().make(takes, _cavp(takes[0].features), on_step):
            yield number, np.ascontiguousarray(block, np.float32)

    def _ready(self) -> Studio:
        """What works with the weights that are installed now."""
        from foleycue_backend.engines.sta_v2a.studio import Studio

        weights = self.weights
        if self._studio is None or self._studio.weights != weights:
            self._studio = None
            self._studio = Studio(_folder(), weights)
        return self._studio


def _folder() -> Path:
    folder = Store().installed(NAME)
    if folder is None:
        raise FoleyCueError(
            ErrorCode.UNKNOWN_ENGINE, f"The engine {NAME} cannot run here: {engine_info().reason.rstrip('.')}."
        )
    return folder


def _cavp(features: Features) -> np.ndarray:
    return np.asarray(features["cavp"], np.float32)
