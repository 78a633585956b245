# SPDX-License-Identifier: GPL-3.0-or-later
"""`foleycrafter` as an engine: text, picture and onsets, each with a scale of its own; the cue sheet is its map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.foleycrafter.settings import CUE_SCALE, GRID, PICTURE_SCALE, SETTINGS, TEXT_SCALE
from foleycue_backend.engines.studio.installed import InstalledEngine, installed_info
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.foleycrafter.studio import FoleyCrafterStudio
    from foleycue_backend.stages.picture_cues import Prediction

NAME = "foleycrafter"


def engine_info() -> EngineInfo:
    """What FoleyCrafter is, and whether it is installed now; imports no torch."""
    guidance = Guidance(text=TEXT_SCALE, picture=PICTURE_SCALE, cues=CUE_SCALE)
    return installed_info(NAME, "FoleyCrafter", GRID, ("text", "negative", "picture", "cues"), SETTINGS, guidance)


def create() -> FoleyCrafterEngine:
    """The engine, without its weights."""
    return FoleyCrafterEngine(engine_info(), _open_studio)


def understand(prompt: str) -> Understood:
    """Every prompt is known: the text encoder takes any words."""
    return Understood(engine=NAME, prompt=prompt)


class FoleyCrafterEngine(InstalledEngine["FoleyCrafterStudio"]):
    """Looks at pictures, hears onsets in them, reads two prompts and obeys cues."""

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """Onset logits (pictures,), embeddings (pictures, 1024), and how many of each there are a second."""
        return self.studio().see(pictures, SETTINGS[setting], on_step)

    def predict_cues(self, features: Features, samples: int, sensitivity: float) -> Prediction:
        """The onsets of the map that is drawn unasked; sensitivity moves the threshold of what is shown."""
        return self.studio().foresee(features, samples, sensitivity)


def _open_studio(folder: Path) -> FoleyCrafterStudio:
    from foleycue_backend.engines.foleycrafter.studio import FoleyCrafterStudio

    return FoleyCrafterStudio(folder)
