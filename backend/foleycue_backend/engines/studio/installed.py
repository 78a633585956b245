# SPDX-License-Identifier: GPL-3.0-or-later
"""Engines whose weights are installed by `foleycue models`: what they say of themselves, and when they are ready."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from foleycue_backend.engines.base import Audio, Conditions, OnStep
from foleycue_backend.engines.studio.grid import Grid
from foleycue_backend.models import catalogue
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import EngineInfo, Guidance

_LIBRARIES = ("torch", "diffusers", "transformers")


class Studio(Protocol):
    """What works with one set of installed weights."""

    def takes_at_once(self) -> int:
        """How many takes one pass should hold on the device at hand."""
        ...

    def make(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        ...


AnyStudio = TypeVar("AnyStudio", bound=Studio)


def installed_info(
    name: str,
    title: str,
    grid: Grid,
    listens: tuple[str, ...],
    settings: Mapping[str, object],
    guidance: Guidance,
) -> EngineInfo:
    """What the engine of the catalogue's model `name` is, and whether it is installed now; imports no torch."""
    store, model = Store(), catalogue.model(name)
    manifest = store.manifest(name) if store.installed(name) else None
    reason = ""
    if manifest is None:
        reason = _no_weights(name)
    elif any(importlib.util.find_spec(library) is None for library in _LIBRARIES):
        reason = "PyTorch, diffusers or transformers is missing; install foleycue[backend]."
    return EngineInfo(
        id=name,
        name=title,
        sample_rate=grid.sample_rate,
        window_seconds=grid.window_seconds,
        listens=listens,
        code_licence=model.code_licence,
        weights_licence=model.weights_licence,
        size_bytes=manifest.size if manifest else 0,
        memory_bytes=model.memory_bytes,
        available=not reason,
        reason=reason,
        settings=tuple(settings),
        guidance=guidance,
    )


class InstalledEngine(Generic[AnyStudio]):
    """The part of `Engine` that is alike in all of them. Weights are read when they are first needed."""

    def __init__(self, info: EngineInfo, open_studio: Callable[[Path], AnyStudio], models: Sequence[str] = ()) -> None:
        """`models` of the catalogue that it is made of; the first one's folder is opened. Else the one of its name."""
        self.info = info
        self._models = tuple(models) or (info.id,)
        self._open = open_studio
        self._studio: AnyStudio | None = None
        self._studio_weights = ""

    @property
    def weights(self) -> str:
        """Names what is installed now, by the hashes in its manifest."""
        manifests = [Store().manifest(name) for name in self._models]
        rows = [sorted((path, entry.sha256) for path, entry in one.files.items()) for one in manifests if one]
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]

    def load(self) -> None:
        """Get the libraries into memory."""
        self.studio()

    def at_once(self, conditions: Conditions) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self.studio().takes_at_once()

    def generate(self, conditions: Conditions, on_step: OnStep) -> Iterator[Audio]:
        """Yield float32 blocks at the engine's rate, together exactly conditions.samples long."""
        return (block for _, block in self.generate_several([conditions], on_step))

    def generate_several(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """Yield (which take, block), take after take, each together exactly conditions.samples long."""
        for number, block in self.studio().make(takes, on_step):
            yield number, np.ascontiguousarray(block, np.float32)

    def studio(self) -> AnyStudio:
        """What works with the weights that are installed now. Raises UNKNOWN_ENGINE without any."""
        weights = self.weights
        if self._studio is None or self._studio_weights != weights:
            self._studio = None
            self._studio, self._studio_weights = self._open(self._folder()), weights
        return self._studio

    def _folder(self) -> Path:
        folder = Store().installed(self._models[0])
        if folder is None:
            raise FoleyCueError(
                ErrorCode.UNKNOWN_ENGINE,
                f"The engine {self.info.id} cannot run here: {_no_weights(self._models[0])}",
            )
        return folder


def _no_weights(name: str) -> str:
    return f"its weights are not installed: get them with `foleycue models pull {name}`."
