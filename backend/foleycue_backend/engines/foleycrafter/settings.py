# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of FoleyCrafter: as its authors run it, and as it was trained. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foleycue_backend.engines.studio.grid import Grid
from foleycue_backend.engines.studio.setting import Setting
from foleycue_shared.messages import DEFAULT_SETTING

#: Published scales of text guidance, of the picture's tokens, and of the onsets' residuals.
TEXT_SCALE, PICTURE_SCALE, CUE_SCALE = 7.5, 1.0, 0.2

#: Latent columns of 80 ms, 10.24 s of them in one window.
GRID = Grid(sample_rate=16_000, frame_samples=1280, whole=128, context=8, edge=2)


@dataclass(frozen=True)
class FoleyCrafterSetting(Setting):
    """How a take is computed, and what the pictures are taken for.

    `as_published`: 150 pictures of every clip however long it is, values of 0..255 where the detector was trained on
    0..1, batch norm by the clip's own statistics, and onsets at 102.4 columns a second. Otherwise 15 pictures a
    second, as the detector was trained, and true time. Every `embedded`-th picture says what the clip shows.
    """

    as_published: bool = False
    embedded: int = 10


SETTINGS: Mapping[str, FoleyCrafterSetting] = {
    DEFAULT_SETTING: FoleyCrafterSetting("pndm", 25, least_frames=32),
    "faithful": FoleyCrafterSetting(
        "pndm", 25, half=False, least_frames=GRID.whole, int16=True, as_published=True, embedded=1
    ),
}
