# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of STA-V2A: as its authors run it, and as an editor wants it. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.setting import Setting
from foleycue_shared.messages import DEFAULT_SETTING

#: The published scales: guidance by text alone.
TEXT_SCALE, PICTURE_SCALE, CUE_SCALE = 3.0, 1.0, 1.0


@dataclass(frozen=True)
class StaV2aSetting(Setting):
    """How a take is computed.

    `reference_frames` takes the published way to 224x224 pictures, `pooling_dropout` repeats a trait of the published
    inference. `guided_until` is the share of the steps, from the noisy end, that text guidance runs in;
    `control_every` is the number of steps that one run of the ControlNet serves.
    """

    reference_frames: bool = False
    pooling_dropout: bool = False
    guided_until: float = 1.0
    control_every: int = 1


FAITHFUL = StaV2aSetting("ddpm", 200, half=False, reference_frames=True, least_frames=AUDIOLDM.whole, int16=True)

DEFAULT = StaV2aSetting("dpm++", 25, {"timestep_spacing": "trailing"}, guided_until=0.6, control_every=2)

SETTINGS: Mapping[str, StaV2aSetting] = {
    DEFAULT_SETTING: DEFAULT,
    "faithful": FAITHFUL,
    "faithful-dropout": replace(FAITHFUL, pooling_dropout=True),
}
