# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes of any length out of a system that hears one window: noise of a place, windows, joins, exact length."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from foleycue_backend.engines.base import Audio, Conditions, OnStep
from foleycue_backend.engines.parts.sampling import OnStep as DenoisingStep
from foleycue_backend.engines.parts.sampling import evaluations
from foleycue_backend.engines.parts.schedule import Scheduler
from foleycue_backend.engines.studio.grid import Grid, Span
from foleycue_backend.engines.studio.noise import noise_of_takes, step_noise
from foleycue_backend.engines.studio.setting import Setting
from foleycue_backend.stages.windows import join


class System(Protocol):
    """A latent diffusion system with all conditions of one range. Latents are (takes, channels, frames, bands)."""

    grid: Grid

    @property
    def shape(self) -> tuple[int, int]:
        """Channels and bands of its latents."""
        ...

    @property
    def device(self) -> torch.device:
        """Where its noise must lie."""
        ...

    @property
    def scheduler(self) -> Scheduler:
        """What `denoise` samples with."""
        ...

    def denoise(
        self, span: Span, noise: Tensor, variance_noise: Iterator[Tensor] | None, on_step: DenoisingStep
    ) -> Tensor:
        """Latents of one window from unit noise; `variance_noise` for the steps of an ancestral solver."""
        ...

    def decode(self, latents: Tensor) -> Tensor:
        """What `vocode` takes, of one take and window."""
        ...

    def vocode(self, decoded: Tensor, on_round: Callable[[], None]) -> Audio:
        """float32 samples (n,), at least as many as the window's frames have.

        Work that goes in rounds calls `on_round` after each; what it raises ends the work.
        """
        ...


def make_takes(
    system: System, spans: Sequence[Span], takes: Sequence[Conditions], setting: Setting, on_step: OnStep
) -> Iterator[tuple[int, Audio]]:
    """(which take, block), take after take, each take together exactly as long as its conditions say.

    The takes differ in nothing but their seeds and are denoised side by side, window after window.
    """
    latents = _denoised(system, spans, [take.seed for take in takes], setting, on_step)
    for number, take in enumerate(takes):
        windows = _sounds(system, spans, [part[number : number + 1] for part in latents], number, len(takes), on_step)
        left = take.samples
        for block in join(windows, system.grid.fade):
            yield number, block[:left]
            left -= min(left, len(block))


def _denoised(
    system: System, spans: Sequence[Span], seeds: Sequence[int], setting: Setting, on_step: OnStep
) -> list[Tensor]:
    """Latents of each window, float32 in main memory: a few kilobytes a second and take."""
    channels, bands = system.shape
    on_step("diffuse", 0, len(spans) * evaluations(system.scheduler, setting.steps))
    latents = []
    for number, span in enumerate(spans):
        place = (span.low, span.frames, channels, bands)
        drawn = step_noise(seeds, *place, system.device) if setting.ancestral else None
        told = _told(on_step, number, len(spans))
        latents.append(system.denoise(span, noise_of_takes(seeds, *place).to(system.device), drawn, told).cpu())
    return latents


def _told(on_step: OnStep, number: int, windows: int) -> DenoisingStep:
    """Steps of one window as steps of all."""
    return lambda done, steps: on_step("diffuse", number * steps + done, windows * steps)


def _sounds(
    system: System, spans: Sequence[Span], latents: Sequence[Tensor], take: int, takes: int, on_step: OnStep
) -> Iterator[tuple[int, Audio]]:
    """Overlapping (start sample, samples) of one take."""
    grid, last, total = system.grid, len(latents) - 1, 2 * len(latents) * takes
    for number, (span, part) in enumerate(zip(spans, latents, strict=True)):
        step = 2 * (len(latents) * take + number)
        on_step("vocode", step, total)
        decoded = system.decode(part.to(system.device))
        told = partial(on_step, "vocode", step + 1, total)
        told()
        sound = system.vocode(decoded, told)
        head = grid.edge if number else 0
        tail = grid.edge if number < last else 0
        start, stop = head * grid.frame_samples, (span.frames - tail) * grid.frame_samples
        yield (span.low + head) * grid.frame_samples, sound[start:stop]
