# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of VTA-LDM: as its authors run it, and as an editor wants it. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.setting import Setting
from foleycue_shared.messages import DEFAULT_SETTING

#: Guidance by the picture of the published script.
PICTURE_SCALE = 3.0


@dataclass(frozen=True)
class VtaLdmSetting(Setting):
    """`whole_rate` counts frames as published, at a rate without its fraction, instead of going by their times."""

    whole_rate: bool = False


SETTINGS: Mapping[str, VtaLdmSetting] = {
    DEFAULT_SETTING: VtaLdmSetting("dpm++", 25, {"timestep_spacing": "trailing"}),
    "faithful": VtaLdmSetting("ddpm", 300, half=False, least_frames=AUDIOLDM.whole, int16=True, whole_rate=True),
}
