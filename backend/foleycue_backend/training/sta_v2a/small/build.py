# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a small STA-V2A: each phase trains its parts and puts them into DIR/parts, the last two whole models.

A phase that is done is not run again, one that was broken off goes on from its checkpoint.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import torch

from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.sta_v2a.runner import Plan, Runner
from foleycue_backend.training.sta_v2a.small.bank import HELD_OUT_SEED, Clips, render
from foleycue_backend.training.sta_v2a.small.config import STEPS, SmallConfig
from foleycue_backend.training.sta_v2a.task import Task
from foleycue_shared.errors import ErrorCode, FoleyCueError

_LENGTHS = ("steps",)


class SmallRun:
    """A run in its folder: configuration, clips, and how a task is trained."""

    def __init__(self, cfg: SmallConfig, out: Path, log: Log) -> None:
        self.cfg, self.out, self.log = cfg, out, log

    @cached_property
    def clips(self) -> Clips:
        """Clips to train on."""
        return render(self.cfg.clips, self.cfg.seed, self.log)

    @cached_property
    def held_out(self) -> Clips:
        """Clips of the validation."""
        return render(self.cfg.held_out, HELD_OUT_SEED + self.cfg.seed, self.log)

    def part(self, name: str) -> Path:
        """Folder of a finished part."""
        return self.out / "parts" / name

    def train(self, phase: str, task: Task, plan: Plan) -> None:
        """Train a task for the phase's steps, and note what became of it."""
        folder = self.out / "phases" / phase
        folder.mkdir(parents=True, exist_ok=True)
        plan = replace(plan, steps=self.cfg.steps.get(phase, STEPS[phase]), seed=self.cfg.seed, cpu=True)
        runner = Runner(task, plan, folder, lambda line: self.log(f"{phase}: {line}"))
        last = runner.run()
        record = {"steps": runner.step, "minutes": round(runner.elapsed / 60, 2), "validation": last}
        (folder / "record.json").write_text(json.dumps(record) + "\n", encoding="utf-8")

    def finish(self, phase: str) -> None:
        """Mark a phase as done, after its parts are saved."""
        (self.out / "phases" / phase / "done").touch()


def check_folder(cfg: SmallConfig, out: Path) -> None:
    """Write the configuration; raises BAD_INPUT if the folder holds a run with other numbers."""
    path = out / "config.json"
    new = cfg.to_dict()
    if path.is_file():
        old = json.loads(path.read_text(encoding="utf-8"))
        differ = sorted(k for k in new if k not in _LENGTHS and old.get(k) != new[k])
        if differ:
            message = f"{out} holds a run with another {', '.join(differ)}: give another folder."
            raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    path.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")


def train_small(cfg: SmallConfig, out: Path, log: Log, phases: Sequence[str] = tuple(STEPS)) -> None:
    """These phases, in order; the models end up in `out`/faithful and `out`/steered."""
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    check_folder(cfg, out)
    run = SmallRun(cfg, out, log)
    for phase in phases:
        if (out / "phases" / phase / "done").exists():
            log(f"{phase}: done before")
            continue
        # Imported when its turn comes: a short run needs no network of a later phase.
        torch.manual_seed(cfg.seed)
        importlib.import_module(f"foleycue_backend.training.sta_v2a.small.phase_{phase}").run(run)
        run.finish(phase)
