# SPDX-License-Identifier: GPL-3.0-or-later
"""`tango` as an engine: sound from text alone, for what the picture does not show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.installed import InstalledEngine, installed_info
from foleycue_backend.engines.tango.settings import SETTINGS, TEXT_SCALE
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.tango.studio import TangoStudio

NAME = "tango"


def engine_info() -> EngineInfo:
    """What Tango is, and whether it is installed now; imports no torch."""
    return installed_info(NAME, "Tango", AUDIOLDM, ("text", "negative"), SETTINGS, Guidance(text=TEXT_SCALE))


def create() -> TangoEngine:
    """The engine, without its weights."""
    return TangoEngine(engine_info(), _open_studio)


def understand(prompt: str) -> Understood:
    """Every prompt is known: the text encoder takes any words."""
    return Understood(engine=NAME, prompt=prompt)


class TangoEngine(InstalledEngine["TangoStudio"]):
    """Reads a prompt and looks at nothing."""

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """Nothing."""
        return {}


def _open_studio(folder: Path) -> TangoStudio:
    from foleycue_backend.engines.tango.studio import TangoStudio

    return TangoStudio(folder)
