# SPDX-License-Identifier: GPL-3.0-or-later
"""`MiniPipeline`: prompt and cues to sound, as a diffusers pipeline."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from diffusers.utils.logging import disable_progress_bar, enable_progress_bar, is_progress_bar_enabled
from torch import Tensor

from foleycue_backend.engines.mini import vocoder
from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.cues import PATCH, Pairs, control_rows, intensity_rows
from foleycue_backend.engines.mini.defaults import CUE_GUIDANCE, GUIDANCE, PICTURE_GUIDANCE, STEPS
from foleycue_backend.engines.mini.denoiser import MiniDenoiser
from foleycue_backend.engines.mini.guidance import chunk_count, chunked_velocity
from foleycue_backend.engines.mini.layers import plan_layers
from foleycue_backend.engines.mini.mel import FLOOR, HOP, SAMPLE_RATE
from foleycue_backend.engines.mini.noise import strike_noise, unit_noise
from foleycue_backend.engines.mini.prompt import Sound, condition, negative_condition, read_prompt
from foleycue_backend.engines.mini.strength import trim_bed, trim_strikes
from foleycue_backend.engines.mini.text import StaticText

OnStep = Callable[[int, int], None]

_LAYER_SEED, _COMMON_SEED = 1_000_003, 500_009


@dataclass(frozen=True, slots=True)
class Scales:
    """How strongly text, cues and picture push; 1 takes a condition as it is."""

    text: float = GUIDANCE
    cues: float = CUE_GUIDANCE
    picture: float = PICTURE_GUIDANCE


class MiniPipeline(DiffusionPipeline):
    """Text- and cue-conditioned latent diffusion of 48 kHz mono sound.

    Latents are (channels, frames) at 25 frames/s, mel pictures (bands, frames) at 100 frames/s, cues are
    (seconds, strength 0..1) pairs. All work is done on the CPU in float32.
    """

    sample_rate = SAMPLE_RATE
    hop = HOP
    frames_per_latent = PATCH

    denoiser: MiniDenoiser
    codec: PatchCodec
    scheduler: FlowMatchEulerDiscreteScheduler
    text: StaticText

    def __init__(self, denoiser: MiniDenoiser, codec: PatchCodec, scheduler: FlowMatchEulerDiscreteScheduler) -> None:
        super().__init__()
        self.register_modules(denoiser=denoiser, codec=codec, scheduler=scheduler)

    @classmethod
    def build(cls, denoiser: MiniDenoiser, codec: PatchCodec, text: StaticText) -> MiniPipeline:
        """A pipeline from its parts, with the plain flow-matching Euler scheduler."""
        pipe = cls(denoiser.eval(), codec.eval(), FlowMatchEulerDiscreteScheduler(shift=1.0))
        pipe.text = text
        return pipe

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str],
        **kwargs: Any,  # noqa: ANN401 - diffusers options
    ) -> MiniPipeline:
        """Load from a folder that `save_pretrained` wrote; weights are widened to float32.

        Raises OSError (FileNotFoundError for the text table) if files are missing.
        """
        options: dict[str, Any] = {"local_files_only": True, "dtype": torch.float32, **kwargs}
        shown = is_progress_bar_enabled()
        disable_progress_bar()
        try:
            pipe = super().from_pretrained(pretrained_model_name_or_path, **options)
        finally:
            if shown:
                enable_progress_bar()
        pipe.text = StaticText.load(Path(pretrained_model_name_or_path) / "text")
        pipe.denoiser.eval()
        return pipe

    def save_pretrained(  # pyright: ignore[reportIncompatibleMethodOverride] - always safetensors, never a hub
        self, save_directory: str | os.PathLike[str]
    ) -> None:
        """Write the folder that `from_pretrained` reads, as safetensors and JSON."""
        super().save_pretrained(save_directory, safe_serialization=True)
        self.text.save(Path(save_directory) / "text")

    @property
    def receptive_field(self) -> int:
        """Context in latent frames, on one side, of ONE evaluation; `denoise` over S steps reaches S times as far."""
        return self.denoiser.receptive_field

    def latent_frames(self, seconds: float) -> int:
        """Latent frames that cover a duration."""
        return max(1, math.ceil(round(seconds * SAMPLE_RATE) / (HOP * self.frames_per_latent)))

    @torch.no_grad()
    def paint(
        self,
        prompt: str,
        negative: str,
        cues: Pairs | None,
        intensity: Pairs | None,
        frames: int,
        seed: int,
        *,
        steps: int = STEPS,
        scales: Scales = Scales(),
        on_step: OnStep | None = None,
    ) -> Tensor:
        """Log-mel (bands, 4 * frames) of a prompt's sounds together, `frames` latents long.

        `cues` None leaves the timing to the model, an empty sheet silences events; `intensity` (seconds, strength) is a
        line for beds that no cue speaks to. `on_step(done, all)` counts the steps of all sounds.
        """
        sounds = read_prompt(self.text, prompt)
        away = torch.from_numpy(negative_condition(self.text, negative, sounds))
        layers = plan_layers(sounds, cues, intensity)
        power = torch.full((self.codec.bands, frames * self.frames_per_latent), FLOOR)
        for number, layer in enumerate(layers):
            if layer.silent:
                continue
            told = None if on_step is None else _counted(on_step, number, len(layers))
            controls = control_rows(layer.cues, layer.points, frames)
            latents = self.denoise(
                self.initial_noise(controls, seed + _LAYER_SEED * number),
                torch.zeros(self.text.dim) if layer.sound is None else self._condition(layer.sound),
                away,
                controls,
                steps=steps,
                guidance=scales.text,
                control_guidance=scales.picture if layer.by_picture else scales.cues,
                on_step=told,
            )
            mel = trim_strikes(self.decode(latents), layer.cues or ())
            if layer.points is not None:
                mel = trim_bed(mel, intensity_rows(layer.points, frames)[0])
            power += (torch.exp(mel) - FLOOR).clamp_min(0) * 10 ** (layer.level_db / 10)
        return torch.log(power)

    def _condition(self, sound: Sound) -> Tensor:
        return torch.from_numpy(condition(self.text, sound))

    def initial_noise(self, controls: Tensor, seed: int) -> Tensor:
        """Unit noise (channels, frames) for (ROWS, frames) controls, much of it common to all strikes."""
        channels, frames = int(self.codec.channels), controls.shape[-1]
        own, common = (unit_noise(channels, frames, seed + more) for more in (0, _COMMON_SEED))
        return strike_noise(own, common, controls)

    @torch.no_grad()
    def denoise(
        self,
        noise: Tensor,
        prompt_emb: Tensor,
        negative_emb: Tensor,
        curve: Tensor,
        *,
        steps: int = STEPS,
        guidance: float = GUIDANCE,
        control_guidance: float = CUE_GUIDANCE,
        on_step: OnStep | None = None,
    ) -> Tensor:
        """Latents (channels, frames) from noise of the same shape.

        `on_step(done, all)` is called after each step, for long ranges (more than 26 s) after each chunk of a step;
        what it raises ends the work and reaches the caller.
        Raises ValueError for a curve of another length or fewer than one step.
        """
        if steps < 1 or curve.shape[-1] != noise.shape[-1]:
            raise ValueError(f"steps {steps}, curve of {curve.shape[-1]} frames for {noise.shape[-1]} latents")
        # A scheduler of its own: two threads may denoise at once, and cancelling leaves no state behind.
        scheduler: Any = FlowMatchEulerDiscreteScheduler.from_config(self.scheduler.config)
        scheduler.set_timesteps(steps)
        texts = torch.stack([negative_emb, prompt_emb])
        latents, done, total = noise, 0, steps * chunk_count(noise.shape[-1])

        def told() -> None:
            nonlocal done
            done += 1
            if on_step is not None:
                on_step(done, total)

        for timestep in scheduler.timesteps:
            scales = (guidance, control_guidance)
            velocity = chunked_velocity(self.denoiser, latents, float(timestep), texts, curve, scales, told)
            latents = scheduler.step(velocity, timestep, latents, return_dict=False)[0]
        return latents

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Tensor:
        """Log-mel (bands, 4 * frames) from latents (channels, frames)."""
        return self.codec.decode(latents)

    def vocode(self, mel: Tensor, *, seed: int, cues: Pairs | None = None, n_iter: int = 32) -> npt.NDArray[np.float32]:
        """(frames * hop,) float32 samples from (bands, frames) log-mel; cue times from the start of the mel."""
        return vocoder.vocode(mel, seed=seed, cues=cues, n_iter=n_iter).numpy()

    def __call__(
        self,
        prompt: str,
        cues: Pairs | None,
        seconds: float,
        negative_prompt: str = "",
        intensity: Pairs | None = None,
        seed: int = 0,
        steps: int = STEPS,
        scales: Scales = Scales(),
        on_step: OnStep | None = None,
    ) -> npt.NDArray[np.float32]:
        """Sound of exactly round(seconds * 48000) float32 samples. Raises ValueError if that is none."""
        samples = round(seconds * SAMPLE_RATE)
        if samples < 1:
            raise ValueError(f"a duration of {seconds} s has no samples")
        frames = self.latent_frames(seconds)
        mel = self.paint(
            prompt, negative_prompt, cues, intensity, frames, seed, steps=steps, scales=scales, on_step=on_step
        )
        return self.vocode(mel, seed=seed, cues=cues)[:samples]


def _counted(on_step: OnStep, layer: int, layers: int) -> OnStep:
    return lambda done, total: on_step(layer * total + done, layers * total)
