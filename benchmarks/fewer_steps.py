# SPDX-License-Identifier: GPL-3.0-or-later
"""What do fewer steps cost? Takes of a fast solver against 200 steps of DDPM from the same noise.

    python benchmarks/fewer_steps.py [--model DIR] [--clips 12] [--frames 128] [--steps 20 25] [--limit]

Given are the mean absolute difference of log-mel pictures (natural log) and the F1 of their sounds'
onsets within 50 ms. DDPM draws noise in each step and a solver none: --limit shows what the solver itself tends to.
DDPM with another seed and the true sound stand beside. Fixed seeds; means with 95 % bootstrap intervals over clips.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import torch
from common import interval
from steering_clips import SMALL, Stage, scheduler
from torch import Tensor

from foleycue_backend.engines.sta_v2a.denoising import Thrift
from foleycue_backend.engines.sta_v2a.settings import DEFAULT
from foleycue_backend.training.mini.judge import onset_f1

_REFERENCE = 200


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SMALL, help="pipeline folder")
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--frames", type=int, default=128, help="latent frames of 40 ms a take, up to 256")
    parser.add_argument("--steps", type=int, nargs="+", default=[20, 25])
    parser.add_argument("--solver", default="dpm++")
    parser.add_argument("--limit", action="store_true", help="the solver with 200 steps as well: what it converges to")
    options = parser.parse_args()
    torch.set_num_threads(1)
    stage = Stage(options.model, options.clips, options.frames, _REFERENCE, "ddpm")
    figures: dict[str, list[float]] = defaultdict(list)
    for clip in range(options.clips):
        control = stage.predict(clip).hidden
        reference = stage.mel(clip, control, seed=1)
        for steps in options.steps:
            made = stage.mel(clip, control, 1, steps, scheduler(options.solver))
            _compare(figures, stage, f"{steps} steps of {options.solver}, same noise", reference, made)
        for name, thrift in _thrifts():
            made = stage.mel(clip, control, 1, DEFAULT.steps, scheduler(DEFAULT.solver), thrift)
            _compare(figures, stage, f"{DEFAULT.steps} steps of {DEFAULT.solver}, {name}", reference, made)
        if options.limit:
            converged = stage.mel(clip, control, 1, _REFERENCE, scheduler(options.solver))
            _compare(figures, stage, f"200 steps of {options.solver}, same noise", reference, converged)
        _compare(figures, stage, "200 steps of DDPM, another seed", reference, stage.mel(clip, control, seed=2))
        truth = stage.clips.mels[clip : clip + 1, : 4 * stage.frames]
        _compare(figures, stage, "the true sound", reference, truth)
    print(f"{options.model.name}: {options.clips} clips of {stage.seconds:.2f} s, distance from 200 steps of DDPM")
    for name, values in figures.items():
        print(f"{name:60} {interval(values)}")


def _thrifts() -> list[tuple[str, Thrift]]:
    """What the engine's default setting leaves out, each thing alone and together."""
    guided, control = DEFAULT.guided_until, DEFAULT.control_every
    return [
        (f"guided for {guided:.0%}", Thrift(guided_until=guided)),
        (f"ControlNet each {control}", Thrift(control_every=control)),
        ("the default setting", Thrift(guided, control)),
    ]


def _compare(figures: dict[str, list[float]], stage: Stage, name: str, reference: Tensor, made: Tensor) -> None:
    figures[f"{name}: mel L1"].append(float((reference - made).abs().mean()))
    figures[f"{name}: onset F1 50 ms"].append(onset_f1(stage.onsets(made), stage.onsets(reference).tolist()))


if __name__ == "__main__":
    main()
