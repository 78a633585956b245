# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of the noise schedule: time steps, signal shares and posterior variances for several step counts."""

from __future__ import annotations

import re

import torch

from foleycue_backend.engines.parts.schedule import ddpm
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, known_fields

_TIMESTEPS = re.compile(r"timesteps_(\d+)$")


def _is_schedule(golden: Golden) -> bool:
    return any(_TIMESTEPS.match(name) for name in golden.tensors)


def noise_schedule(golden: Golden) -> Outcome:
    """For each step count in the tensors' names, the product's DDPM."""
    results: dict[str, torch.Tensor] = {}
    for name in golden.tensors:
        match = _TIMESTEPS.match(name)
        if match is None:
            continue
        scheduler = ddpm(known_fields(golden.facts.get("scheduler_json", golden.facts.get("scheduler", {}))))
        scheduler.set_timesteps(int(match[1]))
        steps = scheduler.timesteps
        results |= {
            name: steps,
            f"alphas_cumprod_{match[1]}": scheduler.alphas_cumprod[steps],
            f"variance_{match[1]}": torch.stack([scheduler._get_variance(int(step)) for step in steps]),
        }
    return Outcome(results)


KINDS = (Kind("noise schedule", _is_schedule, noise_schedule),)
