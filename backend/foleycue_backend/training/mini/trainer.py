# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow-matching training of the denoiser."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from foleycue_backend.engines.mini.cues import ROWS
from foleycue_backend.engines.mini.denoiser import MiniDenoiser
from foleycue_backend.engines.mini.noise import strike_noise
from foleycue_backend.training.common.devices import agreed
from foleycue_backend.training.common.pace import Log, cosine, done_part, save_whole, step_generator
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.data import Crops, Source
from foleycue_backend.training.mini.prompts import PromptBook
from foleycue_shared.errors import ErrorCode, FoleyCueError


def draw_noise(crops: Crops, part: float, gen: torch.Generator) -> Tensor:
    """Unit noise (count, channels, crop), in a `part` of the crops as the pipeline's, much the same at each strike."""
    own = torch.randn(crops.latents.shape, generator=gen)
    if not part:
        return own
    common = strike_noise(own, torch.randn(own.shape, generator=gen), crops.controls)
    return torch.where(torch.rand(len(own), 1, 1, generator=gen) < part, common, own)


def flow_loss(
    model: nn.Module,
    crops: Crops,
    text: Tensor,
    curve: Tensor,
    gen: torch.Generator,
    device: torch.device,
    part: float = 0.0,
) -> Tensor:
    """Mean square error of the velocity (noise minus data), noise level logit-normal (Esser et al., 2024)."""
    latents = crops.latents
    level = torch.sigmoid(torch.randn(len(latents), generator=gen))
    noise = draw_noise(crops, part, gen)
    mixed = torch.lerp(latents, noise, level[:, None, None])
    inputs = [x.to(device) for x in (mixed, level * 1000.0, text, curve)]
    with torch.autocast(device.type, torch.bfloat16):
        velocity = model(*inputs)
    error = (velocity.float() - (noise - latents).to(device)).square().mean(1, keepdim=True)
    weight = crops.weight.to(device)
    return (error * weight).sum() / weight.sum()


def _optimisers(model: MiniDenoiser, rate: float) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al., 2024; step size matched to AdamW's, Liu et al., 2025) for the matrices of the blocks, which
    are most of the weights, and AdamW for the rest."""
    matrices = [p for p in model.blocks.parameters() if p.ndim == 2 and min(p.shape) > 16]
    chosen = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(matrices, lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=rate, weight_decay=0.01, betas=(0.9, 0.98)),
    ]


class Trainer:
    """One run: its model, its averaged copy, its place in time."""

    def __init__(
        self, cfg: TrainConfig, pool: Source, book: PromptBook, folder: Path, start: MiniDenoiser | None = None
    ) -> None:
        """`start`: begin with its weights, which must be of this configuration, instead of random ones."""
        torch.manual_seed(cfg.seed)
        self.accelerator = Accelerator(cpu=cfg.device == "cpu")
        self.cfg = cfg
        self.pool = pool
        self.book = book
        self.path = folder / "checkpoint.pt"
        self.raw = self._fresh()
        if start is not None:
            self.raw.load_state_dict(start.state_dict())
        self.average = self._fresh()
        self.average.load_state_dict(self.raw.state_dict())
        # Data parallelism wraps the model; `raw` is the one inside.
        self.model: nn.Module = self.accelerator.prepare(self.raw)
        self.optimisers = [self.accelerator.prepare(optimiser) for optimiser in _optimisers(self.raw, cfg.rate)]
        self.step = 0
        self.elapsed = 0.0

    def _fresh(self) -> MiniDenoiser:
        cfg = self.cfg
        model: Any = MiniDenoiser(cfg.channels, self.book.text.dim, ROWS, cfg.width, cfg.dilations, cfg.kernel)
        return model.to(self.accelerator.device)

    @property
    def progress(self) -> float:
        """Done part of the run, 0..1."""
        return done_part(self.step, self.cfg.steps, self.elapsed, self.cfg.minutes)

    def save(self) -> None:
        """Write the checkpoint; the old one stays whole until the new one is."""
        if not self.accelerator.is_main_process:
            return
        state = {
            "model": self.raw.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "elapsed": self.elapsed,
        }
        save_whole(state, self.path)

    def resume(self) -> bool:
        """Go back to the checkpoint; False if there is none."""
        if not self.path.is_file():
            return False
        state = torch.load(self.path, map_location=self.accelerator.device, weights_only=True)
        self.raw.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimiser, old in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(old)
        self.step, self.elapsed = int(state["step"]), float(state["elapsed"])
        return True

    def _batch(self, gen: torch.Generator) -> tuple[Crops, Tensor, Tensor]:
        cfg = self.cfg
        crops = self.pool.sample(cfg.batch, cfg.crop, gen)
        curve = crops.controls * (torch.rand(cfg.batch, 1, 1, generator=gen) >= cfg.drop_cues).float()
        return crops, self.book.batch(crops.labels, crops.traits, cfg, gen), curve

    def train_step(self) -> float:
        """One update; returns the loss."""
        cfg = self.cfg
        processes = self.accelerator.num_processes
        gen = step_generator(cfg.seed, self.step * processes + self.accelerator.process_index)
        rate = cfg.rate * min(1.0, (self.step + 1) / cfg.warmup) * (0.02 + 0.98 * cosine(self.progress))
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        loss = flow_loss(self.model, *self._batch(gen), gen, self.accelerator.device, cfg.strike_noise)
        self.model.zero_grad(set_to_none=True)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.step += 1
        keep = min(cfg.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            pairs = zip(self.average.parameters(), self.raw.parameters(), strict=True)
            for slow, fast in pairs:
                slow.lerp_(fast, 1 - keep)
        return float(loss.detach())

    def run(self, grow: Callable[[int], None], log: Log) -> None:
        """Train to the end, saving checkpoints on the way. `grow(step)` fills the pool."""
        mean = 0.0
        while self.progress < 1.0:
            grow(self.step)
            start = time.monotonic()
            loss = self.train_step()
            self.elapsed += agreed(self.accelerator, time.monotonic() - start)
            if not math.isfinite(loss):
                raise FoleyCueError(
                    ErrorCode.INTERNAL, f"The loss is not a number at step {self.step}: lower the rate."
                )
            mean = loss if self.step == 1 or mean == 0.0 else 0.99 * mean + 0.01 * loss
            if self.step % 50 == 0:
                left = self.elapsed * (1 / max(self.progress, 1e-6) - 1)
                log(f"step {self.step} loss {mean:.4f} {100 * self.progress:.1f} % left {left / 60:.1f} min")
            if self.step % self.cfg.checkpoint_every == 0:
                self.save()
        self.save()
