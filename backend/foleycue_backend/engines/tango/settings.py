# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Tango: as its authors run it, and as an editor wants it. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping

from foleycue_backend.engines.studio.grid import AUDIOLDM
from foleycue_backend.engines.studio.setting import Setting
from foleycue_shared.messages import DEFAULT_SETTING

#: Guidance by text of the published `generate`.
TEXT_SCALE = 3.0

SETTINGS: Mapping[str, Setting] = {
    DEFAULT_SETTING: Setting("dpm++", 25, {"timestep_spacing": "trailing"}),
    "faithful": Setting("ddpm", 100, half=False, least_frames=AUDIOLDM.whole, int16=True),
}
