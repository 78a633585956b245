# SPDX-License-Identifier: GPL-3.0-or-later
"""`diff-foley` as an engine: sound from the picture alone, of any length (Luo et al., NeurIPS 2023)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.diff_foley.settings import ALIGNMENT_SCALE, GRID, PICTURE_SCALE, SETTINGS
from foleycue_backend.engines.studio.installed import InstalledEngine, installed_info
from foleycue_backend.models.store import Store
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.diff_foley.studio import DiffFoleyStudio

NAME = "diff-foley"


def engine_info() -> EngineInfo:
    """What Diff-Foley is, and whether it is installed now; imports no torch."""
    folder = Store().installed(NAME)
    # The classifier may be missing, and then there is nothing to steer.
    aligned = folder is None or (folder / "alignment_classifier").is_dir()
    guidance = Guidance(picture=PICTURE_SCALE, alignment=ALIGNMENT_SCALE if aligned else None)
    return installed_info(NAME, "Diff-Foley", GRID, ("picture",), SETTINGS, guidance)


def create() -> DiffFoleyEngine:
    """The engine, without its weights."""
    return DiffFoleyEngine(engine_info(), _open_studio)


def understand(prompt: str) -> Understood:
    """No prompt is known: the model reads no words."""
    return Understood(engine=NAME, prompt=prompt, known=False)


class DiffFoleyEngine(InstalledEngine["DiffFoleyStudio"]):
    """Looks at pictures, and at nothing else."""

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """CAVP features of the whole range, float32 (time, 512) at 4 a second."""
        return self.studio().see(pictures, SETTINGS[setting], on_step)


def _open_studio(folder: Path) -> DiffFoleyStudio:
    from foleycue_backend.engines.diff_foley.studio import DiffFoleyStudio

    return DiffFoleyStudio(folder)
