# SPDX-License-Identifier: GPL-3.0-or-later
"""`sta-v2a` as an engine: sound of any length, in several takes at once, around `StaV2aPipeline`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.sta_v2a.settings import CUE_SCALE, PICTURE_SCALE, SETTINGS, TEXT_SCALE
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.installed import InstalledEngine, installed_info
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.sta_v2a.studio import StaV2aStudio
    from foleycue_backend.stages.picture_cues import Prediction

NAME = "sta-v2a"


def engine_info() -> EngineInfo:
    """What STA-V2A is, and whether it is installed now; imports no torch."""
    guidance = Guidance(text=TEXT_SCALE, picture=PICTURE_SCALE, cues=CUE_SCALE)
    return installed_info(NAME, "STA-V2A", AUDIOLDM, ("text", "negative", "picture", "cues"), SETTINGS, guidance)


def create() -> StaV2aEngine:
    """The engine, without its weights."""
    return StaV2aEngine(engine_info(), _open_studio)


def understand(prompt: str) -> Understood:
    """Every prompt is known: the text encoder takes any words."""
    return Understood(engine=NAME, prompt=prompt)


class StaV2aEngine(InstalledEngine["StaV2aStudio"]):
    """Looks at pictures, reads a prompt and obeys cues."""

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """CAVP features of the whole range, float32 (time, 512) at 4 a second."""
        return {"cavp": self.studio().see(pictures, SETTINGS[setting], on_step)}

    def predict_cues(self, features: Features, samples: int, sensitivity: float) -> Prediction:
        """The onsets that condition the sound unasked; sensitivity moves the threshold of what is shown."""
        return self.studio().foresee(features, samples, sensitivity)


def _open_studio(folder: Path) -> StaV2aStudio:
    from foleycue_backend.engines.sta_v2a.studio import StaV2aStudio

    return StaV2aStudio(folder)
