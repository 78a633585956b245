# SPDX-License-Identifier: GPL-3.0-or-later
"""`vta-sam` as an engine: VTA-LDM that is told which of the prompt's objects is seen when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from foleycue_backend.engines.base import Features, OnStep, Pictures
from foleycue_backend.engines.studio.installed import InstalledEngine
from foleycue_backend.engines.vta_ldm import engine as vta_ldm
from foleycue_backend.engines.vta_ldm.settings import PICTURE_SCALE, SETTINGS
from foleycue_backend.engines.vta_sam.published import MODEL, NO_TEXT_TOWER, TEXT_TOWER
from foleycue_backend.engines.vta_sam.settings import GAIN
from foleycue_backend.grounding.objects import objects_of
from foleycue_backend.grounding.published import MODEL as GROUNDING
from foleycue_backend.models.store import Store
from foleycue_shared.messages import EngineInfo, Guidance, Understood

if TYPE_CHECKING:
    from foleycue_backend.engines.vta_sam.studio import VtaSamStudio

NAME = MODEL.name
TITLE = "VTA-SAM's method on VTA-LDM weights, unofficial: no weights were ever published"
#: Whose weights it runs with; its own are what a training adds.
_MODELS = (vta_ldm.NAME, GROUNDING.name, TEXT_TOWER.name, NAME)


def engine_info() -> EngineInfo:
    """What it is, and whether what it stands on is installed now; imports no torch. Guidance of text is the gain."""
    base, store = vta_ldm.engine_info(), Store()
    manifests = [store.manifest(name) for name in _MODELS if store.installed(name)]
    reason = base.reason or _missing(store)
    return msgspec.structs.replace(
        base,
        id=NAME,
        name=TITLE,
        listens=("text", "picture", "objects"),
        weights_licence=f"VTA-LDM: {base.weights_licence}. Finding objects: {GROUNDING.weights_licence}",
        size_bytes=sum(manifest.size for manifest in manifests if manifest),
        memory_bytes=base.memory_bytes + GROUNDING.memory_bytes,
        available=not reason,
        reason=reason,
        guidance=Guidance(picture=PICTURE_SCALE, text=GAIN),
    )


def create() -> VtaSamEngine:
    """The engine, without its weights."""
    return VtaSamEngine(engine_info(), _open_studio, _MODELS)


def understand(prompt: str) -> Understood:
    """Any words may name an object."""
    return Understood(engine=NAME, prompt=prompt)


class VtaSamEngine(InstalledEngine["VtaSamStudio"]):
    """Looks at pictures, and for the objects that the prompt names."""

    def analyse(self, pictures: Pictures, on_step: OnStep, setting: str) -> Features:
        """As VTA-LDM's."""
        return {"clip": self.studio().see(pictures, SETTINGS[setting], on_step)}

    def objects_in(self, prompt: str) -> tuple[str, ...]:
        """See `objects_of`."""
        return objects_of(prompt)

    def find(self, pictures: Pictures, objects: Sequence[str], on_step: OnStep, setting: str) -> Features:
        """`presence` (time, objects) 0 … 1 at 2 a second, as the detector says it, and `names` (objects, width)."""
        return self.studio().find(pictures, objects, on_step, SETTINGS[setting])


def _missing(store: Store) -> str:
    if store.installed(GROUNDING.name) is None:
        return f"what finds objects is not installed: get it with `foleycue models pull {GROUNDING.name}`."
    if store.installed(TEXT_TOWER.name) is None:
        return NO_TEXT_TOWER
    return ""


def _open_studio(folder: Path) -> VtaSamStudio:
    from foleycue_backend.engines.vta_sam.studio import VtaSamStudio

    return VtaSamStudio(folder)
