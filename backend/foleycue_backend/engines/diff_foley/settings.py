# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Diff-Foley: as its authors run it, and as an editor wants it. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foleycue_backend.engines.studio.grid import Grid
from foleycue_backend.engines.studio.setting import Setting
from foleycue_shared.messages import DEFAULT_SETTING

#: The published scales: how far the noise is pushed away from that of no picture, and towards aligned sound.
PICTURE_SCALE, ALIGNMENT_SCALE = 4.5, 50.0

#: Windows of 8.192 s, 64 latent frames of 128 ms.
GRID = Grid(sample_rate=16_000, frame_samples=2048, whole=64, context=6, edge=2)
#: The published inversion gives 256 samples less, and the next window follows at once.
PUBLISHED_GRID = Grid(sample_rate=16_000, frame_samples=2044, whole=64, context=0, edge=0, fade=0)


@dataclass(frozen=True)
class DiffFoleySetting(Setting):
    """How a take is computed.

    `reference_frames` takes the published way to 224x224 pictures. `end_to_end` puts windows side by side as published,
    each one 8 s of film. `whole_clip` shows the classifier all pictures of the range in each window. `bank_rate` is
    the sample rate of the filters that read the spectrogram, and `limited` cuts peaks as the published file does.
    `as_trained` gives the networks the conditions of their training, which the published sampling does not: the
    feature encoder's answer to no features as negative, and the classifier's own feature encoder.
    """

    reference_frames: bool = False
    end_to_end: bool = False
    whole_clip: bool = False
    bank_rate: int = 16_000
    limited: bool = False
    as_trained: bool = False

    @property
    def grid(self) -> Grid:
        """Where windows lie and how long their sound is."""
        return PUBLISHED_GRID if self.end_to_end else GRID


DEFAULT = DiffFoleySetting("dpm++", 25, least_frames=GRID.whole)

SETTINGS: Mapping[str, DiffFoleySetting] = {
    DEFAULT_SETTING: DEFAULT,
    "as-trained": DiffFoleySetting("dpm++", 25, least_frames=GRID.whole, as_trained=True),
    "faithful": DiffFoleySetting(
        "dpm++",
        25,
        half=False,
        least_frames=GRID.whole,
        reference_frames=True,
        end_to_end=True,
        whole_clip=True,
        bank_rate=22_050,  # not that of the sound: the published inversion lowers every pitch
        limited=True,
    ),
}
