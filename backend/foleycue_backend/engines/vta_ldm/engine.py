# SPDX-License-Identifier: GPL-3.0-or-later
"""`vta-ldm` as an engine: sound of what the pictures show. It knows no order of pictures: do not expect timing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.installed import InstalledEngine, installed_info
from foleycue_backend.engines.vta_ldm.settings import PICTURE_SCALE, SETTINGS
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.vta_ldm.studio import VtaLdmStudio

NAME = "vta-ldm"


def engine_info() -> EngineInfo:
    """What VTA-LDM is, and whether it is installed now; imports no torch."""
    return installed_info(NAME, "VTA-LDM", AUDIOLDM, ("picture",), SETTINGS, Guidance(picture=PICTURE_SCALE))


def create() -> VtaLdmEngine:
    """The engine, without its weights."""
    return VtaLdmEngine(engine_info(), _open_studio)


def understand(prompt: str) -> Understood:
    """It reads no prompt, so that none is wrong."""
    return Understood(engine=NAME, prompt=prompt)


class VtaLdmEngine(InstalledEngine["VtaLdmStudio"]):
    """Looks at pictures and does nothing else."""

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """CLIP embeddings of the whole range, float32 (time, 768) at 2 a second."""
        return {"clip": self.studio().see(pictures, SETTINGS[setting], on_step)}


def _open_studio(folder: Path) -> VtaLdmStudio:
    from foleycue_backend.engines.vta_ldm.studio import VtaLdmStudio

    return VtaLdmStudio(folder)
