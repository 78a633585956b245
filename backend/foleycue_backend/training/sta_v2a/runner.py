# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a phase with `accelerate`: steps, averaged weights, validation, checkpoints, time left."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from diffusers.training_utils import EMAModel

from foleycue_backend.training.common.devices import agreed
from foleycue_backend.training.common.pace import Log, cosine, done_part, save_whole, step_generator
from foleycue_backend.training.sta_v2a.task import Task
from foleycue_shared.errors import ErrorCode, FoleyCueError


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how a phase is trained: `steps` if given, otherwise `minutes` of wall time."""

    steps: int | None = None
    minutes: float | None = None
    batch: int = 8
    rate: float = 1e-4
    warmup: int = 50
    average: float = 0.999
    seed: int = 0
    precision: str = "no"
    cpu: bool = False
    checkpoint_every: int = 250
    validate_every: int = 250

    def progress(self, step: int, elapsed: float) -> float:
        """Done part of the phase, 0..1."""
        return done_part(step, self.steps, elapsed, self.minutes)


class Runner:
    """One phase from its first step, or from its last checkpoint, to its end."""

    def __init__(self, task: Task, plan: Plan, folder: Path, log: Log) -> None:
        self.plan, self.log = plan, log
        self.path = folder / "checkpoint.pt"
        self.accelerator = Accelerator(cpu=plan.cpu, mixed_precision=plan.precision)
        parameters = list(task.trained().values())
        if not parameters:
            raise ValueError("nothing in this phase is trained")
        optimiser = torch.optim.AdamW(parameters, lr=plan.rate, weight_decay=0.01, betas=(0.9, 0.99))
        self.raw = task.to(self.accelerator.device)
        # Left to right: data parallelism wraps the task, so that its forward pass is the one that is shared.
        self.task, self.optimiser = self.accelerator.prepare(task, optimiser)
        self.average = EMAModel(parameters, decay=plan.average)
        self.step, self.elapsed = 0, 0.0

    def save(self) -> None:
        """Write the checkpoint."""
        if not self.accelerator.is_main_process:
            return
        state = {
            "weights": {name: p.detach().cpu() for name, p in self.raw.trained().items()},
            "statistics": {name: b.cpu() for name, b in self.raw.statistics().items()},
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
        }
        save_whole(state, self.path)

    def resume(self) -> bool:
        """Go back to the checkpoint; False if there is none. Raises BAD_INPUT if it is one of other networks."""
        if not self.path.is_file():
            return False
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        weights = self.raw.trained()
        if {k: v.shape for k, v in weights.items()} != {k: v.shape for k, v in state["weights"].items()}:
            message = f"{self.path} is a checkpoint of other networks or parts: give another --out, or delete it."
            raise FoleyCueError(ErrorCode.BAD_INPUT, message)
        self.raw.load_state_dict({**state["weights"], **state["statistics"]}, strict=False)
        self.average.load_state_dict(state["average"])
        self.average.to(self.accelerator.device)
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.elapsed = int(state["step"]), float(state["elapsed"])
        return True

    def _to_device(self, batch: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401 - a mapping of tensors
        return {name: value.to(self.accelerator.device) for name, value in batch.items()}

    def train_step(self) -> float:
        """One update; returns the loss."""
        plan, processes = self.plan, self.accelerator.num_processes
        gen = step_generator(plan.seed, self.step * processes + self.accelerator.process_index)
        progress = plan.progress(self.step, self.elapsed)
        for group in self.optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, (self.step + 1) / plan.warmup) * (0.02 + 0.98 * cosine(progress))
        batch = self._to_device(self.raw.batch(plan.batch, gen))
        with self.accelerator.autocast():
            loss = self.task(batch)
        self.optimiser.zero_grad(set_to_none=True)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.task.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        self.average.step(self.raw.trained().values())
        return float(loss.detach())

    @torch.no_grad()
    def validate(self) -> float | None:
        """Mean loss of the held-out batches under the averaged weights; None if there are none."""
        parameters = list(self.raw.trained().values())
        self.average.store(parameters)
        self.average.copy_to(parameters)
        self.raw.eval()
        losses = [float(self.raw(self._to_device(batch))) for batch in self.raw.held_out()]
        self.raw.train()
        self.average.restore(parameters)
        return sum(losses) / len(losses) if losses else None

    def run(self) -> float | None:
        """Train to the end; the task then holds the averaged weights. Returns the last validation loss."""
        if self.resume():
            self.log(f"resumed at step {self.step}")
        self.raw.train()
        mean = 0.0
        while self.plan.progress(self.step, self.elapsed) < 1.0:
            start = time.monotonic()
            loss = self.train_step()
            self.elapsed += agreed(self.accelerator, time.monotonic() - start)
            if not math.isfinite(loss):
                raise FoleyCueError(ErrorCode.INTERNAL, f"The loss is not a number at step {self.step}: lower --rate.")
            mean = loss if mean == 0.0 else 0.97 * mean + 0.03 * loss
            self._report(mean)
            if self.step % self.plan.checkpoint_every == 0:
                self.save()
        self.save()
        last = self.validate()
        self.average.copy_to(self.raw.trained().values())
        self.raw.eval()
        self.log(f"done after {self.step} steps" + ("" if last is None else f", validation {last:.4f}"))
        return last

    def _report(self, mean: float) -> None:
        progress = self.plan.progress(self.step, self.elapsed)
        if self.step % 25 == 0 or progress >= 1.0:
            left = self.elapsed * (1 / max(progress, 1e-6) - 1)
            self.log(f"step {self.step} loss {mean:.4f} {100 * progress:.1f} % left {left / 60:.1f} min")
        if self.step % self.plan.validate_every == 0 and (value := self.validate()) is not None:
            self.log(f"step {self.step} validation {value:.4f}")
