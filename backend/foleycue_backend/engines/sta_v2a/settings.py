# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of STA-V2A: as its authors run it, and as an editor wants it. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from foleycue_shared.messages import DEFAULT_SETTING

#: The published scales: guidance by text alone.
TEXT_SCALE, PICTURE_SCALE, CUE_SCALE = 3.0, 1.0, 1.0

#: Latent frames that the published model was trained on: 10.24 s.
WHOLE = 256


@dataclass(frozen=True)
class Setting:
    """How a take is computed.

    `solver` names one of parts.schedule with its `solver_options`. `half` lets the networks compute in bfloat16 or
    float16 where the device is quicker in it. `reference_frames` takes the published way to 224x224 pictures.
    `least_frames` latent frames are made at least, however short the range is. `pooling_dropout` and `int16` repeat
    two traits of the published inference. `guided_until` is the share of the steps, from the noisy end, that text
    guidance runs in; `control_every` is the number of steps that one run of the ControlNet serves.
    """

    solver: str
    steps: int
    solver_options: Mapping[str, object] = field(default_factory=dict)
    half: bool = True
    reference_frames: bool = False
    least_frames: int = 64
    pooling_dropout: bool = False
    int16: bool = False
    guided_until: float = 1.0
    control_every: int = 1


FAITHFUL = Setting("ddpm", 200, half=False, reference_frames=True, least_frames=WHOLE, int16=True)

DEFAULT = Setting("dpm++", 25, {"timestep_spacing": "trailing"}, guided_until=0.6, control_every=2)

SETTINGS: Mapping[str, Setting] = {
    DEFAULT_SETTING: DEFAULT,
    "faithful": FAITHFUL,
    "faithful-dropout": replace(FAITHFUL, pooling_dropout=True),
}
