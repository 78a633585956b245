# SPDX-License-Identifier: GPL-3.0-or-later
"""One device or several: who decides, and what all agree on."""

from __future__ import annotations

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast

from foleycue_backend.training.common.pace import Log


def agreed(accelerator: Accelerator, value: float) -> float:
    """The main process's value, in all of them: clocks differ, and all must end at the same step."""
    if accelerator.num_processes == 1:
        return value
    told = broadcast(torch.tensor(value, dtype=torch.float32, device=accelerator.device))
    return float(told)  # pyright: ignore[reportArgumentType] - a tensor goes in, a tensor comes out


def main_only(accelerator: Accelerator, log: Log) -> Log:
    """`log` in the main process, silence in the others."""
    return log if accelerator.is_main_process else lambda line: None
