# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines there are. A new one is a folder with an `engine` module, and one line here.

Such a module imports no torch by itself and offers: engine_info() -> EngineInfo, create() -> Engine (not yet
loaded), and understand(prompt) -> Understood, how the engine reads a prompt.
"""

from importlib import import_module
from typing import Protocol, cast

from foleycue_backend.engines.base import Engine
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo, Understood

_MODULES = {
    "mini": "foleycue_backend.engines.mini.engine",
    "sta-v2a": "foleycue_backend.engines.sta_v2a.engine",
    "vta-ldm": "foleycue_backend.engines.vta_ldm.engine",
    "vta-sam": "foleycue_backend.engines.vta_sam.engine",
    "tango": "foleycue_backend.engines.tango.engine",
    "foleycrafter": "foleycue_backend.engines.foleycrafter.engine",
    "diff-foley": "foleycue_backend.engines.diff_foley.engine",
}


class EngineModule(Protocol):
    """What each engine's `engine` module offers."""

    def engine_info(self) -> EngineInfo:
        """What the engine is, and whether it can run here."""
        ...

    def create(self) -> Engine:
        """The engine, without its weights."""
        ...

    def understand(self, prompt: str) -> Understood:
        """How the engine reads a prompt; quick from the second call on."""
        ...


def engine_infos() -> tuple[EngineInfo, ...]:
    """All engines; imports no torch."""
    return tuple(_module(name).engine_info() for name in _MODULES)


def engine_info(name: str) -> EngineInfo:
    """One engine's description; imports no torch. Raises UNKNOWN_ENGINE."""
    return _module(name).engine_info()


def understand(name: str, prompt: str) -> Understood:
    """How an engine reads a prompt; imports no torch. Raises UNKNOWN_ENGINE."""
    return _module(name).understand(prompt)


def load_engine(name: str) -> Engine:
    """An engine with its weights in memory. Raises UNKNOWN_ENGINE, for one that cannot run here with the reason."""
    module = _module(name)
    info = module.engine_info()
    if not info.available:
        raise FoleyCueError(ErrorCode.UNKNOWN_ENGINE, f"The engine {name} cannot run here: {info.reason}")
    engine = module.create()
    engine.load()
    return engine


def _module(name: str) -> EngineModule:
    if name not in _MODULES:
        raise FoleyCueError(
            ErrorCode.UNKNOWN_ENGINE, f"There is no engine {name!r}: choose one of {', '.join(sorted(_MODULES))}."
        )
    return cast(EngineModule, import_module(_MODULES[name]))
