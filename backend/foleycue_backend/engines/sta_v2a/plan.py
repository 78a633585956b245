# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the windows of a range lie, in latent frames of 40 ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from foleycue_backend.engines.sta_v2a.settings import WHOLE, Setting
from foleycue_backend.stages.windows import plan_windows

SAMPLE_RATE = 16_000
#: Samples in one latent frame.
FRAME_SAMPLES = 640
#: Latent frames on either side of a cut that both windows make, to join over.
CONTEXT = 16
#: The UNet halves its frames three times.
_MULTIPLE = 8


@dataclass(frozen=True)
class Span:
    """Latent frames low … high - 1 of the range, of which some may lie behind its end."""

    low: int
    high: int

    @property
    def frames(self) -> int:
        """How many."""
        return self.high - self.low


def plan_spans(samples: int, shots: Sequence[int], setting: Setting) -> list[Span]:
    """Overlapping windows of at most 10.24 s that cover a range, cut at shots (samples at 16 kHz) where possible.

    Each is as long as the UNet likes it and as the setting wants it at least, and so may reach over the range's end.
    """
    frames = max(1, -(-samples // FRAME_SAMPLES))
    if fits_one_window(samples):
        bounds = [(0, frames)]
    else:
        cuts = [shot // FRAME_SAMPLES for shot in shots]
        bounds = [(w.low, w.high) for w in plan_windows(frames, WHOLE - 2 * CONTEXT, CONTEXT, cuts)]
    return [Span(low, low + _length(high - low, setting)) for low, high in bounds]


def fits_one_window(samples: int) -> bool:
    """Whether a range is short enough for the published model to hear it whole."""
    return samples <= WHOLE * FRAME_SAMPLES


def features_of(span: Span, time: int) -> slice:
    """Which of the range's features, 4 a second, show a window; at least one."""
    first = min(span.low * 4 // 25, time - 1)
    return slice(first, max(first + 1, min(time, -(-span.high * 4 // 25))))


def _length(frames: int, setting: Setting) -> int:
    return max(setting.least_frames, -(-frames // _MULTIPLE) * _MULTIPLE)
