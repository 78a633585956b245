# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley's noise schedule and its two solvers, which are stock ones on the published time grids."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from torch import Tensor

#: Square roots of beta on a line.
SCHEDULE = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
_TIMES = 1000
#: The schedule as the published files keep it.
BUFFERS = (
    "betas",
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "log_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
    "posterior_variance",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
)


@lru_cache(maxsize=1)
def _log_alphas() -> np.ndarray:
    """Logarithms of the signal's share at whole times."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, _TIMES) ** 2
    return 0.5 * np.log(np.cumprod(1 - betas).astype(np.float32).astype(np.float64))


def signal_shares() -> Tensor:
    """The square of the signal's share at whole times, "alphas_cumprod" in published files; float64."""
    return torch.from_numpy(np.exp(2 * _log_alphas()))


def log_alpha(times: Tensor) -> Tensor:
    """Logarithm of the signal's share at times 0 ... 999, on a line between whole ones; float64."""
    found = np.interp(times.double().cpu().numpy(), np.arange(_TIMES), _log_alphas())
    return torch.as_tensor(found, dtype=torch.float64, device=times.device)


def noise_deviation(time: Tensor) -> Tensor:
    """The noise's share sqrt(1 - alpha^2) at a time; float64."""
    return (-torch.expm1(2 * log_alpha(time))).sqrt()


class PublishedDpmSolver(DPMSolverMultistepScheduler):
    """DPM-Solver++ 2M (Lu et al., 2022) on fractional times: n steps from 999 down to 0 in equal parts.

    The stock grid has whole times and ends without any noise; the published one ends at time 0, whose noise stays in.
    The last step is of first order below 15 steps.
    """

    def set_timesteps(self, num_inference_steps: int, device: Any = None) -> None:  # noqa: ANN401 # pyright: ignore[reportIncompatibleMethodOverride]
        """The grid of n steps: n times at which the network is asked, n + 1 levels of noise."""
        self.num_inference_steps = num_inference_steps
        # A new run: nothing of the last one is left.
        self.model_outputs = [None] * self.config["solver_order"]
        self.lower_order_nums = 0
        self._step_index = None
        times = torch.linspace(_TIMES - 1, 0, num_inference_steps + 1, dtype=torch.float64)
        self.timesteps = times[:-1].float().to(device)
        self.sigmas = torch.expm1(-2 * log_alpha(times)).sqrt().float()
        self.set_begin_index(0)


class PublishedDdim(DDIMScheduler):
    """DDIM (Song et al., 2021) without noise, at 1 + each (1000 // n)-th time; a few more steps than n may result."""

    def set_timesteps(self, num_inference_steps: int, device: Any = None) -> None:  # noqa: ANN401 # pyright: ignore[reportIncompatibleMethodOverride]
        """The grid; raises ValueError for a number of steps that would begin beyond the last time."""
        super().set_timesteps(num_inference_steps, device)
        times = np.arange(0, _TIMES, _TIMES // num_inference_steps) + 1
        if times[-1] >= _TIMES:
            raise ValueError(f"{num_inference_steps} steps of DDIM begin at time {times[-1]}, which is not there")
        self.timesteps = torch.from_numpy(times[::-1].copy()).to(device)


def dpm_solver() -> PublishedDpmSolver:
    """The published sampler, 25 steps by default."""
    return PublishedDpmSolver(
        **SCHEDULE,
        prediction_type="epsilon",
        algorithm_type="dpmsolver++",
        solver_order=2,
        lower_order_final=True,
        final_sigmas_type="sigma_min",
    )


def ddim() -> PublishedDdim:
    """The published alternative."""
    return PublishedDdim(**SCHEDULE, clip_sample=False, set_alpha_to_one=False, steps_offset=1)
