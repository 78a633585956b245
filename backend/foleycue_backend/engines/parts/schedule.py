# SPDX-License-Identifier: GPL-3.0-or-later
"""The noise schedule of STA-V2A, Tango and VTA-LDM, and the solvers that may run on it.

All three load the scheduler file of Stable Diffusion 2.1, whose repository is gone; its numbers are kept here. The
file names a DDIM scheduler, the systems load it into DDPM, so the fields that DDPM does not know have no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from diffusers.schedulers.scheduling_pndm import PNDMScheduler
from diffusers.schedulers.scheduling_unipc_multistep import UniPCMultistepScheduler

#: Square roots of beta on a line, velocity as the network's output, time steps 1, 1 + 1000 // n, ... backwards.
SD21 = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "timestep_spacing": "leading",
    "steps_offset": 1,
}

Scheduler = DDPMScheduler | DDIMScheduler | DPMSolverMultistepScheduler | PNDMScheduler | UniPCMultistepScheduler
Options = Mapping[str, Any]


def ddpm(options: Options | None = None) -> DDPMScheduler:
    """Ancestral sampling as published: n steps start at 1 + (1000 // n) * (n - 1), not at 999.

    A noise tensor is drawn in each step, the last included (its deviation is 1e-10).
    """
    return DDPMScheduler(**{**SD21, "clip_sample": False, "variance_type": "fixed_small", **(options or {})})


def _ddim(options: Options) -> DDIMScheduler:
    return DDIMScheduler(**{**SD21, "clip_sample": False, "set_alpha_to_one": False, **options})


def _dpm(options: Options) -> DPMSolverMultistepScheduler:
    """DPM-Solver++ 2M (Lu et al., 2022), the last step of first order."""
    return DPMSolverMultistepScheduler(**{**SD21, "algorithm_type": "dpmsolver++", "solver_order": 2, **options})


def _pndm(options: Options) -> PNDMScheduler:
    """Pseudo numerical sampling (Liu et al., 2022), by linear multistep from the second evaluation of its time on."""
    return PNDMScheduler(**{**SD21, "skip_prk_steps": True, "set_alpha_to_one": False, **options})


def _unipc(options: Options) -> UniPCMultistepScheduler:
    """UniPC (Zhao et al., 2023), predictor and corrector, order 2."""
    return UniPCMultistepScheduler(**{**SD21, "solver_order": 2, **options})


_SOLVERS: dict[str, Callable[[Options], Scheduler]] = {
    "ddpm": ddpm,
    "ddim": _ddim,
    "dpm++": _dpm,
    "pndm": _pndm,
    "unipc": _unipc,
}
#: Names that `solver` knows.
SOLVERS = tuple(_SOLVERS)


def solver(name: str, options: Options | None = None) -> Scheduler:
    """A scheduler on the published schedule: ddpm, ddim, dpm++ (2M), pndm or unipc.

    `options` override fields of the diffusers class, such as `timestep_spacing`. Raises ValueError for another name.
    """
    if name not in _SOLVERS:
        raise ValueError(f"no solver {name!r}: choose one of {', '.join(SOLVERS)}")
    return _SOLVERS[name](options or {})
